"""How a step is decided and closed (环节办结): answers kept, the outcome of its signatures, the process moved on.

Deciding, answering and moving are apart, because where several people sign they happen in different transactions: the
main clock ends and the applicant is told only when the step closes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from engine.clock import local_date
from engine.commands.acceptance import write_acceptance_notice
from engine.commands.case_change import CaseChange
from engine.commands.going_on import go_on
from engine.commands.notices import write_notice
from engine.commands.step_hands import Hand, StepHands
from engine.commands.verb import Answer
from engine.definitions.model import DecisionChoice, FormSection
from engine.errors import FormInvalid
from engine.policy.facts import declared
from engine.policy.form_answers import check_answers, plain_answers
from engine.policy.joint_signing import outcome, signing_rule
from engine.records.colleagues import ColleagueRecords
from engine.terms import CaseResult, Part, Stage, WorkItemStatus

ADVICE = (DecisionChoice("agree", "同意"), DecisionChoice("disagree", "不同意"))


class StepAnswers(Protocol):
    """A request that answers the section of a step."""

    @property
    def opinion(self) -> str: ...
    @property
    def answers(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Closing:
    """What a step closes with.

    answers  the checked answers of its section
    event    what the verb itself tells: `item`, and `by` where the work item done is not the actor's own
    post_id  whose body signs the papers, where the actor only agreed
    """

    decision: str
    answers: Mapping[str, Any]
    opinion: str
    event: Mapping[str, Any]
    kind: str = "work_item_completed"
    post_id: int | None = None


def chosen(choices: Sequence[DecisionChoice], given: str) -> str:
    """The code given, one of those offered. Raises FormInvalid that names them."""
    codes = {choice.code: choice.label for choice in choices}
    if codes and given not in codes:
        offered = "、".join(f"{label}（{code}）" for code, label in codes.items())
        raise FormInvalid(f"请选择办理意见：{offered}。", errors={"decision": [f"请选择：{offered}。"]})
    if given and not codes:
        raise FormInvalid("此环节没有可选的办理意见。", errors={"decision": ["此环节没有可选的办理意见。"]})
    return given


def keep_answers(change: CaseChange, request: StepAnswers, part: str = "") -> dict[str, Any]:
    """The answers of the step's section, checked and kept encrypted with the opinion.

    part  the part of the personal values; the holder's if none is named
    """
    desk, node = change.desk, change.node()
    section = _asked(change)
    answers = check_answers([section] if section else [], request.answers, local_date(desk.now), change.facts)
    if answers or request.opinion:
        kept = {"node": node.id, "answers": answers, "opinion": request.opinion, "officer": desk.actor.name}
        sealed = desk.office.sealer.encrypt_json(kept)
        desk.uow.cases.put_personal(change.case_id, {part or f"step:{change.values['token']}": sealed})
    return answers


def _asked(change: CaseChange) -> FormSection | None:
    """The section the step asks; an acceptance step only shows the applicant's own answers, which stand since receipt."""
    node = change.node()
    return change.definition.section(node.form) if node.form and node.stage is not Stage.ACCEPT else None


def digest(change: CaseChange, text: str) -> str | None:
    """What an event may hold of a text; None without one."""
    return change.desk.office.sealer.digest(text) if text else None


def signed(change: CaseChange, hand: Hand, decision: str, opinion: str) -> dict[str, Any]:
    """What an event tells of one signature."""
    said = {"signed": hand.id, "part": hand.part.value, "said": decision or None, "node": change.node().id}
    return {**said, "opinion": digest(change, opinion)}


def joint_outcome(change: CaseChange, hands: StepHands) -> str | None:
    """What the signatures so far decide for good; None while they decide nothing.

    A step that asks for answers waits for its holder, who alone gives them.
    """
    if change.node().form and hands.main.decision is None:
        return None
    codes = [choice.code for choice in change.node().decisions]
    waiting = sum(hand.decision is None for hand in (hands.main, *hands.pending(Part.JOINT)))
    return outcome(signing_rule(change.values["sign_rule"]), codes, hands.votes(), waiting)


