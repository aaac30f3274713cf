"""Nobody takes their own name off the list of cases that are for others (回避)."""

from __future__ import annotations

import pytest

from engine.commands.organisation.change_officer import ChangeOfficer, change_officer
from engine.errors import NotPermitted
from tests.story import ANSWERS


def test_an_administrator_cannot_change_the_own_identity_number(city):
    admin = city.admin
    own = {"officer_id": admin.officer_id, "name": admin.name}
    with pytest.raises(NotPermitted):
        change_officer(city.office, admin, ChangeOfficer(**own, id_number=ANSWERS["applicant_id"]))
    assert change_officer(city.office, admin, ChangeOfficer(**own))["changed"] == []
