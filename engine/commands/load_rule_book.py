"""Another edition of the rules of e-supervision comes into force (更新监察规则): the city's own thresholds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from engine.commands.verb import Answer, Desk, Request, verb
from engine.definitions.yaml_reader import load_yaml
from engine.errors import FormInvalid
from engine.policy.rule_book import rule_book_from
from engine.terms import Role


@dataclass(frozen=True, kw_only=True)
class LoadRuleBook(Request):
    """content  the text of a whole `supervision.yaml`; `reason` why, with the document that decides it"""

    content: bytes
    reason: str


@verb
def load_rule_book(desk: Desk, request: LoadRuleBook) -> Answer:
    """The new edition, in force at once; cards already issued stay. Every open case is looked at again."""
    if not desk.actor.is_system:
        desk.actor.post_with(Role.POLICY_OFFICER)
    if not request.reason.strip():
        raise FormInvalid(errors={"reason": ["请写明更新监察规则的依据（文件名称和文号）。"]})
    book = rule_book_from(load_yaml(request.content, "supervision.yaml"))
    digest = hashlib.sha256(request.content).hexdigest()
    current = desk.uow.definitions.reference_text("supervision")
    if current is not None and current.content_hash == digest:
        return {"status": "unchanged", "version": book.version}
    by = desk.actor.officer_id or None
    text_id = desk.uow.definitions.add_reference_text("supervision", digest, request.content, desk.now, by)
    desk.uow.cards.look_at_every_open_case(desk.now)
    entry = {"at": desk.now, "officer_id": by, "action": "load_rule_book", "source": desk.actor.source}
    detail = {"version": book.version, "reason": request.reason.strip()[:200]}
    desk.uow.sessions.audit({**entry, "object_kind": "rule_book", "object_id": str(text_id), "detail": detail})
    desk.office.references.forget()
    return {"status": "loaded", "version": book.version}
