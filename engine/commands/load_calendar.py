"""Another working calendar comes into force (更新工作日历): the yearly notice, a correction, a local closure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from engine.commands.verb import Answer, Desk, Request, verb
from engine.definitions.yaml_reader import load_yaml
from engine.errors import FormInvalid, StaleVersion
from engine.policy.working_days import calendar_from_mapping
from engine.terms import Role

LONGEST_REASON = 500


@dataclass(frozen=True, kw_only=True)
class LoadCalendar(Request):
    """content   the text of a whole `calendar.yaml`
    reason    why, with the notice's document number
    replaces  id of the calendar it was written against; StaleVersion if another one came into force since
    """

    content: bytes
    reason: str
    replaces: int | None = None


@verb
def load_calendar(desk: Desk, request: LoadCalendar) -> Answer:
    """The new calendar's id and the redating that brings every open case into line (rule R10); `unchanged` for equal text."""
    if not desk.actor.is_system:
        desk.actor.post_with(Role.POLICY_OFFICER)
    if not 0 < len(request.reason.strip()) <= LONGEST_REASON:
        raise FormInvalid(errors={"reason": ["请写明更新工作日历的依据（通知名称和文号），不超过500字。"]})
    calendar = calendar_from_mapping(load_yaml(request.content, "calendar.yaml"))
    digest = hashlib.sha256(request.content).hexdigest()
    desk.uow.definitions.lock_reference_text("calendar")
    current = desk.uow.definitions.reference_text("calendar")
    if current is not None and current.content_hash == digest:
        return {"status": "unchanged", "calendar_id": current.id, "version": calendar.version}
    if request.replaces is not None and (current is None or current.id != request.replaces):
        raise StaleVersion(
            "工作日历已被他人更新，请按现行日历重新预览后再确认。",
            en="Another calendar came into force; preview again.",
        )
    by = desk.actor.officer_id or None
    text_id = desk.uow.definitions.add_reference_text("calendar", digest, request.content, desk.now, by)
    redating_id = desk.uow.redatings.begin(text_id, request.reason.strip(), by, desk.now)
    entry = {"at": desk.now, "officer_id": by, "action": "load_calendar", "source": desk.actor.source}
    detail = {"version": calendar.version}
    desk.uow.sessions.audit({**entry, "object_kind": "calendar", "object_id": str(text_id), "detail": detail})
    desk.office.references.forget()
    return {"status": "loaded", "calendar_id": text_id, "version": calendar.version, "redating_id": redating_id}
