"""A machine item that failed too often (系统环节异常) is tried again once its cause is gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import ActionNotAllowed, NotFound
from engine.records.work import MOST_MACHINE_ATTEMPTS
from engine.terms import Role, WorkItemStatus

_MAY_RETRY = frozenset({Role.ORG_ADMIN, Role.SUPERVISOR})


@dataclass(frozen=True, kw_only=True)
class RetryMachineItem(Request):
    """The work item that shows as an incident."""

    work_item_id: int


@verb
def retry_machine_item(desk: Desk, request: RetryMachineItem) -> Answer:
    """The item as if never tried, due now. For organisation administrators and supervisors over the case's region."""
    row = desk.uow.work.machine_item(request.work_item_id)
    if row is None or not desk.actor.may_see(row.home_region, row.department, _MAY_RETRY):
        raise NotFound("没有这个系统待办，或不在您的辖区内；请刷新后再看。", en="no such machine item in your scope")
    if not _has_given_up(row, desk.now):
        raise ActionNotAllowed(
            f"该系统待办没有停办：失败满{MOST_MACHINE_ATTEMPTS}次后才需要人工重试，此前系统会自动重试。",
            en="the machine still tries by itself",
            rule="not_failed",
        )
    desk.uow.work.try_again(request.work_item_id)
    desk.uow.sessions.audit(
        {
            "at": desk.now,
            "officer_id": desk.actor.officer_id or None,
            "action": "retry_machine_item",
            "object_kind": "work_item",
            "object_id": str(request.work_item_id),
            "source": desk.actor.source[:64],
            "detail": {"attempts": row.attempts, "service": row.service},
        }
    )
    desk.uow.wake("machine")
    return {"work_item_id": request.work_item_id, "service": row.service}


def _has_given_up(row: Row[Any], now: datetime) -> bool:
    """Whether the machine tried as often as it may and no worker is at the last attempt still."""
    at_work = row.status == WorkItemStatus.CLAIMED and row.lease_until is not None and row.lease_until > now
    finished = row.status in (WorkItemStatus.DONE, WorkItemStatus.CANCELLED)
    return bool(row.attempts >= MOST_MACHINE_ATTEMPTS) and not at_work and not finished
