"""退回: a case is sent back to an earlier step, whatever runs beside it, and still ends exactly once."""

from __future__ import annotations

import pytest
from bpmn_builder import boundary, call, compiled, diagram, multi, sub
from walked_case import Case

from engine.errors import ActionNotAllowed

SEQUENCE = compiled('start > a > xor1\nxor1 > b if a = "long"\nxor1 > xor2\nb > xor2 > c > d > end')
REVIEW = compiled(
    "start > a > and1 > b1 > b2 > and2 > x > end\nand1 > c1 > c2 > and2\nand1 > and2",
)


def finish(case: Case) -> list[str]:
    """Complete whatever is open, first token first, until the case ends; the steps done."""
    done = []
    while not case.last.ended:
        done.append(case.open[0])
        case.do(case.open[0])
    return done


class TestInALine:
    def test_the_earlier_step_is_open_and_nothing_else(self) -> None:
        case = Case(SEQUENCE).do("a", decision="long").do("b", "c")
        token = case.token("d")
        case.back("a")
        assert case.open == ["a"]
        assert case.last.closed == (token.id,)
        assert [t.node for t in case.last.opened] == ["a"]

    def test_results_of_the_target_and_all_that_follows_are_cleared_and_earlier_ones_stay(self) -> None:
        case = Case(SEQUENCE).do("a", decision="long").do("b", "c").back("b")
        assert case.results == {"a": "long"}

    def test_another_way_may_be_taken_afterwards(self) -> None:
        case = Case(SEQUENCE).do("a", decision="long").do("b", "c").back("a").do("a", decision="short")
        assert case.open == ["c"]
        assert finish(case) == ["c", "d"]

    def test_results_before_a_loop_survive_a_return_inside_it(self) -> None:
        flows = 'start > xor1 > a > b > xor2\nxor2 > xor1 if b = "again"\nxor2 > c > end'
        case = Case(compiled(flows)).do("a", "b").back("b")
        assert case.results == {"a": "ok"}

    def test_the_open_step_itself_may_be_opened_anew(self) -> None:
        case = Case(SEQUENCE)
        old = case.token("a").id
        assert case.back("a").token("a").id != old

    def test_an_ended_case_may_be_opened_again(self) -> None:
        case = Case(SEQUENCE)
        finish(case)
        assert case.back("c").last.end_node is None
        assert finish(case) == ["c", "d"]

    def test_only_steps_of_the_process_are_targets(self) -> None:
        case = Case(SEQUENCE)
        for target, path in (("xor1", ()), ("start", ()), ("nowhere", ()), ("a", ("b",)), ("a", ("nowhere",))):
            with pytest.raises(ActionNotAllowed):
                case.back(target, *path)

    def test_a_hundred_returns_do_not_grow_the_state(self) -> None:
        case = Case(SEQUENCE).do("a")
        size = len(case.last.state)
        for _ in range(100):
            case.do("c").back("a").do("a")
        longer_numbers = 8
        assert len(case.last.state) <= size + longer_numbers


