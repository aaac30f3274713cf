"""A test city's staff: officers put on posts, leaves, relatives and dispatch rules, each taken back by `reset`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import text

from engine.commands.sequence_events import SequenceEvents, sequence_events
from engine.office import Office
from engine.policy.actors import SYSTEM, Actor
from engine.queries.actors import actor_named
from engine.queries.case_check import check_all_cases

TODAY = date(2026, 3, 2)
_serials = count(1)


@dataclass
class Staffing:
    """Changes to the organisation of one office, for tests of routing."""

    office: Office
    _undo: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def run(self, sql: str, **values: Any) -> Any:
        with self.office.database.begin() as connection:
            return connection.execute(text(sql), values)

    def value(self, sql: str, **values: Any) -> Any:
        with self.office.database.begin() as connection:
            return connection.execute(text(sql), values).scalar_one()

    def officer_id(self, name: str) -> int:
        return int(self.value("SELECT id FROM officers WHERE sign_in_name = :name", name=name))

    def post_id(self, name: str, holder: str) -> int:
        """A post by its name and the sign-in name of somebody who holds it."""
        found: int = self.value(
            "SELECT min(p.id) FROM posts p JOIN post_holdings h ON h.post_id = p.id JOIN officers o ON o.id = h.officer_id"
            " WHERE p.name = :name AND o.sign_in_name = :holder",
            name=name,
            holder=holder,
        )
        return found

    def hire(self, *post_ids: int, identity: str = "") -> Actor:
        """A new officer on these posts."""
        name = f"staff{next(_serials)}"
        index = self.office.sealer.blind_index(identity) if identity else None
        officer_id = self.value(
            "INSERT INTO officers (sign_in_name, name, password_hash, identity_index, created_at)"
            " VALUES (:name, :name, '-', :index, now()) RETURNING id",
            name=name,
            index=index,
        )
        for post_id in post_ids:
            self.run(
                "INSERT INTO post_holdings (officer_id, post_id, held_from) VALUES (:officer, :post, :day)",
                officer=officer_id,
                post=post_id,
                day=TODAY,
            )
        self._undo.append(
            ("UPDATE post_holdings SET held_to = '2000-01-01' WHERE officer_id = :id", {"id": officer_id})
        )
        return self.actor(name)

    def actor(self, name: str) -> Actor:
        return actor_named(self.office, name, TODAY)

    def assign(self, post_id: int, way: str) -> None:
        self.run("UPDATE posts SET assignment = :way WHERE id = :post", way=way, post=post_id)
        self._undo.append(("UPDATE posts SET assignment = 'shared' WHERE id = :post", {"post": post_id}))

    def rule(self, post_id: int, lane: str, region: str, **made_for: Any) -> int:
        values = {
            "item_id": None,
            "department": None,
            "stage": "",
            "officer_id": None,
            "valid_from": TODAY,
            "valid_to": None,
            **made_for,
        }
        rule_id = self.value(
            f"INSERT INTO routing_rules (post_id, lane, region_code, {', '.join(values)})"
            f" VALUES (:post, :lane, :region, :{', :'.join(values)}) RETURNING id",
            post=post_id,
            lane=lane,
            region=region,
            **values,
        )
        self._undo.append(("DELETE FROM routing_rules WHERE id = :id", {"id": rule_id}))
        return int(rule_id)

    def leave(
        self, officer_id: int, deputy_id: int, *, post_id: int | None = None, days: tuple[date, date] | None = None
    ) -> int:
        first, last = days or (TODAY, TODAY)
        leave_id = self.value(
            "INSERT INTO leaves (officer_id, deputy_id, post_id, from_on, to_on, made_by, made_at)"
            " VALUES (:officer, :deputy, :post, :first, :last, :officer, now()) RETURNING id",
            officer=officer_id,
            deputy=deputy_id,
            post=post_id,
            first=first,
            last=last,
        )
        self._undo.append(("UPDATE leaves SET cancelled_at = now() WHERE id = :id", {"id": leave_id}))
        return int(leave_id)

    def relative(self, officer_id: int, identity: str) -> None:
        index = self.office.sealer.blind_index(identity)
        self.run(
            "INSERT INTO officer_relatives (officer_id, identity_index, relation, declared_at)"
            " VALUES (:officer, :index, 'parent', now())",
            officer=officer_id,
            index=index,
        )
        self._undo.append(("DELETE FROM officer_relatives WHERE officer_id = :id", {"id": officer_id}))

    def reset(self) -> None:
        """Everything as it was; officers stay, without posts."""
        for sql, values in reversed(self._undo):
            self.run(sql, **values)
        self._undo.clear()

    def faults(self) -> tuple[Any, ...]:
        """What the checker finds in the whole city."""
        sequence_events(self.office, SYSTEM, SequenceEvents())
        return check_all_cases(self.office).faults
