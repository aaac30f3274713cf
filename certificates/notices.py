"""Counter documents (办理文书) as PDF: from the supplied text of their kind, or from the one an officer put in force."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import jinja2

from certificates.errors import FaceUnknown
from certificates.notice_templates import SUPPLIED, check_text, sample
from certificates.pdfa import DocumentFacts
from certificates.pki import Authority
from certificates.press import Press, Sealing
from certificates.qr import site
from certificates.templates import environment, filled
from engine.clock import local_date
from engine.ports import NoticeRequest
from engine.terms import NoticeKind

__all__ = ["COMPLETE", "NoticeKind", "NoticePrinter"]

# Papers of which nothing may be missing: a decision is not printed with a gap in it.
COMPLETE = frozenset(
    {
        NoticeKind.RECEIPT,
        NoticeKind.ACCEPTANCE,
        NoticeKind.REFUSAL_OF_ACCEPTANCE,
        NoticeKind.ONE_TIME_NOTICE,
        NoticeKind.SPECIAL_PROCEDURE,
        NoticeKind.GRANT,
        NoticeKind.REFUSAL,
    }
)


class NoticePrinter:
    """Implements `engine.ports.NoticeRenderer` and `NoticeTemplates`; sealed when the request names a seal."""

    def __init__(self, authority_dir: Path, font_cache_dir: Path, public_url: str) -> None:
        self._authority_dir, self._font_cache_dir = authority_dir, font_cache_dir
        self._public_url = public_url

    @cached_property
    def _press(self) -> Press:
        return Press(self._font_cache_dir)

    @cached_property
    def _authority(self) -> Authority:
        return Authority(self._authority_dir)

    @cached_property
    def _strict(self) -> jinja2.Environment:
        return environment(SUPPLIED)

    @cached_property
    def _lenient(self) -> jinja2.Environment:
        return environment(SUPPLIED, gaps=True)

    def render(self, request: NoticeRequest) -> bytes:
        """The document as PDF."""
        if request.notice_key not in set(NoticeKind):
            raise FaceUnknown(f"没有“{request.notice_key}”这种办理文书。")
        kind = NoticeKind(request.notice_key)
        file = f"{kind.value}.xml.j2"
        values = {
            "title": kind.label,
            "number": request.number,
            "site": site(self._public_url),
            "issuer": request.body_name,
            "issued_on": local_date(request.issued_at),
            "sealed": bool(request.seal_name),
            "facts": request.facts,
        }
        xml = filled(self._templates(kind, file, request.template), file, values)
        facts = DocumentFacts(kind.label, request.body_name, request.number, request.issued_at)
        return self._press.print(xml, file, facts, request.tracking_url, self._sealing(request)).content

    def check(self, kind: str, content: str) -> None:
        """Raises FaceInvalid with file and line unless the text says what its kind must and prints the sample."""
        if kind not in set(NoticeKind):
            raise FaceUnknown(f"没有“{kind}”这种办理文书。")
        check_text(NoticeKind(kind), content, self.preview)

    def preview(self, kind: NoticeKind, content: str = "") -> bytes:
        """The kind's invented sample as PDF, with this text or the supplied one; without seal."""
        return self.render(sample(kind, content, self._public_url))

    def _templates(self, kind: NoticeKind, file: str, edited: str) -> jinja2.Environment:
        if edited:
            return environment({**SUPPLIED, file: edited}, gaps=True)
        return self._strict if kind in COMPLETE else self._lenient

    def _sealing(self, request: NoticeRequest) -> Sealing | None:
        if not request.seal_name:
            return None
        return Sealing(
            request.seal_name, self._authority.signer(request.body_code, request.body_name, request.issued_at)
        )
