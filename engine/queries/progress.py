"""Where is my application (办件进度)? In plain words, for the resident who holds number and query password."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from engine.clock import local_date
from engine.errors import NotFound
from engine.office import Office
from engine.policy.routing import region_chain
from engine.queries.masking import mask_name
from engine.queries.reading import reading, statement
from engine.queries.remaining import case_clock
from engine.queries.step_views import step_rows
from engine.records.cases import CaseRecords
from engine.records.organisation import OrganisationRecords
from engine.terms import CaseResult, CaseStatus, Part


@dataclass(frozen=True)
class ProgressStep:
    """One step so far or now; `state` is done or current."""

    name: str
    state: str
    at: datetime
    holder: str


@dataclass(frozen=True)
class ProgressCertificate:
    """A certificate the resident can verify and download with its check code."""

    number: str
    title: str
    check_code: str


@dataclass(frozen=True)
class CaseProgress:
    """The answer. `sentence` says in one line what is happening and what to do; `to_bring` lists what is missing.

    expected_on  by when the authority has promised the next result; None once decided or while it is your turn
    """

    number: str
    item_title: str
    item_title_en: str
    applicant: str
    status: CaseStatus
    result: CaseResult | None
    sentence: str
    sentence_en: str
    holder: str
    holder_phone: str
    received_on: date
    accepted_on: date | None
    decided_on: date | None
    expected_on: date | None
    is_provisional: bool
    correct_by: date | None
    to_bring: tuple[Mapping[str, str], ...]
    steps: tuple[ProgressStep, ...]
    certificates: tuple[ProgressCertificate, ...]


_CASE = (
    "SELECT c.*, c.status AS case_status, i.title AS item_title, i.title_en AS item_title_en FROM cases c"
    " JOIN items i ON i.id = c.item_id WHERE c.number = :number"
)
_CERTIFICATES = (
    "SELECT number, title, check_code FROM certificates WHERE case_id = :case_id AND status = 'issued' ORDER BY id"
)


def case_progress(office: Office, number: str) -> CaseProgress:
    """The progress of a case. The door has checked the query password before it asks."""
    with reading(office) as connection:
        case = connection.execute(statement(_CASE), {"number": number}).one_or_none()
        if case is None:
            raise NotFound("没有查到这个办件，请核对编号。", en="no such case")
        rows = [row for row in step_rows(connection, case.id) if row.part in (None, Part.MAIN)]
        kept = CaseRecords(connection).personal(case.id)
        found = connection.execute(statement(_CERTIFICATES), {"case_id": case.id})
        certificates = tuple(ProgressCertificate(**row._mapping) for row in found)
        open_rows = [row for row in rows if row.status == "open"]
        regions = region_chain(open_rows[0].region_code if open_rows else case.home_region)
        department = open_rows[0].department if open_rows else case.department
        body = OrganisationRecords(connection).body_for(regions, department)
        holidays_are_guessed = case.due_is_provisional
    asked = office.sealer.decrypt_json(kept["step:correction"]) if "step:correction" in kept else {}
    status = CaseStatus(case.status)
    waits = status is CaseStatus.CORRECTION
    _, due_at = case_clock(case)
    finished = case.decided_at is not None or status in (CaseStatus.CLOSED, CaseStatus.ARCHIVED)
    zh, en = _sentences(case, status, open_rows, due_at)
    return CaseProgress(
        number=case.number,
        item_title=case.item_title,
        item_title_en=case.item_title_en,
        applicant=mask_name(case.applicant_name),
        status=status,
        result=CaseResult(case.result) if case.result else None,
        sentence=zh,
        sentence_en=en,
        holder=body.name if body else "",
        holder_phone=body.phone if body else "",
        received_on=local_date(case.received_at),
        accepted_on=_day(case.accepted_at),
        decided_on=_day(case.decided_at),
        expected_on=None if finished or waits else _day(due_at),
        is_provisional=holidays_are_guessed,
        correct_by=_day(case.correction_due_at) if waits else None,
        to_bring=tuple(asked.get("corrections", ())) if waits else (),
        steps=tuple(_step(row) for row in rows if row.status in ("open", "done")),
        certificates=certificates,
    )


def _step(row: Row[Any]) -> ProgressStep:
    is_open = row.status == "open"
    return ProgressStep(
        row.name, "current" if is_open else "done", row.opened_at if is_open else row.closed_at, row.post_name or "系统"
    )


def _day(at: datetime | None) -> date | None:
    return local_date(at) if at else None


def _sentences(
    case: Row[Any], status: CaseStatus, open_rows: Sequence[Row[Any]], due_at: datetime | None
) -> tuple[str, str]:
    by, by_en = _by(due_at)
    step = "、".join(dict.fromkeys(row.name for row in open_rows)) or "办理"
    result = CaseResult(case.result) if case.result else None
    match status:
        case CaseStatus.RECEIVED:
            return f"材料已收到，窗口将在{by}前决定是否受理。", f"Received; acceptance is decided by {by_en}."
        case CaseStatus.CORRECTION:
            return f"请在{by}前补正下列材料。", f"Please hand in the documents listed below by {by_en}."
        case CaseStatus.IN_PROCESS:
            return f"正在办理（{step}），承诺在{by}前办结。", f"In process; promised by {by_en}."
        case CaseStatus.SUSPENDED:
            return (
                f"正在进行特别程序（{step}），所需时间不计入办理时限，结束后时限顺延。",
                "A special procedure is under way; its time is not counted.",
            )
        case CaseStatus.DECIDED:
            ending = result.label if result else "办结"
            return (
                f"已作出决定：{ending}。{step}中，请留意领取通知。",
                "Decided; the result is being prepared or handed over.",
            )
        case CaseStatus.CLOSED | CaseStatus.ARCHIVED:
            ending, ending_en = (result.label, result.label_en) if result else ("办结", "Closed")
            return f"已结案：{ending}。", f"Closed: {ending_en.lower()}."


def _by(due_at: datetime | None) -> tuple[str, str]:
    if due_at is None:
        return "规定期限", "the date set by law"
    day = local_date(due_at)
    return f"{day.year}年{day.month}月{day.day}日", day.isoformat()
