"""Officers as actors: with the posts they hold on a day, those they look after as deputies, and whose cases they avoid."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from engine.errors import NotFound
from engine.office import Office
from engine.policy.actors import Actor, PostHeld
from engine.records.organisation import OrganisationRecords
from engine.records.sessions import SessionRecords


def actor_named(office: Office, sign_in_name: str, day: date, source: str = "") -> Actor:
    """The officer of a sign-in name, with the posts held on this local date."""
    with office.database.connect() as connection:
        officer = SessionRecords(connection).officer(sign_in_name)
        if officer is None:
            raise NotFound(f"没有用户“{sign_in_name}”。", en="no such officer")
        records = OrganisationRecords(connection)
        held, avoids = posts_held(records, officer.id, day), records.avoided_by(officer.id)
    return Actor(officer.id, officer.name, held, source, avoids)


def posts_held(records: OrganisationRecords, officer_id: int, day: date) -> tuple[PostHeld, ...]:
    """Every active post the officer holds on a local date, or looks after for somebody on leave (请假代理)."""
    return posts_of(records.posts_held_by(officer_id, day))


def posts_of(rows: Iterable[Row[Any]]) -> tuple[PostHeld, ...]:
    """The posts in rows of `POST_COLUMNS`, ordered by post and the officer's own holding first."""
    found = (row for row in rows if row.post_id is not None)
    return tuple(_post(list(of_post)) for _, of_post in groupby(found, key=lambda row: row.post_id))


def _post(rows: list[Row[Any]]) -> PostHeld:
    first = rows[0]
    return PostHeld(
        id=first.post_id,
        name=first.post_name,
        organisation_id=first.organisation_id,
        organisation_name=first.organisation_name,
        region_code=first.region_code,
        department=first.department,
        lane=first.lane,
        roles=frozenset(first.roles),
        deputy_for=first.absent_id,
        deputy_for_name=first.absent_name or "",
        stands_in_for=frozenset(row.absent_id for row in rows if row.absent_id is not None),
    )
