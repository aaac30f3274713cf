"""Starting, completing, firing, closing: what one call does to a case."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from bpmn_builder import boundary, call, compiled, diagram, end, multi, rule, sub
from walked_case import Case

from engine.errors import ActionNotAllowed, ProcessError, ProcessStuck, StaleVersion, StateUnreadable
from engine.runtime import TokenKind, cancel, complete, fire, open_tokens, results, start

LINE = compiled("start > a > b > end")
PARALLEL = compiled("start > and1 > a > and2 > x > end\nand1 > b > and2")


def test_a_new_case_opens_its_first_step() -> None:
    advance = start(LINE, {})
    assert [(t.node, t.kind, t.path, t.process, t.instance) for t in advance.opened] == [
        ("a", TokenKind.HUMAN, (), "main", None)
    ]
    assert advance.opened == open_tokens(LINE, advance.state)
    assert (advance.closed, advance.ended, advance.end_node) == ((), False, None)


def test_completing_a_step_closes_its_token_and_opens_the_next() -> None:
    case = Case(LINE)
    token = case.token("a")
    case.do("a", decision="agree")
    assert case.last.closed == (token.id,)
    assert [t.node for t in case.last.opened] == ["b"]
    assert case.results == {"a": "agree"}


def test_the_case_ends_after_the_last_step() -> None:
    case = Case(LINE).do("a", "b")
    assert (case.last.ended, case.last.end_node, case.open) == (True, "end", [])


def test_a_token_that_is_no_longer_open_is_stale() -> None:
    case = Case(LINE)
    token = case.token("a")
    case.do("a")
    with pytest.raises(StaleVersion):
        complete(LINE, case.last.state, token.id, "ok", {})


def test_token_ids_are_never_used_again() -> None:
    case = Case(LINE)
    seen = {case.token("a").id}
    for _ in range(3):
        case.do("a")
        seen.add(case.token("b").id)
        case.back("a")
        seen.add(case.token("a").id)
    assert len(seen) == 7


def test_the_same_call_on_the_same_state_gives_the_same_bytes() -> None:
    case = Case(PARALLEL)
    state, token = case.last.state, case.token("a").id
    assert complete(PARALLEL, state, token, "ok", {}) == complete(PARALLEL, state, token, "ok", {})


def test_cases_on_several_threads_share_a_process_without_touching_each_other() -> None:
    def walk(_: int) -> bytes:
        return Case(PARALLEL).do("b", "a").back("a").do("a").last.state

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(walk, range(40)))) == 1


def test_a_parallel_join_waits_for_every_branch_and_goes_on_once() -> None:
    case = Case(PARALLEL)
    assert case.open == ["a", "b"]
    assert case.do("b").open == ["a"]
    assert case.do("a").open == ["x"]


def test_no_decision_leaves_no_result() -> None:
    assert Case(LINE).do("a", decision=None).results == {}


def test_a_service_task_waits_for_the_machine() -> None:
    case = Case(compiled("start > machine1 > end"))
    assert case.token("machine1").kind is TokenKind.MACHINE
    assert case.do("machine1", decision="issued").last.ended


CHOICE = compiled(
    'start > a > xor1\nxor1 > b if a = "no"\nxor1 > c if income < 1100\nxor1 > d\nb > end\nc > end\nd > end'
)


@pytest.mark.parametrize(
    ("decision", "income", "next_step"), [("no", 1000, "b"), ("yes", 1000, "c"), ("yes", 1100, "d"), ("yes", None, "d")]
)
def test_a_gateway_reads_results_over_facts_and_an_unknown_condition_is_not_met(
    decision: str, income: int | None, next_step: str
) -> None:
    case = Case(CHOICE, income=income).do("a", decision=decision)
    assert case.open == [next_step]


def test_a_result_covers_a_fact_of_the_same_name() -> None:
    assert Case(CHOICE, a="no", income=9999).do("a", decision="yes").open == ["d"]


def test_a_result_still_covers_the_fact_some_steps_later() -> None:
    process = compiled('start > a > b > xor1\nxor1 > c if a = "yes"\nxor1 > end\nc > end')
    assert Case(process, a="no").do("a", decision="yes").do("b").open == ["c"]


def test_facts_are_never_kept_in_the_state() -> None:
    case = Case(CHOICE, name="张三丰", income=1000).do("a")
    assert "张三丰".encode() not in case.last.state
    assert b"1000" not in case.last.state


def test_a_gateway_without_a_way_out_is_stuck_and_the_state_is_unchanged() -> None:
    process = compiled('start > a > xor1\nxor1 > b if a = "yes"\nb > end')
    case = Case(process)
    before = case.last.state
    with pytest.raises(ProcessStuck):
        case.do("a", decision="no")
    assert case.last.state == before
    assert case.do("a", decision="yes").open == ["b"]


def test_a_join_that_can_never_fire_is_stuck() -> None:
    process = compiled('start > a > xor1\nxor1 > b if a = "b"\nxor1 > c\nb > and1\nc > and1\nand1 > end')
    with pytest.raises(ProcessStuck):
        Case(process).do("a", "c")


def test_a_loop_without_a_step_is_stopped() -> None:
    process = compiled("start > a > xor1 > xor2\nxor2 > xor1 if stay\nxor2 > end")
    with pytest.raises(ProcessError, match="打转"):
        Case(process, stay=True).do("a")


def test_an_endless_comparison_is_a_process_error() -> None:
    text = "some x in list satisfies some y in list satisfies x + y = 0.5"
    process = compiled(f"start > a > xor1\nxor1 > b if {text}\nxor1 > end\nb > end")
    with pytest.raises(ProcessError, match="网关条件"):
        Case(process, list=list(range(300))).do("a")


def test_a_drawn_loop_opens_the_step_again() -> None:
    case = Case(compiled('start > xor1 > a > xor2\nxor2 > xor1 if a = "again"\nxor2 > end')).do("a", decision="again")
    assert case.open == ["a"]
    assert case.do("a").last.ended


def test_a_loop_around_a_parallel_stretch_joins_anew_in_every_round() -> None:
    flows = 'start > xor1 > and1 > a > and2 > x > xor2\nand1 > b > and2\nxor2 > xor1 if x = "again"\nxor2 > end'
    case = Case(compiled(flows))
    for order in (("a", "b"), ("b", "a"), ("a", "b")):
        assert case.do(order[0]).open == [order[1]]
        assert case.do(order[1]).open == ["x"]
        case.do("x", decision="again")
    assert case.do("a", "b", "x").last.ended


class TestMultiInstance:
    PROCESS = compiled(
        'start > m > xor1\nxor1 > back if some r in m satisfies r = "disagree"\nxor1 > end\nback > end', m=multi(3)
    )

    def test_all_instances_open_together_and_count_from_zero(self) -> None:
        case = Case(self.PROCESS)
        assert case.open == ["m#0", "m#1", "m#2"]
        assert case.results == {"m": [None, None, None]}

    def test_the_step_is_done_when_its_last_instance_is_in_any_order(self) -> None:
        case = Case(self.PROCESS).do("m#2", "m#0")
        assert case.open == ["m#1"]
        assert case.results == {"m": ["ok", None, "ok"]}
        assert case.do("m#1").last.ended

    def test_a_gateway_reads_the_list_of_decisions(self) -> None:
        case = Case(self.PROCESS).do("m#1", decision="disagree").do("m#0", "m#2")
        assert case.open == ["back"]

    def test_a_timer_on_it_that_interrupts_closes_every_instance(self) -> None:
        process = compiled("start > m > end\nlate > other > end", m=multi(2), late=boundary("m"))
        case = Case(process).do("m#0")
        assert case.open == ["m#1", "late"]
        assert case.do("late").open == ["other"]

    def test_a_timer_on_it_goes_away_with_its_last_instance(self) -> None:
        process = compiled("start > m > x > end\nlate > other > end", m=multi(2), late=boundary("m", False))
        assert Case(process).do("m#1", "m#0").open == ["x"]


class TestTimers:
    PROCESS = compiled(
        "start > a > b > end\nremind > r > end2\nlate > c > b", remind=boundary("a", False), late=boundary("a")
    )

    def test_a_waiting_timer_opens_as_a_token_and_goes_on_when_fired(self) -> None:
        case = Case(compiled("start > wait1 > a > end"))
        assert [(t.node, t.kind) for t in case.tokens] == [("wait1", TokenKind.TIMER)]
        assert case.do("wait1").open == ["a"]

    def test_timers_of_a_step_open_with_it_and_close_with_it(self) -> None:
        case = Case(self.PROCESS)
        assert case.open == ["a", "remind", "late"]
        assert case.do("a").open == ["b"]
        assert len(case.last.closed) == 3

    def test_a_timer_that_does_not_interrupt_opens_its_branch_beside_the_step(self) -> None:
        case = Case(self.PROCESS).do("remind")
        assert case.open == ["a", "r", "late"]
        assert not case.do("a", "b").last.ended
        assert case.do("r").last.ended

    def test_a_timer_that_interrupts_takes_the_step_and_its_other_timers_away(self) -> None:
        assert Case(self.PROCESS).do("late").open == ["c"]

    def test_a_reminder_may_fire_again_while_its_branch_is_still_open(self) -> None:
        case = Case(self.PROCESS).do("remind").back("a", keep_parallel=True)
        assert case.open == ["a", "remind", "late"]
        flows = 'start > xor1 > a > xor2\nxor2 > xor1 if a = "again"\nxor2 > end\nremind > r > end2'
        case = Case(compiled(flows, remind=boundary("a", False))).do("remind").do("a", decision="again").do("remind")
        assert case.open == ["a", "r", "r"]
        assert case.do("a", "r", "r").last.ended

    def test_people_do_not_complete_timers_and_timers_do_not_fire_steps(self) -> None:
        case = Case(self.PROCESS)
        with pytest.raises(ActionNotAllowed):
            complete(self.PROCESS, case.last.state, case.token("late").id, "ok", {})
        with pytest.raises(ActionNotAllowed):
            fire(self.PROCESS, case.last.state, case.token("a").id, {})


class TestCalls:
    PROCESS = compiled(
        "start > c > s > b > end",
        diagram("fragment", "start > f1 > inner > f2 > end", inner=call("deep")),
        diagram("deep", "start > d1 > end"),
        c=call("fragment"),
        s=sub("start_s > n1 > end_s"),
    )

    def test_tokens_name_the_calls_that_lead_to_them_and_the_process_that_draws_them(self) -> None:
        case = Case(self.PROCESS).do("c/f1")
        assert [(t.path, t.node, t.process) for t in case.tokens] == [(("c", "inner"), "d1", "deep")]
        case.do("c/inner/d1", "c/f2")
        assert [(t.path, t.node, t.process) for t in case.tokens] == [(("s",), "n1", "main")]
        assert case.do("s/n1", "b").last.ended

    def test_results_of_called_steps_are_seen_by_the_caller(self) -> None:
        process = compiled(
            'start > c > xor1\nxor1 > b if f1 = "no"\nxor1 > end\nb > end',
            diagram("fragment", "start > f1 > end"),
            c=call("fragment"),
        )
        assert Case(process).do("c/f1", decision="no").open == ["b"]

    def test_the_same_fragment_may_be_called_twice_in_a_row_and_side_by_side(self) -> None:
        fragment = diagram("fragment", "start > f1 > f2 > end")
        case = Case(compiled("start > c1 > c2 > end", fragment, c1=call("fragment"), c2=call("fragment")))
        assert case.do("c1/f1", "c1/f2", "c2/f1", "c2/f2").last.ended
        flows = "start > and1 > c1 > and2 > end\nand1 > c2 > and2"
        case = Case(compiled(flows, fragment, c1=call("fragment"), c2=call("fragment"))).do("c1/f1")
        assert case.open == ["c1/f2", "c2/f1"]
        assert case.do("c2/f1", "c2/f2", "c1/f2").last.ended


class TestEnds:
    def test_a_terminate_end_closes_what_is_open_elsewhere(self) -> None:
        process = compiled('start > and1 > a > xor1\nxor1 > stop1 if a = "no"\nxor1 > and2\nand1 > b > and2 > end')
        case = Case(process).do("a", decision="no")
        assert (case.last.ended, case.last.end_node, len(case.last.closed)) == (True, "stop1", 2)

    def test_a_terminate_end_in_a_fragment_ends_the_fragment_only(self) -> None:
        fragment = diagram("fragment", "start > and1 > f1 > stop1\nand1 > f2 > end")
        case = Case(compiled("start > c > b > end", fragment, c=call("fragment"))).do("c/f1")
        assert case.open == ["b"]

    def test_the_end_with_an_outcome_decides_not_the_last_one(self) -> None:
        process = compiled("start > a > end1\nremind > r > end2", end1=end("granted"), remind=boundary("a", False))
        case = Case(process).do("remind", "a")
        assert (case.last.ended, case.last.end_node) == (False, "end1")
        case.do("r")
        assert (case.last.ended, case.last.end_node) == (True, "end1")

    def test_cancelling_closes_every_token_and_keeps_results(self) -> None:
        case = Case(PARALLEL).do("a")
        advance = cancel(PARALLEL, case.last.state)
        assert (advance.ended, advance.end_node, advance.closed) == (True, None, (case.token("b").id,))
        assert open_tokens(PARALLEL, advance.state) == ()
        assert results(PARALLEL, advance.state) == {"a": "ok"}
        with pytest.raises(StaleVersion):
            complete(PARALLEL, advance.state, case.token("b").id, "ok", {})


def test_a_case_parked_at_two_runs_of_one_stretch_raises_instead_of_mixing_them() -> None:
    flows = "start > a > xor1 > m > end\nremind > xor1"
    case = Case(compiled(flows, m=multi(2), remind=boundary("a", False))).do("remind")
    with pytest.raises(ProcessError, match="两次到达"):
        case.do("a")


def test_a_process_entered_twice_at_once_raises_too() -> None:
    fragment = diagram("fragment", "start > f1 > end")
    flows = "start > a > xor1 > c > end\nremind > xor1"
    case = Case(compiled(flows, fragment, c=call("fragment"), remind=boundary("a", False))).do("remind")
    with pytest.raises(ProcessError, match="两次到达"):
        case.do("a")


def test_a_state_of_another_process_is_not_run() -> None:
    state = Case(PARALLEL).do("a").last.state
    for other in (LINE, compiled("start > b > end"), compiled("start > b > and1 > end", b=multi(2))):
        with pytest.raises(StateUnreadable):
            open_tokens(other, state)


TABLE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:yimen">
<decision id="grade" name="Grade"><decisionTable id="t" hitPolicy="FIRST">
<input id="i" label="score"><inputExpression id="e"><text>score</text></inputExpression></input>
<output id="o1" name="level" typeRef="string"/><output id="o2" name="amount" typeRef="number"/>
<rule id="r1"><inputEntry id="c1"><text>&lt; 60</text></inputEntry>
<outputEntry id="c2"><text>"low"</text></outputEntry><outputEntry id="c3"><text>score * 0.5</text></outputEntry></rule>
<rule id="r2"><inputEntry id="c4"><text>-</text></inputEntry>
<outputEntry id="c5"><text>"high"</text></outputEntry><outputEntry id="c6"><text>100</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def test_a_decision_table_puts_its_outputs_among_the_results() -> None:
    flows = 'start > a > r > xor1\nxor1 > b if level = "low" and amount = 25.5\nxor1 > c\nb > end\nc > end'
    process = compiled(flows, tables={"main.dmn": TABLE}, r=rule("grade"))
    case = Case(process, score=51).do("a")
    assert case.open == ["b"]
    assert [str(v) for v in case.results.values()] == ["ok", "25.5", "low"]
    case.facts = {"score": 70}
    assert case.back("a").results == {}
    assert case.do("a").open == ["c"]
