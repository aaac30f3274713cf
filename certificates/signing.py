"""PAdES baseline signature (ETSI EN 319 142-1, B-B) written into the slot of a finished page.

The CMS is assembled from DER parts that are constant for a signer; per file only the digest and the signature change. Verification
assembles it again and compares, so no byte of it is left free.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.pki import Signer
from certificates.sealed import BYTE_RANGE, SLOT_DIGITS
from engine.errors import SealUnavailable

_SEQUENCE, _SET, _OCTETS, _CONTEXT_0 = 0x30, 0x31, 0x04, 0xA0
_VERSION_1 = b"\x02\x01\x01"


def tlv(tag: int, *parts: bytes) -> bytes:
    """One DER value around its parts."""
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


class CmsForm:
    """The CMS of one signing certificate with blanks for digest and signature."""

    def __init__(self, certificate: x509.Certificate, root: x509.Certificate) -> None:
        der, root_der = certificate.public_bytes(Encoding.DER), root.public_bytes(Encoding.DER)
        parsed = asn1_x509.Certificate.load(der)
        hash_of_certificate = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(der).digest()})
        signing_certificate = tsp.SigningCertificateV2({"certs": [hash_of_certificate]})
        self._fixed_attributes = [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}).dump(),
            cms.CMSAttribute({"type": "signing_certificate_v2", "values": [signing_certificate]}).dump(),
        ]
        self._message_digest = core.ObjectIdentifier("1.2.840.113549.1.9.4").dump()
        self._signed_data = core.ObjectIdentifier("1.2.840.113549.1.7.2").dump()
        self._content = tlv(_SEQUENCE, cms.ContentType("data").dump())
        identity = {"issuer": parsed.issuer, "serial_number": parsed.serial_number}
        self._signer_identity = cms.IssuerAndSerialNumber(identity).dump()
        self._digest_algorithm = algos.DigestAlgorithm({"algorithm": "sha256"}).dump()
        self._signature_algorithm = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}).dump()
        self._certificates = tlv(_CONTEXT_0, der, root_der)

    def attributes(self, digest: bytes) -> bytes:
        """What is signed: the set of attributes holding the file's SHA-256 digest and the certificate's."""
        message_digest = tlv(_SEQUENCE, self._message_digest, tlv(_SET, tlv(_OCTETS, digest)))
        return tlv(_SET, *sorted([*self._fixed_attributes, message_digest]))

    def complete(self, digest: bytes, signature: bytes) -> bytes:
        """The whole CMS."""
        attributes = bytes([_CONTEXT_0]) + self.attributes(digest)[1:]
        signer_info = tlv(
            _SEQUENCE,
            _VERSION_1,
            self._signer_identity,
            self._digest_algorithm,
            attributes,
            self._signature_algorithm,
            tlv(_OCTETS, signature),
        )
        digest_algorithms, signer_infos = tlv(_SET, self._digest_algorithm), tlv(_SET, signer_info)
        data = tlv(_SEQUENCE, _VERSION_1, digest_algorithms, self._content, self._certificates, signer_infos)
        return tlv(_SEQUENCE, self._signed_data, tlv(_CONTEXT_0, data))


@lru_cache(maxsize=1024)
def cms_form(certificate: x509.Certificate, root: x509.Certificate) -> CmsForm:
    return CmsForm(certificate, root)


def signed(pdf: bytes, signer: Signer) -> bytes:
    """The file with its signature; every byte but the signature's own digits is covered."""
    buffer = bytearray(pdf)
    at = buffer.rindex(BYTE_RANGE)
    begin = buffer.index(b"/Contents <", at) + len(b"/Contents ")
    end = begin + SLOT_DIGITS + 2
    byte_range = b"[0 %d %d %d]" % (begin, end, len(buffer) - end)
    buffer[at : at + len(BYTE_RANGE)] = byte_range.ljust(len(BYTE_RANGE))
    digest = covered_digest(buffer, begin, end)
    form = cms_form(signer.certificate, signer.root)
    digits = form.complete(digest, signer.sign(form.attributes(digest))).hex().encode()
    if len(digits) > SLOT_DIGITS:
        raise SealUnavailable("签名超出预留长度，未用印；请联系技术人员。")
    buffer[begin + 1 : begin + 1 + len(digits)] = digits
    return bytes(buffer)


def covered_digest(pdf: bytes | bytearray, begin: int, end: int) -> bytes:
    """SHA-256 of the file without the signature's digits."""
    view = memoryview(pdf)
    digest = hashlib.sha256(view[:begin])
    digest.update(view[end:])
    return digest.digest()
