"""Operations on a step (环节操作): one's own work item, passing it on, and several hands on one step."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from api.rest.input import Input, choice, text
from api.rest.verb_doors import Nothing, Verb, officers
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
from engine.policy.joint_signing import ALL, ANY
from engine.policy.operations import Action
from engine.terms import Part


def answers() -> fields.Dict:
    """The section of the form that the step shows."""
    return fields.Dict(
        keys=fields.String(validate=validate.Length(max=80)),
        load_default=dict,
        metadata={"description": "本环节表单（section）的填写内容", "example": {"monthly_amount": "680"}},
    )


def _id(description: str, *, required: bool = False) -> fields.Integer:
    default = {} if required else {"load_default": None}
    return fields.Integer(required=required, metadata={"description": description, "example": 12}, **default)


class CompleteBody(Input):
    decision = text(40, "办理意见的代码，见 GET /work-items/{id} 的 decisions", "grant")
    opinion = text(2000, "意见")
    answers = answers()


class TransferBody(Input):
    post_id = _id("接手的岗位，见 GET /work-items/{id}/candidates?purpose=hold", required=True)
    officer_id = _id("指定的承办人员；不填则由该岗位领取")
    reason = text(500, "转办理由", "该件属城东街道管辖", required=True)


class DelegateBody(Input):
    officer_id = _id("受委派的人员，见 GET /work-items/{id}/candidates?purpose=help")
    post_id = _id("受委派的岗位：不指定人员时填写")
    note = text(1000, "要办的事", "请入户核实收入情况")


class HandBackBody(Input):
    opinion = text(2000, "办理情况和意见", "已入户，收入属实", required=True)
    answers = answers()


class SignerBody(Input):
    officers = officers("请谁签署，见 GET /work-items/{id}/candidates?purpose=help")
    note = text(1000, "请其签署什么")


class RemoveBody(Input):
    signer = _id("该签署人的待办，见办件的 steps", required=True)
    reason = text(500, "减签理由", "该同志出差", required=True)


class JointBody(Input):
    rule = choice((ALL, ANY), "all 会签：全部同意方为同意；any 或签：一人签署即可", ALL, required=True)
    officers = officers("请谁会签，见 GET /work-items/{id}/candidates?purpose=decide")
    note = text(1000, "请其签署什么")


class VoteBody(Input):
    share = fields.String(
        required=True,
        validate=validate.Regexp(r"(0\.(5[1-9]|[6-9]\d)|1\.00)\Z", error="同意比例应大于0.50，不超过1.00，两位小数。"),
        metadata={"description": "同意的人达到全体签署人的多大比例方为同意", "example": "0.67"},
    )
    officers = officers("请谁票签，见 GET /work-items/{id}/candidates?purpose=decide")
    note = text(1000, "请其签署什么")

    @post_load
    def _as_rule(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**{k: v for k, v in data.items() if k != "share"}, "rule": f"share:{data['share']}"}


class SignBody(Input):
    decision = text(40, "加签：agree 或 disagree；会签、票签：该环节的意见代码", "agree")
    opinion = text(2000, "意见；不同意的须写明")


STEP_VERBS = (
    Verb("claim", Action.CLAIM, Nothing, ClaimWorkItem, claim_work_item),
    Verb("release", Action.RELEASE, Nothing, ClaimWorkItem, release_work_item),
    Verb("complete", Action.COMPLETE, CompleteBody, CompleteWorkItem, complete_work_item),
    Verb("transfer", Action.TRANSFER, TransferBody, TransferWorkItem, transfer_work_item),
    Verb("delegate", Action.DELEGATE, DelegateBody, DelegateWorkItem, delegate_work_item),
    Verb("hand-back", Action.HAND_BACK, HandBackBody, HandBack, hand_back),
    Verb("recall", Action.RECALL, Nothing, RecallDelegation, recall_delegation),
    Verb(
        "add-signer-before",
        Action.ADD_SIGNER_BEFORE,
        SignerBody,
        AddSigner,
        add_signer,
        {"place": Part.BEFORE.value},
    ),
    Verb("add-signer-after", Action.ADD_SIGNER_AFTER, SignerBody, AddSigner, add_signer, {"place": Part.AFTER.value}),
    Verb("remove-signer", Action.REMOVE_SIGNER, RemoveBody, RemoveSigner, remove_signer),
    Verb("sign-jointly", Action.SIGN_JOINTLY, JointBody, StartJointSigning, start_joint_signing),
    Verb("vote", Action.VOTE, VoteBody, StartJointSigning, start_joint_signing),
    Verb("sign", Action.SIGN, SignBody, SignWorkItem, sign_work_item),
)
