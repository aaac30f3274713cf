"""A step is done (办理): its decision moves the process on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.clock import local_date
from engine.commands.acceptance import ACCEPTED, write_acceptance_notice
from engine.commands.case_change import CaseChange
from engine.commands.notices import write_notice
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import FormInvalid
from engine.policy.facts import declared
from engine.policy.form_answers import check_answers, plain_answers
from engine.policy.operations import Action
from engine.runtime import complete
from engine.terms import CaseResult, Stage


@dataclass(frozen=True, kw_only=True)
class CompleteWorkItem(Request):
    """decision  code of one of the step's buttons; empty where the step offers none
    answers   fields of the section the step shows (yimen:form)
    """

    work_item_id: int
    version: int | None = None
    decision: str = ""
    opinion: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)


@verb
def complete_work_item(desk: Desk, request: CompleteWorkItem) -> Answer:
    """Where the case went: the steps opened, its status and result."""
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.COMPLETE)
    return finish_step(change, request)


def finish_step(change: CaseChange, request: CompleteWorkItem, extra: Mapping[str, Any] | None = None) -> Answer:
    """Take the decision and the answers, move the process, record: what completing and delivering share."""
    node, desk, token = change.node(), change.desk, change.values["token"]
    accepts = node.stage is Stage.ACCEPT
    decision = ACCEPTED if accepts else _decision(node.decisions, request.decision)
    facts = _take_answers(change, request)
    result = change.decide(decision) if node.stage is Stage.DECIDE else None
    owes_notice = accepts and _owes_acceptance_notice(change)
    advance = complete(change.shelved.process, change.state, token, decision, facts)
    account = change.move(advance, done=token, decision=decision or None)
    if result or advance.ended or node.stage is Stage.DELIVER:
        change.set_card()
    opinion = desk.office.sealer.digest(request.opinion) if request.opinion else None
    change.happened(
        "work_item_completed",
        {"item": request.work_item_id, "node": node.id, "decision": decision or None, "opinion": opinion}
        | {"result": change.current("result") if result else None, **(extra or {}), **account},
    )
    answer: Answer = {
        "case_id": change.case_id,
        "number": change.values["number"],
        "status": change.status.value,
        "result": change.current("result"),
        "opened": account.get("opened", []),
    }
    if result:
        answer["notice"] = _announce(change, result, request.opinion)
    if owes_notice:
        answer["notice"] = write_acceptance_notice(change, desk.uow.cases.documents(change.case_id))
    change.save()
    return answer


def _decision(choices: Any, given: str) -> str:
    codes = {choice.code: choice.label for choice in choices}
    if codes and given not in codes:
        offered = "、".join(f"{label}（{code}）" for code, label in codes.items())
        raise FormInvalid(f"请选择办理意见：{offered}。", errors={"decision": [f"请选择：{offered}。"]})
    if given and not codes:
        raise FormInvalid("此环节没有可选的办理意见。", errors={"decision": ["此环节没有可选的办理意见。"]})
    return given


def _take_answers(change: CaseChange, request: CompleteWorkItem) -> dict[str, Any]:
    """Check and keep the step's answers; those that rules read join the facts."""
    desk, node, facts = change.desk, change.node(), change.facts
    # An acceptance step shows the applicant's own answers, which stand since receipt.
    section = change.definition.section(node.form) if node.form and node.stage is not Stage.ACCEPT else None
    answers = check_answers([section] if section else [], request.answers, local_date(desk.now), facts)
    if answers or request.opinion:
        kept = {"node": node.id, "answers": answers, "opinion": request.opinion, "officer": desk.actor.name}
        desk.uow.cases.put_personal(
            change.case_id, {f"step:{change.values['token']}": desk.office.sealer.encrypt_json(kept)}
        )
    if section and answers:
        visible = {"form": plain_answers([section], answers)}
        read = declared(visible, change.definition.rule_facts)
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


def _announce(change: CaseChange, result: CaseResult, opinion: str) -> str:
    change.tell("applicant", "case_decided", {"number": change.values["number"], "result": result.value})
    if result is CaseResult.GRANTED:
        facts = {
            "findings": opinion or "申请符合规定的条件",
            "decision": f"准予{change.definition.outcome.title}",
            "delivery": f"{change.definition.outcome.title}随本决定书一并送达",
        }
        return write_notice(change, "grant", facts)
    ways = "；".join(dict.fromkeys(c.way_out for c in change.definition.eligibility))
    facts = {"findings": "申请不符合规定的条件", "reason": opinion or "不符合规定的条件", "way_out": ways}
    return write_notice(change, "refusal", facts)