class TestBesideOtherBranches:
    def test_a_return_inside_one_branch_leaves_the_other_going_on(self) -> None:
        case = Case(REVIEW).do("a", "b1", "c1")
        other = case.token("c2")
        case.back("b1")
        assert case.open == ["b1", "c2"]
        assert case.token("c2") == other
        case.do("c2", "b1", "b2")
        assert case.open == ["x"]

    def test_a_finished_branch_stays_finished_while_the_other_goes_back(self) -> None:
        case = Case(REVIEW).do("a", "c1", "c2", "b1").back("b1")
        assert case.open == ["b1"]
        assert case.results == {"a": "ok", "c1": "ok", "c2": "ok"}
        assert case.do("b1", "b2").open == ["x"]

    def test_a_branch_waiting_at_the_join_may_go_back_itself(self) -> None:
        case = Case(REVIEW).do("a", "b1", "b2").back("b2")
        assert case.open == ["b2", "c1"]
        assert case.do("b2").open == ["c1"]
        assert case.do("c1", "c2").open == ["x"]

    def test_a_return_from_after_the_join_into_one_branch_does_not_wait_for_the_others(self) -> None:
        case = Case(REVIEW).do("a", "b1", "b2", "c1", "c2").back("b2")
        assert case.open == ["b2"]
        assert case.do("b2").open == ["x"]

    def test_a_return_to_before_the_fork_cancels_every_branch_and_joins_once_again(self) -> None:
        for done in ((), ("b1",), ("c1", "c2"), ("b1", "b2", "c1", "c2")):
            case = Case(REVIEW).do("a", *done).back("a")
            assert case.open == ["a"]
            assert case.results == {}
            case.do("a", "c1", "c2", "b1")
            assert case.open == ["b2"]
            assert case.do("b2").open == ["x"]

    def test_the_other_branches_start_again_when_asked(self) -> None:
        case = Case(REVIEW).do("a", "b1", "c1").back("b2", keep_parallel=False)
        assert case.open == ["b2", "c1"]
        assert case.results == {"a": "ok", "b1": "ok"}
        case = Case(REVIEW).do("a", "b1", "b2", "c1", "c2").back("b2", keep_parallel=False)
        assert case.open == ["b2", "c1"]
        assert case.do("b2", "c1", "c2").open == ["x"]

    def test_nested_branches_keep_what_runs_beside_them_on_every_level(self) -> None:
        flows = "start > and1 > a > and2 > b1 > b2 > and3 > c > and4 > x > end\nand2 > d1 > d2 > and3\nand1 > e1 > e2 > and4"
        case = Case(compiled(flows)).do("a", "b1", "d1", "e1")
        assert case.open == ["b2", "d2", "e2"]
        assert case.back("b1").open == ["b1", "d2", "e2"]
        assert case.back("a").open == ["a", "e2"]
        case.do("a", "b1", "b2", "d1", "d2", "c")
        assert case.open == ["e2"]
        assert case.back("b2").open == ["b2", "e2"]
        assert case.do("b2", "c", "e2").open == ["x"]
        assert case.back("d2").open == ["d2"]
        assert case.do("d2", "c").open == ["x"]


class TestMultiInstance:
    PROCESS = compiled("start > a > m > x > end", m=multi(2))

    def test_the_whole_step_opens_anew(self) -> None:
        case = Case(self.PROCESS).do("a", "m#0").back("m")
        assert case.open == ["m#0", "m#1"]
        assert case.results == {"a": "ok", "m": [None, None]}
        assert case.do("m#1", "m#0").open == ["x"]

    def test_a_return_from_after_it_opens_all_instances(self) -> None:
        assert Case(self.PROCESS).do("a", "m#0", "m#1").back("m").open == ["m#0", "m#1"]

    def test_a_return_to_before_it_cancels_all_instances(self) -> None:
        case = Case(self.PROCESS).do("a", "m#1").back("a")
        assert (case.open, case.results) == (["a"], {})
        assert finish(case) == ["a", "m#0", "m#1", "x"]


