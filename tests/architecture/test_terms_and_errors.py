"""Every word of the glossary has its labels; every error says something in Chinese."""

from __future__ import annotations

import inspect

import pytest

from engine import errors, terms

TERMS = [
    value
    for value in vars(terms).values()
    if inspect.isclass(value) and issubclass(value, terms.Term) and value is not terms.Term
]
ERRORS = [
    value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, errors.CaseworkError)
]


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.__name__)
def test_every_member_has_a_chinese_and_an_english_label(term: type[terms.Term]) -> None:
    assert [m for m in term if not is_chinese(m.label) or not m.label_en.isascii()] == []


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_carries_its_own_chinese_message(error: type[errors.CaseworkError]) -> None:
    assert is_chinese(error().message)
    assert error.__doc__ not in [base.__doc__ for base in error.__mro__[1:]]
