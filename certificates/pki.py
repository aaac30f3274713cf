"""The signing authority (签名机构) made at set-up: one root, one signing certificate per body and year, keys as files of mode 0600.

Software keys are for demonstration and tests. A real body signs with a certified device; only `Signer.sign` changes then.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

from engine.clock import Clock, SystemClock, local_date, local_instant
from engine.errors import SealUnavailable

ROOT_NAME, ROOT_ORGANISATION = "一门演示签名根证书", "一门演示机构（虚构）"
_YEARS_BACK, _YEARS_AHEAD = 5, 20  # the demonstration rebuilds past years, so the root must have been valid then
_SIGNER_YEARS = 3
_BODY_CODE = re.compile(r"[0-9A-Za-z-]{1,40}")


@dataclass(frozen=True, slots=True)
class Signer:
    """A body's key and certificate, with the root that issued it."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    root: x509.Certificate

    @property
    def serial(self) -> str:
        return f"{self.certificate.serial_number:x}"

    def sign(self, data: bytes) -> bytes:
        """ECDSA over SHA-256, as DER."""
        return self.key.sign(data, ec.ECDSA(hashes.SHA256()))


class Authority:
    """The authority in a directory; certificates of bodies appear there when they first sign in a year."""

    def __init__(self, directory: Path) -> None:
        if not (directory / "root.crt").exists():
            raise SealUnavailable("尚未建立签名机构，请先完成系统初始化。")
        self._directory = directory
        self.root = _certificate(directory / "root.crt")
        self._signers: dict[tuple[str, str, int], Signer] = {}

    def signer(self, body_code: str, body_name: str, at: datetime) -> Signer:
        """The body's signer for the calendar year of `at`.

        A certificate runs three years from 1 January of its year: a case dated in the past is signed with a certificate valid then.
        """
        year = local_date(at).year
        known = self._signers.get((body_code, body_name, year))
        if known is None:
            known = self._signers[body_code, body_name, year] = self._found_or_made(body_code, body_name, year)
        return known

    def _found_or_made(self, body_code: str, body_name: str, year: int) -> Signer:
        if not _BODY_CODE.fullmatch(body_code):
            raise SealUnavailable(f"机构代码“{body_code}”不能用于签名，请核对机构设置。")
        name_digest = hashlib.sha256(body_name.encode()).hexdigest()[:8]  # a renamed body gets a new certificate
        path = self._directory / "bodies" / f"{body_code}-{year}-{name_digest}.crt"
        if not path.exists():
            with _locked(self._directory):
                if not path.exists():
                    self._make(path, body_code, body_name, year)
        return Signer(_private_key(path.with_suffix(".key")), _certificate(path), self.root)

    def _make(self, path: Path, body_code: str, body_name: str, year: int) -> None:
        begin, end = local_instant(date(year, 1, 1)), local_instant(date(year + _SIGNER_YEARS, 1, 1))
        end = min(end, self.root.not_valid_after_utc)
        if begin < self.root.not_valid_before_utc or end <= begin:
            raise SealUnavailable(f"签名根证书在{year}年无效，不能签名。")
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(body_name, body_name, body_code)
        root_key = _private_key(self._directory / "root.key")
        certificate = _issued(subject, key.public_key(), self.root.subject, root_key, begin, end, is_authority=False)
        _write(path, key, certificate)


def ensure_authority(path: Path, clock: Clock | None = None) -> Authority:
    """The authority in `path`, made there if the directory has none."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    (path / "bodies").mkdir(mode=0o700, exist_ok=True)
    with _locked(path):
        if not (path / "root.crt").exists():
            year = local_date((clock or SystemClock()).now()).year
            begin, end = (local_instant(date(year + shift, 1, 1)) for shift in (-_YEARS_BACK, _YEARS_AHEAD))
            key = ec.generate_private_key(ec.SECP256R1())
            name = _name(ROOT_NAME, ROOT_ORGANISATION)
            certificate = _issued(name, key.public_key(), name, key, begin, end, is_authority=True)
            _write(path / "root.crt", key, certificate)
    return Authority(path)


def _issued(
    subject: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    begin: datetime,
    end: datetime,
    *,
    is_authority: bool,
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    issuer_identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = (
        x509.CertificateBuilder(issuer, subject, public_key, x509.random_serial_number(), begin, end)
        .add_extension(x509.BasicConstraints(is_authority, 0 if is_authority else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(issuer_identifier, critical=False)
    )
    return builder.sign(issuer_key, hashes.SHA256())


def _name(common_name: str, organisation: str, code: str = "") -> x509.Name:
    parts = [
        (NameOID.COUNTRY_NAME, "CN"),
        (NameOID.ORGANIZATION_NAME, organisation),
        (NameOID.COMMON_NAME, common_name),
    ]
    if code:
        parts.append((NameOID.ORGANIZATION_IDENTIFIER, code))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _private_key(path: Path) -> ec.EllipticCurvePrivateKey:
    return cast(ec.EllipticCurvePrivateKey, load_pem_private_key(path.read_bytes(), None))


def _write(path: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
    """Key first: a certificate in its place means the key is there too."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _place(path.with_suffix(".key"), pem, 0o600)
    _place(path, certificate.public_bytes(Encoding.PEM), 0o644)


def _place(path: Path, content: bytes, mode: int) -> None:
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Several processes may meet at first use; one makes, the others wait."""
    with (directory / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
