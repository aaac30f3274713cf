"""My account (我的账户): what one holds, one's leaves, declared relatives, and who could deputise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.clock import local_date
from engine.errors import NotFound
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.identifiers import region_parent
from engine.queries.organisation_officers import Leave
from engine.queries.reading import reading, statement


@dataclass(frozen=True)
class Relative:
    """A declared relative: the relation and the day, for nothing else was kept."""

    relation: str
    declared_at: datetime


@dataclass(frozen=True)
class OwnAccount:
    """An officer's own account."""

    sign_in_name: str
    name: str
    is_demo: bool
    must_change_password: bool
    last_sign_ins: tuple[tuple[datetime, str], ...]
    leaves: tuple[Leave, ...]
    relatives: tuple[Relative, ...]


_OFFICER = "SELECT sign_in_name, name, is_demo, must_change_password FROM officers WHERE id = :id"
_SIGN_INS = (
    "SELECT at, source FROM audit_entries WHERE object_kind = 'officer' AND object_id = CAST(:id AS text)"
    " AND action = 'sign_in' ORDER BY id DESC LIMIT 5"
)
_LEAVES = (
    "SELECT l.id, l.officer_id, o.name AS officer_name, d.name AS deputy_name, COALESCE(p.name, '') AS post_name,"
    " l.from_on, l.to_on, l.reason, l.cancelled_at IS NOT NULL AS is_cancelled, l.to_on < :today AS is_over"
    " FROM leaves l JOIN officers o ON o.id = l.officer_id JOIN officers d ON d.id = l.deputy_id"
    " LEFT JOIN posts p ON p.id = l.post_id WHERE l.officer_id = :id OR l.deputy_id = :id"
    " ORDER BY l.from_on DESC, l.id DESC LIMIT 20"
)
_RELATIVES = "SELECT relation, declared_at FROM officer_relatives WHERE officer_id = :id ORDER BY declared_at"
_NEAR = (
    "SELECT DISTINCT o.id, o.name, b.short_name FROM officers o JOIN post_holdings h ON h.officer_id = o.id"
    " JOIN posts p ON p.id = h.post_id AND p.active JOIN organisations b ON b.id = p.organisation_id"
    " WHERE o.active AND o.id <> :id AND h.held_from <= :today AND (h.held_to IS NULL OR h.held_to >= :today)"
    " AND (b.id = ANY(:bodies) OR b.region_code = ANY(:above)) ORDER BY b.short_name, o.name LIMIT 300"
)
_BODIES = (
    "SELECT DISTINCT b.id, b.region_code FROM post_holdings h JOIN posts p ON p.id = h.post_id AND p.active"
    " JOIN organisations b ON b.id = p.organisation_id WHERE h.officer_id = :id AND (h.held_to IS NULL OR h.held_to >= :today)"
)


def own_account(office: Office, actor: Actor) -> OwnAccount:
    """The account of whoever asks."""
    values = {"id": actor.officer_id, "today": local_date(office.clock.now())}
    with reading(office) as connection:
        row = connection.execute(statement(_OFFICER), values).one_or_none()
        if row is None:
            raise NotFound("没有这个账户。", en="no such account")
        return OwnAccount(
            **row._mapping,
            last_sign_ins=tuple((r.at, r.source) for r in connection.execute(statement(_SIGN_INS), values)),
            leaves=tuple(Leave(**r._mapping) for r in connection.execute(statement(_LEAVES), values)),
            relatives=tuple(Relative(**r._mapping) for r in connection.execute(statement(_RELATIVES), values)),
        )


def possible_deputies(office: Office, officer_id: int) -> tuple[tuple[str, str], ...]:
    """(id as text, name and body) of officers in the same bodies or those above; the verb decides which will do."""
    values = {"id": officer_id, "today": local_date(office.clock.now())}
    with reading(office) as connection:
        bodies = connection.execute(statement(_BODIES), values).all()
        above = [parent for body in bodies if (parent := region_parent(body.region_code))]
        near = {"bodies": [body.id for body in bodies], "above": above}
        rows = connection.execute(statement(_NEAR), {**values, **near})
        return tuple((str(row.id), f"{row.name}（{row.short_name}）") for row in rows)
