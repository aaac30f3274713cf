"""The frame of a command: one request, one transaction, one answer.

`verb` turns a body into a command: it opens the one UnitOfWork, answers a repeated request from the idempotency table,
runs the body, remembers the answer in the same transaction and commits. Two equal requests at the same time wait for
each other at the key, so that the second is told what the first was.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Concatenate, TypeVar

import orjson

from engine.errors import IdempotencyConflict
from engine.office import Office
from engine.policy.actors import Actor
from engine.records.unit_of_work import UnitOfWork

Answer = dict[str, Any]
RequestT = TypeVar("RequestT", bound="Request")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a verb is asked. The same `idempotency_key` with the same content gets the same answer, once done."""

    idempotency_key: str = ""

    def body_hash(self) -> bytes:
        """SHA-256 over the request's name and values, the key left out."""
        said = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "idempotency_key"}
        named = {"verb": type(self).__name__, **said}
        return hashlib.sha256(orjson.dumps(named, option=orjson.OPT_SORT_KEYS, default=str)).digest()


@dataclass
class Desk:
    """One verb at work: its transaction, who acts and when. The instant is read once."""

    office: Office
    uow: UnitOfWork
    actor: Actor
    now: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.now = self.office.clock.now()


def verb(
    body: Callable[Concatenate[Desk, RequestT, ...], Answer],
) -> Callable[[Office, Actor, RequestT], Answer]:
    """The command made of a body: `command(office, actor, request) -> answer` (a JSON-able dict)."""

    @functools.wraps(body)
    def command(office: Office, actor: Actor, request: RequestT) -> Answer:
        with office.unit_of_work() as uow:
            desk = Desk(office, uow, actor)
            if not request.idempotency_key:
                return body(desk, request)
            # Keyed, because a request may hold an identity number that a bare hash would let be found by trying.
            key, body_hash = request.idempotency_key, bytes.fromhex(office.sealer.digest(request.body_hash().hex()))
            done = uow.idempotency.claim(actor.officer_id, key, body_hash, desk.now)
            if done is None:
                answer = _as_json(body(desk, request))
                uow.idempotency.remember(actor.officer_id, key, office.sealer.encrypt_json(answer))
                return answer
            if done.body_hash != body_hash:
                raise IdempotencyConflict(en="This idempotency key was used for another request.")
            return dict(office.sealer.decrypt_json(done.answer_cipher))

    return command


def _as_json(answer: Answer) -> Answer:
    """The answer as it will be read back, so that a repeated request cannot be told from the first."""
    plain: Answer = orjson.loads(orjson.dumps(answer, default=str, option=orjson.OPT_UTC_Z))
    return plain
