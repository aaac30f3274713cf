"""Cases (办件): receive, find, read, act."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from api.auth import current_actor, office, roles, signed_in
from api.rest.answers import answer, idempotency_key
from api.rest.case_verbs import VERBS
from api.rest.described import described, page_described
from api.rest.input import Doors, Input, PageQuery, Query, choice, day, json_body, text
from api.rest.items import documents_received, form_answers, region_code
from api.rest.recorded import record, record_search, refuse_person_in_address
from api.rest.verb_doors import Verb
from engine.commands.receive_case import ReceiveCase, receive_case
from engine.errors import FormInvalid, NotFound
from engine.queries.case_actions import CaseActions, WorkItemActions, case_actions
from engine.queries.case_file import CaseFile, case_file
from engine.queries.case_search import CaseFilter, CaseLine, case_search
from engine.queries.clock_views import ClockView
from engine.queries.timeline import EventLine, case_timeline
from engine.terms import Card, CaseResult, CaseStatus, Channel, Role

doors = Doors("cases", __name__, url_prefix="/api/v1", description="办件：收件、查询、办理")


class ReceiveBody(Input):
    item = text(80, "事项键", "mz-001-subsistence-allowance", required=True)
    form = form_answers()
    documents = documents_received()
    channel = choice(list(Channel), "申报来源", "counter")
    home_region = region_code("申请人居住的社区；居民库中没有此人时必填")
    post_id = fields.Integer(load_default=None, metadata={"description": "收件岗位；只有一个窗口岗位时可省"})


class CaseQuery(PageQuery):
    q = text(60, "办件编号、申请人姓名或拼音首字母、完整身份证号", "李秀兰")
    item = text(80, "事项键")
    status = choice(list(CaseStatus), "状态")
    result = choice(list(CaseResult), "结果")
    card = choice(list(Card), "时限信号")
    department = text(40, "部门")
    region = region_code("区划代码：含其所辖")
    received_from = day("收件日期起")
    received_through = day("收件日期止（含）")


class FileQuery(Query):
    reveal = fields.Boolean(load_default=False, metadata={"description": "显示完整身份证号和电话；须写明用途"})
    purpose = text(200, "查看用途，记入审计", "核对领取人身份")


@doors.route("/cases", methods=["POST"])
@roles(Role.CLERK)
@doors.arguments(ReceiveBody)
@doors.response(201, {"type": "object"})
def receive(body: dict[str, Any]) -> Response:
    """收件 Receive a case: `outcome` is received (201), referred or not_issuable (200, with whom to turn to)."""
    wanted = ReceiveCase(**{**body, "channel": body["channel"] or Channel.COUNTER}, idempotency_key=idempotency_key())
    done = receive_case(office(), current_actor(), wanted)
    if done["outcome"] != "received":
        return answer(done)
    return answer(done, 201, location=f"/api/v1/cases/{done['number']}")


@doors.route("/cases")
@signed_in
@doors.arguments(CaseQuery, location="query")
@doors.response(200, page_described(CaseLine))
def find_cases(query: dict[str, Any]) -> Response:
    """办件查询 Cases inside my data scope, the newest first. By identity number: POST /cases/searches."""
    refuse_person_in_address(query["q"])
    return _found(query)


@doors.route("/cases/searches", methods=["POST"])
@signed_in
@doors.arguments(CaseQuery)
@doors.response(200, page_described(CaseLine))
def search_cases(body: dict[str, Any]) -> Response:
    """办件查询 The same with the filter in the body; a search for a person's identity number is recorded."""
    return _found(body)


def _found(query: dict[str, Any]) -> Response:
    actor = current_actor()
    wanted = CaseFilter(**{name: query[name] for name in CaseFilter.__dataclass_fields__})
    page = case_search(office(), actor, wanted, query["cursor"], query["limit"])
    record_search(query["q"], len(page.lines))
    return answer({"items": page.lines, "next_cursor": page.next_cursor, "previous_cursor": page.previous_cursor})


