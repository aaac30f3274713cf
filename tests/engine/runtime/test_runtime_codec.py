"""State blobs: small, deterministic, readable for as long as cases live."""

from __future__ import annotations

from decimal import Decimal

import orjson
import pytest
from bpmn_builder import call, compiled, diagram, multi
from hypothesis import given
from hypothesis import strategies as st
from walked_case import Case

from engine.errors import StateUnreadable
from engine.runtime import open_tokens, results
from engine.runtime.codec import FORMATS, decode, encode
from engine.runtime.marking import Arrival, Marking, Place

PROCESS = compiled(
    "start > a > and1 > m > and2 > b > end\nand1 > c > and2",
    diagram("fragment", "start > f1 > f2 > end"),
    m=multi(2),
    c=call("fragment"),
)

# Written by format 1 and never to be changed: cases in databases look like this.
FORMAT_1 = (
    b'\x01[30,"end1",{"a":"agree","amount":{"n":"12.50"},"grade":["\xe4\xbd\x8e\xe4\xbf\x9d",1,true,null],"m":[null,"ok"]},'
    b'[[[],[[17,"m",0]],[["and2","b"]]],[["c"],[[21,"f1"]],[]]]]'
)


def test_format_1_is_still_read() -> None:
    assert decode(FORMAT_1) == Marking(
        serial=30,
        places=(Place(17, "m", (), 0), Place(21, "f1", ("c",))),
        arrivals=(Arrival("and2", "b"),),
        results={"a": "agree", "amount": Decimal("12.50"), "grade": ["低保", 1, True, None], "m": [None, "ok"]},
        end_node="end1",
    )


def test_format_1_is_still_written_byte_for_byte() -> None:
    assert encode(decode(FORMAT_1)) == FORMAT_1


def test_a_running_case_of_format_1_goes_on() -> None:
    state = b'\x01[30,null,{"a":"agree","m":[null,"ok"]},[[[],[[17,"m",0]],[]],[["c"],[[21,"f1"]],[]]]]'
    case = Case(PROCESS)
    case.last = case.do("a").last.__class__(state, (), (), False, None)
    assert case.do("c/f1", "m#0", "c/f2").open == ["b"]
    assert case.do("b").last.ended


@pytest.mark.parametrize(
    "state",
    [
        *(b"", b"\x00[]", b"\x02[1,null,{},[]]", b"\x01", b"\x01{}", b"\x01[1,null,{}]", b"\x01[1,null,[],[]]"),
        *(b'\x01[1,null,{},[[[],[[1,"a"]],[]]]]', b'\x01[1,null,{"a":{"n":"x"}},[]]', b'\x01[1,null,{"a":{"m":1}},[]]'),
    ],
)
def test_an_unknown_format_and_damaged_bytes_are_unreadable(state: bytes) -> None:
    with pytest.raises(StateUnreadable):
        open_tokens(PROCESS, state)


json_values = st.recursive(
    st.none() | st.integers(0, 9) | st.sampled_from(["a", "m", "c", "and2", "n"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "n"]), inner, max_size=2),
    max_leaves=20,
)


@given(st.tuples(st.integers(0, 9), st.none(), st.just({}), st.lists(st.lists(json_values, min_size=3, max_size=3))))
def test_nonsense_in_a_state_is_unreadable_or_harmless(body: tuple) -> None:
    try:
        tokens = open_tokens(PROCESS, b"\x01" + orjson.dumps(body))
    except StateUnreadable:
        return
    assert all(token.id.isdigit() for token in tokens)


def test_every_format_up_to_the_present_one_is_read() -> None:
    assert set(FORMATS) == set(range(1, max(FORMATS) + 1))


words = st.text(min_size=1, max_size=8)
paths = st.lists(words, max_size=2).map(tuple)
values = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.text(max_size=5), st.decimals(allow_nan=False, places=2)
)


@given(
    st.lists(
        st.builds(Place, st.integers(1, 99), words, paths, st.none() | st.integers(0, 3)),
        max_size=5,
        unique_by=lambda p: p.id,
    ),
    st.lists(st.builds(Arrival, words, words, paths), max_size=3, unique=True),
    st.dictionaries(words | st.just("n"), values | st.lists(values, max_size=3), max_size=4),
    st.none() | words,
)
def test_what_is_written_is_read_back(places: list, arrivals: list, results: dict, end: str | None) -> None:
    marking = decode(encode(Marking(100, tuple(places), tuple(arrivals), results, end)))
    assert set(marking.places) == set(places)
    assert set(marking.arrivals) == set(arrivals)
    assert (marking.results, marking.end_node, marking.serial) == (results, end, 100)


def test_a_case_of_twelve_steps_stays_below_two_kilobytes() -> None:
    names = [f"step_with_a_telling_name_{index}" for index in range(12)]
    case = Case(compiled(f"start > {' > '.join(names)} > end"))
    sizes = []
    for name in names:
        case.do(name, decision="agree")
        sizes.append(len(case.last.state))
    assert max(sizes) < 2_000


def test_results_come_back_as_they_were() -> None:
    case = Case(PROCESS).do("a", decision="同意")
    assert results(PROCESS, case.last.state) == {"a": "同意", "m": [None, None]}
