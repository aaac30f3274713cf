"""What people without an account see of names and numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.queries.applicant_view import masked
from engine.queries.masking import mask_name, mask_value


@pytest.mark.parametrize(("name", "shown"), [("张伟", "张*"), ("欧阳修远", "欧***"), ("", ""), ("A", "A")])
def test_a_name_shows_its_first_character_only(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@given(st.from_regex(r"[1-9]\d{16}[\dX]", fullmatch=True), st.text(alphabet="住户，电话 -", max_size=8))
def test_no_whole_identity_number_leaves_a_text(number: str, around: str) -> None:
    assert number not in mask_value(f"{around}{number}{around}")
    assert number not in str(mask_value({"a": [number, {"b": number}]}))


def test_a_phone_number_in_a_sentence_is_masked_and_an_amount_is_not() -> None:
    assert mask_value("联系13812345678，金额680元") == "联系138****5678，金额680元"


def test_the_persons_of_a_list_are_masked_one_by_one() -> None:
    shown = masked("person_list", [{"name": "王", "id_number": "990101197403120027", "phone": "13812345678"}])
    assert shown == [{"name": "王", "id_number": "990101********0027", "phone": "138****5678"}]