def close_step(change: CaseChange, closing: Closing) -> Answer:
    """The step is done: the decision made, the process moved on, the applicant told; saved."""
    node, token, event = change.node(), change.values["token"], closing.event
    facts = _take_facts(change, closing.answers)
    result = change.decide(closing.decision) if node.stage is Stage.DECIDE else None
    owes_notice = node.stage is Stage.ACCEPT and _owes_acceptance_notice(change)
    advance = go_on(change, closing.decision, facts)
    decision, officer = closing.decision or None, event.get("by")
    account = change.move(advance, done=token, decision=decision, done_item=event["item"], done_by=officer)
    if result or advance.ended or node.stage is Stage.DELIVER:
        change.set_card()
    told = {"node": node.id, "decision": decision, "result": change.current("result") if result else None}
    change.happened(closing.kind, {**event, **told, **account})
    answer: Answer = {
        "case_id": change.case_id,
        "number": change.values["number"],
        "status": change.status.value,
        "result": change.current("result"),
        "opened": account.get("opened", []),
    }
    if result:
        answer["notice"] = _announce(change, result, closing)
    if owes_notice:
        answer["notice"] = write_acceptance_notice(change, change.desk.uow.cases.documents(change.case_id))
    change.save()
    return answer


def close_signed(
    change: CaseChange, hands: StepHands, decision: str, kind: str, event: Mapping[str, Any], opinion: str = ""
) -> Answer:
    """The step closes by a signature, or because nobody is asked any more, with the answers its holder gave.

    The work item done is the holder's; among joint signers it is that of whoever signed last.
    """
    main, done = hands.main, hands.main
    if hands.own.part is Part.JOINT:
        done = hands.own
        if main.decision is not None:
            hands.change(main, status=WorkItemStatus.DONE)
    change.change_step(signers=0)
    kept = _kept(change)
    spoken = kept.get("opinion", "") if main.decision == decision else opinion
    told = {**event, "item": done.id, "by": done.officer_id}
    return close_step(change, Closing(decision, kept.get("answers", {}), spoken, told, kind, main.post_id))


def set_aside(change: CaseChange) -> None:
    """What the holder had written is a draft again: it no longer counts as the step's answer."""
    if kept := _kept(change):
        token, seal = change.values["token"], change.desk.office.sealer.encrypt_json
        parts = {f"draft:{token}": seal(kept), f"step:{token}": seal({"node": kept["node"]})}
        change.desk.uow.cases.put_personal(change.case_id, parts)


def _kept(change: CaseChange) -> dict[str, Any]:
    """Answers and opinion the holder gave for this step, as kept; empty when none were given."""
    body = change.desk.uow.cases.personal(change.case_id).get(f"step:{change.values['token']}")
    return dict(change.desk.office.sealer.decrypt_json(body)) if body else {}


def _take_facts(change: CaseChange, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of the case with those of the step's answers that rules read."""
    facts, section = change.facts, _asked(change)
    if section and answers:
        read = declared({"form": plain_answers([section], answers)}, change.definition.rule_facts)
        if read:
            facts = {**facts, "form": {**facts.get("form", {}), **read["form"]}}
            change.state_changes["facts"] = facts
    return facts


def _owes_acceptance_notice(change: CaseChange) -> bool:
    """A case deemed accepted (视为受理) gets its notice when a person first completes the acceptance step."""
    if not change.values["deemed_accepted"]:
        return False
    done = (row.stage == Stage.ACCEPT and row.status == "done" for row in change.desk.uow.work.steps_of(change.case_id))
    return not any(done)


def _announce(change: CaseChange, result: CaseResult, closing: Closing) -> str:
    opinion, post_id = closing.opinion, closing.post_id
    body = ColleagueRecords(change.desk.uow.connection).body_of_post(post_id) if post_id else None
    change.tell("applicant", "case_decided", {"number": change.values["number"], "result": result.value})
    if result is CaseResult.GRANTED:
        facts = {
            "findings": opinion or "申请符合规定的条件",
            "decision": f"准予{change.definition.outcome.title}",
            "delivery": f"{change.definition.outcome.title}随本决定书一并送达",
        }
        return write_notice(change, "grant", facts, body)
    ways = "；".join(dict.fromkeys(c.way_out for c in change.definition.eligibility))
    facts = {"findings": "申请不符合规定的条件", "reason": opinion or "不符合规定的条件", "way_out": ways}
    return write_notice(change, "refusal", facts, body)


def await_others(change: CaseChange, kind: str, event: Mapping[str, Any]) -> Answer:
    """The step stays open: record what was signed and save."""
    change.happened(kind, event)
    change.save()
    return {
        "case_id": change.case_id,
        "number": change.values["number"],
        "status": change.status.value,
        "result": change.current("result"),
        "opened": [],
    }
