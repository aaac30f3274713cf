"""A case copied to officers who must know of it but do not act on it (抄送), and read by them."""

from __future__ import annotations

from dataclasses import dataclass

from engine.clock import local_date
from engine.commands.case_change import CaseChange
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import FormInvalid, NotFound
from engine.policy.actors import CASE_READERS
from engine.policy.operations import Action
from engine.records.colleagues import ColleagueRecords
from engine.records.telling import TellingRecords

MOST_RECEIVERS = 20


@dataclass(frozen=True, kw_only=True)
class CopyCase(Request):
    """officers  one to twenty whose duty allows them to open case files; `note` is kept encrypted"""

    case_number: str
    officers: tuple[int, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ReadCopy(Request):
    """The actor has read the copy of this case."""

    case_number: str


@verb
def copy_case(desk: Desk, request: CopyCase) -> Answer:
    """Who may read the case from now on, wherever their own cases lie."""
    change = CaseChange.at_number(desk, request.case_number)
    change.require(Action.COPY)
    _check_receivers(change, request.officers)
    seal, records = desk.office.sealer, TellingRecords(desk.uow.connection)
    note = seal.encrypt_json({"note": request.note}) if request.note else None
    records.copy(change.case_id, request.officers, desk.actor.officer_id or None, desk.now, note)
    told = {"officers": list(request.officers), "note": seal.digest(request.note) if request.note else None}
    change.happened("case_copied", told)
    change.save()
    return {"case_id": change.case_id, "number": request.case_number, "officers": list(request.officers)}


def _check_receivers(change: CaseChange, officers: tuple[int, ...]) -> None:
    """Everybody named may read cases, is not concerned as a relative, and is not the sender."""
    desk = change.desk
    if not 1 <= len(officers) <= MOST_RECEIVERS or len(set(officers)) != len(officers):
        raise FormInvalid(errors={"officers": [f"请选择1至{MOST_RECEIVERS}人，每人只选一次。"]})
    found = ColleagueRecords(desk.uow.connection).readers(
        officers, sorted(CASE_READERS), change.values["applicant_index"], local_date(desk.now)
    )
    fit = {row.id for row in found if not row.conflict} - {desk.actor.officer_id}
    if unfit := [officer for officer in officers if officer not in fit]:
        names = {row.id: row.name for row in found}
        told = "、".join(names.get(officer, f"人员{officer}") for officer in unfit)
        raise FormInvalid(
            errors={"officers": [f"不能抄送给{told}：只抄送给在岗、有权查阅办件、与申请人没有利害关系的其他人员。"]}
        )


@verb
def mark_copy_read(desk: Desk, request: ReadCopy) -> Answer:
    """Whether it was unread; nothing of the case changes."""
    records = TellingRecords(desk.uow.connection)
    was_unread = records.copy_read(request.case_number, desk.actor.officer_id, desk.now)
    if not was_unread:
        raise NotFound("没有抄送给您的未读办件，可能已经读过；请刷新后再看。", en="no unread copy of this case for you")
    return {"number": request.case_number, "read_at": desk.now}
