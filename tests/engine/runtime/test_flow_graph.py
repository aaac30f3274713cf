"""What the flow graph knows: what runs beside what, and what comes after."""

from __future__ import annotations

from bpmn_builder import boundary, compiled

from engine.runtime.graph import Branch, FlowGraph, SideBranch


def graph(flows: str, **specials: object) -> FlowGraph:
    return compiled(flows, **specials).graph(())


NESTED = graph("start > and1 > a > and2 > b > and3 > c > and4 > x > end\nand2 > d > and3\nand1 > and4")


def test_a_step_lies_in_the_branches_that_every_way_to_it_enters() -> None:
    assert NESTED.regions("start") == NESTED.regions("x") == ()
    assert NESTED.regions("a") == NESTED.regions("c") == (Branch("and1", "a"),)
    assert NESTED.regions("b") == (Branch("and1", "a"), Branch("and2", "b"))


def test_an_empty_branch_is_a_region_of_its_flow() -> None:
    assert NESTED.regions_of_flow("and1", "and4") == (Branch("and1", "and4"),)
    assert NESTED.regions_of_flow("c", "and4") == (Branch("and1", "a"),)


def test_a_branch_without_a_join_goes_on_to_its_end() -> None:
    ends = graph("start > and1 > a > b > end\nand1 > c > end2")
    assert ends.regions("b") == (Branch("and1", "a"),)


def test_ways_of_an_exclusive_gateway_are_no_regions() -> None:
    assert graph("start > xor1\nxor1 > a if x = 1\nxor1 > b\na > end\nb > end").regions("a") == ()


def test_only_a_timer_that_does_not_interrupt_opens_a_side_branch() -> None:
    timers = graph("start > a > b > end\nr > x > end2\nl > y > b", r=boundary("a", False), l=boundary("a"))
    assert timers.regions("x") == (SideBranch("a", "r"),)
    assert timers.regions("y") == timers.regions("b") == ()


def test_onward_does_not_go_back_over_a_loop() -> None:
    loop = graph("start > xor1 > a > b > xor2\nxor2 > xor1 if x = 1\nxor2 > c > end")
    assert loop.onward("b") == {"b", "xor2", "c", "end"}
    assert loop.onward("a") == {"a", "b", "xor2", "c", "end"}


def test_onward_includes_what_the_timers_of_a_step_lead_to() -> None:
    timers = graph("start > a > b > end\nr > x > end2", r=boundary("a", False))
    assert timers.onward("a") == {"a", "b", "end", "r", "x", "end2"}
    assert timers.onward("b") == {"b", "end"}
