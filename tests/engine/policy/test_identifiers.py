"""Identifiers: the published vectors, and that a wrong character is caught."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from engine.errors import FormInvalid, ProcessError
from engine.policy.identifiers import (
    ResidentId,
    certificate_identifier_check,
    counter_case_number,
    exchange_case_number,
    identity_number_for_matching,
    implementation_code,
    implementation_code_problem,
    mask_identity_number,
    mask_phone,
    organisation_code_check,
    organisation_code_is_valid,
    region_level,
    region_parent,
    resident_id_problem,
    significant_prefix,
    uscc_check,
    uscc_is_valid,
)
from engine.terms import Level, Sex

TODAY = date(2026, 3, 2)
RESIDENTS = ["990101199001010019", "990101199001010027", "990101200002290038"]
# the two published examples of GB 11643, not persons
STANDARD_EXAMPLES = ["11010519491231002X", "440524188001010014"]
USCCS = ["91350100M000100Y43", "12441500196720244T", "11330105002500287C"]
IMPLEMENTATION_CODE = "12441500196720244T3442199806003"
COMMUNITY = "990101001002"


@pytest.mark.parametrize("number", RESIDENTS + STANDARD_EXAMPLES)
def test_the_published_resident_numbers_are_valid(number):
    assert resident_id_problem(number, TODAY) is None


@pytest.mark.parametrize("number", RESIDENTS + STANDARD_EXAMPLES)
def test_any_single_wrong_digit_of_a_resident_number_is_caught(number):
    for place in range(18):
        for digit in "0123456789X":
            if digit != number[place]:
                assert resident_id_problem(number[:place] + digit + number[place + 1 :], TODAY)


@given(born=st.dates(date(1900, 1, 1), TODAY), order=st.integers(0, 999), place=st.integers(0, 16))
def test_swapping_two_neighbours_of_a_resident_number_is_caught(born, order, place):
    body = f"990101{born:%Y%m%d}{order:03d}"
    number = body + ric.calc_check_digit(body + "0")
    assert resident_id_problem(number, TODAY) is None
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert (resident_id_problem(swapped, TODAY) is None) == (swapped == number)


def test_a_resident_number_tells_birth_date_and_sex():
    assert ResidentId.parse(RESIDENTS[0], TODAY).born_on == date(1990, 1, 1)
    assert ResidentId.parse(RESIDENTS[2], TODAY).born_on == date(2000, 2, 29)
    assert [ResidentId.parse(number, TODAY).sex for number in RESIDENTS] == [Sex.MALE, Sex.FEMALE, Sex.MALE]
    assert ResidentId.parse(RESIDENTS[0], TODAY).region_prefix == "990101"
    assert ResidentId.parse(RESIDENTS[0], TODAY).is_test_number
    assert not ResidentId(STANDARD_EXAMPLES[0]).is_test_number


def test_a_resident_number_is_kept_with_upper_case_x_however_it_was_typed():
    assert ResidentId.parse(" 110105 19491231 002x ", TODAY).number == "11010519491231002X"
    assert ResidentId.parse("１１０１０５１９４９１２３１００２Ｘ", TODAY).number == "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "18位"),
        ("99010119900101001", "18位"),
        ("9901011990010100190", "18位"),
        ("990101199001010X19", "18位"),
        ("٩٩٠١٠١١٩٩٠٠١٠١٠٠١٩", "18位"),
        ("990101199002300014", "出生日期不存在"),
        ("990101190002290013", "出生日期不存在"),
        ("990101199001010018", "校验位"),
    ],
)
def test_a_broken_resident_number_is_refused_with_the_reason(text, message):
    assert message in (resident_id_problem(text, TODAY) or "")
    with pytest.raises(FormInvalid, match=message):
        ResidentId.parse(text, TODAY)


def test_a_birth_date_in_the_future_is_refused():
    assert resident_id_problem(RESIDENTS[0], date(1990, 1, 1)) is None
    assert "晚于今天" in (resident_id_problem(RESIDENTS[0], date(1989, 12, 31)) or "")


def test_an_old_number_matches_its_new_twin():
    assert identity_number_for_matching("990101900101001") == "990101199001010019"
    assert identity_number_for_matching("11010519491231002x") == "11010519491231002X"


def test_numbers_on_notices_are_masked():
    assert mask_identity_number("11010519491231002X") == "110105********002X"
    assert mask_identity_number("A12") == "***"
    assert mask_phone("13800001234") == "138****1234"
    assert mask_phone("66001234") == "****1234"
    assert mask_phone("1234") == "****"


@pytest.mark.parametrize("code", USCCS)
def test_the_published_credit_codes_are_valid_and_a_wrong_character_is_caught(code):
    assert uscc_is_valid(code)
    assert uscc_check(code[:17]) == code[17]
    for place in range(18):
        for character in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            if character != code[place]:
                assert not uscc_is_valid(code[:place] + character + code[place + 1 :])


@pytest.mark.parametrize("code", ["", "1", "12441500196720244t", " 12441500196720244T", "12441500196720244T\n"])
def test_a_credit_code_in_another_form_is_not_valid(code):
    assert not uscc_is_valid(code)


@pytest.mark.parametrize("body", ["N2110000MF1234567", "A1110000MF1234567", "54990101MJ0000001"])
def test_any_registering_authority_of_a_credit_code_is_accepted(body):
    assert uscc_is_valid(body + uscc_check(body))


@pytest.mark.parametrize("code", USCCS)
def test_the_organisation_code_inside_a_credit_code_has_its_own_check(code):
    body = code[8:17]
    assert organisation_code_check(body[:8]) == body[8]
    assert organisation_code_is_valid(body)
    assert organisation_code_is_valid(f"{body[:8]}-{body[8]}")
    # between letters and digits the modulus of 11 lets some errors pass; among digits it catches all
    for place in (place for place in range(8) if body[place].isdigit()):
        wrong = "1" if body[place] != "1" else "2"
        assert not organisation_code_is_valid(body[:place] + wrong + body[place + 1 :])
    assert not organisation_code_is_valid(body[:8])


def test_check_characters_of_malformed_bodies_are_refused():
    with pytest.raises(FormInvalid):
        uscc_check("O2441500196720244")
    with pytest.raises(FormInvalid):
        organisation_code_check("1234567")
    with pytest.raises(FormInvalid):
        certificate_identifier_check("证", "", "", "001")


def test_an_implementation_code_is_body_level_and_catalogue_code():
    assert implementation_code("12441500196720244T", Level.CITY, "442199806003") == IMPLEMENTATION_CODE
    assert implementation_code_problem(IMPLEMENTATION_CODE, "442199806003") is None
    assert implementation_code("12441500196720244T", Level.COMMUNITY, "442199806003")[18] == "6"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (IMPLEMENTATION_CODE[:-1], "31位"),
        ("12441500196720245T" + IMPLEMENTATION_CODE[18:], "统一社会信用代码"),
        (IMPLEMENTATION_CODE[:18] + "8" + IMPLEMENTATION_CODE[19:], "行使层级"),
        (IMPLEMENTATION_CODE[:30] + "A", "应为数字"),
        (IMPLEMENTATION_CODE[:30] + "4", "不一致"),
    ],
)
def test_a_broken_implementation_code_is_refused_with_the_reason(code, message):
    assert message in (implementation_code_problem(code, "442199806003") or "")


def test_an_implementation_code_is_not_built_from_wrong_parts():
    with pytest.raises(FormInvalid, match="统一社会信用代码"):
        implementation_code("12441500196720244X", Level.CITY, "442199806003")


CERTIFICATES = [
    ("11100000000013338W011", "11430000006122244L", "20230000403", "001", "U"),
    ("11100000000013338W009", "11330105002500287C", "2025052201", "002", "0"),
    ("11100000000013338W032", "11220000013544541J", "2430599", "001", "F"),
]


@pytest.mark.parametrize(("type_code", "issuer", "serial", "version", "check"), CERTIFICATES)
def test_published_certificate_identifiers_have_their_check_character(type_code, issuer, serial, version, check):
    assert certificate_identifier_check(type_code, issuer, serial, version) == check
    for place in range(len(serial)):
        wrong = serial[:place] + ("1" if serial[place] != "1" else "2") + serial[place + 1 :]
        assert certificate_identifier_check(type_code, issuer, wrong, version) != check


@pytest.mark.parametrize(
    ("code", "level", "prefix", "parent"),
    [
        ("130100000000", Level.CITY, "1301", None),
        ("131000000000", Level.CITY, "1310", None),  # the zero belongs to the city's number
        ("131010000000", Level.DISTRICT, "131010", "131000000000"),
        ("131010100000", Level.STREET, "131010100", "131010000000"),
        ("131010100200", Level.COMMUNITY, "131010100200", "131010100000"),
    ],
)
def test_a_region_code_tells_its_level_by_its_trailing_zeros(code, level, prefix, parent):
    assert region_level(code) is level
    assert significant_prefix(code) == prefix
    assert region_parent(code) == parent


@pytest.mark.parametrize(
    "code",
    ["130000000000", "000000000000", "130100001000", "130001001001", "1301", "13010000000a", "131010000002"],
)
def test_a_code_that_is_no_region_of_ours_is_refused(code):
    with pytest.raises(FormInvalid, match="区划代码"):
        region_level(code)


def test_case_numbers_for_receipts_and_for_exchange():
    assert counter_case_number(COMMUNITY, TODAY, 7) == "9901010010022603020007"
    assert exchange_case_number(IMPLEMENTATION_CODE, TODAY, 99999) == IMPLEMENTATION_CODE + "26030299999"
    assert len(counter_case_number(COMMUNITY, TODAY, 9999)) == 22
    assert len(exchange_case_number(IMPLEMENTATION_CODE, TODAY, 1)) == 42


def test_a_case_number_is_not_made_from_wrong_parts_or_a_used_up_serial():
    with pytest.raises(FormInvalid):
        counter_case_number("990101001000", TODAY, 1)
    with pytest.raises(FormInvalid):
        exchange_case_number("X" * 31, TODAY, 1)
    for serial in (0, -1, 10000):
        with pytest.raises(ProcessError, match="流水号"):
            counter_case_number(COMMUNITY, TODAY, serial)
