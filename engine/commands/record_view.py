"""Somebody looked at a person's record: who, what, why, from where (查看留痕)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.commands.verb import Answer, Desk, Request, verb


@dataclass(frozen=True, kw_only=True)
class RecordView(Request):
    """action e.g. view_case, reveal_identity, search_person, view_certificate; `detail` holds no personal values."""

    action: str
    object_kind: str
    object_id: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@verb
def record_view(desk: Desk, request: RecordView) -> Answer:
    """Nothing; the audit entry stands."""
    desk.uow.sessions.audit(
        {
            "at": desk.now,
            "officer_id": desk.actor.officer_id or None,
            "action": request.action,
            "object_kind": request.object_kind,
            "object_id": request.object_id[:80],
            "source": desk.actor.source[:64],
            "detail": dict(request.detail),
        }
    )
    return {}
