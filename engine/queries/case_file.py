"""The whole file of one case (办件档案), as an officer inside its data scope sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row

from engine.definitions.model import ProcessModel
from engine.office import Office
from engine.office.shelves import ShelvedDefinition
from engine.policy.actors import Actor
from engine.policy.identifiers import mask_identity_number, mask_phone
from engine.queries.applicant_view import AnswerSection, answer_sections
from engine.queries.clock_views import ClockView, clock_views, supervision_orders
from engine.queries.commitment_views import CommitmentView, commitment_views
from engine.queries.masking import mask_name, mask_value
from engine.queries.reading import reading, statement
from engine.queries.scope import visible_case
from engine.queries.step_views import Progress, StepView, place_of, progress_of, step_rows, step_views
from engine.queries.timeline import EventLine, timeline
from engine.records.cases import CaseRecords
from engine.records.definitions import DefinitionRecords
from engine.terms import Card, CaseKind, CaseResult, CaseStatus, Channel, Lane


@dataclass(frozen=True)
class CaseHeader:
    """The first lines of the file."""

    number: str
    item_key: str
    item_code: str
    item_title: str
    item_title_en: str
    version: int
    department: str
    department_name: str
    kind: CaseKind
    status: CaseStatus
    result: CaseResult | None
    channel: Channel
    home_region: str
    home_region_name: str
    accept_region: str
    accept_region_name: str
    received_at: datetime
    accepted_at: datetime | None
    decided_at: datetime | None
    delivered_at: datetime | None
    closed_at: datetime | None
    promised_due_at: datetime | None
    statutory_due_at: datetime | None
    due_is_provisional: bool
    card: Card
    revision: int


@dataclass(frozen=True)
class ApplicantView:
    """Who applies. Numbers are masked unless `is_revealed`."""

    name: str
    id_number: str
    phone: str
    is_registered: bool
    is_revealed: bool
    answers: tuple[AnswerSection, ...]


@dataclass(frozen=True)
class DocumentView:
    """One line of the material list; status: received, reused, deferred, missing, not_needed.

    `deferrable` may follow after acceptance (容缺); for `declarable` a written commitment may stand in (告知承诺).
    """

    id: str
    title: str
    required: bool
    status: str
    mode: str
    form: str
    copies: int
    how_to: str
    received_at: datetime | None
    deferrable: bool
    declarable: bool


@dataclass(frozen=True)
class SuspensionView:
    """One special procedure (特别程序) that stopped the clock; `ends_with_step` if nobody needs to end it by hand."""

    id: int
    procedure: str
    title: str
    reason: str
    started_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    ends_with_step: bool


@dataclass(frozen=True)
class CertificateView:
    """A certificate or licence (证明、证照) of the case; status: reserved, issued, voided, revoked."""

    number: str
    title: str
    status: str
    issued_at: datetime | None
    valid_until: date | None
    check_code: str


@dataclass(frozen=True)
class NoticeView:
    """A counter document (办理文书) of the case."""

    number: str
    kind: str
    issued_at: datetime


@dataclass(frozen=True)
class MessageView:
    """A message to the outside (通知); `state` is waiting, sent or failed."""

    receiver: str
    kind: str
    state: str
    created_at: datetime
    text: str
    last_error: str


@dataclass(frozen=True)
class CaseFile:
    """Everything about one case. `process` is the drawn main process, for the chart with `progress`."""

    header: CaseHeader
    applicant: ApplicantView
    documents: tuple[DocumentView, ...]
    steps: tuple[StepView, ...]
    progress: Progress
    clocks: tuple[ClockView, ...]
    timeline: tuple[EventLine, ...]
    suspensions: tuple[SuspensionView, ...]
    certificates: tuple[CertificateView, ...]
    notices: tuple[NoticeView, ...]
    messages: tuple[MessageView, ...]
    remarks: Mapping[str, Any]
    process: ProcessModel
    commitments: tuple[CommitmentView, ...]


# Parts of the encrypted record that the file shows as remarks, by the name it gives them.
_REMARKS = {
    "step:accept": "acceptance",
    "step:correction": "correction",
    "step:refuse_acceptance": "non_acceptance",
    "delivery": "delivery",
    "ending": "ending",
}
# Parts that say why something was passed on, asked or struck off, by what they are about (待办编号…).
_NOTES = ("transfer", "asked", "removed", "procedure")
_CERTIFICATES = (
    "SELECT number, title, status, issued_at, valid_until, check_code FROM certificates"
    " WHERE case_id = :case_id ORDER BY id"
)
# The notices of cards stand with the cards, for whom they concern (`card_view`).
_NOTICES = "SELECT number, kind, issued_at FROM notices WHERE case_id = :case_id AND kind <> 'card_notice' ORDER BY id"
_MESSAGES = (
    "SELECT o.receiver, o.kind, o.created_at, o.sent_at, o.dead_at, o.last_error, d.text"
    " FROM outbox o LEFT JOIN outbox_deliveries d ON d.outbox_id = o.id WHERE o.case_id = :case_id ORDER BY o.id"
)


def case_file(office: Office, actor: Actor, number: str, *, reveal: bool = False) -> CaseFile:
    """The file of a case inside the actor's data scope; NotFound outside it.

    `reveal` shows whole identity and phone numbers: the door records who asked and why before it shows them.
    A supervisor sees how a case was handled, and of the person only what the law's purpose asks for: nothing but the
    first character of the name until a purpose was given.
    """
    is_shown = reveal or actor.works_on_cases
    with reading(office) as connection:
        case = visible_case(connection, actor, number)
        definitions = DefinitionRecords(connection)
        shelved = office.definitions.by_id(definitions, case.version_id)
        calendar = office.references.calendar(definitions).calendar.for_place(case.home_region, case.department)
        records = CaseRecords(connection)
        suspensions = records.suspensions(case.id) if case.accepted_at else []
        kept = {part: office.sealer.decrypt_json(body) for part, body in records.personal(case.id).items()}
        rows = step_rows(connection, case.id)
        by_token = {
            part.removeprefix("step:"): body for part, body in kept.items() if part.startswith(("step:", "sign:"))
        }
        if is_asked := _is_only_asked(actor, case, rows):
            own = {name for row in rows if row.post_id in actor.post_ids for name in (row.token, place_of(row))}
            by_token = {token: body for token, body in by_token.items() if token in own}
        is_told = is_shown and not is_asked
        remarks = {name: kept[part] for part, name in _REMARKS.items() if part in kept and is_told}
        if again := [part for part in kept if part.startswith("step:correction:")]:
            # A second notice (再次告知) is what the applicant has to answer now; the first stays a paper of the case.
            remarks |= {"correction": kept[max(again)]} if is_told else {}
        if is_shown:
            own_items = {f"asked:{row.work_item_id}" for row in rows if row.post_id in actor.post_ids}
            notes = _notes(kept, None if is_told else own_items)
            remarks |= {"notes": notes} if notes else {}
        return CaseFile(
            header=header_of(case),
            applicant=_applicant(case, shelved, kept.get("application", {}), reveal, is_shown),
            documents=_documents(shelved, records.documents(case.id)),
            steps=step_views(shelved.definition, rows, by_token if is_shown else {}, reveal=reveal),
            progress=progress_of(shelved.definition, rows),
            clocks=clock_views(
                shelved.definition,
                case,
                suspensions,
                rows,
                supervision_orders(connection, case.id),
                calendar,
                office.clock.now(),
            ),
            commitments=commitment_views(connection, case.id, shelved.definition)
            if case.accepted_at and not is_asked
            else (),
            timeline=timeline(connection, case.id, shelved.definition),
            suspensions=tuple(
                _suspension(row, str(kept.get(f"procedure:{row.id}", {}).get("reason", "")) if is_told else "")
                for row in suspensions
            ),
            remarks=remarks if reveal else mask_value(remarks),
            process=shelved.definition.process,
            **(_issued(connection, case.id) if not is_asked else {"certificates": (), "notices": (), "messages": ()}),
        )


def _notes(kept: Mapping[str, Mapping[str, Any]], parts: set[str] | None) -> list[dict[str, str]]:
    """What was written to colleagues: kind, text and by whom; `parts` names those that may be read, None all."""
    found = {}
    for part, body in sorted(kept.items()):
        kind = part.partition(":")[0]
        if kind in _NOTES and (parts is None or part in parts):
            text = str(body.get("reason") or body.get("note") or "")
            found[kind, text] = {"kind": kind, "text": text, "officer": str(body.get("officer") or "")}
    return list(found.values())


def _is_only_asked(actor: Actor, case: Row[Any], rows: Sequence[Row[Any]]) -> bool:
    """Whether the case concerns the actor only as a consulted department (协查): it sees the application and its own
    answer, not what others wrote, decided and sent."""
    regions = (case.home_region, case.accept_region)
    if actor.is_system or any(s.covers(r, case.department) for s in actor.reader.scopes for r in regions):
        return False
    present = {row.post_id for row in rows}
    asked = [p.lane == Lane.CONSULTED_DEPARTMENT for p in actor.posts if p.id in present]
    return bool(asked) and all(asked)  # whoever reads by a copy (抄送) holds no post of the case


def header_of(case: Row[Any]) -> CaseHeader:
    """The header of a row of `scope.visible_case`."""
    plain = {name: getattr(case, name) for name in _PLAIN}
    return CaseHeader(
        **plain,
        department_name=case.department_name or case.department,
        kind=CaseKind(case.kind),
        status=CaseStatus(case.status),
        result=CaseResult(case.result) if case.result else None,
        channel=Channel(case.channel),
        home_region_name=case.home_region_name or "",
        accept_region_name=case.accept_region_name or "",
        card=Card(case.card),
    )


_PLAIN = (
    *("number", "item_key", "item_code", "item_title", "item_title_en", "version", "department", "home_region"),
    *("accept_region", "received_at", "accepted_at", "decided_at", "delivered_at", "closed_at", "promised_due_at"),
    *("statutory_due_at", "due_is_provisional", "revision"),
)


def _applicant(
    case: Row[Any], shelved: ShelvedDefinition, application: Mapping[str, Any], reveal: bool, is_shown: bool
) -> ApplicantView:
    answers = application.get("form", {})
    id_number, phone = str(answers.get("applicant_id") or ""), str(answers.get("applicant_phone") or "")
    sections = [s for s in shelved.definition.form if s.provided_by == "applicant"]
    return ApplicantView(
        name=case.applicant_name if is_shown else mask_name(case.applicant_name),
        id_number=id_number if reveal else mask_identity_number(id_number),
        phone=phone if reveal else mask_phone(phone),
        is_registered=case.resident_id is not None,
        is_revealed=reveal,
        answers=answer_sections(sections, answers, reveal=reveal) if is_shown else (),
    )


def _documents(shelved: ShelvedDefinition, rows: list[Row[Any]]) -> tuple[DocumentView, ...]:
    rules = {rule.id: rule for rule in shelved.definition.documents}
    return tuple(
        DocumentView(
            id=row.document_id,
            title=row.title,
            required=row.required,
            status=row.status,
            mode=row.mode,
            form=rules[row.document_id].form,
            copies=rules[row.document_id].copies,
            how_to=rules[row.document_id].how_to,
            received_at=row.received_at,
            deferrable=rules[row.document_id].deferrable,
            declarable=rules[row.document_id].commitment,
        )
        for row in rows
    )


def _suspension(row: Row[Any], reason: str) -> SuspensionView:
    return SuspensionView(
        row.id,
        row.procedure,
        row.title,
        reason,
        row.started_at,
        row.due_at,
        row.ended_at,
        ends_with_step=row.token is not None,
    )


def _issued(connection: Connection, case_id: int) -> dict[str, Any]:
    """Certificates, notices and messages of the case."""
    values = {"case_id": case_id}
    certificates = connection.execute(statement(_CERTIFICATES), values)
    notices = connection.execute(statement(_NOTICES), values)
    messages = connection.execute(statement(_MESSAGES), values)
    return {
        "certificates": tuple(CertificateView(**row._mapping) for row in certificates),
        "notices": tuple(NoticeView(**row._mapping) for row in notices),
        "messages": tuple(_message(row) for row in messages),
    }


def _message(row: Row[Any]) -> MessageView:
    state = "sent" if row.sent_at else "failed" if row.dead_at else "waiting"
    return MessageView(row.receiver, row.kind, state, row.created_at, row.text or "", row.last_error)
