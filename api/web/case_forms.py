"""The forms of a case page (办件操作): which action may be taken now, with what on it, and how an answer becomes a request.

Every control of a form is named <form>-<name>, where <form> is i<work item>-<action>: several forms of one page never clash.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from api.web.submitted import read_answers, whole_number
from api.web.wording import t
from engine.commands.accept_case import AcceptCase, accept_case
from engine.commands.claim_work_item import ClaimWorkItem, claim_work_item, release_work_item
from engine.commands.complete_work_item import CompleteWorkItem, complete_work_item
from engine.commands.deliver_case import DeliverCase, deliver_case
from engine.commands.refuse_acceptance import RefuseAcceptance, refuse_acceptance
from engine.commands.request_correction import RequestCorrection, request_correction
from engine.commands.special_procedure import EndProcedure, StartProcedure, end_procedure, start_procedure
from engine.commands.supply_correction import SupplyCorrection, supply_correction
from engine.commands.verb import Answer, Request
from engine.definitions.model import Choice
from engine.feel import parse
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.operations import Action
from engine.queries.case_actions import WorkItemActions
from engine.queries.item_form import FieldView, SectionView

Values = MultiDict[str, str]


@dataclass(frozen=True)
class Submission:
    """One form as it was sent: the action, the work item it is about, the case, and the plain names of its controls."""

    action: Action
    number: str
    work_item: WorkItemActions | None
    version: int | None
    values: Values

    @property
    def form(self) -> str:
        return form_name(self.action, self.work_item.id if self.work_item else None)

    def text(self, name: str) -> str:
        return self.values.get(name, "").strip()

    @property
    def item_id(self) -> int:
        return self.work_item.id if self.work_item else 0

    def answers(self) -> dict[str, Any]:
        """The answers of the section the step shows; what is hidden was not asked."""
        section = self.work_item.section if self.work_item else None
        return read_answers(section.fields, self.values) if section else {}


def form_name(action: Action, work_item_id: int | None) -> str:
    """The name in front of every control of a form."""
    return f"i{work_item_id or 0}-{action.value}"


def plain_values(form: Values, name: str) -> Values:
    """The controls of one form without its name in front."""
    head = f"{name}-"
    pairs = [(key.removeprefix(head), value) for key, value in form.items(multi=True) if key.startswith(head)]
    return MultiDict(pairs)


def _accept(s: Submission) -> Request:
    return AcceptCase(work_item_id=s.item_id, version=s.version, insist_reason=s.text("insist_reason"))


def _refuse(s: Submission) -> Request:
    return RefuseAcceptance(
        work_item_id=s.item_id,
        version=s.version,
        reason=s.text("reason"),
        legal_basis=s.text("legal_basis"),
        competent_body=s.text("competent_body"),
        conditions=tuple(s.values.getlist("condition")),
    )


def _request_correction(s: Submission) -> Request:
    faults = {key.removeprefix("fault-"): value.strip() for key, value in s.values.items() if key.startswith("fault-")}
    told = {name: fault for name, fault in faults.items() if fault}
    return RequestCorrection(work_item_id=s.item_id, version=s.version, faults=told, remarks=s.text("remarks"))


def _supply(s: Submission) -> Request:
    documents = dict.fromkeys(s.values.getlist("document"), "paper")
    return SupplyCorrection(work_item_id=s.item_id, version=s.version, documents=documents)


def _claim(s: Submission) -> Request:
    return ClaimWorkItem(work_item_id=s.item_id, version=s.version)


def _complete(s: Submission) -> Request:
    return CompleteWorkItem(
        work_item_id=s.item_id,
        version=s.version,
        decision=s.text("decision"),
        opinion=s.text("opinion"),
        answers=s.answers(),
    )


def _deliver(s: Submission) -> Request:
    return DeliverCase(
        work_item_id=s.item_id,
        version=s.version,
        decision=s.text("decision"),
        opinion=s.text("opinion"),
        answers=s.answers(),
        recipient=s.text("recipient"),
        mode=s.text("mode"),
        id_ending=s.text("id_ending"),
    )


def _start_procedure(s: Submission) -> Request:
    return StartProcedure(
        work_item_id=s.item_id,
        version=s.version,
        procedure=s.text("procedure"),
        reason=s.text("reason"),
        approver_id=whole_number(s.text("approver_id")) or 0,
    )


def _end_procedure(s: Submission) -> Request:
    suspension = whole_number(s.text("suspension_id")) or 0
    return EndProcedure(case_number=s.number, suspension_id=suspension, note=s.text("note"))


@dataclass(frozen=True)
class Verb:
    """How a form is asked of the engine, and what to say when it is done."""

    request: Callable[[Submission], Request]
    command: Callable[[Office, Actor, Any], Answer]
    done: Callable[[Answer], str]


def _with_notice(zh: str, en: str) -> Callable[[Answer], str]:
    def say(answer: Answer) -> str:
        if not (number := answer.get("notice")):
            return t(zh, en)
        return t(f"{zh}文书{number}已生成，可在“文书与证明”中打印。", f"{en} Notice {number} is ready to print.")

    return say


def _plain(zh: str, en: str) -> Callable[[Answer], str]:
    return lambda answer: t(zh, en)


VERBS: Mapping[Action, Verb] = {
    Action.ACCEPT: Verb(_accept, accept_case, _with_notice("已受理。", "Accepted.")),
    Action.REFUSE_ACCEPTANCE: Verb(_refuse, refuse_acceptance, _with_notice("已作不予受理。", "Not accepted.")),
    Action.REQUEST_CORRECTION: Verb(
        _request_correction, request_correction, _with_notice("已一次性告知，时限停止计算。", "The applicant was told.")
    ),
    Action.SUPPLY_CORRECTION: Verb(_supply, supply_correction, _plain("已收到补正材料。", "The documents are in.")),
    Action.CLAIM: Verb(_claim, claim_work_item, _plain("已领取。", "Claimed.")),
    Action.RELEASE: Verb(_claim, release_work_item, _plain("已退回待领。", "Released.")),
    Action.COMPLETE: Verb(_complete, complete_work_item, _with_notice("本环节已办理。", "The step is done.")),
    Action.DELIVER: Verb(_deliver, deliver_case, _plain("已登记送达。", "Delivery is recorded.")),
    Action.START_PROCEDURE: Verb(
        _start_procedure, start_procedure, _with_notice("特别程序已启动，时限停止计算。", "The clock stands.")
    ),
    Action.END_PROCEDURE: Verb(
        _end_procedure, end_procedure, _plain("特别程序已结束，时限继续计算。", "The clock runs again.")
    ),
}


def questions(section: SectionView, name: str, answers: Mapping[str, Any]) -> list[FieldView]:
    """The fields of a staff section as form controls, those left out whose condition these answers deny."""
    facts = {"form": dict(answers)}
    shown = (f for f in section.fields if not f.show_if or parse(f.show_if).evaluate(facts) is not False)
    return [_question(f, name) for f in shown]


def _question(view: FieldView, name: str) -> FieldView:
    # The field macro reads choices as the definition has them: value and English label.
    choices: Any = tuple(Choice(value) for value in view.choices)
    return replace(view, name=f"{name}-{view.name}", choices=choices)
