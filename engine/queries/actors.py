"""Officers as actors: with the posts they hold on a day."""

from __future__ import annotations

from datetime import date

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
        held = posts_held(OrganisationRecords(connection), officer.id, day)
    return Actor(officer.id, officer.name, held, source)


def posts_held(records: OrganisationRecords, officer_id: int, day: date) -> tuple[PostHeld, ...]:
    """Every active post the officer holds on a local date."""
    return tuple(
        PostHeld(
            id=row.id,
            name=row.name,
            organisation_id=row.organisation_id,
            organisation_name=row.organisation_name,
            region_code=row.region_code,
            department=row.department,
            lane=row.lane,
            roles=frozenset(row.roles),
        )
        for row in records.posts_held_by(officer_id, day)
    )
