"""Work items of the machine lane: leased, retried with growing pauses, visible as an incident when they keep failing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from engine.commands.case_change import CaseChange
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.eligibility import check_eligibility
from engine.records.work import MOST_MACHINE_ATTEMPTS
from engine.runtime import complete
from engine.terms import WorkItemStatus

LEASE = timedelta(minutes=2)
FIRST_PAUSE = timedelta(seconds=4)
ATTEMPTS_BEFORE_INCIDENT = 4


@dataclass(frozen=True, kw_only=True)
class LeaseMachineItem(Request):
    """Takes the next machine work item that is due."""


@verb
def lease_machine_item(desk: Desk, request: LeaseMachineItem) -> Answer:
    """The leased item (`work_item_id`, `service`), or nothing. The lease outlives a crash by two minutes at the most."""
    row = desk.uow.work.lease_machine_item(desk.now, desk.now + LEASE, MOST_MACHINE_ATTEMPTS)
    return {} if row is None else {"work_item_id": row.id, "service": row.service, "attempts": row.attempts}


@dataclass(frozen=True, kw_only=True)
class PostponeMachineItem(Request):
    """What went wrong; from the fourth attempt on the item shows as an incident."""

    work_item_id: int
    attempts: int
    error: str


@verb
def postpone_machine_item(desk: Desk, request: PostponeMachineItem) -> Answer:
    """When it will be tried again; nothing when another worker finished or leased the item meanwhile."""
    until = desk.now + FIRST_PAUSE * 2 ** min(request.attempts, 10)
    failed_often = request.attempts >= ATTEMPTS_BEFORE_INCIDENT
    status = WorkItemStatus.INCIDENT if failed_often else WorkItemStatus.OPEN
    kept = desk.uow.work.postpone(request.work_item_id, request.attempts, until, request.error, status)
    return {"status": status.value, "until": until} if kept else {}


@dataclass(frozen=True, kw_only=True)
class RunService(Request):
    """A machine step that only compares, notifies or files: no outside call, so one transaction does it all."""

    work_item_id: int
    service: str


@verb
def run_service(desk: Desk, request: RunService) -> Answer:
    """Where the case went. Running a finished item again changes nothing."""
    change = CaseChange.at_work_item(desk, request.work_item_id, None)
    if change.values["work_status"] in (WorkItemStatus.DONE, WorkItemStatus.CANCELLED):
        return {"status": change.status.value}
    decision = _compared(change) if request.service == "compare_facts" else None
    token = change.values["token"]
    account = change.move(
        complete(change.shelved.process, change.state, token, decision, change.facts), done=token, decision=decision
    )
    change.set_card()
    change.happened(
        "service_run", {"item": request.work_item_id, "service": request.service, "decision": decision, **account}
    )
    if request.service == "notify":
        change.tell("applicant", "step_notice", {"number": change.values["number"], "step": change.values["step_name"]})
    change.save()
    return {"status": change.status.value, "decision": decision}


def _compared(change: CaseChange) -> str:
    """match, mismatch or unknown: the conditions that rest on registry data, judged on the case's facts."""
    outcomes = {
        f.met for f in check_eligibility(change.definition, change.facts).findings if f.condition.basis != "declared"
    }
    if False in outcomes:
        return "mismatch"
    return "unknown" if None in outcomes else "match"
