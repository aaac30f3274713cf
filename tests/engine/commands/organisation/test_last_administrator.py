"""Whatever is done, somebody still administers the city; apart, because here the city has one administrator only."""

from __future__ import annotations

import pytest

from engine.commands.organisation.change_post import ChangePost, change_post
from engine.commands.organisation.disable_officer import DisableOfficer, disable_officer
from engine.commands.organisation.end_holding import EndHolding, end_holding
from engine.errors import ActionNotAllowed, NotPermitted
from engine.policy.actors import SYSTEM


def test_the_last_administrator_of_the_city_stays(city):
    admin = city.admin
    own = admin.posts[0]
    second = city.officer("dierguanli")
    city.give(second, own.id)
    other = city.actor("dierguanli")
    with pytest.raises(NotPermitted):
        disable_officer(city.office, admin, DisableOfficer(officer_id=admin.officer_id))
    end_holding(city.office, other, EndHolding(officer_id=admin.officer_id, post_id=own.id))
    for act in (
        lambda: disable_officer(city.office, SYSTEM, DisableOfficer(officer_id=second)),
        lambda: end_holding(city.office, SYSTEM, EndHolding(officer_id=second, post_id=own.id)),
        lambda: change_post(
            city.office, SYSTEM, ChangePost(post_id=own.id, name=own.name, roles=("org_admin",), active=False)
        ),
    ):
        with pytest.raises(ActionNotAllowed) as refused:
            act()
        assert refused.value.detail["rule"] == "last_administrator"
    city.give(admin.officer_id, own.id, by=other)
