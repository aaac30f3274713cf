"""The demo city's places and bodies: counted, coded and numbered as a real city's, and none of a real one."""

from __future__ import annotations

from collections import Counter

import pytest
import yaml

from api.demo_city.organisations import DEPARTMENTS, department_rows, organisation_row, organisations
from api.demo_city.places import communities, full_name, places, regions
from api.settings import PROJECT
from engine.policy.identifiers import organisation_code_is_valid, region_level, region_parent, uscc_is_valid
from engine.records import tables
from engine.terms import Level


def test_the_city_has_three_districts_twelve_streets_and_sixty_four_communities():
    assert Counter(place.level for place in places()) == {
        Level.CITY: 1,
        Level.DISTRICT: 3,
        Level.STREET: 12,
        Level.COMMUNITY: 64,
    }


def test_level_and_parent_of_every_region_agree_with_its_code():
    for place in places():
        assert region_level(place.code) is place.level
        assert region_parent(place.code) == place.parent_code


def test_parents_come_before_children_so_that_rows_can_be_inserted_in_order():
    seen: set[object] = {None}
    for row in regions():
        assert row["parent_code"] in seen
        seen.add(row["code"])
    assert len(seen) == 81


def test_no_region_has_the_prefix_of_a_real_province():
    # GB/T 2260 assigns first digits 1 to 8 only.
    assert all(place.code.startswith("9901") for place in places())


def test_names_of_regions_and_bodies_are_unique():
    assert len({full_name(place.code) for place in places()}) == 80
    assert len({body.name for body in organisations()}) == len(organisations())
    assert full_name(communities()[0].code) == "云溪市青石区石板街道石板路社区"


def test_the_hall_thirteen_city_and_thirty_nine_district_bureaus_twelve_offices_and_sixty_four_committees_exist():
    counted = Counter((body.level, body.department is not None) for body in organisations())
    assert counted == {
        (Level.CITY, False): 1,
        (Level.CITY, True): 13,
        (Level.DISTRICT, True): 39,
        (Level.STREET, False): 12,
        (Level.COMMUNITY, False): 64,
    }


def test_credit_codes_have_valid_check_characters_and_are_unique():
    codes = [body.uscc for body in organisations()]
    assert all(uscc_is_valid(code) and organisation_code_is_valid(code[8:17]) for code in codes)
    assert len(set(codes)) == len(codes)
    assert all(code[2:6] == "9901" for code in codes)


def test_a_body_is_complained_about_at_another_number_than_it_is_called_at():
    for body in organisations():
        assert body.phone != body.complaint_phone
        assert body.address.startswith("云溪市")
        assert body.seal_name


def test_departments_carry_the_folder_names_and_codes_of_the_shared_list():
    listed = yaml.safe_load((PROJECT / "forms/_shared/departments.yaml").read_text(encoding="utf-8"))
    assert len(DEPARTMENTS) == 13
    assert {d.key: (d.code, d.name_en) for d in DEPARTMENTS} == {
        d.key: (listed[d.key]["code"], listed[d.key]["name_en"]) for d in DEPARTMENTS
    }


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        (tables.regions, regions()),
        (tables.departments, department_rows()),
        (tables.organisations, [organisation_row(body) for body in organisations()]),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_rows_fit_the_columns_of_their_table(table, rows):
    columns = {column.name: column for column in table.columns}
    for row in rows:
        assert row.keys() <= columns.keys()
        for name, value in row.items():
            length = getattr(columns[name].type, "length", None)
            assert not isinstance(value, str) or length is None or len(value) <= length
            assert value is not None or columns[name].nullable
