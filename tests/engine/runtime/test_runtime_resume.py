"""退回后直接返回: the step is done again and the case is open where it was, not at the steps between."""

from __future__ import annotations

import pytest
from bpmn_builder import boundary, call, compiled, diagram, end, multi, sub
from walked_case import Case

from engine.errors import ActionNotAllowed, StaleVersion
from engine.runtime import resume

SEQUENCE = compiled('start > a > xor1\nxor1 > b if a = "long"\nxor1 > xor2\nb > xor2 > c > d > end')
REVIEW = compiled("start > a > and1 > b1 > b2 > and2 > x > end\nand1 > c1 > c2 > and2\nand1 > and2")


class TestInALine:
    def test_the_case_is_open_at_the_sender_again_under_a_new_token(self) -> None:
        case = Case(SEQUENCE).do("a", decision="long").do("b", "c")
        sender = case.token("d").id
        again = case.back("a").token("a").id
        case.straight("a", "long")
        assert case.open == ["d"]
        assert case.token("d").id not in (sender, again)
        assert case.last.closed == (again,)
        assert [t.node for t in case.last.opened] == ["d"]

    def test_the_new_decision_holds_and_so_do_the_later_ones_made_before(self) -> None:
        case = Case(SEQUENCE).do("a", decision="long").do("b", "c", decision="agree")
        case.back("a").straight("a", "short")
        assert case.results == {"a": "short", "b": "agree", "c": "agree"}

    def test_a_step_done_again_without_a_decision_leaves_none(self) -> None:
        case = Case(SEQUENCE).do("a", "c").back("a").straight("a", None)
        assert (case.open, case.results) == (["d"], {"c": "ok"})

    def test_a_step_that_is_no_longer_open_cannot_go_back(self) -> None:
        case = Case(SEQUENCE).do("a", "c").back("a")
        token = case.token("a").id
        case.straight("a")
        with pytest.raises(StaleVersion):
            resume(case.process, case.last.state, token, "ok", case.before, {})

    def test_a_hundred_returns_there_and_back_do_not_grow_the_state(self) -> None:
        case = Case(SEQUENCE).do("a", "c")
        size = len(case.last.state)
        for _ in range(100):
            case.back("a").straight("a")
        longer_numbers = 8
        assert len(case.last.state) <= size + longer_numbers

    def test_a_return_within_a_return_leads_back_one_after_the_other(self) -> None:
        case = Case(SEQUENCE).do("a", decision="long").do("b", "c")
        outer = case.last.state
        case.back("b").back("a").straight("a", "long")
        assert case.open == ["b"]
        assert case.straight("b", before=outer).open == ["d"]


