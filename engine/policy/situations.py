"""How a case stands as the table of operations asks (办件情形): made of the same columns for commands and for pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.clock import local_date
from engine.definitions.model import ItemDefinition
from engine.policy.actions import Situation
from engine.policy.actors import Actor
from engine.terms import CaseStatus, Lane, Part, Stage, WorkItemStatus

DELEGATED = "delegate"  # a step's sign_rule while its holder has asked somebody else to do the work (委派)


def situation_of(
    values: Mapping[str, Any], actor: Actor, now: datetime, definition: ItemDefinition, **known: Any
) -> Situation:
    """The case and, where `values` has its columns too, one of its work items.

    values  columns of `cases`; stage, lane, sign_rule and signers of the step; part, work_status, work_decision, post_id,
            officer_id and holder_name of the item
    known   what only some rules ask and must be read for them: handled_before, has_earlier, is_last_doer, matters …
    """
    stage, lane, work = values.get("stage"), values.get("lane"), values.get("work_status")
    signing = values.get("sign_rule") or ""
    return Situation(
        status=CaseStatus(values["status"]),
        home_region=values["home_region"],
        department=values["department"],
        stage=Stage(stage) if stage else None,
        lane=Lane(lane) if lane else None,
        part=Part(values.get("part") or Part.MAIN),
        work_status=WorkItemStatus(work) if work else None,
        post_id=values.get("post_id"),
        officer_id=values.get("officer_id"),
        holder_name=values.get("holder_name") or "",
        sign_rule="" if signing == DELEGATED else signing,
        delegated=signing == DELEGATED,
        signers=values.get("signers") or 0,
        has_signed=work == WorkItemStatus.WAITING and values.get("work_decision") is not None,
        conflict=values["applicant_index"] in actor.avoids,
        corrected=values["correction_asked_at"] is not None,
        extended=bool(values["extension"]),
        may_extend=definition.limits.extension is not None,
        urged_today=_same_day(values["urged_at"], now),
        **{"expired": _is_past(values["promised_due_at"], now), **known},
    )


def keeps_apart(values: Mapping[str, Any], actor: Actor, definition: ItemDefinition) -> bool:
    """Whether it matters here that the actor did another step: deciding where handling is kept apart from it (P08)."""
    return values.get("stage") == Stage.DECIDE and definition.separate_approval and not actor.is_system


def _is_past(due_at: datetime | None, now: datetime) -> bool:
    return due_at is not None and due_at < now


def _same_day(at: datetime | None, now: datetime) -> bool:
    return at is not None and local_date(at) == local_date(now)
