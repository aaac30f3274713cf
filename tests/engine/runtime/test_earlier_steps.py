"""可退回的环节: which of the steps done before a case, or one of its tokens, can be sent back to."""

from __future__ import annotations

import pytest
from bpmn_builder import boundary, call, compiled, diagram, multi, sub
from walked_case import Case

from engine.errors import StaleVersion
from engine.runtime import earlier_steps

REVIEW = compiled("start > a > and1 > b1 > b2 > and2 > x > end\nand1 > c1 > c2 > and2")


def offered(case: Case, *done: str, to: str = "") -> list[str]:
    """Steps offered to the token at a spot, or to any, written as spots."""
    steps = [(tuple(spot.split("/")[:-1]), spot.split("/")[-1]) for spot in done]
    token = case.token(to).id if to else None
    return ["/".join((*path, node)) for path, node in earlier_steps(case.process, case.last.state, steps, token)]


def test_all_steps_before_are_offered_once_in_the_order_of_the_diagram() -> None:
    case = Case(compiled("start > a > b > c > d > end")).do("a", "b", "c")
    assert offered(case, "c", "a", "b", "a", to="d") == ["a", "b", "c"]


def test_a_step_of_another_way_or_one_still_ahead_is_not_offered() -> None:
    case = Case(compiled("start > a > xor1\nxor1 > b if a = 1\nxor1 > c\nb > d\nc > d > e > end")).do("a")
    assert offered(case, "a", "b", "d", to="c") == ["a"]


def test_a_later_step_of_an_earlier_round_of_a_loop_is_offered() -> None:
    case = Case(compiled('start > xor1 > a > b > xor2\nxor2 > xor1 if b = "no"\nxor2 > end'))
    case.do("a").do("b", decision="no")
    assert offered(case, "a", "b", to="a") == ["b"]


def test_in_a_branch_its_own_steps_and_those_before_the_fork_are_offered() -> None:
    case = Case(REVIEW).do("a", "b1", "c1")
    assert offered(case, "a", "b1", "c1", to="b2") == ["a", "b1"]
    assert offered(case, "a", "b1", "c1", to="c2") == ["a", "c1"]
    assert offered(case, "a", "b1", "c1") == ["a", "b1", "c1"]


def test_after_the_join_the_steps_of_all_branches_are_offered() -> None:
    case = Case(REVIEW).do("a", "b1", "b2", "c1", "c2")
    assert offered(case, "c2", "c1", "b2", "b1", "a", to="x") == ["a", "b1", "b2", "c1", "c2"]


def test_a_branch_that_waits_at_the_join_is_offered_to_the_case_and_not_to_the_other_branch() -> None:
    case = Case(REVIEW).do("a", "b1", "b2")
    assert offered(case, "a", "b1", "b2") == ["a", "b1", "b2"]
    assert offered(case, "a", "b1", "b2", to="c1") == ["a"]


def test_branches_of_a_loop_are_not_offered_to_each_other_though_a_way_leads_round() -> None:
    flows = "start > xor1 > and1 > b > and2 > c > xor2\nand1 > d > and2\nxor2 > xor1 if x = 1\nxor2 > end"
    case = Case(compiled(flows), x=1).do("b", "d", "c", "d")
    assert offered(case, "d", "c", to="b") == ["c"]


def test_a_multi_instance_step_is_offered_after_it_and_not_while_it_is_open() -> None:
    case = Case(compiled("start > a > m > x > end", m=multi(2))).do("a", "m#0")
    assert offered(case, "a", "m", to="m#1") == ["a"]
    assert offered(case, "a", "m") == ["a"]
    assert offered(case.do("m#1"), "a", "m", to="x") == ["a", "m"]


CALLING = compiled(
    "start > a > c > s > b > end",
    diagram("fragment", "start > f1 > f2 > end"),
    c=call("fragment"),
    s=sub("start_s > n1 > n2 > end_s"),
)


def test_steps_of_closed_called_processes_are_offered_where_the_call_is_drawn() -> None:
    case = Case(CALLING).do("a", "c/f1", "c/f2", "s/n1", "s/n2")
    assert offered(case, "s/n2", "s/n1", "c/f2", "c/f1", "a", to="b") == ["a", "c/f1", "c/f2", "s/n1", "s/n2"]


def test_inside_a_called_process_steps_before_it_and_in_it_are_offered() -> None:
    case = Case(CALLING).do("a", "c/f1")
    assert offered(case, "a", "c/f1", to="c/f2") == ["a", "c/f1"]
    assert offered(case.do("c/f2"), "a", "c/f1", "c/f2", to="s/n1") == ["a", "c/f1", "c/f2"]


def test_a_call_itself_is_offered_to_what_runs_in_it() -> None:
    assert offered(Case(CALLING).do("a"), "c", to="c/f1") == ["c"]


def test_a_call_that_runs_again_in_a_loop_offers_the_later_steps_of_its_earlier_round() -> None:
    flows = "start > xor1 > c > xor2\nxor2 > xor1 if x = 1\nxor2 > end"
    case = Case(compiled(flows, diagram("fragment", "start > f1 > f2 > end"), c=call("fragment")), x=1)
    case.do("c/f1", "c/f2")
    assert offered(case, "c/f1", "c/f2", to="c/f1") == ["c/f2"]


TIMERS = compiled("start > a > b > c > end\nremind > r1 > r2 > end2", remind=boundary("b", False))


def test_a_side_branch_goes_back_to_itself_and_to_before_its_step_and_the_main_line_not_into_it() -> None:
    case = Case(TIMERS).do("a", "remind", "r1")
    assert offered(case, "a", "r1", to="r2") == ["a", "r1"]
    assert offered(case, "a", "r1", to="b") == ["a"]
    case.do("b")
    assert offered(case, "a", "b", "r1", to="r2") == ["a", "b", "r1"]
    assert offered(case, "a", "b", "r1", to="c") == ["a", "b"]
    case.do("c")
    assert offered(case, "a", "b", "c", "r1", to="r2") == ["a", "b", "r1"]


def test_a_pending_timer_goes_back_with_its_step() -> None:
    case = Case(TIMERS).do("a")
    assert offered(case, "a", to="remind") == ["a"]


def test_nothing_is_offered_to_an_ended_case_and_a_closed_token_is_stale() -> None:
    case = Case(compiled("start > a > end"))
    token = case.token("a").id
    case.do("a")
    assert offered(case, "a") == []
    with pytest.raises(StaleVersion):
        earlier_steps(case.process, case.last.state, [((), "a")], token)