class TestCalledProcesses:
    PROCESS = compiled(
        "start > a > c > s > b > end",
        diagram("fragment", "start > f1 > and1 > f2 > and2 > f3 > end\nand1 > g2 > and2"),
        c=call("fragment"),
        s=sub("start_s > n1 > n2 > end_s"),
    )

    def test_a_target_inside_a_running_fragment_leaves_the_caller_alone(self) -> None:
        case = Case(self.PROCESS).do("a", "c/f1", "c/g2", "c/f2").back("f2", "c")
        assert case.open == ["c/f2"]
        assert case.results == {"a": "ok", "f1": "ok", "g2": "ok"}
        assert case.do("c/f2").open == ["c/f3"]

    def test_a_target_in_the_caller_closes_the_fragment(self) -> None:
        case = Case(self.PROCESS).do("a", "c/f1").back("a")
        assert (case.open, case.results) == (["a"], {})
        assert finish(case) == ["a", "c/f1", "c/f2", "c/g2", "c/f3", "s/n1", "s/n2", "b"]

    def test_a_target_inside_a_finished_fragment_opens_the_fragment_there(self) -> None:
        case = Case(self.PROCESS).do("a", "c/f1", "c/f2", "c/g2", "c/f3", "s/n1").back("f2", "c")
        assert case.open == ["c/f2"]
        assert case.results == {"a": "ok", "f1": "ok", "g2": "ok"}
        assert finish(case) == ["c/f2", "c/f3", "s/n1", "s/n2", "b"]

    def test_the_call_itself_as_target_starts_the_fragment_from_its_beginning(self) -> None:
        case = Case(self.PROCESS).do("a", "c/f1", "c/f2", "c/g2", "c/f3").back("c")
        assert case.open == ["c/f1"]

    def test_a_fragment_inside_a_fragment_opens_level_by_level(self) -> None:
        process = compiled(
            "start > and1 > c > and2 > end\nand1 > z > and2",
            diagram("outer", "start > o1 > i > o2 > end", i=call("inner")),
            diagram("inner", "start > i1 > i2 > end"),
            c=call("outer"),
        )
        case = Case(process).do("c/o1", "c/i/i1", "c/i/i2", "c/o2")
        assert case.open == ["z"]
        assert case.back("i2", "c", "i").open == ["z", "c/i/i2"]
        assert case.do("c/i/i2", "z", "c/o2").last.ended

    def test_a_branch_beside_a_call_goes_on_when_the_fragment_goes_back(self) -> None:
        process = compiled(
            "start > and1 > c > and2 > end\nand1 > z1 > z2 > and2",
            diagram("outer", "start > o1 > o2 > end"),
            c=call("outer"),
        )
        case = Case(process).do("c/o1", "z1").back("o1", "c")
        assert case.open == ["z2", "c/o1"]
        assert case.back("z1").open == ["z1", "c/o1"]

    def test_a_fragment_called_twice_keeps_the_open_instances_of_the_other_call(self) -> None:
        fragment = diagram("fragment", "start > m > end", m=multi(2))
        flows = "start > and1 > a > c > x > and2 > end\nand1 > d > and2"
        process = compiled(flows, fragment, c=call("fragment"), d=call("fragment"))
        case = Case(process).do("a", "c/m#0", "c/m#1").back("a")
        assert case.do("d/m#0").results == {"m": ["ok", None]}
        assert case.open == ["a", "d/m#1"]


class TestTimers:
    PROCESS = compiled(
        "start > a > b > c > end\nremind > r1 > r2 > end2\nlate > l > c",
        remind=boundary("b", False),
        late=boundary("b"),
    )

    def test_a_reopened_step_has_its_timers_again(self) -> None:
        case = Case(self.PROCESS).do("a", "b").back("b")
        assert case.open == ["b", "remind", "late"]

    def test_a_side_branch_goes_on_when_its_step_is_not_done_again(self) -> None:
        case = Case(self.PROCESS).do("a", "remind", "b").back("c")
        assert case.open == ["c", "r1"]

    def test_a_side_branch_is_closed_when_its_step_is_done_again(self) -> None:
        assert Case(self.PROCESS).do("a", "remind", "b").back("a").open == ["a"]
        assert Case(self.PROCESS).do("a", "remind", "b").back("b").open == ["b", "remind", "late"]

    def test_a_return_inside_a_side_branch_leaves_the_main_line_alone(self) -> None:
        case = Case(self.PROCESS).do("a", "remind", "r1", "b").back("r1")
        assert case.open == ["c", "r1"]
        case = Case(self.PROCESS).do("a", "remind", "r1").back("r1", keep_parallel=False)
        assert case.open == ["b", "r1", "late"]

    def test_the_way_of_a_timer_that_interrupted_is_left_by_a_return(self) -> None:
        case = Case(self.PROCESS).do("a", "late").back("b")
        assert case.open == ["b", "remind", "late"]
        assert case.do("b").open == ["c"]

    def test_a_waiting_timer_is_closed_by_a_return(self) -> None:
        case = Case(compiled("start > a > wait1 > b > end")).do("a").back("a")
        assert case.open == ["a"]

    def test_a_side_branch_of_a_parallel_step_neither_holds_up_nor_feeds_the_join(self) -> None:
        flows = "start > and1 > a > and2 > x > end\nand1 > b > and2\nremind > r1 > r2 > end2"
        case = Case(compiled(flows, remind=boundary("a", False))).do("remind", "a", "b")
        assert case.open == ["x", "r1"]
        case.back("b")
        assert case.open == ["b", "r1"]
        assert case.do("b").open == ["x", "r1"]
        case.do("r1").back("r1")
        assert case.open == ["x", "r1"]
        assert case.do("x", "r1", "r2").last.ended
