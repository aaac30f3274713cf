"""Papers go from one post to another (材料交接单): the one hands them over, the other confirms what came."""

from __future__ import annotations

from dataclasses import dataclass

from engine.clock import local_date
from engine.commands.case_change import CaseChange
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import ActionNotAllowed, FormInvalid, NotFound
from engine.policy.actors import ASKED_LANES, CASE_WORKERS, PostHeld
from engine.policy.operations import Action

ON_PAPER = ("received",)  # a licence reused in place of a paper cannot be carried anywhere


@dataclass(frozen=True, kw_only=True)
class HandOverDocuments(Request):
    """from_post_id  one of the actor's posts; `documents` ids of the item's list, received on paper"""

    case_number: str
    from_post_id: int
    to_post_id: int
    documents: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ReceiveDocuments(Request):
    """Confirms everything on the slip."""

    handover_id: int


@verb
def hand_over_documents(desk: Desk, request: HandOverDocuments) -> Answer:
    """The slip, numbered 〈body〉交〔year〕serial, waiting for the other post's signature."""
    change = CaseChange.at_number(desk, request.case_number)
    change.require(Action.HAND_OVER)
    post = _own_post(desk, change, request.from_post_id)
    _require_receiver(desk, change, request)
    _require_papers(desk, change, request)
    organisation = desk.uow.organisation.organisation(post.organisation_id)
    series = f"{organisation.short_name if organisation else ''}交〔{local_date(desk.now).year}〕"
    number = f"{series}{desk.uow.counters.next(f'handover:{series}')}号"
    documents = list(dict.fromkeys(request.documents))
    handover_id = desk.uow.papers.hand_over(
        {
            "case_id": change.case_id,
            "number": number,
            "from_post_id": post.id,
            "to_post_id": request.to_post_id,
            "handed_by": desk.actor.officer_id,
            "handed_at": desk.now,
            "documents": documents,
        }
    )
    told = {"handover": handover_id, "number": number, "from": post.id, "to": request.to_post_id}
    change.happened("documents_handed_over", {**told, "documents": documents})
    change.save()
    return {"case_id": change.case_id, "handover_id": handover_id, "number": number}


@verb
def receive_documents(desk: Desk, request: ReceiveDocuments) -> Answer:
    """The slip with both signatures; nobody confirms what he handed over himself."""
    row = desk.uow.papers.handover(request.handover_id)
    if row is None or desk.actor.post(row.to_post_id) is None:
        raise NotFound("没有等待您接收的这份交接单，请核对。", en="no such slip for your posts")
    change = CaseChange.at_case(desk, row.case_id)
    change.require(Action.TAKE_OVER)
    row = desk.uow.papers.handover(request.handover_id) or row  # as it is now that the case is locked
    if row.received_at is not None:
        raise ActionNotAllowed("这份交接单已经确认接收。", en="received before", rule="received_before")
    if row.handed_by == desk.actor.officer_id:
        raise ActionNotAllowed(
            "移交人不能自己确认接收，请由接收岗位的其他人员确认。", en="same person", rule="same_person"
        )
    desk.uow.papers.receive(row.id, {"received_by": desk.actor.officer_id, "received_at": desk.now})
    change.happened("documents_received", {"handover": row.id, "number": row.number})
    change.save()
    return {"case_id": change.case_id, "handover_id": row.id, "number": row.number}


def _own_post(desk: Desk, change: CaseChange, post_id: int) -> PostHeld:
    post = desk.actor.post(post_id)
    scope = post.scope if post and post.roles & CASE_WORKERS else None
    if post is None or scope is None or not scope.covers(change.values["home_region"], change.values["department"]):
        raise FormInvalid(errors={"from_post_id": ["请选择您自己的、办理该件的岗位。"]})
    return post


def _require_receiver(desk: Desk, change: CaseChange, request: HandOverDocuments) -> None:
    found = desk.uow.papers.receiving_post(
        request.to_post_id,
        region=change.values["home_region"],
        department=change.values["department"],
        roles=sorted(CASE_WORKERS),
        asked_lanes=sorted(ASKED_LANES),
    )
    if found is None or request.to_post_id == request.from_post_id:
        raise FormInvalid(errors={"to_post_id": ["请选择有权办理该件的另一个岗位。"]})


def _require_papers(desk: Desk, change: CaseChange, request: HandOverDocuments) -> None:
    """Papers that are here: handed in, and not under way on another slip."""
    here = {row.document_id for row in desk.uow.cases.documents(change.case_id) if row.status in ON_PAPER}
    if not request.documents or not set(request.documents) <= here:
        raise FormInvalid(errors={"documents": ["请勾选已收取的纸质材料。"]})
    open_slips = [slip for slip in desk.uow.papers.handovers(change.case_id) if slip.received_at is None]
    if travelling := [slip.number for slip in open_slips if set(slip.documents) & set(request.documents)]:
        raise ActionNotAllowed(
            f"所选材料正在移交途中（{'、'.join(travelling)}），请等对方确认接收。", en="in transit", rule="in_transit"
        )
