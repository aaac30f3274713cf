"""Counter documents (办理文书): receipt, acceptance, refusal of acceptance, one-time notice, special procedure, decision."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import jinja2

from certificates.errors import FaceUnknown
from certificates.pdfa import DocumentFacts
from certificates.pki import Authority
from certificates.press import Press, Sealing
from certificates.qr import site
from certificates.templates import environment, filled
from engine.clock import local_date
from engine.ports import NoticeRequest
from engine.terms import Term

_TEMPLATES = Path(__file__).with_name("notices")
_ENDING = ".xml.j2"


class NoticeKind(Term):
    """The counter documents; the value is the template's name, the label the title printed."""

    RECEIPT = "receipt", "收件凭证"
    ACCEPTANCE = "acceptance", "受理通知书"
    REFUSAL_OF_ACCEPTANCE = "refusal_of_acceptance", "不予受理通知书"
    ONE_TIME_NOTICE = "one_time_notice", "一次性告知书"
    SPECIAL_PROCEDURE = "special_procedure", "特别程序告知书"
    GRANT = "grant", "准予决定书"
    REFUSAL = "refusal", "不予批准决定书"
    WITHDRAWAL = "withdrawal", "撤回申请确认书"
    TERMINATION = "termination", "终止办理告知书"
    SUPERVISION_ORDER = "supervision_order", "督办单"


class NoticePrinter:
    """Implements `engine.ports.NoticeRenderer`; sealed when the request names a seal."""

    def __init__(self, authority_dir: Path, font_cache_dir: Path, public_url: str) -> None:
        self._authority_dir = authority_dir
        self._press = Press(font_cache_dir)
        self._public_url = public_url

    @cached_property
    def _authority(self) -> Authority:
        return Authority(self._authority_dir)

    @cached_property
    def _templates(self) -> jinja2.Environment:
        paths = sorted(_TEMPLATES.glob(f"*{_ENDING}"))
        return environment({path.name: path.read_text(encoding="utf-8") for path in paths})

    def render(self, request: NoticeRequest) -> bytes:
        """The document as PDF."""
        if request.notice_key not in set(NoticeKind):
            raise FaceUnknown(f"没有“{request.notice_key}”这种办理文书。")
        kind = NoticeKind(request.notice_key)
        file = f"{kind.value}{_ENDING}"
        values = {
            "title": kind.label,
            "number": request.number,
            "site": site(self._public_url),
            "issuer": request.body_name,
            "issued_on": local_date(request.issued_at),
            "sealed": bool(request.seal_name),
            "facts": request.facts,
        }
        xml = filled(self._templates, file, values)
        facts = DocumentFacts(kind.label, request.body_name, request.number, request.issued_at)
        return self._press.print(xml, file, facts, request.tracking_url, self._sealing(request)).content

    def _sealing(self, request: NoticeRequest) -> Sealing | None:
        if not request.seal_name:
            return None
        return Sealing(
            request.seal_name, self._authority.signer(request.body_code, request.body_name, request.issued_at)
        )