class TestBesideOtherBranches:
    def test_inside_a_branch_the_other_branch_stays_where_it_is_now(self) -> None:
        case = Case(REVIEW).do("a", "b1", "c1").back("b1").do("c2")
        assert case.straight("b1").open == ["b2"]
        assert case.do("b2").open == ["x"]

    def test_from_after_the_join_into_a_branch_the_join_does_not_fire_again(self) -> None:
        case = Case(REVIEW).do("a", "b1", "b2", "c1", "c2").back("b1").straight("b1")
        assert case.open == ["x"]
        assert case.results == {"a": "ok", "b1": "ok", "b2": "ok", "c1": "ok", "c2": "ok"}
        assert case.do("x").last.ended

    def test_to_before_the_fork_both_branches_come_back_as_they_were(self) -> None:
        for done, was in (((), ["b1", "c1"]), (("b1", "c1"), ["b2", "c2"]), (("c1", "c2"), ["b1"])):
            case = Case(REVIEW).do("a", *done).back("a").straight("a")
            assert case.open == was
            while case.open != ["x"]:
                case.do(case.open[0])

    def test_a_branch_that_waited_at_the_join_waits_there_again(self) -> None:
        case = Case(REVIEW).do("a", "b1", "b2").back("b1").straight("b1")
        assert case.open == ["c1"]
        assert case.do("c1", "c2").open == ["x"]

    def test_the_join_fires_when_the_other_branch_came_to_it_meanwhile(self) -> None:
        case = Case(REVIEW).do("a", "b1", "b2", "c1").back("b1").do("c2")
        assert case.open == ["b1"]
        assert case.straight("b1").open == ["x"]

    def test_there_is_no_way_straight_back_when_the_other_branch_is_open_again(self) -> None:
        case = Case(REVIEW).do("a", "b1", "b2", "c1", "c2").back("b1")
        after_the_join = case.before
        case.back("c2")
        with pytest.raises(ActionNotAllowed, match="办完后按流程继续"):
            case.straight("b1", before=after_the_join)
        assert case.do("b1", "b2", "c2").open == ["x"]

    def test_there_is_a_way_again_once_the_other_branch_is_done_again(self) -> None:
        case = Case(REVIEW).do("a", "b1", "b2", "c1", "c2").back("b1")
        after_the_join = case.before
        case.back("c2").do("c2")
        assert case.straight("b1", before=after_the_join).open == ["x"]

    def test_nested_branches_come_back_on_every_level(self) -> None:
        flows = "start > and1 > a > and2 > b1 > b2 > and3 > c > and4 > x > end\nand2 > d1 > d2 > and3\nand1 > e1 > e2 > and4"
        case = Case(compiled(flows)).do("a", "b1", "d1").back("a").do("e1").straight("a")
        assert case.open == ["b2", "d2", "e2"]
        case.do("b2", "d2").back("d1").do("e2").straight("d1")
        assert case.open == ["c"]
        assert case.do("c").open == ["x"]


class TestMultiInstance:
    PROCESS = compiled("start > a > m > x > end", m=multi(3))

    def test_only_the_instances_that_were_open_open_again_and_the_others_keep_their_decision(self) -> None:
        case = Case(self.PROCESS).do("a").do("m#1", decision="agree").back("a").straight("a")
        assert case.open == ["m#0", "m#2"]
        assert case.results == {"a": "ok", "m": [None, "agree", None]}
        assert case.do("m#2", "m#0").open == ["x"]

    def test_the_last_instance_done_again_goes_back_and_the_new_decisions_hold(self) -> None:
        case = Case(self.PROCESS).do("a", "m#0", "m#1", "m#2").back("m")
        case.straight("m#1", "new").straight("m#0", "new")
        assert case.open == ["m#2"]
        case.straight("m#2", "newest")
        assert case.open == ["x"]
        assert case.results["m"] == ["new", "new", "newest"]


class TestCalledProcesses:
    PROCESS = compiled(
        "start > a > c > s > b > end",
        diagram(
            "fragment",
            "start > f1 > and1 > f2 > and2 > f3 > end\nand1 > g2 > and2\nremind > r1 > end2",
            remind=boundary("f3", False),
        ),
        c=call("fragment"),
        s=sub("start_s > n1 > n2 > end_s"),
    )

    def test_a_called_process_the_return_closed_is_open_again_where_it_was(self) -> None:
        case = Case(self.PROCESS).do("a", "c/f1", "c/f2").back("a").straight("a")
        assert case.open == ["c/g2"]
        assert case.do("c/g2", "c/f3").open == ["s/n1"]

    def test_from_after_a_called_process_into_it_leaves_it_closed_again(self) -> None:
        case = Case(self.PROCESS).do("a", "c/f1", "c/f2", "c/g2", "c/f3", "s/n1").back("f2", "c").straight("c/f2")
        assert case.open == ["s/n2"]
        assert case.do("s/n2", "b").last.ended

    def test_inside_a_running_called_process(self) -> None:
        case = Case(self.PROCESS).do("a", "c/f1", "c/f2").back("f1", "c").straight("c/f1")
        assert case.open == ["c/g2"]

    def test_a_called_process_with_other_open_steps_is_not_left(self) -> None:
        case = Case(self.PROCESS).do("a", "c/f1", "c/f2", "c/g2", "c/f3").back("f3", "c").do("c/remind")
        with pytest.raises(ActionNotAllowed, match="子流程内还有未办结的环节"):
            case.straight("c/f3")
        case.do("c/r1").straight("c/f3")
        assert case.open == ["s/n1"]


