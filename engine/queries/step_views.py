"""The steps of a case (环节): done, open and still to come, with who holds the open ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from engine.definitions.model import ItemDefinition, NodeModel, ProcessModel
from engine.policy.operations import Action
from engine.queries.applicant_view import AnswerSection, answer_sections
from engine.queries.event_wording import step_and_decision
from engine.queries.masking import mask_value
from engine.queries.reading import statement
from engine.terms import Lane, Part, Stage, WorkItemStatus

_TASKS = frozenset({"userTask", "serviceTask", "callActivity", "subProcess"})
_STEPS = (
    "SELECT s.*, w.id AS work_item_id, w.version AS work_version, w.status AS work_status, w.kind AS work_kind,"
    " w.part, w.decision AS work_decision,"
    " w.post_id, w.officer_id, w.last_error, p.name AS post_name, o.name AS officer_name, r.name AS region_name"
    " FROM steps s LEFT JOIN work_items w ON w.case_id = s.case_id AND w.token = s.token"
    " LEFT JOIN posts p ON p.id = w.post_id LEFT JOIN officers o ON o.id = w.officer_id"
    " LEFT JOIN regions r ON r.code = s.region_code WHERE s.case_id = :case_id ORDER BY s.opened_at, w.id"
)


@dataclass(frozen=True)
class StepView:
    """One open or past step with one of its work items. `status` is open, done or cancelled.

    part  whether the work item is the holder's own or that of somebody asked; their opinions stand on their own lines
    """

    token: str
    node_id: str
    name: str
    stage: Stage | None
    lane: Lane
    department: str
    region_name: str
    status: str
    decision: str
    decision_label: str
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    work_item_id: int | None
    work_item_version: int | None
    work_item_status: WorkItemStatus | None
    is_machine: bool
    post_id: int | None
    post_name: str
    officer_id: int | None
    officer_name: str
    last_error: str
    part: Part
    opinion: str
    answers: tuple[AnswerSection, ...]


@dataclass(frozen=True)
class UpcomingStep:
    """A drawn step the case may still come to."""

    node_id: str
    name: str
    lane: str
    stage: Stage | None


@dataclass(frozen=True)
class Progress:
    """Where a case stands in its drawn process: element ids of the main diagram, and what may follow."""

    done_nodes: frozenset[str]
    open_nodes: frozenset[str]
    upcoming: tuple[UpcomingStep, ...]


def step_rows(connection: Connection, case_id: int) -> Sequence[Row[Any]]:
    """Every step of the case in the order it was opened, joined with its work item and holder."""
    return connection.execute(statement(_STEPS), {"case_id": case_id}).all()


def step_views(
    definition: ItemDefinition, rows: Sequence[Row[Any]], kept: Mapping[str, Mapping[str, Any]], *, reveal: bool = False
) -> tuple[StepView, ...]:
    """The rows as views; `kept` holds the decrypted answers and opinion by token, and by work item of those asked."""
    return tuple(_view(definition, row, kept.get(place_of(row), {}), reveal) for row in rows)


def place_of(row: Row[Any]) -> str:
    """Under which name the answers and the opinion of a row are kept."""
    return row.token if row.part in (None, Part.MAIN) else f"sign:{row.work_item_id}"


def _view(definition: ItemDefinition, row: Row[Any], kept: Mapping[str, Any], reveal: bool) -> StepView:
    opinion = str(kept.get("opinion") or "")
    return StepView(
        token=row.token,
        node_id=row.node_id,
        name=row.name,
        stage=Stage(row.stage) if row.stage else None,
        lane=Lane(row.lane),
        department=row.department or "",
        region_name=row.region_name or "",
        status=row.status,
        decision=row.decision or "",
        decision_label=_decision_label(definition, row),
        opened_at=row.opened_at,
        due_at=row.due_at,
        closed_at=row.closed_at,
        work_item_id=row.work_item_id,
        work_item_version=row.work_version,
        work_item_status=WorkItemStatus(row.work_status) if row.work_status else None,
        is_machine=row.work_kind == "machine",
        post_id=row.post_id,
        post_name=row.post_name or "",
        officer_id=row.officer_id,
        officer_name=row.officer_name or "",
        last_error=row.last_error or "",
        part=Part(row.part or Part.MAIN),
        opinion=opinion if reveal else str(mask_value(opinion)),
        answers=answer_sections(definition.form, kept.get("answers") or {}, reveal=reveal),
    )


def _decision_label(definition: ItemDefinition, row: Row[Any]) -> str:
    if row.decision in ("accept", "return"):
        return Action(row.decision).label
    said = row.decision if row.part in (None, Part.MAIN) else row.work_decision
    if row.part in (Part.BEFORE, Part.AFTER):
        return {"agree": "同意", "disagree": "不同意"}.get(said or "", "")
    return step_and_decision(definition, row.node_id, said)[1]


def progress_of(definition: ItemDefinition, rows: Sequence[Row[Any]]) -> Progress:
    """What is done, open and ahead in the main diagram; a step inside a fragment counts for the call that holds it."""
    done, present = set(), set()
    for row in rows:
        nodes = _main_nodes(definition, row)
        if row.status == "open":
            present |= nodes
        elif row.status == "done":
            done |= nodes
    return Progress(frozenset(done - present), frozenset(present), _upcoming(definition.process, done, present))


def _main_nodes(definition: ItemDefinition, row: Row[Any]) -> set[str]:
    inside = {node_id for node_id in row.path.split("/") if node_id in definition.process.by_id}
    return inside | ({row.node_id} if row.process_id == definition.process.id else set())


def _upcoming(process: ProcessModel, done: set[str], present: set[str]) -> tuple[UpcomingStep, ...]:
    """Steps reachable from the open ones, nearest first."""
    queue, seen, found = deque(sorted(present)), set(present), []
    while queue:
        for flow in process.outgoing[queue.popleft()]:
            if flow.target_id in seen:
                continue
            seen.add(flow.target_id)
            queue.append(flow.target_id)
            node = process.node(flow.target_id)
            if node.kind in _TASKS and node.id not in done:
                found.append(_upcoming_step(process, node))
    return tuple(found)


def _upcoming_step(process: ProcessModel, node: NodeModel) -> UpcomingStep:
    lane = process.lane_of(node)
    return UpcomingStep(node.id, node.name, lane.name if lane else "", node.stage)
