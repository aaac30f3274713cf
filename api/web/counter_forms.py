"""Forms of the counter (窗口操作): acceptance in its ways, what is missing or promised, delivery, withdrawal."""

from __future__ import annotations

from collections.abc import Mapping

from api.web.case_forms import CaseForm, Control, Submission, plain, with_notice
from engine.commands.accept_case import AcceptCase, accept_case
from engine.commands.accept_on_commitment import AcceptOnCommitment, accept_on_commitment
from engine.commands.accept_with_gaps import AcceptWithGaps, accept_with_gaps
from engine.commands.deliver_case import DeliverCase, deliver_case
from engine.commands.refuse_acceptance import RefuseAcceptance, refuse_acceptance
from engine.commands.request_correction import RequestCorrection, request_correction
from engine.commands.settle_commitment import SettleCommitment, settle_commitment
from engine.commands.supply_correction import SupplyCorrection, supply_correction
from engine.commands.supply_deferred import SupplyDeferred, supply_deferred
from engine.commands.verb import Request
from engine.commands.withdraw_case import WithdrawCase, withdraw_case
from engine.policy.operations import Action

_INSIST = Control(
    "insist_reason", "area", "申请人坚持申请的理由（有条件不符合时）", "Why the applicant insists, if a condition fails"
)


def _accept(s: Submission) -> Request:
    return AcceptCase(**s.at_item, insist_reason=s.text("insist_reason"))


def _accept_with_gaps(s: Submission) -> Request:
    deferred = tuple(s.values.getlist("deferred"))
    return AcceptWithGaps(**s.at_item, insist_reason=s.text("insist_reason"), deferred=deferred)


def _accept_on_commitment(s: Submission) -> Request:
    committed = tuple(s.values.getlist("committed"))
    return AcceptOnCommitment(**s.at_item, insist_reason=s.text("insist_reason"), committed=committed)


def _refuse(s: Submission) -> Request:
    return RefuseAcceptance(
        **s.at_item,
        reason=s.text("reason"),
        legal_basis=s.text("legal_basis"),
        competent_body=s.text("competent_body"),
        conditions=tuple(s.values.getlist("condition")),
    )


def _request_correction(s: Submission) -> Request:
    return RequestCorrection(
        **s.at_item,
        faults=s.faults(),
        remarks=s.text("remarks"),
        second_reason=s.text("second_reason"),
        approver_id=s.number_of("approver_id"),
    )


def _supply(s: Submission) -> Request:
    documents = dict.fromkeys(s.values.getlist("document"), "paper")
    return SupplyCorrection(**s.at_item, documents=documents)


def _supply_deferred(s: Submission) -> Request:
    return SupplyDeferred(case_number=s.number, documents=s.documents())


def _settle(s: Submission) -> Request:
    return SettleCommitment(
        case_number=s.number, document=s.text("document"), result=s.text("result"), note=s.text("note")
    )


def _deliver(s: Submission) -> Request:
    return DeliverCase(
        **s.at_item,
        decision=s.text("decision"),
        opinion=s.text("opinion"),
        answers=s.answers(),
        recipient=s.text("recipient"),
        mode=s.text("mode"),
        id_ending=s.text("id_ending"),
    )


def _withdraw(s: Submission) -> Request:
    return WithdrawCase(case_number=s.number, asked_by=s.text("asked_by"), reason=s.text("reason"))


COUNTER_FORMS: Mapping[Action, CaseForm] = {
    Action.ACCEPT: CaseForm(_accept, accept_case, with_notice("已受理。", "Accepted.")),
    Action.ACCEPT_WITH_GAPS: CaseForm(
        _accept_with_gaps,
        accept_with_gaps,
        with_notice("已容缺受理，请申请人在承诺书上签字。", "Accepted; have the promise signed."),
        (
            Control("deferred", "ticks", "哪些材料后补", "Documents to follow", True, choices="deferrable"),
            _INSIST,
        ),
        hint=("时限照常起算；申请人承诺在期限内补交。", "The clock starts; the applicant promises the rest by a date."),
    ),
    Action.ACCEPT_ON_COMMITMENT: CaseForm(
        _accept_on_commitment,
        accept_on_commitment,
        with_notice("已凭承诺受理，请申请人在承诺书上签字。", "Accepted; have the commitment signed."),
        (
            Control("committed", "ticks", "以承诺代替的材料", "Declared instead of proved", True, choices="declarable"),
            _INSIST,
        ),
        hint=("承诺的内容事后核查；不实的撤销决定并留记录。", "What is declared is checked afterwards."),
    ),
    Action.REFUSE_ACCEPTANCE: CaseForm(_refuse, refuse_acceptance, with_notice("已作不予受理。", "Not accepted.")),
    Action.REQUEST_CORRECTION: CaseForm(
        _request_correction, request_correction, with_notice("已一次性告知，时限停止计算。", "The applicant was told.")
    ),
    Action.SUPPLY_CORRECTION: CaseForm(_supply, supply_correction, plain("已收到补正材料。", "The documents are in.")),
    Action.SUPPLY_DEFERRED: CaseForm(
        _supply_deferred,
        supply_deferred,
        plain("已收取容缺材料。", "The documents are in."),
        (Control("documents", "ticks", "收到的容缺材料", "Documents handed in", True, choices="deferred"),),
    ),
    Action.SETTLE_COMMITMENT: CaseForm(
        _settle,
        settle_commitment,
        plain("核查结果已登记。", "The check is recorded."),
        (
            Control("document", "select", "哪项承诺", "Which commitment", True, choices="commitments"),
            Control("result", "radios", "核查结果", "What was found", True, choices="commitment_results"),
            Control("note", "area", "如何核查、查得什么", "How it was checked", True, 1000),
        ),
    ),
    Action.DELIVER: CaseForm(_deliver, deliver_case, plain("已登记送达。", "Delivery is recorded.")),
    Action.WITHDRAW: CaseForm(
        _withdraw,
        withdraw_case,
        with_notice("已按申请人要求撤回。", "The application is withdrawn."),
        (
            Control("asked_by", "text", "提出撤回的人（申请人或代理人）", "Who asked for it", True, 100),
            Control("reason", "area", "撤回的原因", "Reason", True),
        ),
        warning=("确定撤回这件申请吗？办件将结束。", "Withdraw the application? The case ends."),
    ),
}
