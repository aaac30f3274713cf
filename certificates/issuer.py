"""Issue and seal (制证用印): the engine's port over faces, press and authority."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from pathlib import Path
from typing import Any

from certificates.pdfa import DocumentFacts
from certificates.pki import Authority
from certificates.press import Press, Sealing
from certificates.qr import check_code, site
from certificates.templates import filled
from certificates.types_reader import Face, FaceLibrary
from engine.clock import LOCAL_ZONE, local_date
from engine.ports import IssuedPdf, IssueRequest


class CertificateIssuer:
    """Implements `engine.ports.CertificateIssuer`.

    The authority must exist (`pki.ensure_authority`); the font cache fills itself. `public_url` is where residents verify.
    """

    def __init__(self, authority_dir: Path, font_cache_dir: Path, types_dir: Path, public_url: str) -> None:
        self._authority_dir = authority_dir
        self._press = Press(font_cache_dir)
        self._library = FaceLibrary(types_dir)
        self._public_url = public_url

    @cached_property
    def _authority(self) -> Authority:
        return Authority(self._authority_dir)

    def issue(self, request: IssueRequest) -> IssuedPdf:
        """The signed certificate."""
        if request.issued_at.tzinfo is None:
            raise ValueError("issued_at must be aware")
        face = self._library.face(request.type_key)
        xml = filled(self._library.templates, face.file, self._values(request))
        signed_at = request.issued_at.replace(microsecond=0)
        signer = self._authority.signer(request.body_code, request.body_name, signed_at)
        facts = DocumentFacts(
            request.title, request.body_name, request.number, signed_at, _machine_readable(request, face)
        )
        sealing = Sealing(request.seal_name, signer)
        pressed = self._press.print(xml, face.file, facts, request.verification_url, sealing)
        return IssuedPdf(
            content=pressed.content,
            sha256=hashlib.sha256(pressed.content).hexdigest(),
            signer_serial=signer.serial,
            signed_at=signed_at,
            page_count=pressed.page_count,
            seals=pressed.seals,
        )

    def _values(self, request: IssueRequest) -> dict[str, Any]:
        return {
            "title": request.title,
            "number": request.number,
            "identifier": request.identifier,
            "code": check_code(request.verification_url),
            "site": site(self._public_url),
            "issuer": request.body_name,
            "issued_on": local_date(request.issued_at),
            "facts": request.facts,
        }


def _machine_readable(request: IssueRequest, face: Face) -> bytes:
    """The attached certificate.json: what the page prints and no more."""
    printed = {name: value for name, value in request.facts.items() if name in face.facts}
    values = {
        "type": request.type_key,
        "title": request.title,
        "number": request.number,
        "identifier": request.identifier,
        "issuer": {"name": request.body_name, "code": request.body_code},
        "issued_at": request.issued_at.astimezone(LOCAL_ZONE).isoformat(timespec="seconds"),
        "facts": printed,
    }
    return json.dumps(values, ensure_ascii=False, sort_keys=True, default=str).encode()
