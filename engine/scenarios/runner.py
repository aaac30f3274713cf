"""Runs one definition's scenarios in memory: the same policy and runtime as a real case, no database, a clock set by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from engine.clock import local_date
from engine.definitions.bpmn_profile import COMPARISON_RESULTS
from engine.definitions.bundle import ItemBundle, read_vocabulary
from engine.definitions.model import ItemDefinition, NodeModel
from engine.definitions.parse import parse_item
from engine.definitions.shared import load_shared
from engine.definitions.steps import limit_of_step, node_of
from engine.definitions.yaml_reader import load_yaml
from engine.errors import CaseworkError, FormInvalid
from engine.policy.case_clocks import CaseTimes, card_now, clocks_of, due_dates, limit_of
from engine.policy.clocks import due
from engine.policy.documents import DocumentLine, LicenceHeld, list_documents, missing_documents
from engine.policy.eligibility import Eligibility, check_eligibility
from engine.policy.facts import region_facts
from engine.policy.form_answers import check_answers
from engine.policy.limits import Interval
from engine.policy.working_days import WorkingCalendar, calendar_from_mapping
from engine.runtime import Advance, CompiledProcess, Token, cancel, compile_process, complete, fire, results, start
from engine.scenarios.model import Scenario, ScenarioStep, Story, read_scenario
from engine.terms import CaseResult, CaseStatus, ClockKind, Stage

_RESULTS = {"grant": CaseResult.GRANTED, "refuse": CaseResult.REFUSED}


class Unmet(Exception):
    """An expectation or a verb failed; the text tells the officer what happened instead."""


@lru_cache(1)
def factory_calendar() -> WorkingCalendar:
    """The calendar of the files: scenarios name dates, so they run on the factory's calendar."""
    path, text = read_vocabulary("calendar")
    return calendar_from_mapping(load_yaml(text, path))


def run_scenarios(bundle: ItemBundle) -> tuple[Story, ...]:
    """The story of every scenario of a definition."""
    definition, process = parse_item(bundle), compile_process(bundle)
    entries = load_yaml(bundle.scenario_text, bundle.scenario_name) if bundle.scenario_text else []
    return tuple(run_scenario(definition, process, read_scenario(e, bundle.scenario_name)) for e in entries or [])


def run_scenario(definition: ItemDefinition, process: CompiledProcess, scenario: Scenario) -> Story:
    """One scenario, told."""
    play = _Play(definition, process, scenario)
    try:
        play.receive()
        play.check(scenario.expect)
        for step in scenario.then:
            play.take(step)
            play.check(step.expect)
    except Unmet as reason:
        return Story(scenario.name, False, str(reason), tuple(play.trail))
    except FormInvalid as error:
        return Story(scenario.name, False, f"{play.place()}：{_faults_of(error, definition)}", tuple(play.trail))
    except CaseworkError as error:
        return Story(scenario.name, False, f"{play.place()}：{error}", tuple(play.trail))
    return Story(scenario.name, True, "", tuple(play.trail))


