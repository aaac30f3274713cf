"""Leaves the trace the law asks for (查看留痕): who looked at which record, and whom they searched for."""

from __future__ import annotations

import re
from typing import Any

from api.auth import current_actor, office
from engine.commands.record_view import RecordView, record_view
from engine.errors import FormInvalid
from engine.policy.identifiers import identity_number_for_matching
from engine.queries.masking import mask_value

_WHOLE_IDENTITY = re.compile(r"[0-9]{17}[0-9X]")


def record(action: str, object_kind: str, object_id: str, detail: dict[str, Any] | None = None) -> None:
    """One view in the audit trail; `detail` holds no personal values, not even where somebody typed them as a purpose."""
    seen = RecordView(
        action=action, object_kind=object_kind, object_id=object_id, detail=mask_value(dict(detail or {}))
    )
    record_view(office(), current_actor(), seen)


def record_person(action: str, id_number: str, detail: dict[str, Any]) -> None:
    """Somebody was looked up: kept as a keyed digest, provable later and readable by nobody."""
    person = office().sealer.digest(identity_number_for_matching(id_number))
    record(action, "person", person, detail)


def names_a_person(q: str) -> bool:
    """Whether a search text is a whole identity number: it must never stand in an address or a log."""
    return bool(_WHOLE_IDENTITY.fullmatch(identity_number_for_matching(q)))


def refuse_person_in_address(q: str) -> None:
    """Raises FormInvalid for a whole identity number in the query of an address, where every proxy would log it."""
    if names_a_person(q):
        words = "身份证号不能写在网址里，请用 POST 方式查询。"
        raise FormInvalid(words, en="Send identity numbers in the body of a POST.", errors={"q": [words]})


def record_search(q: str, found: int) -> None:
    """A list was searched; only a whole identity number is a search for a person."""
    if names_a_person(q):
        record_person("search_person", q, {"found": found})
