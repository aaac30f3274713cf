"""Leaves the trace the law asks for (查看留痕): who looked at which record, and whom they searched for."""

from __future__ import annotations

import re
from typing import Any

from api.auth import current_actor, office
from engine.commands.record_view import RecordView, record_view
from engine.policy.identifiers import identity_number_for_matching

_WHOLE_IDENTITY = re.compile(r"\d{17}[\dXx]|\d{15}")


def record(action: str, object_kind: str, object_id: str, detail: dict[str, Any] | None = None) -> None:
    """One view in the audit trail; `detail` holds no personal values."""
    seen = RecordView(action=action, object_kind=object_kind, object_id=object_id, detail=detail or {})
    record_view(office(), current_actor(), seen)


def record_person(action: str, id_number: str, detail: dict[str, Any]) -> None:
    """Somebody was looked up: kept as a keyed digest, provable later and readable by nobody."""
    person = office().sealer.digest(identity_number_for_matching(id_number))
    record(action, "person", person, detail)


def record_search(q: str, found: int) -> None:
    """A list was searched; only a whole identity number is a search for a person."""
    text = "".join(q.split())
    if _WHOLE_IDENTITY.fullmatch(text):
        record_person("search_person", text, {"found": found})
