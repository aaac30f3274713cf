"""Bulk work (批量办理): start a run on a selection, follow it, try the refused ones again."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields, validate

from api.auth import current_actor, office, signed_in
from api.rest.answers import answer, idempotency_key
from api.rest.described import described
from api.rest.input import Doors, Input, choice, text
from engine.commands.bulk.start_bulk import IN_BULK, MOST_LINES, StartBulk, start_bulk
from engine.commands.bulk.tell_line import RetryRefused, retry_refused
from engine.policy.operations import Action
from engine.queries.bulk_runs import BulkRun, bulk_run, bulk_runs

doors = Doors("bulk", __name__, url_prefix="/api/v1", description="批量办理")

# Which parameters an operation takes; others are refused.
PARAMETERS: dict[Action, tuple[str, ...]] = {
    Action.TRANSFER: ("post_id", "officer_id", "reason"),
    Action.COMPLETE: ("decision", "opinion"),
    Action.URGE: ("for_applicant",),
}


class BulkBody(Input):
    action = choice(IN_BULK, "操作", "claim", required=True)
    work_items = fields.List(
        fields.Integer(), load_default=list, validate=validate.Length(max=MOST_LINES, error="最多{max}件。")
    )
    cases = fields.List(
        fields.String(validate=validate.Length(1, 30)),
        load_default=list,
        validate=validate.Length(max=MOST_LINES, error="最多{max}件。"),
        metadata={"description": "办件编号，只用于催办"},
    )
    post_id = fields.Integer(load_default=None, metadata={"description": "转办：接手的岗位"})
    officer_id = fields.Integer(load_default=None, metadata={"description": "转办：指定的承办人员"})
    reason = text(500, "转办：理由")
    decision = text(40, "一并办理：意见代码", "agree")
    opinion = text(2000, "一并办理：意见")
    for_applicant = fields.Boolean(load_default=False, metadata={"description": "催办：应申请人要求"})


def bulk_request(given: dict[str, Any], key: str = "") -> StartBulk:
    """The request of these entries; of the parameters only those the operation takes."""
    names = PARAMETERS.get(Action(given["action"]), ())
    return StartBulk(
        action=given["action"],
        work_items=tuple(given["work_items"]),
        cases=tuple(given["cases"]),
        parameters={name: given[name] for name in names},
        idempotency_key=key,
    )


@doors.route("/bulk", methods=["POST"])
@signed_in
@doors.arguments(BulkBody)
@doors.response(202, {"type": "object"})
def start(body: dict[str, Any]) -> Response:
    """批量办理 One operation on many work items, worked off case by case; follow it at the address answered.

    Idempotency-Key: 同一编号同一内容只办一次 done once for one key.
    """
    done = start_bulk(office(), current_actor(), bulk_request(body, idempotency_key()))
    return answer(done, 202, location=f"/api/v1/bulk/{done['run_id']}")


@doors.route("/bulk")
@signed_in
@doors.response(200, {"type": "object", "properties": {"items": {"type": "array", "items": described(BulkRun)}}})
def list_runs() -> Response:
    """我的批量办理 My last runs, the newest first."""
    return answer({"items": bulk_runs(office(), current_actor())})


@doors.route("/bulk/<int:run_id>")
@signed_in
@doors.response(200, described(BulkRun))
def show_run(run_id: int) -> Response:
    """一次批量办理 How far it is, with the result of every case."""
    return answer(bulk_run(office(), current_actor(), run_id))


@doors.route("/bulk/<int:run_id>/retry", methods=["POST"])
@signed_in
@doors.response(200, {"type": "object"})
def retry(run_id: int) -> Response:
    """重试未办成的 The refused cases are tried once more.

    Idempotency-Key: 同一编号同一内容只办一次 done once for one key.
    """
    wanted = RetryRefused(run_id=run_id, idempotency_key=idempotency_key())
    return answer(retry_refused(office(), current_actor(), wanted))