class TestTimers:
    PROCESS = compiled(
        "start > a > b > c > end\nremind > r1 > r2 > end2\nlate > l > c",
        remind=boundary("b", False),
        late=boundary("b"),
    )

    def test_timers_of_a_step_come_back_with_it_and_those_of_the_step_done_again_are_gone(self) -> None:
        assert Case(self.PROCESS).do("a").back("a").straight("a").open == ["b", "remind", "late"]
        assert Case(self.PROCESS).do("a", "b").back("b").straight("b").open == ["c"]

    def test_a_timer_that_went_off_before_the_return_does_not_come_back(self) -> None:
        case = Case(self.PROCESS).do("a", "remind", "r1").back("a").straight("a")
        assert case.open == ["b", "r2", "late"]

    def test_a_side_branch_opened_by_the_step_done_again_takes_the_place_of_the_earlier_one(self) -> None:
        case = Case(self.PROCESS).do("a", "remind", "r1", "b").back("b").do("remind")
        assert case.straight("b").open == ["c", "r1"]
        case = Case(self.PROCESS).do("a", "remind", "r1", "b").back("b")
        assert case.straight("b").open == ["c", "r2"]

    def test_of_an_earlier_side_branch_that_was_replaced_no_part_is_left_at_a_join(self) -> None:
        flows = "start > b > c > end\nremind > and1 > r1 > and2 > r2 > end2\nand1 > s1 > and2"
        case = Case(compiled(flows, remind=boundary("b", False))).do("remind", "b", "r1").back("b").do("remind")
        assert case.straight("b").open == ["c", "r1", "s1"]
        assert case.do("s1").open == ["c", "r1"]
        assert case.do("r1").open == ["c", "r2"]

    def test_timers_of_the_same_step_in_another_call_stay(self) -> None:
        fragment = diagram("fragment", "start > f1 > f2 > end\nlate > f2", late=boundary("f1"))
        flows = "start > and1 > c > and2 > end\nand1 > d > and2"
        case = Case(compiled(flows, fragment, c=call("fragment"), d=call("fragment"))).do("c/f1").back("f1", "c")
        assert case.straight("c/f1").open == ["c/f2", "d/f1", "d/late"]

    def test_a_timer_that_interrupts_the_step_leaves_nothing_to_go_back_from(self) -> None:
        case = Case(self.PROCESS).do("a", "b").back("b")
        token = case.token("b").id
        case.do("late")
        with pytest.raises(StaleVersion):
            resume(case.process, case.last.state, token, "ok", case.before, {})

    def test_a_timer_is_not_a_step_to_go_back_from(self) -> None:
        case = Case(self.PROCESS).do("a", "b").back("b")
        with pytest.raises(ActionNotAllowed):
            case.straight("remind")


class TestWhatIsRefused:
    def test_a_record_of_another_process(self) -> None:
        case = Case(SEQUENCE).do("a", "c").back("a")
        other = Case(REVIEW).do("a")
        with pytest.raises(ActionNotAllowed, match="与现在的流程不符"):
            case.straight("a", before=other.last.state)

    def test_a_return_that_cancelled_nothing(self) -> None:
        case = Case(SEQUENCE).do("a", "c", "d").back("c")
        with pytest.raises(ActionNotAllowed, match="无处可直接返回"):
            case.straight("c")
        assert case.do("c").open == ["d"]

    def test_a_return_to_a_step_that_was_open_itself(self) -> None:
        case = Case(SEQUENCE).back("a")
        with pytest.raises(ActionNotAllowed, match="尚未办完"):
            case.straight("a")


def test_the_outcome_reached_before_the_return_is_not_lost() -> None:
    flows = "start > and1 > a1 > a2 > end\nand1 > b1 > stated\nand1 > c1 > end3"
    case = Case(compiled(flows, stated=end("agreed"))).do("b1", "a1").back("a1")
    assert case.last.end_node is None
    case.do("c1").straight("a1")
    assert (case.open, case.last.end_node) == (["a2"], "stated")
