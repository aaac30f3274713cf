"""Is this file ours and untouched (验真)? Strict: the one signature must cover every byte, and anything unexpected is not valid.

Only files as `certificates.signing` writes them pass; a later revision, even a harmless one, is an alteration.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, parser
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from certificates.signing import cms_form, covered_digest
from engine.clock import LOCAL_ZONE
from engine.terms import Term

_ANY_RANGE = re.compile(rb"/ByteRange\b")
_OUR_RANGE = re.compile(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\] +/Contents ")
_SIGNED_AT = re.compile(rb"/M \(D:(\d{14})\+08'00'\)")


class Verdict(Term):
    """Outcome of a verification (验真结论)."""

    INTACT = "intact", "签章有效，文件未被改动"
    ALTERED = "altered", "文件已被改动，签章无效"
    UNKNOWN_SIGNER = "unknown_signer", "签章者不受信任"
    NO_SIGNATURE = "no_signature", "文件没有电子签章"


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """What was found. Signer and time are given only for an intact file; the time is the issuer's own statement."""

    verdict: Verdict
    reason: str
    signer_name: str = ""
    signer_code: str = ""
    signer_serial: str = ""
    signed_at: datetime | None = None
    covers_whole_file: bool = False

    @property
    def is_valid(self) -> bool:
        return self.verdict is Verdict.INTACT


class _Rejected(Exception):
    def __init__(self, verdict: Verdict, reason: str, covers_whole_file: bool = False) -> None:
        super().__init__(reason)
        self.report = VerificationReport(verdict, reason, covers_whole_file=covers_whole_file)


def verify(pdf: bytes, trust_root: x509.Certificate) -> VerificationReport:
    """The verdict on a file, judged against one trusted root."""
    try:
        return _judged(pdf, trust_root)
    except _Rejected as rejection:
        return rejection.report
    except Exception as error:  # a malformed file makes parsers fail in any way; none of them may pass for valid
        return VerificationReport(Verdict.ALTERED, f"签章数据无法读取（{type(error).__name__}）。")


def _judged(pdf: bytes, trust_root: x509.Certificate) -> VerificationReport:
    begin, end = _covered_range(pdf)
    digest = covered_digest(pdf, begin, end)
    der = bytes.fromhex(pdf[begin + 1 : end - 1].decode("ascii"))
    size = parser.peek(der)
    if any(der[size:]):
        raise _Rejected(Verdict.ALTERED, "签章数据之后有多余内容。", True)
    certificate, signature = _signature(der[:size], digest)
    _require_trust(certificate, trust_root)
    if cms_form(certificate, trust_root).complete(digest, signature) != der[:size]:
        raise _Rejected(Verdict.ALTERED, "签章数据与签发时的格式不符。", True)
    signed_at = _signing_time(pdf[:begin])
    if not certificate.not_valid_before_utc <= signed_at <= certificate.not_valid_after_utc:
        raise _Rejected(Verdict.ALTERED, "签章时间不在签名证书有效期内。", True)
    return VerificationReport(
        Verdict.INTACT,
        "签章有效，整个文件自签章后未改动。",
        _subject(certificate, NameOID.COMMON_NAME),
        _subject(certificate, NameOID.ORGANIZATION_IDENTIFIER),
        f"{certificate.serial_number:x}",
        signed_at,
        True,
    )


def _covered_range(pdf: bytes) -> tuple[int, int]:
    """Begin and end of the signature's hexadecimal string; everything else must be covered."""
    count = len(_ANY_RANGE.findall(pdf))
    if count == 0:
        raise _Rejected(Verdict.NO_SIGNATURE, "文件中没有电子签章；图上的印章图样不能作为凭据。")
    match = _OUR_RANGE.search(pdf)
    if count > 1 or match is None:
        raise _Rejected(Verdict.ALTERED, "签章之后文件又有增改。")
    begin, end, rest = (int(number) for number in match.groups())
    if begin != match.end() or end + rest != len(pdf):
        raise _Rejected(Verdict.ALTERED, "签章没有覆盖整个文件，签章之后文件又有增改。")
    if not re.fullmatch(rb"<[0-9a-f]+>", pdf[begin:end]):
        raise _Rejected(Verdict.ALTERED, "签章数据不完整。")
    return begin, end


def _signature(der: bytes, digest: bytes) -> tuple[x509.Certificate, bytes]:
    """The signer's certificate and raw signature, once digest and signature are found right."""
    data = cms.ContentInfo.load(der)["content"]
    (signer_info,) = data["signer_infos"]
    attributes = b"\x31" + signer_info["signed_attrs"].dump()[1:]
    values = {attribute["type"].native: attribute["values"][0] for attribute in signer_info["signed_attrs"]}
    if values["message_digest"].native != digest:
        raise _Rejected(Verdict.ALTERED, "文件内容与签章时不一致。", True)
    serial = signer_info["sid"].chosen["serial_number"].native
    certificates = [x509.load_der_x509_certificate(choice.chosen.dump()) for choice in data["certificates"]]
    (certificate,) = (candidate for candidate in certificates if candidate.serial_number == serial)
    signature: bytes = signer_info["signature"].native
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise _Rejected(Verdict.UNKNOWN_SIGNER, "签名算法不是本系统使用的算法。", True)
    try:
        key.verify(signature, attributes, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise _Rejected(Verdict.ALTERED, "签名值不正确。", True) from None
    return certificate, signature


def _require_trust(certificate: x509.Certificate, trust_root: x509.Certificate) -> None:
    try:
        certificate.verify_directly_issued_by(trust_root)
    except (ValueError, TypeError, InvalidSignature):
        raise _Rejected(Verdict.UNKNOWN_SIGNER, "签名证书不是本系统信任的机构签发的。", True) from None
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    if constraints.ca or not usage.content_commitment:
        raise _Rejected(Verdict.UNKNOWN_SIGNER, "签名证书不能用于签章。", True)


def _signing_time(covered: bytes) -> datetime:
    stated = _SIGNED_AT.findall(covered)[-1].decode("ascii")
    return datetime.strptime(stated, "%Y%m%d%H%M%S").replace(tzinfo=LOCAL_ZONE)


def _subject(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    values = certificate.subject.get_attributes_for_oid(oid)
    return str(values[0].value) if values else ""
