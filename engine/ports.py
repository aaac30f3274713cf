"""What the engine asks of the parts around it; `certificates/` implements both ports, `api/bootstrap.py` wires them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """One certificate (证明、证照) to set, seal and sign.

    `facts` are the values the face prints; dates as `date` or ISO text. `issued_at` is aware and becomes the signing time.
    """

    type_key: str
    number: str
    identifier: str
    title: str
    facts: Mapping[str, Any]
    body_name: str
    body_code: str
    issued_at: datetime
    verification_url: str
    seal_name: str


@dataclass(frozen=True, slots=True)
class SealPlacement:
    """Where one seal stands: page from 1, centre from the page's lower left corner, and diameter."""

    page: int
    x_mm: float
    y_mm: float
    diameter_mm: float


@dataclass(frozen=True, slots=True)
class IssuedPdf:
    """The finished file; the register keeps `sha256` and `signer_serial` (both lower-case hexadecimal)."""

    content: bytes
    sha256: str
    signer_serial: str
    signed_at: datetime
    page_count: int = 1
    seals: tuple[SealPlacement, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeRequest:
    """One counter document (办理文书). An empty `seal_name` gives it without seal and signature.

    template  the text in force for its kind where an officer has edited it; empty: the supplied one
    """

    notice_key: str
    number: str
    facts: Mapping[str, Any]
    body_name: str
    body_code: str
    issued_at: datetime
    tracking_url: str
    seal_name: str = ""
    template: str = ""


class CertificateIssuer(Protocol):
    """Sets, seals and signs certificates (制证用印)."""

    def issue(self, request: IssueRequest) -> IssuedPdf:
        """The signed certificate; the same request always gives the same page."""
        ...


class NoticeRenderer(Protocol):
    """Prints counter documents: receipt, acceptance, correction notice, decision (办理文书)."""

    def render(self, request: NoticeRequest) -> bytes:
        """The document as PDF."""
        ...


class NoticeTemplates(Protocol):
    """Judges texts of counter documents that officers edit (文书模板)."""

    def check(self, kind: str, content: str) -> None:
        """Raises DefinitionError with file and line where the text cannot be printed or lacks what the kind must say."""
        ...
