"""Supervision orders of a case (督办单): what was asked, every answer and remark, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.office import Office
from engine.policy.actors import Actor
from engine.queries.reading import reading, statement
from engine.queries.scope import visible_case


@dataclass(frozen=True)
class OrderRound:
    """One answer of the office or one remark of the supervisor; `kind` is answer or remark."""

    kind: str
    text: str
    officer: str
    at: datetime


@dataclass(frozen=True)
class SupervisionOrder:
    """One order. `status` is issued, answered or closed; `is_late` while its reply date has passed unanswered."""

    id: int
    number: str
    issued_by: str
    issued_at: datetime
    post_name: str
    matter: str
    status: str
    reply_due_at: datetime
    is_late: bool
    rounds: tuple[OrderRound, ...]


_ORDERS = (
    "SELECT s.*, o.name AS issuer, p.name AS post_name FROM supervision_orders s"
    " JOIN officers o ON o.id = s.issued_by LEFT JOIN posts p ON p.id = s.post_id"
    " WHERE s.case_id = :case_id ORDER BY s.id"
)


def supervision_orders(office: Office, actor: Actor, number: str) -> tuple[SupervisionOrder, ...]:
    """The orders about a case inside the actor's scope, oldest first."""
    with reading(office) as connection:
        case = visible_case(connection, actor, number)
        rows = connection.execute(statement(_ORDERS), {"case_id": case.id}).all()
    seal, now = office.sealer, office.clock.now()
    return tuple(
        SupervisionOrder(
            id=row.id,
            number=row.number,
            issued_by=row.issuer,
            issued_at=row.issued_at,
            post_name=row.post_name or "",
            matter=seal.decrypt_json(row.matter_cipher)["matter"],
            status=row.status,
            reply_due_at=row.reply_due_at,
            is_late=row.status == "issued" and row.reply_due_at < now,
            rounds=_rounds(seal.decrypt_json(row.answer_cipher) if row.answer_cipher else []),
        )
        for row in rows
    )


def _rounds(kept: list[dict[str, str]]) -> tuple[OrderRound, ...]:
    return tuple(OrderRound(r["kind"], r["text"], r["officer"], datetime.fromisoformat(r["at"])) for r in kept)
