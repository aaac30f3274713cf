"""The identifier of an electronic certificate (电子证照标识): root.type.issuer.serial.version.check."""

from __future__ import annotations

from engine.policy.identifiers import certificate_identifier_check

ROOT = "1.2.156.3005.2"


def certificate_identifier(type_code: str, issuer_code: str, serial: str, version: int = 1) -> str:
    """The identifier of one version of a certificate.

    `type_code` is 21 characters, the defining body's credit code and three digits; `serial` digits and capital letters, unique per
    type and issuer; `version` counts re-issues from 1. GB/T 36904-2018; check character ISO/IEC 7064 MOD 37,36 without root and dots.
    """
    if not 1 <= version <= 999:
        raise ValueError(f"version {version} is not between 1 and 999")
    parts = (type_code, issuer_code, serial, f"{version:03d}")
    return ".".join((ROOT, *parts, certificate_identifier_check(*parts)))
