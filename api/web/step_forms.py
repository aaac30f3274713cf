"""Forms of a step (环节操作): one's own work item, passing it on, and several hands on one step."""

from __future__ import annotations

from collections.abc import Mapping

from api.web.case_forms import CaseForm, Control, Submission, plain, with_notice
from api.web.submitted import whole_number
from engine.commands.add_signer import AddSigner, add_signer
from engine.commands.claim_work_item import ClaimWorkItem, claim_work_item, release_work_item
from engine.commands.complete_work_item import CompleteWorkItem, complete_work_item
from engine.commands.delegate_work_item import (
    DelegateWorkItem,
    RecallDelegation,
    delegate_work_item,
    recall_delegation,
)
from engine.commands.hand_back import HandBack, hand_back
from engine.commands.remove_signer import RemoveSigner, remove_signer
from engine.commands.sign_work_item import SignWorkItem, sign_work_item
from engine.commands.start_joint_signing import StartJointSigning, start_joint_signing
from engine.commands.transfer_work_item import TransferWorkItem, transfer_work_item
from engine.commands.verb import Request
from engine.policy.operations import Action
from engine.terms import Part

_REASON = Control("reason", "area", "理由", "Reason", True)
_NOTE = Control("note", "area", "请其办什么（可不填）", "What is asked (optional)", most=1000)


def _people(name: str, zh: str, en: str, choices: str) -> Control:
    return Control(name, "people", zh, en, True, choices=choices)


def _holder(s: Submission) -> tuple[int | None, int | None]:
    """Post and officer of a choice written post:officer; the officer is left out where the post as a whole is meant."""
    post, _, officer = s.text("holder").partition(":")
    return whole_number(post), whole_number(officer)


def _claim(s: Submission) -> Request:
    return ClaimWorkItem(**s.at_item)


def _complete(s: Submission) -> Request:
    return CompleteWorkItem(**s.at_item, decision=s.text("decision"), opinion=s.text("opinion"), answers=s.answers())


def _transfer(s: Submission) -> Request:
    post, officer = _holder(s)
    return TransferWorkItem(**s.at_item, post_id=post or 0, officer_id=officer, reason=s.text("reason"))


def _delegate(s: Submission) -> Request:
    post, officer = _holder(s)
    return DelegateWorkItem(**s.at_item, post_id=post, officer_id=officer, note=s.text("note"))


def _recall(s: Submission) -> Request:
    return RecallDelegation(**s.at_item)


def _hand_back(s: Submission) -> Request:
    return HandBack(**s.at_item, opinion=s.text("opinion"))


def _add_signer(s: Submission) -> Request:
    place = Part.BEFORE if s.action is Action.ADD_SIGNER_BEFORE else Part.AFTER
    return AddSigner(**s.at_item, place=place.value, officers=s.numbers("officers"), note=s.text("note"))


def _remove_signer(s: Submission) -> Request:
    return RemoveSigner(**s.at_item, signer=s.number_of("signer") or 0, reason=s.text("reason"))


def _sign_jointly(s: Submission) -> Request:
    return StartJointSigning(**s.at_item, rule=s.text("rule"), officers=s.numbers("officers"), note=s.text("note"))


def _sign(s: Submission) -> Request:
    return SignWorkItem(**s.at_item, decision=s.text("decision"), opinion=s.text("opinion"))


STEP_FORMS: Mapping[Action, CaseForm] = {
    Action.CLAIM: CaseForm(_claim, claim_work_item, plain("已领取。", "Claimed.")),
    Action.RELEASE: CaseForm(_claim, release_work_item, plain("已退回待领。", "Released.")),
    Action.COMPLETE: CaseForm(_complete, complete_work_item, with_notice("本环节已办理。", "The step is done.")),
    Action.TRANSFER: CaseForm(
        _transfer,
        transfer_work_item,
        plain("已转办。", "It was passed on."),
        (
            Control(
                *("holder", "select", "转给谁", "To whom", True),
                choices="holders",
                also=("post_id", "officer_id"),
                hint_zh="办理期限不变；只选岗位的，由该岗位领取",
                hint_en="The limit stays; a post alone leaves it to whoever claims it",
            ),
            _REASON,
        ),
    ),
    Action.DELEGATE: CaseForm(
        _delegate,
        delegate_work_item,
        plain("已委派，办完交回后由您决定。", "Delegated; it comes back to you."),
        (
            Control(
                "holder",
                "select",
                "委派给谁",
                "To whom",
                True,
                choices="helpers_by_post",
                also=("post_id", "officer_id"),
            ),
            _NOTE,
        ),
    ),
    Action.HAND_BACK: CaseForm(
        _hand_back,
        hand_back,
        plain("已交回委派人。", "Handed back."),
        (Control("opinion", "area", "办理情况和意见", "What was done and your opinion", True, 2000),),
    ),
    Action.RECALL: CaseForm(
        _recall,
        recall_delegation,
        plain("已收回委派。", "The delegation is recalled."),
        hint=("受委派人不再办理，由您继续。", "The delegate is asked no more; you go on."),
    ),
    Action.ADD_SIGNER_BEFORE: CaseForm(
        _add_signer,
        add_signer,
        plain("已请其先签署意见，全部签署后由您办理。", "They sign first, then you decide."),
        (_people("officers", "请谁先签署意见", "Who signs before you", "helpers"), _NOTE),
    ),
    Action.ADD_SIGNER_AFTER: CaseForm(
        _add_signer,
        add_signer,
        plain("已加签：您办理后由其签署，方为办结。", "They sign after you."),
        (_people("officers", "您办理后请谁签署", "Who signs after you", "helpers"), _NOTE),
    ),
    Action.REMOVE_SIGNER: CaseForm(
        _remove_signer,
        remove_signer,
        plain("已减签。", "The signer was removed."),
        (Control("signer", "select", "减去哪位", "Whom to remove", True, choices="signers"), _REASON),
    ),
    Action.SIGN_JOINTLY: CaseForm(
        _sign_jointly,
        start_joint_signing,
        plain("已发起会签，请您也签署意见。", "Joint signing has begun; sign as well."),
        (
            Control("rule", "radios", "怎样算数", "How it counts", True, choices="joint_rules", usual="all"),
            _people("officers", "与谁会签（您本人也签）", "Who signs with you", "deciders"),
            _NOTE,
        ),
    ),
    Action.VOTE: CaseForm(
        _sign_jointly,
        start_joint_signing,
        plain("已发起票签，请您也签署意见。", "The vote has begun; cast yours as well."),
        (
            Control("rule", "radios", "多少人同意方为同意", "Share needed", True, choices="shares", usual="share:0.67"),
            _people("officers", "与谁票签（您本人也签）", "Who votes with you", "deciders"),
            _NOTE,
        ),
    ),
    Action.SIGN: CaseForm(_sign, sign_work_item, plain("已签署。", "Signed.")),
}
