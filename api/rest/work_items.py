"""Work items (待办): my worklist, one item, and the verbs on it."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields

from api.auth import current_actor, office, signed_in
from api.rest.answers import answer, idempotency_key, wanted_version
from api.rest.case_verbs import WORK_ITEM_VERBS
from api.rest.described import described, page_described
from api.rest.input import Doors, PageQuery, Query, choice, text
from api.rest.recorded import record_search, refuse_person_in_address
from api.rest.verb_doors import Verb
from engine.commands.retry_machine_item import RetryMachineItem, retry_machine_item
from engine.queries.candidates import CandidatePost, Purpose, candidates
from engine.queries.case_actions import WorkItemActions, work_item_actions
from engine.queries.return_targets import ReturnTarget, return_targets
from engine.queries.worklist import WorkItemLine, WorklistCounts, WorklistFilter, worklist
from engine.terms import Card, CaseStatus, Stage

doors = Doors("work-items", __name__, url_prefix="/api/v1", description="待办：列表、领取、办理")
TILES = tuple(name for name in WorklistCounts.__dataclass_fields__ if name != "total")


class WorklistQuery(PageQuery):
    q = text(60, "办件编号、申请人姓名或拼音首字母、完整身份证号", "lxl")
    item = text(80, "事项键")
    stage = choice(list(Stage), "环节")
    card = choice(list(Card), "时限信号")
    status = choice(list(CaseStatus), "办件状态")
    tile = choice(TILES, "工作台上的一格")
    mine = fields.Boolean(load_default=False, metadata={"description": "只看我已领取的"})


_PAGE = page_described(WorkItemLine)
_WORKLIST = {**_PAGE, "properties": {**_PAGE["properties"], "counts": described(WorklistCounts)}}


@doors.route("/work-items")
@signed_in
@doors.arguments(WorklistQuery, location="query")
@doors.response(200, _WORKLIST)
def list_work_items(query: dict[str, Any]) -> Response:
    """我的待办 Open work items of my posts, the most urgent first, with the counts of the tiles."""
    refuse_person_in_address(query["q"])
    return _found(query)


@doors.route("/work-items/searches", methods=["POST"])
@signed_in
@doors.arguments(WorklistQuery)
@doors.response(200, _WORKLIST)
def search_work_items(body: dict[str, Any]) -> Response:
    """查找待办 The same with the filter in the body; a search for a person's identity number is recorded."""
    return _found(body)


def _found(query: dict[str, Any]) -> Response:
    wanted = WorklistFilter(**{name: query[name] for name in WorklistFilter.__dataclass_fields__})
    found = worklist(office(), current_actor(), wanted, query["cursor"], query["limit"])
    page = found.page
    record_search(query["q"], len(page.lines))
    return answer(
        {
            "items": page.lines,
            "next_cursor": page.next_cursor,
            "previous_cursor": page.previous_cursor,
            "counts": found.counts,
        }
    )


@doors.route("/work-items/<int:work_item_id>")
@signed_in
@doors.response(200, described(WorkItemActions), headers={"ETag": {"schema": {"type": "string"}}})
def show_work_item(work_item_id: int) -> Response:
    """一个待办 What an open work item of mine offers; its ETag is the version to send back in If-Match."""
    number, item = work_item_actions(office(), current_actor(), work_item_id)
    told = {name: getattr(item, name) for name in item.__dataclass_fields__}
    told["verdicts"] = [v.to_dict() for v in item.verdicts]
    return answer({"case_number": number, **told}, etag=item.version)


class CandidatesQuery(Query):
    purpose = choice(list(Purpose), "找谁：接手（hold）、协助或加签（help）、会签或票签（decide）", required=True)


_POSTS = {"type": "object", "properties": {"posts": {"type": "array", "items": described(CandidatePost)}}}
_TARGETS = {"type": "object", "properties": {"targets": {"type": "array", "items": described(ReturnTarget)}}}


@doors.route("/work-items/<int:work_item_id>/candidates")
@signed_in
@doors.arguments(CandidatesQuery, location="query")
@doors.response(200, _POSTS)
def show_candidates(query: dict[str, Any], work_item_id: int) -> Response:
    """人选 Posts and officers to hand the step to or to ask, with their load today and why somebody cannot be chosen."""
    found = candidates(office(), current_actor(), work_item_id, Purpose(query["purpose"]))
    return answer({"posts": found})


@doors.route("/work-items/<int:work_item_id>/return-targets")
@signed_in
@doors.response(200, _TARGETS)
def show_return_targets(work_item_id: int) -> Response:
    """可退回的环节 The earlier steps the case may be sent back to, with who did them."""
    return answer({"targets": return_targets(office(), current_actor(), work_item_id)})


@doors.route("/work-items/<int:work_item_id>/retry", methods=["POST"])
@signed_in
@doors.response(200, {"type": "object"})
def retry(work_item_id: int) -> Response:
    """重试系统待办 A machine item that gave up is tried again; for organisation administrators and supervisors.

    Idempotency-Key: 同一编号同一内容只办一次 done once for one key.
    """
    wanted = RetryMachineItem(work_item_id=work_item_id, idempotency_key=idempotency_key())
    return answer(retry_machine_item(office(), current_actor(), wanted))


def _route(verb: Verb) -> None:
    """One POST route per verb; its body is the verb's own."""

    def act(body: dict[str, Any], work_item_id: int) -> Response:
        place = {"work_item_id": work_item_id, "version": wanted_version()}
        done = verb.run(office(), current_actor(), place, body, idempotency_key())
        return answer(done, etag=done.get("version"))

    act.__doc__ = verb.words()
    view = doors.arguments(verb.body, required=False)(doors.response(200, {"type": "object"})(act))
    doors.route(f"/work-items/<int:work_item_id>/{verb.path}", methods=["POST"], endpoint=verb.action.value)(
        signed_in(view)
    )


for _verb in WORK_ITEM_VERBS:
    _route(_verb)