@doors.route("/cases/<number>")
@signed_in
@doors.arguments(FileQuery, location="query")
@doors.response(200, described(CaseFile))
def show_case(query: dict[str, Any], number: str) -> Response:
    """办件档案 The whole file; identity numbers are masked unless a purpose for revealing them is given. Recorded."""
    reveal, purpose = query["reveal"], query["purpose"].strip()
    if reveal and not purpose:
        raise FormInvalid("请写明查看完整信息的用途。", en="State the purpose.", errors={"purpose": ["请写明用途。"]})
    file = case_file(office(), current_actor(), number, reveal=reveal)
    record("reveal_identity" if reveal else "view_case", "case", number, {"purpose": purpose} if purpose else {})
    told = {name: getattr(file, name) for name in file.__dataclass_fields__ if name != "process"}
    return answer({**told, "clocks": [clock.to_dict() for clock in file.clocks]})


@doors.route("/cases/<number>/events")
@signed_in
@doors.response(200, {"type": "object", "properties": {"items": {"type": "array", "items": described(EventLine)}}})
def show_events(number: str) -> Response:
    """办理经过 What happened, oldest first, in words; each hash proves the chain."""
    events = case_timeline(office(), current_actor(), number)
    record("view_events", "case", number)
    return answer({"items": events})


@doors.route("/cases/<number>/clocks")
@signed_in
@doors.response(200, {"type": "object", "properties": {"clocks": {"type": "array", "items": described(ClockView)}}})
def show_clocks(number: str) -> Response:
    """时限台账 Every clock of the case with its legal basis and the ledger of its due date, line by line."""
    file = case_file(office(), current_actor(), number)
    record("view_clocks", "case", number)
    return answer({"number": number, "clocks": [c.to_dict() for c in file.clocks], "suspensions": file.suspensions})


@doors.route("/cases/<number>/actions")
@signed_in
@doors.response(200, described(CaseActions))
def show_actions(number: str) -> Response:
    """可办操作 What I may do now, and why the rest is not possible."""
    return answer(actions_told(case_actions(office(), current_actor(), number)))


@doors.route("/cases/<number>/actions/<action>", methods=["POST"])
@signed_in
@doors.response(200, {"type": "object"})
def act_on_case(number: str, action: str) -> Response:
    """办理 Do an action: the body of its own route, plus `work_item_id` and `version` where it is done at a work item."""
    body = json_body()
    verb, schema = _BODIES.get(action.replace("-", "_")) or _no_action(action)
    given = _loaded(schema, body)
    place: dict[str, Any] = {"case_number": number}
    if verb.is_of_work_item:
        place = {"work_item_id": given.pop("work_item_id"), "version": given.pop("version")}
    return answer(verb.run(office(), current_actor(), place, given, idempotency_key()))


class _Place(Input):
    work_item_id = fields.Integer(required=True)
    version = fields.Integer(load_default=None, validate=validate.Range(min=1))


def _body_at(verb: Verb) -> type[Input]:
    """The body of the verb, with the work item it is about where it is about one."""
    return type(f"{verb.body.__name__}At", (verb.body, _Place), {}) if verb.is_of_work_item else verb.body


_BODIES = {verb.action.value: (verb, _body_at(verb)()) for verb in VERBS}


def _loaded(schema: Schema, body: dict[str, Any]) -> dict[str, Any]:
    errors = schema.validate(body)
    if errors:
        raise FormInvalid("提交的内容有误，请按提示更正。", en="Some entries are not valid.", errors=errors)
    loaded: dict[str, Any] = schema.load(body)
    return loaded


def _no_action(action: str) -> Any:
    raise NotFound(f"没有“{action[:40]}”这种操作。", en="no such action")


def actions_told(found: CaseActions) -> dict[str, Any]:
    """Verdicts and offers as JSON."""
    return {
        "number": found.number,
        "case_status": found.case_status,
        "actions": [v.to_dict() for v in found.verdicts],
        "work_items": [_item_told(item) for item in found.work_items],
        "done_steps": [
            {"token": o.token, "step_name": o.step_name, "verdict": o.verdict.to_dict()} for o in found.done_steps
        ],
    }


def _item_told(item: WorkItemActions) -> dict[str, Any]:
    told = {name: getattr(item, name) for name in item.__dataclass_fields__}
    return {**told, "verdicts": [v.to_dict() for v in item.verdicts]}
