"""Names: one form for matching, initials for searching, rare characters kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.policy.identifiers import normalise_name_for_matching, pinyin_initials


@pytest.mark.parametrize("separator", ["·", "•", "・", "･", "‧", "⋅", ".", "．", "。", "｡", "﹒", " · ", "··"])
def test_every_written_separator_matches_the_only_lawful_one(separator):
    assert normalise_name_for_matching(f"买买提{separator}艾力") == "买买提·艾力"


@pytest.mark.parametrize(
    ("entered", "matched"),
    [
        ("张 三", "张三"),
        ("\u3000张三\u3000", "张三"),
        ("·艾力·", "艾力"),
        ("John  Smith", "JOHN SMITH"),
        ("Ｊｏｈｎ J. Smith", "JOHN J. SMITH"),
        ("王\U00020bb7明", "王\U00020bb7明"),
        ("李\U000310d9", "李\U000310d9"),
    ],
)
def test_spellings_of_one_name_match(entered, matched):
    assert normalise_name_for_matching(entered) == matched


def test_characters_that_only_look_alike_are_not_folded_into_others():
    assert normalise_name_for_matching("王⼀") == "王⼀"  # the radical U+2F00, which NFKC would turn into 一


@given(name=st.text(max_size=30))
def test_matching_a_matched_name_changes_nothing(name):
    once = normalise_name_for_matching(name)
    assert normalise_name_for_matching(once) == once


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("张三", "zs"),
        ("吕绿", "ll"),
        ("单田芳", "stf"),  # surnames read unlike the common word
        ("曾国", "zg"),
        ("尉迟恭", "ycg"),
        ("买买提·艾力", "mmtal"),
        ("John O'Neil", "jo"),
        ("", ""),
        ("王\U00020bb7明", "wm"),  # no reading known: the rest still finds the person
        ("\U000310d9", ""),
    ],
)
def test_initials_for_search_at_the_counter(name, initials):
    assert pinyin_initials(name) == initials


@given(name=st.text(max_size=30))
def test_initials_are_plain_latin_letters_whatever_the_name(name):
    initials = pinyin_initials(name)
    assert initials.isascii()
    assert initials == "".join(filter(str.islower, initials))
