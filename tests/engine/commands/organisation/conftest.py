"""A city that the tests of one file change: its administrator, a district's administrator, and people to appoint."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Row, text

from api.demo_city.organisations import credit_code
from engine.clock import FixedClock, local_date
from engine.commands.organisation.add_officer import AddOfficer, add_officer
from engine.commands.organisation.add_organisation import AddOrganisation, add_organisation
from engine.commands.organisation.add_post import AddPost, add_post
from engine.commands.organisation.assign_post import AssignPost, assign_post
from engine.office import Office
from engine.policy.actors import Actor
from engine.queries.actors import actor_named
from tests.conftest import MONDAY

CITY, DISTRICT, STREET = "990100000000", "990101000000", "990101001000"
_serials = count(8001)


@dataclass
class City:
    """What an administrator has set up, by short ways of saying it."""

    office: Office

    def actor(self, name: str) -> Actor:
        return actor_named(self.office, name, local_date(self.office.clock.now()))

    @property
    def admin(self) -> Actor:
        return self.actor("admin")

    def body(self, name: str, region: str = STREET, department: str = "", by: Actor | None = None) -> int:
        code = credit_code("11", region[:6], next(_serials))
        wanted = AddOrganisation(
            name=name, short_name=name[:40], uscc=code, region_code=region, department=department, seal_name=name
        )
        return int(add_organisation(self.office, by or self.admin, wanted)["organisation_id"])

    def post(self, body: int, name: str, *roles: str, lane: str = "", by: Actor | None = None, **more: Any) -> int:
        wanted = AddPost(organisation_id=body, name=name, roles=roles, lane=lane, **more)
        return int(add_post(self.office, by or self.admin, wanted)["post_id"])

    def officer(self, sign_in_name: str, post: int | None = None, by: Actor | None = None) -> int:
        wanted = AddOfficer(sign_in_name=sign_in_name, name="李明", post_id=post)
        return int(add_officer(self.office, by or self.admin, wanted)["officer_id"])

    def give(self, officer: int, post: int, by: Actor | None = None, **days: Any) -> None:
        assign_post(self.office, by or self.admin, AssignPost(officer_id=officer, post_id=post, **days))

    def district_admin(self, name: str) -> Actor:
        """An administrator of the first district only."""
        body = self.body(f"{name}区机构办", DISTRICT)
        self.officer(name, self.post(body, "机构管理员", "org_admin"))
        return self.actor(name)

    def rows(self, sql: str, **values: Any) -> list[Row[Any]]:
        with self.office.database.connect() as connection:
            return list(connection.execute(text(sql), values))

    def trail(self, action: str) -> list[Row[Any]]:
        return self.rows("SELECT * FROM audit_entries WHERE action = :action ORDER BY id", action=action)


@pytest.fixture
def city(_module_office: Office) -> City:
    return City(replace(_module_office, clock=FixedClock(MONDAY)))
