"""How several hands on one step stand (会签、加签、委派情况): the rule, who signed what, and who is awaited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from engine.definitions.model import ItemDefinition
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.joint_signing import signing_rule
from engine.policy.situations import DELEGATED
from engine.queries.event_wording import step_and_decision
from engine.queries.reading import reading, statement
from engine.queries.scope import visible_case
from engine.records.definitions import DefinitionRecords
from engine.terms import Part, WorkItemStatus

_ADVICE = {"agree": "同意", "disagree": "不同意"}
_HANDS = (
    "SELECT s.token, s.node_id, s.name, s.sign_rule, w.id, w.part, w.status, w.officer_id, w.decision, w.closed_at,"
    " o.name AS officer_name, p.name AS post_name FROM steps s"
    " JOIN work_items w ON w.case_id = s.case_id AND w.token = s.token"
    " LEFT JOIN officers o ON o.id = w.officer_id LEFT JOIN posts p ON p.id = w.post_id"
    " WHERE s.case_id = :case_id AND s.status = 'open' AND EXISTS (SELECT 1 FROM work_items a"
    " WHERE a.case_id = s.case_id AND a.token = s.token AND a.part <> 'main') ORDER BY s.opened_at, s.token, w.id"
)


@dataclass(frozen=True)
class Signature:
    """One hand on the step. `said` is what was decided in words; `is_awaited` while this one still has to act."""

    work_item_id: int
    part: Part
    officer_id: int | None
    officer_name: str
    post_name: str
    status: WorkItemStatus
    decision: str
    said: str
    is_awaited: bool
    signed_at: datetime | None


@dataclass(frozen=True)
class StepSigning:
    """One open step with several hands. `rule` is empty unless they decide together or it was delegated.

    counts  of the voices cast so far, in words, with how many; `awaited` how many voices or hands are missing
    """

    token: str
    step_name: str
    rule: str
    rule_label: str
    hands: tuple[Signature, ...]
    counts: tuple[tuple[str, int], ...]
    awaited: int


def signing(office: Office, actor: Actor, number: str) -> tuple[StepSigning, ...]:
    """The open steps of a case inside the actor's scope on which others were asked."""
    with reading(office) as connection:
        case = visible_case(connection, actor, number)
        definition = office.definitions.by_id(DefinitionRecords(connection), case.version_id).definition
        rows = connection.execute(statement(_HANDS), {"case_id": case.id}).all()
    return tuple(_step(definition, list(lines)) for _, lines in groupby(rows, key=lambda row: row.token))


def _step(definition: ItemDefinition, rows: list[Row[Any]]) -> StepSigning:
    first = rows[0]
    hands = tuple(_hand(definition, row) for row in rows if row.status != WorkItemStatus.CANCELLED)
    voices = [h for h in hands if h.part in (Part.MAIN, Part.JOINT)] if _is_joint(first.sign_rule) else []
    return StepSigning(
        token=first.token,
        step_name=first.name,
        rule=first.sign_rule or "",
        rule_label=_label(first.sign_rule),
        hands=hands,
        counts=_counted(h.said or "已签署" for h in voices if not h.is_awaited),
        awaited=sum(h.is_awaited for h in voices or hands),
    )


def _hand(definition: ItemDefinition, row: Row[Any]) -> Signature:
    part, status = Part(row.part), WorkItemStatus(row.status)
    is_done = status is WorkItemStatus.DONE or (status is WorkItemStatus.WAITING and row.decision is not None)
    return Signature(
        work_item_id=row.id,
        part=part,
        officer_id=row.officer_id,
        officer_name=row.officer_name or "",
        post_name=row.post_name or "",
        status=status,
        decision=row.decision or "",
        said=_said(definition, row, part),
        is_awaited=not is_done,
        signed_at=row.closed_at if is_done else None,
    )


def _said(definition: ItemDefinition, row: Row[Any], part: Part) -> str:
    if part in (Part.BEFORE, Part.AFTER):
        return _ADVICE.get(row.decision or "", "")
    return step_and_decision(definition, row.node_id, row.decision)[1]


def _is_joint(rule: str | None) -> bool:
    return bool(rule) and rule != DELEGATED


def _label(rule: str | None) -> str:
    if rule == DELEGATED:
        return "委派他人办理"
    return signing_rule(rule).label if rule else "加签"


def _counted(said: Iterable[str]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for words in said:
        counts[words] = counts.get(words, 0) + 1
    return tuple(counts.items())
