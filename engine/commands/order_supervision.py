"""A supervisor orders a case to be looked into (督办): a numbered order with a reply date."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.notices import local_text, write_notice
from engine.commands.step_hands import required_text
from engine.commands.supervision import ISSUED, USUAL_REPLY, reply_due
from engine.commands.verb import Answer, Desk, Request, verb
from engine.policy.operations import Action
from engine.records.telling import TellingRecords
from engine.terms import Role


@dataclass(frozen=True, kw_only=True)
class OrderSupervision(Request):
    """matter              what is to be answered; kept encrypted
    reply_working_days  1 to 30
    """

    case_number: str
    matter: str
    reply_working_days: int = USUAL_REPLY


@verb
def order_supervision(desk: Desk, request: OrderSupervision) -> Answer:
    """The order's number and until when it must be answered; the clocks of the case go on as they were."""
    change = CaseChange.at_number(desk, request.case_number)
    change.require(Action.SUPERVISE)
    matter = required_text(request.matter, "matter", "请写明督办事项和要求。")
    due_at = reply_due(change, request.reply_working_days)
    posts = desk.uow.work.holding_posts(change.case_id)
    change.tell("officer", "supervision_ordered", {"number": request.case_number, "posts": posts})
    body = desk.uow.organisation.organisation(desk.actor.post_with(Role.SUPERVISOR).organisation_id)
    facts = {"matter": matter, "ordered_on": local_text(desk.now), "reply_by": local_text(due_at)}
    facts |= {"holder": _holder_name(change, posts), "query_code": ""}
    number = write_notice(change, "supervision_order", facts, body)
    order_id = TellingRecords(desk.uow.connection).order(
        {
            "case_id": change.case_id,
            "number": number,
            "post_id": posts[0] if posts else None,
            "issued_by": desk.actor.officer_id,
            "issued_at": desk.now,
            "asked_at": desk.now,
            "reply_working_days": request.reply_working_days,
            "reply_due_at": due_at,
            "matter_cipher": desk.office.sealer.encrypt_json({"matter": matter}),
            "status": ISSUED,
        }
    )
    told = {"order": order_id, "number": number, "reply_due": due_at.isoformat(), "posts": posts}
    change.happened("supervision_ordered", {**told, "matter": desk.office.sealer.digest(matter)})
    change.save()
    return {"case_id": change.case_id, "order_id": order_id, "number": number, "reply_due_at": due_at}


def _holder_name(change: CaseChange, posts: list[int]) -> str:
    """The post that holds the case, as the paper names it; the department where no post does."""
    names = change.desk.uow.work.post_names(posts)
    return "、".join(names) or change.definition.title
