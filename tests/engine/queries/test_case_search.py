"""Finding cases and work items: by number, name, initials and whole identity number, inside the scope only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.office import Office
from engine.policy.actors import SYSTEM, Actor, PostHeld
from engine.queries.applicant_filter import applicant_filter
from engine.queries.case_search import CaseFilter, case_search
from engine.queries.paging import Page
from engine.queries.scope import within
from engine.queries.worklist import WorklistFilter, worklist

PutCase = Callable[..., int]
ACTOR_ID = 10**9


def _actor(region: str, department: str | None = None, post_id: int = ACTOR_ID) -> Actor:
    post = PostHeld(post_id, "岗", 1, "机构", region, department, "district", frozenset({"handler"}))
    return Actor(ACTOR_ID, "甲", (post,))


def _numbers(office: Office, actor: Actor = SYSTEM, **wanted: object) -> list[str]:
    return [line.number for line in case_search(office, actor, CaseFilter(**wanted), limit=100).lines]


@pytest.mark.parametrize(
    "q",
    ["9901010010012603021111", "1111", "王秀", "王秀英", "wx", "WXY", "990101197403120027", " 990101 19740312 0027 "],
)
def test_a_case_is_found_by_what_people_know(query_office: Office, put: PutCase, q: str) -> None:
    put(number="9901010010012603021111")
    put(number="9901010010012603022222", applicant_name="李四", applicant_initials="ls", applicant_index=b"other")
    assert _numbers(query_office, q=q) == ["9901010010012603021111"]


def test_a_number_is_found_by_its_last_digits(query_office: Office, put: PutCase) -> None:
    put(number="9901010010012603029871")
    put(number="9901010010012603020002")
    assert _numbers(query_office, q="9871") == ["9901010010012603029871"]


def test_part_of_an_identity_number_finds_nobody(query_office: Office, put: PutCase) -> None:
    put()
    assert _numbers(query_office, q="19740312") == []
    assert _numbers(query_office, q="99010119740312002") == []


def test_signs_of_the_search_language_are_taken_literally(query_office: Office, put: PutCase) -> None:
    put()
    assert _numbers(query_office, q="%") == []
    assert _numbers(query_office, q="王_英") == []


def test_filters_narrow_and_dates_include_both_ends(query_office: Office, put: PutCase) -> None:
    number = "T77700000001"
    put(number=number, card="red")
    assert _numbers(query_office, card="red", received_from=date(2026, 3, 2), received_through=date(2026, 3, 2)) == [
        number
    ]
    assert _numbers(query_office, card="red", received_from=date(2026, 3, 3)) == []
    assert _numbers(query_office, card="red", region="990101000000") == [number]
    assert _numbers(query_office, card="red", region="990102000000") == []


def test_the_scope_is_region_and_department_of_each_post(query_office: Office, put: PutCase) -> None:
    put(number="T1", home_region="990101001001", department="civil_affairs")
    put(number="T2", home_region="990101001001", department="human_resources")
    put(number="T3", home_region="990102002003", accept_region="990102002003")
    put(number="T4", home_region="990102002003", accept_region="990101001001")
    assert _numbers(query_office, _actor("990101000000")) == ["T4", "T2", "T1"]
    assert _numbers(query_office, _actor("990101000000", "civil_affairs")) == ["T4", "T1"]
    assert _numbers(query_office, _actor("990102002003")) == ["T4", "T3"]
    assert _numbers(query_office, _actor("990103000000")) == []


def test_an_officer_without_posts_sees_nothing(query_office: Office, put: PutCase) -> None:
    put()
    assert _numbers(query_office, Actor(-1, "", ())) == []
    assert worklist(query_office, Actor(-1, "", ()), WorklistFilter()).counts.total == 0


def test_pages_of_a_search_follow_each_other_and_lead_back(query_office: Office, put: PutCase) -> None:
    for n in range(5):
        put(number=f"T{n}")
    pages: list[Page] = [case_search(query_office, SYSTEM, CaseFilter(), limit=2)]
    while pages[-1].next_cursor:
        pages.append(case_search(query_office, SYSTEM, CaseFilter(), pages[-1].next_cursor, 2))
    assert [[line.number for line in page.lines] for page in pages] == [["T4", "T3"], ["T2", "T1"], ["T0"]]
    back = case_search(query_office, SYSTEM, CaseFilter(), pages[-1].previous_cursor, 2)
    assert [line.number for line in back.lines] == ["T2", "T1"]


@given(st.text(max_size=30))
def test_whatever_is_typed_becomes_parameters_never_sql(text: str) -> None:
    class Sealer:
        @staticmethod
        def blind_index(number: str) -> bytes:
            return number.encode()

    class FakeOffice:
        sealer = Sealer()

    conditions, values = applicant_filter(FakeOffice(), text)
    fixed = {
        "(c.applicant_index = :q_index OR c.number = :q)",
        "c.number = :q",
        "c.number LIKE :q",
        "reverse(c.number) LIKE :q",
        "(c.applicant_initials LIKE :q OR upper(c.applicant_name) LIKE :q_name)",
        "(upper(c.applicant_name) LIKE upper(CAST(:q AS text)) AND c.applicant_name LIKE :q)",
    }
    assert set(conditions) <= fixed
    assert bool(conditions) == bool(values) == bool("".join(text.split()))


def test_the_scope_condition_holds_no_value_of_its_own() -> None:
    condition, values = within(_actor("990101001000", "civil_affairs"))
    assert "9901" not in condition
    assert "civil_affairs" not in condition
    assert {"990101001000", "990101001999", "civil_affairs"} <= {v for v in values.values() if isinstance(v, str)}
