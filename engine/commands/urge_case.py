"""A reminder to whoever holds a case (催办): once a day, because the applicant asked or because it hurries."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.operations import Action
from engine.records.telling import TellingRecords


@dataclass(frozen=True, kw_only=True)
class UrgeCase(Request):
    """`for_applicant`: the applicant asked for it."""

    case_number: str
    for_applicant: bool = False


@verb
def urge_case(desk: Desk, request: UrgeCase) -> Answer:
    """When it was urged; the posts that hold the open steps are told, and the worklist shows it."""
    change = CaseChange.at_number(desk, request.case_number)
    change.require(Action.URGE)
    change.set(urged_at=desk.now)
    TellingRecords(desk.uow.connection).urge(
        change.case_id, desk.actor.officer_id, desk.now, for_applicant=request.for_applicant
    )
    posts = desk.uow.work.holding_posts(change.case_id)
    change.tell("officer", "case_urged", {"number": request.case_number, "posts": posts})
    change.happened("case_urged", {"for_applicant": request.for_applicant, "posts": posts})
    change.save()
    return {"case_id": change.case_id, "number": request.case_number, "urged_at": desk.now, "posts": posts}