@dataclass
class _Play:
    """A case in memory."""

    definition: ItemDefinition
    process: CompiledProcess
    scenario: Scenario
    now: datetime = field(init=False)
    status: CaseStatus = CaseStatus.RECEIVED
    result: CaseResult | str | None = None
    state: bytes = b""
    tokens: dict[str, Token] = field(default_factory=dict)
    opened_at: dict[str, datetime] = field(default_factory=dict)
    suspensions: dict[str, Interval] = field(default_factory=dict)
    correction_asked_at: datetime | None = None
    accepted_at: datetime | None = None
    decided_at: datetime | None = None
    supplied_at: datetime | None = None
    issued: bool = False
    given: set[str] = field(default_factory=set)
    trail: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.now = self.scenario.at
        given = self.scenario.given
        facts = {k: v for k, v in given.items() if k not in ("documents", "licences")}
        today = local_date(self.now)
        known = {"today": today.isoformat(), "region": region_facts(self.scenario.region), **facts}
        known["policy"] = {**load_shared().policy_on(today), **facts.get("policy", {})}
        known.setdefault("subject", facts.get("applicant", {}))
        self.facts: dict[str, Any] = known
        self.given = set(given.get("documents", ()))

    # --- what happens -------------------------------------------------------------------------------------------

    def receive(self) -> None:
        """The application arrives; the answers given must fit the form as far as they go."""
        form = self.facts.get("form", {})
        unknown = [name for name in form if name not in self.definition.fields]
        if unknown:
            raise Unmet(f"given.form 里有表单没有的栏目：{'、'.join(unknown)}")
        unknown = sorted(self.given - {rule.id for rule in self.definition.documents})
        if unknown:
            raise Unmet(f"given.documents 里有材料清单没有的材料：{'、'.join(unknown)}")
        self._move(start(self.process, self.facts))
        self._tell("收件")

    def take(self, step: ScenarioStep) -> None:
        """One verb of the scenario."""
        if step.at < self.now:
            raise Unmet(f"时间倒退：{step.at:%Y-%m-%d %H:%M}")
        self.now = step.at
        getattr(self, f"_{step.verb}")(step)

    def _accept(self, step: ScenarioStep) -> None:
        self._must_be(CaseStatus.RECEIVED, "受理")
        missing = [line.rule.title for line in missing_documents(self._documents())]
        if missing:
            raise Unmet(f"不能受理，还缺材料：{'、'.join(missing)}")
        unmet = [finding.condition.id for finding in self._eligibility().unmet]
        if unmet and not step.insist:
            raise Unmet(f"不能受理，条件不符合：{'、'.join(unmet)}；申请人坚持申请的写明 insist")
        token = self._token_of_stage(Stage.ACCEPT)
        self.accepted_at, self.status = self.now, CaseStatus.IN_PROCESS
        self._move(complete(self.process, self.state, token.id, "accept", self.facts), token)
        self._tell("受理")

    def _refuse_acceptance(self, step: ScenarioStep) -> None:
        self._must_be(CaseStatus.RECEIVED, "不予受理")
        self._finish(CaseResult.NOT_ACCEPTED, "不予受理")

    def _request_correction(self, step: ScenarioStep) -> None:
        self._must_be(CaseStatus.RECEIVED, "告知补正")
        if self.correction_asked_at:
            raise Unmet("已经一次性告知过，不能再次告知补正")
        self.status, self.correction_asked_at = CaseStatus.CORRECTION, self.now
        self._tell("一次性告知补正")

    def _supply(self, step: ScenarioStep) -> None:
        self._must_be(CaseStatus.CORRECTION, "收取补正材料")
        self.given |= set(step.argument)
        self.status, self.supplied_at = CaseStatus.RECEIVED, self.now
        self._tell("补正材料已收")

    def _complete(self, step: ScenarioStep) -> None:
        if self.accepted_at is None:
            raise Unmet("尚未受理，不能办理后续环节")
        token = self._token(str(step.argument), step.instance)
        node = self._node(token)
        codes = COMPARISON_RESULTS if node.service == "compare_facts" else tuple(c.code for c in node.decisions)
        if step.decision not in (codes or ("",)):
            offered = f"应为 {'、'.join(codes)} 之一" if codes else "没有可选的意见"
            raise Unmet(f"环节“{node.name}”{offered}，情景写的是“{step.decision}”")
        section = self.definition.section(node.form) if node.form else None
        answers = check_answers([section] if section else [], step.answers, local_date(self.now), self.facts)
        self.facts = {**self.facts, "form": {**self.facts.get("form", {}), **answers}}
        if node.stage is Stage.DECIDE and step.decision in _RESULTS:
            self.status, self.result, self.decided_at = CaseStatus.DECIDED, _RESULTS[step.decision], self.now
        if node.service == "issue_certificate":
            self.issued = True
        self._move(complete(self.process, self.state, token.id, step.decision or None, self.facts), token)
        self._tell(f"{node.name}{'：' + step.decision if step.decision else ''}")

    def _fire(self, step: ScenarioStep) -> None:
        token = self._token(str(step.argument), step.instance)
        node = self._node(token)
        rings_at = self._timer_due(token, node)
        if self.now < rings_at:
            raise Unmet(f"定时“{node.name}”要到{rings_at:%Y-%m-%d}才到期")
        if node.no_answer:
            self._move(complete(self.process, self.state, token.id, node.no_answer, self.facts), token)
        else:
            self._move(fire(self.process, self.state, token.id, self.facts), token)
        self._tell(f"{node.name}到期")

    def _wait_until(self, step: ScenarioStep) -> None:
        due_at = self._dates().get(ClockKind.CORRECTION)
        if self.status is CaseStatus.CORRECTION and due_at and self.now > due_at.due_at:
            self._finish(CaseResult.CORRECTION_EXPIRED, "逾期未补正")
        self._tell(f"到了{self.now:%Y-%m-%d}")

    def _finish(self, result: CaseResult, what: str) -> None:
        self._move(cancel(self.process, self.state))
        self.status, self.result, self.decided_at = CaseStatus.CLOSED, result, self.now
        self._tell(what)

    def _move(self, advance: Advance, done: Token | None = None) -> None:
        for token_id in advance.closed:
            self.tokens.pop(token_id, None)
            open_procedure = self.suspensions.get(token_id)
            if open_procedure and open_procedure.end is None:
                self.suspensions[token_id] = Interval(open_procedure.start, self.now, open_procedure.name)
        for token in advance.opened:
            self.tokens[token.id] = token
            self.opened_at[token.id] = self.now
            node = self._node(token)
            if node.procedure:
                self.suspensions[token.id] = Interval(self.now, None, node.procedure)
        self.state = advance.state
        standing = any(interval.end is None for interval in self.suspensions.values())
        if self.status in (CaseStatus.IN_PROCESS, CaseStatus.SUSPENDED):
            self.status = CaseStatus.SUSPENDED if standing else CaseStatus.IN_PROCESS
        if advance.ended:
            end = self.definition.process.node(advance.end_node) if advance.end_node else None
            self.status, self.decided_at = CaseStatus.CLOSED, self.decided_at or self.now
            self.result = (end.outcome if end else "") or self.result

    # --- what must be true --------------------------------------------------------------------------------------

    def check(self, expect: Mapping[str, Any]) -> None:
        """Compare what is with what the scenario expects; raises Unmet at the first difference."""
        for key, wanted in expect.items():
            found = self._look(key)
            wanted = _comparable(wanted)
            if found != wanted:
                raise Unmet(f"{self.place()}：{key} 应为 {_said(wanted)}，实际为 {_said(found)}")

    def _look(self, key: str) -> Any:
        if key == "open":
            return sorted({t.node for t in self.tokens.values()})
        if key == "eligibility":
            return self._eligibility().outcome
        if key == "unmet":
            return sorted(f.condition.id for f in self._eligibility().unmet)
        if key == "missing":
            return sorted(line.rule.id for line in missing_documents(self._documents()))
        if key.endswith("_due_on"):
            found = self._dates().get(ClockKind(key.removesuffix("_due_on")))
            return found.due_on.isoformat() if found else None
        if key == "card":
            return str(card_now(self._clocks().values(), factory_calendar(), self.now))
        if key == "certificate":
            return self.definition.outcome.certificate if self.issued else None
        if key == "facts":
            known = {**self.facts, **results(self.process, self.state)}
            return {n: _comparable(e.evaluate(known)) for n, e in self.definition.outcome.facts.items()}
        return {"status": str(self.status), "outcome": str(self.result) if self.result else None}.get(
            key, self.status is CaseStatus.CLOSED
        )

    def place(self) -> str:
        return f"{self.now:%Y-%m-%d}（{self.trail[-1] if self.trail else '收件'}之后）"

    # --- helpers of the play ------------------------------------------------------------------------------------

    def _tell(self, what: str) -> None:
        self.trail.append(f"{self.now:%Y-%m-%d} {what}")

    def _must_be(self, status: CaseStatus, what: str) -> None:
        if self.status is not status:
            raise Unmet(f"办件当前为“{self.status.label}”，不能{what}")

    def _node(self, token: Token) -> NodeModel:
        return node_of(self.definition, token.process, token.node)

    def _token_of_stage(self, stage: Stage) -> Token:
        found = [t for t in self.tokens.values() if t.kind != "timer" and self._node(t).stage is stage]
        if not found:
            raise Unmet(f"没有打开的{stage.label}环节")
        return found[0]

    def _token(self, node_id: str, instance: int | None) -> Token:
        found = [t for t in self.tokens.values() if t.node == node_id and instance in (None, t.instance)]
        if not found:
            opened = "、".join(sorted(t.node for t in self.tokens.values())) or "无"
            raise Unmet(f"环节 {node_id} 没有打开；已打开：{opened}")
        return min(found, key=lambda t: (t.instance or 0, t.id))

    def _timer_due(self, token: Token, node: NodeModel) -> datetime:
        rule = limit_of_step(self.definition, node, token.instance)
        if rule is None or not (node.event == "timer" or node.no_answer):
            raise Unmet(f"“{node.name}”没有写明期限，不会到期")
        opened = self.opened_at[token.id]
        return due(opened, limit_of(rule), (), factory_calendar(), kind=ClockKind.STEP).due_at + timedelta(seconds=1)

    def _documents(self) -> tuple[DocumentLine, ...]:
        held = [LicenceHeld(0, code, "A", "valid", None) for code in self.scenario.given.get("licences", ())]
        return list_documents(
            self.definition, self.facts, dict.fromkeys(self.given, "paper"), held, local_date(self.now)
        )

    def _eligibility(self) -> Eligibility:
        return check_eligibility(self.definition, self.facts)

    def _clocks(self) -> Any:
        times = CaseTimes(
            status=self.status,
            received_at=self.supplied_at or self.scenario.at,
            correction_asked_at=self.correction_asked_at,
            accepted_at=self.accepted_at,
            decided_at=self.decided_at,
            suspensions=tuple(self.suspensions.values()) if self.accepted_at else (),
        )
        return clocks_of(self.definition.limits, times)

    def _dates(self) -> Any:
        return due_dates(self._clocks(), factory_calendar(), self.now)


def _faults_of(error: FormInvalid, definition: ItemDefinition) -> str:
    """Which question was answered wrongly or not at all, by its label."""
    errors = error.detail.get("errors")
    if not isinstance(errors, Mapping):
        return str(error)
    labels = {name: form_field.label for name, form_field in definition.fields.items()}
    return "；".join(f"“{labels.get(name, name)}”{''.join(map(str, said))}" for name, said in errors.items())


def _comparable(value: Any) -> Any:
    if isinstance(value, list):
        return sorted(str(v) for v in value)
    if isinstance(value, Mapping):
        return {k: _comparable(v) for k, v in value.items()}
    if isinstance(value, bool) or value is None:
        return value
    return str(value)


def _said(value: Any) -> str:
    return "、".join(value) or "（无）" if isinstance(value, list) else str(value)
