"""Operations at the counter (窗口操作): acceptance in its ways, what is missing or promised, delivery, withdrawal."""

from __future__ import annotations

from marshmallow import fields, validate

from api.rest.input import Input, choice, text
from api.rest.items import documents_received
from api.rest.step_verbs import CompleteBody
from api.rest.verb_doors import Verb, approver
from engine.commands.accept_case import AcceptCase, accept_case
from engine.commands.accept_on_commitment import AcceptOnCommitment, accept_on_commitment
from engine.commands.accept_with_gaps import AcceptWithGaps, accept_with_gaps
from engine.commands.deliver_case import DeliverCase, deliver_case
from engine.commands.refuse_acceptance import RefuseAcceptance, refuse_acceptance
from engine.commands.request_correction import RequestCorrection, request_correction
from engine.commands.settle_commitment import SettleCommitment, settle_commitment
from engine.commands.supply_correction import SupplyCorrection, supply_correction
from engine.commands.supply_deferred import SupplyDeferred, supply_deferred
from engine.commands.withdraw_case import WithdrawCase, withdraw_case
from engine.policy.operations import Action
from engine.terms import CommitmentStatus, DeliveryMode


def faults() -> fields.Dict:
    """What is wrong with documents already handed in."""
    return fields.Dict(
        keys=fields.String(validate=validate.Length(max=60)),
        values=fields.String(validate=validate.Length(1, 300)),
        load_default=dict,
        metadata={
            "description": "已交但有误的材料 → 怎样更正；缺的材料自动列入",
            "example": {"identity_card": "请提供清晰的复印件"},
        },
    )


def documents_named(description: str) -> fields.List:
    """Ids of documents of the case, at least one."""
    one = fields.String(validate=validate.Length(1, 60))
    asked = validate.Length(1, 60, error="请至少选择一份材料。")
    metadata = {"description": description, "example": ["income_statement"]}
    return fields.List(one, required=True, validate=asked, metadata=metadata)


class AcceptBody(Input):
    insist_reason = text(500, "有条件不符合而申请人坚持申请时的理由")


class GapsBody(AcceptBody):
    deferred = documents_named("容缺的材料：缺的必要材料中可以后补的")


class CommitmentBody(AcceptBody):
    committed = documents_named("以承诺代替的材料：缺的必要材料中适用告知承诺的")


class RefuseBody(Input):
    reason = text(500, "不予受理的理由", "申请人户籍不在本市", required=True)
    legal_basis = text(300, "法律依据（文件名称和条款）", "《社会救助暂行办法》第十一条", required=True)
    competent_body = text(200, "有权办理的机关")
    conditions = fields.List(fields.String(validate=validate.Length(max=60)), load_default=list)


class CorrectionBody(Input):
    faults = faults()
    remarks = text(500, "其他说明")
    second_reason = text(500, "再次告知时：首次未告知的理由")
    approver_id = approver(required=False)


class SupplyBody(Input):
    documents = documents_received(required=True)


class SettleBody(Input):
    document = text(60, "承诺代替的材料，见办件的 commitments", "income_statement", required=True)
    result = choice((CommitmentStatus.KEPT, CommitmentStatus.BROKEN), "核查结果", "kept", required=True)
    note = text(1000, "如何核查、查得什么", "经比对不动产登记信息，与承诺一致", required=True)


class DeliverBody(CompleteBody):
    recipient = text(100, "领取人", "李秀兰", required=True)
    mode = choice(list(DeliveryMode), "送达方式", "counter", required=True)
    id_ending = text(4, "领取人身份证末四位", "0045")


class WithdrawBody(Input):
    asked_by = text(100, "提出撤回的人：申请人或者代理人", "李秀兰", required=True)
    reason = text(500, "撤回的原因", "已在外地办理", required=True)


COUNTER_VERBS = (
    Verb("accept", Action.ACCEPT, AcceptBody, AcceptCase, accept_case),
    Verb("accept-with-gaps", Action.ACCEPT_WITH_GAPS, GapsBody, AcceptWithGaps, accept_with_gaps),
    Verb("accept-on-commitment", Action.ACCEPT_ON_COMMITMENT, CommitmentBody, AcceptOnCommitment, accept_on_commitment),
    Verb("refuse-acceptance", Action.REFUSE_ACCEPTANCE, RefuseBody, RefuseAcceptance, refuse_acceptance),
    Verb("request-correction", Action.REQUEST_CORRECTION, CorrectionBody, RequestCorrection, request_correction),
    Verb("supply-correction", Action.SUPPLY_CORRECTION, SupplyBody, SupplyCorrection, supply_correction),
    Verb("supply-deferred", Action.SUPPLY_DEFERRED, SupplyBody, SupplyDeferred, supply_deferred),
    Verb("settle-commitment", Action.SETTLE_COMMITMENT, SettleBody, SettleCommitment, settle_commitment),
    Verb("deliver", Action.DELIVER, DeliverBody, DeliverCase, deliver_case),
    Verb("withdraw", Action.WITHDRAW, WithdrawBody, WithdrawCase, withdraw_case),
)
