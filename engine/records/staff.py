"""The organisation as its administrators change it: bodies, posts, officers, holdings, leaves, custody, reviews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from engine.records import tables
from engine.records.prepared import Link

KINDS = {
    "organisation": tables.organisations,
    "post": tables.posts,
    "officer": tables.officers,
    "leave": tables.leaves,
    "custody": tables.seal_custody,
    "review": tables.access_reviews,
    "region_change": tables.region_changes,
}
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('organisation', 0))")
_HOLDINGS = (
    "SELECT h.officer_id, h.post_id, h.held_from, h.held_to, o.name AS officer_name, o.active, p.name AS post_name,"
    " p.roles, p.region_code, p.department, p.organisation_id, b.name AS organisation_name,"
    " b.region_code AS body_region, b.department AS body_department FROM post_holdings h"
    " JOIN officers o ON o.id = h.officer_id JOIN posts p ON p.id = h.post_id JOIN organisations b ON b.id = p.organisation_id"
)
_NOT_ENDED = " (h.held_to IS NULL OR h.held_to >= :today)"
_HELD = text(f"{_HOLDINGS} WHERE h.officer_id = :officer AND {_NOT_ENDED} AND p.active ORDER BY p.id, h.held_from")
_HOLDERS = text(f"{_HOLDINGS} WHERE h.post_id = :post AND {_NOT_ENDED} ORDER BY o.id")
_ALL_HELD = text(f"{_HOLDINGS} WHERE p.active AND o.active AND {_NOT_ENDED} ORDER BY b.id, p.id, o.id")
_LAST_HELD = text(f"{_HOLDINGS} WHERE h.officer_id = :officer ORDER BY h.held_to DESC NULLS FIRST LIMIT 1")
_HOLDING = text(
    f"{_HOLDINGS} WHERE h.officer_id = :officer AND h.post_id = :post AND {_NOT_ENDED} ORDER BY h.held_from"
)
_END_HOLDING = text(
    "UPDATE post_holdings SET held_to = GREATEST(CAST(:last_on AS date), held_from - 1)"
    " WHERE officer_id = :officer AND post_id = :post AND (held_to IS NULL OR held_to >= :today)"
)
_POST_WORK = text(
    "SELECT count(*) FROM work_items WHERE post_id = :post AND status IN ('open', 'claimed', 'waiting', 'incident')"
)
_OFFICER_WORK = text(
    "SELECT DISTINCT c.number FROM work_items w JOIN cases c ON c.id = w.case_id WHERE w.officer_id = :officer"
    " AND w.status IN ('claimed', 'waiting') AND (CAST(:post AS bigint) IS NULL OR w.post_id = :post) ORDER BY c.number"
)
_ADMINISTRATORS = text(
    "SELECT count(DISTINCT o.id) FROM officers o JOIN post_holdings h ON h.officer_id = o.id"
    " JOIN posts p ON p.id = h.post_id JOIN regions r ON r.code = p.region_code"
    " WHERE o.active AND p.active AND 'org_admin' = ANY(p.roles) AND r.level = 'city' AND p.department IS NULL"
    " AND h.held_from <= :today AND h.held_to IS NULL"
)
_LEAVES = text(
    "SELECT l.*, o.name AS officer_name, d.name AS deputy_name FROM leaves l JOIN officers o ON o.id = l.officer_id"
    " JOIN officers d ON d.id = l.deputy_id WHERE l.cancelled_at IS NULL AND l.from_on <= :to_on AND l.to_on >= :from_on"
    " AND (l.officer_id = ANY(:officers) OR l.deputy_id = ANY(:officers)) ORDER BY l.from_on"
)
_CUSTODY = text("SELECT * FROM seal_custody WHERE organisation_id = :organisation ORDER BY held_from DESC LIMIT 1")
_CUSTODIAN_OF = text(
    "SELECT b.name FROM seal_custody s JOIN organisations b ON b.id = s.organisation_id"
    " WHERE s.custodian_id = :officer AND (s.held_to IS NULL OR s.held_to >= :today) ORDER BY b.id"
)
_OPEN_REVIEW = text(
    "SELECT id FROM access_reviews WHERE closed_at IS NULL AND organisation_id IS NOT DISTINCT FROM :organisation"
    " AND opened_by = :officer"
)
_LAST_SIGN_INS = text(
    "SELECT officer_id, max(at) AS at FROM audit_entries WHERE object_kind = 'officer' AND object_id = ANY(:ids)"
    " AND action = 'sign_in' GROUP BY officer_id"
)
_REGION = text(
    "SELECT * FROM regions WHERE code = :code AND valid_from <= :today AND (valid_to IS NULL OR valid_to >= :today)"
)
_BELOW = text(
    "SELECT code FROM regions WHERE parent_code = ANY(:codes) AND valid_from <= :today"
    " AND (valid_to IS NULL OR valid_to >= :today) ORDER BY code"
)
_SUCCESSOR = text(
    "SELECT to_code FROM region_changes WHERE from_code = :code AND effective_on <= :today"
    " ORDER BY effective_on DESC LIMIT 1"
)
_END_REGION = text("UPDATE regions SET valid_to = CAST(:first_on AS date) - 1 WHERE code = :old")
# Residents live where they lived: a new application must come from a region that exists.
_MOVE_PEOPLE = (
    text("UPDATE residents SET reside_region = :new WHERE reside_region = :old"),
    text("UPDATE households SET region_code = :new WHERE region_code = :old"),
)
_MOVE_BODIES = (
    text("UPDATE organisations SET region_code = :new WHERE region_code = :old"),
    text("UPDATE posts SET region_code = :new WHERE region_code = :old"),
    text("UPDATE routing_rules SET region_code = :new WHERE region_code = :old"),
)


class StaffRecords:
    """Rows of `organisations`, `posts`, `officers`, `post_holdings`, `leaves`, `seal_custody`, `access_reviews`."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def alone(self) -> None:
        """Wait until nobody else changes the organisation; held until the commit, so that what was checked stays true."""
        self._connection.execute(_ALONE)

    def add(self, kind: str, values: Mapping[str, Any]) -> int:
        """The id of a new row. `kind`: a key of KINDS."""
        table = KINDS[kind]
        key: int = self._connection.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()
        return key

    def change(self, kind: str, key: int, values: Mapping[str, Any]) -> None:
        if values:
            table = KINDS[kind]
            self._connection.execute(update(table).where(table.c.id == key).values(**values))

    def row(self, kind: str, key: int) -> Row[Any] | None:
        table = KINDS[kind]
        return self._connection.execute(select(table).where(table.c.id == key)).one_or_none()

    def is_taken(self, kind: str, key: int | None, **values: Any) -> bool:
        """Whether another row than `key` has these values, where only one may."""
        table = KINDS[kind]
        statement = select(table.c.id).filter_by(**values).where(table.c.id != (key or 0)).limit(1)
        return self._connection.execute(statement).first() is not None

    def region(self, code: str, today: date) -> Row[Any] | None:
        """The region of this code, if it exists today."""
        return self._connection.execute(_REGION, {"code": code, "today": today}).one_or_none()

    def region_was_used(self, code: str) -> bool:
        regions = tables.regions
        return self._connection.execute(select(regions.c.code).where(regions.c.code == code)).first() is not None

    def regions_below(self, codes: Sequence[str], today: date) -> list[str]:
        """Codes of the regions directly below these that exist today."""
        return [row.code for row in self._connection.execute(_BELOW, {"codes": list(codes), "today": today})]

    def add_region(self, values: Mapping[str, Any]) -> None:
        self._connection.execute(insert(tables.regions).values(**values))

    def take_over_region(self, old: str, new: str, first_on: date, *, move_bodies: bool) -> None:
        """The old region ends the day before; residents, and bodies with their posts if wanted, are in the new one."""
        self._connection.execute(_END_REGION, {"old": old, "first_on": first_on})
        for statement in (*_MOVE_PEOPLE, *(_MOVE_BODIES if move_bodies else ())):
            self._connection.execute(statement, {"old": old, "new": new})

    def successor_of(self, code: str, today: date) -> str | None:
        """The region that took this one over, or None."""
        row = self._connection.execute(_SUCCESSOR, {"code": code, "today": today}).first()
        return row.to_code if row else None

    def has_department(self, key: str) -> bool:
        departments = tables.departments
        return self._connection.execute(select(departments.c.key).where(departments.c.key == key)).first() is not None

    # --- who holds what -----------------------------------------------------------------------------------------

    def held_by(self, officer_id: int, today: date) -> list[Row[Any]]:
        """Holdings that have not ended, future ones too, with post and body."""
        return list(self._connection.execute(_HELD, {"officer": officer_id, "today": today}))

    def last_held_by(self, officer_id: int) -> Row[Any] | None:
        """The holding that ended last, for officers who hold nothing."""
        return self._connection.execute(_LAST_HELD, {"officer": officer_id}).first()

    def holders(self, post_id: int, today: date) -> list[Row[Any]]:
        return list(self._connection.execute(_HOLDERS, {"post": post_id, "today": today}))

    def holding(self, officer_id: int, post_id: int, today: date) -> Row[Any] | None:
        return self._connection.execute(_HOLDING, {"officer": officer_id, "post": post_id, "today": today}).first()

    def all_held(self, today: date) -> list[Row[Any]]:
        """Every holding of an active officer on an active post that has not ended."""
        return list(self._connection.execute(_ALL_HELD, {"today": today}))

    def hold(self, officer_id: int, post_id: int, held_from: date, held_to: date | None) -> None:
        """A holding; one that was ended before it began on the same day is taken up again."""
        statement = insert_or(tables.post_holdings).values(
            officer_id=officer_id, post_id=post_id, held_from=held_from, held_to=held_to
        )
        key = ["officer_id", "post_id", "held_from"]
        self._connection.execute(statement.on_conflict_do_update(index_elements=key, set_={"held_to": held_to}))

    def end_holding(self, officer_id: int, post_id: int, last_on: date, today: date) -> None:
        """`last_on` is the last day held; a holding that had not begun never begins."""
        values = {"officer": officer_id, "post": post_id, "last_on": last_on, "today": today}
        self._connection.execute(_END_HOLDING, values)

    def city_administrators(self, today: date) -> int:
        """How many active officers administer the whole city without an end date."""
        count: int = self._connection.execute(_ADMINISTRATORS, {"today": today}).scalar_one()
        return count

    # --- work, sessions, leaves, seals --------------------------------------------------------------------------

    def open_work_of_post(self, post_id: int) -> int:
        count: int = self._connection.execute(_POST_WORK, {"post": post_id}).scalar_one()
        return count

    def cases_in_hand(self, officer_id: int, post_id: int | None = None) -> list[str]:
        """Numbers of the cases whose work items the officer has claimed, on one post or on all."""
        rows = self._connection.execute(_OFFICER_WORK, {"officer": officer_id, "post": post_id})
        return [row.number for row in rows]

    def end_sessions(self, officer_id: int, keep: bytes = b"") -> None:
        """Sign the officer out everywhere, but for the session of token hash `keep`."""
        statement = text("DELETE FROM sessions WHERE officer_id = :officer AND token_hash <> :keep")
        self._connection.execute(statement, {"officer": officer_id, "keep": keep})

    def last_sign_ins(self, officer_ids: Sequence[int]) -> dict[int, datetime]:
        rows = self._connection.execute(_LAST_SIGN_INS, {"ids": [str(key) for key in officer_ids]})
        return {row.officer_id: row.at for row in rows}

    def leaves_touching(self, officer_ids: Sequence[int], from_on: date, to_on: date) -> list[Row[Any]]:
        """Leaves in force on one of these days in which one of the officers is away or deputises."""
        values = {"officers": list(officer_ids), "from_on": from_on, "to_on": to_on}
        return list(self._connection.execute(_LEAVES, values))

    def declare_relative(self, officer_id: int, identity_index: bytes, relation: str, at: datetime) -> None:
        values = {"officer_id": officer_id, "identity_index": identity_index, "relation": relation, "declared_at": at}
        statement = insert_or(tables.officer_relatives).values(**values)
        key = ["officer_id", "identity_index"]
        self._connection.execute(statement.on_conflict_do_update(index_elements=key, set_={"relation": relation}))

    def custody(self, organisation_id: int) -> Row[Any] | None:
        """The newest custody of a body's seal."""
        return self._connection.execute(_CUSTODY, {"organisation": organisation_id}).first()

    def hand_over_seal(self, values: Mapping[str, Any], before: Row[Any] | None) -> int:
        """A new custody from `held_from` on; the one before it ends the day before."""
        if before is not None and before.held_to is None:
            self.change("custody", before.id, {"held_to": values["held_from"] - timedelta(days=1)})
        return self.add("custody", values)

    def seals_kept_by(self, officer_id: int, today: date) -> list[str]:
        """Names of the bodies whose seal the officer keeps."""
        rows = self._connection.execute(_CUSTODIAN_OF, {"officer": officer_id, "today": today})
        return [row.name for row in rows]

    def open_review(self, organisation_id: int | None, officer_id: int) -> int | None:
        """The officer's open review of a body, or of the whole area (None)."""
        row = self._connection.execute(_OPEN_REVIEW, {"organisation": organisation_id, "officer": officer_id}).first()
        return row.id if row else None
