"""Many cases at once (批量办理): an officer asks for one operation on a selection; the worker does it case by case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from engine.commands.verb import Answer, Desk, Request, verb
from engine.definitions.model import NodeModel
from engine.definitions.steps import node_of
from engine.errors import FormInvalid
from engine.policy.operations import Action
from engine.records.bulk import BulkRecords

MOST_LINES = 500
IN_BULK = (Action.CLAIM, Action.RELEASE, Action.TRANSFER, Action.COMPLETE, Action.URGE)
_LONGEST_NUMBER = 30


@dataclass(frozen=True, kw_only=True)
class StartBulk(Request):
    """action      one of IN_BULK; urging goes by the case, everything else by the work item
    work_items  on the actor's posts; for urging, their cases are meant
    cases       numbers of further cases, for urging alone
    parameters  what the operation asks beside: post_id, officer_id, reason; decision, opinion. Kept encrypted
    """

    action: str
    work_items: tuple[int, ...] = ()
    cases: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)


@verb
def start_bulk(desk: Desk, request: StartBulk) -> Answer:
    """The run with its lines, waiting. Whether each case allows it is found out when its turn comes."""
    action = _action(request)
    records = BulkRecords(desk.uow.connection)
    rows = records.items(request.work_items, desk.actor.post_ids)
    if missing := [item for item in request.work_items if item not in rows]:
        raise FormInvalid(
            errors={"work_items": [f"有{len(missing)}件待办不在您的岗位上，可能已被办结；请刷新待办列表后再选。"]}
        )
    _check(desk, action, request, list(rows.values()))
    lines = _lines(action, request, rows)
    run_id = records.add(
        {
            "officer_id": desk.actor.officer_id,
            "action": action.value,
            "parameters": {"sealed": desk.office.sealer.encrypt_json(dict(request.parameters)).hex()},
            "started_at": desk.now,
            "total": len(lines),
        },
        lines,
    )
    desk.uow.wake("bulk")
    return {"run_id": run_id, "action": action.value, "total": len(lines)}


def _action(request: StartBulk) -> Action:
    errors = {}
    if request.action not in IN_BULK:
        errors["action"] = [f"可以批量进行的操作：{'、'.join(action.label for action in IN_BULK)}。"]
    chosen = [*request.work_items, *request.cases]
    if not 1 <= len(chosen) <= MOST_LINES or len(set(chosen)) != len(chosen):
        errors["work_items"] = [f"请选择1至{MOST_LINES}件，每件只选一次。"]
    if request.cases and request.action != Action.URGE:
        errors["cases"] = ["只有催办可以按办件编号进行；其他操作请选择待办。"]
    if any(not 1 <= len(number) <= _LONGEST_NUMBER for number in request.cases):
        errors["cases"] = ["办件编号有误，请核对。"]
    if errors:
        raise FormInvalid(errors=errors)
    return Action(request.action)


def _check(desk: Desk, action: Action, request: StartBulk, rows: Sequence[Row[Any]]) -> None:
    given = request.parameters
    if action is Action.TRANSFER:
        errors = {} if given.get("post_id") else {"post_id": ["请选择接手的岗位。"]}
        if not str(given.get("reason") or "").strip():
            errors["reason"] = ["请写明转办理由。"]
        if errors:
            raise FormInvalid(errors=errors)
    if action is Action.COMPLETE:
        _check_alike(_step(desk, rows), str(given.get("decision") or ""))


def _step(desk: Desk, rows: Sequence[Row[Any]]) -> NodeModel:
    """The one step all of them stand on."""
    places = {(row.version_id, row.process_id, row.node_id) for row in rows}
    if len(places) != 1:
        raise FormInvalid(errors={"work_items": ["一并办理的须是同一事项的同一环节；请按事项和环节筛选后再选。"]})
    version_id, process_id, node_id = places.pop()
    return node_of(desk.office.definitions.by_id(desk.uow.definitions, version_id).definition, process_id, node_id)


def _check_alike(node: NodeModel, decision: str) -> None:
    if node.form:
        raise FormInvalid(errors={"work_items": [f"“{node.name}”须逐件填写表单，不能一并办理。"]})
    codes = [choice.code for choice in node.decisions]
    if codes and decision not in codes:
        labels = "、".join(choice.label for choice in node.decisions)
        raise FormInvalid(errors={"decision": [f"请选择意见：{labels}。"]})


def _lines(action: Action, request: StartBulk, rows: Mapping[int, Row[Any]]) -> list[dict[str, Any]]:
    if action is not Action.URGE:
        return [{"work_item_id": item, "case_number": rows[item].number} for item in request.work_items]
    numbers = dict.fromkeys([*(rows[item].number for item in request.work_items), *request.cases])
    return [{"work_item_id": None, "case_number": number} for number in numbers]
