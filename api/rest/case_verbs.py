"""What may be done with a work item over REST: per verb its body and the command it calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from marshmallow import fields, validate

from api.rest.input import Input, choice, text
from api.rest.items import documents_received
from engine.commands.accept_case import AcceptCase, accept_case
from engine.commands.claim_work_item import ClaimWorkItem, claim_work_item, release_work_item
from engine.commands.complete_work_item import CompleteWorkItem, complete_work_item
from engine.commands.deliver_case import DeliverCase, deliver_case
from engine.commands.refuse_acceptance import RefuseAcceptance, refuse_acceptance
from engine.commands.request_correction import RequestCorrection, request_correction
from engine.commands.special_procedure import EndProcedure, StartProcedure, end_procedure, start_procedure
from engine.commands.supply_correction import SupplyCorrection, supply_correction
from engine.commands.verb import Answer, Request
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.operations import Action
from engine.terms import DeliveryMode


class Nothing(Input):
    """No body is needed."""


class AcceptBody(Input):
    insist_reason = text(500, "有条件不符合而申请人坚持申请时的理由")


class RefuseBody(Input):
    reason = text(500, "不予受理的理由", "申请人户籍不在本市", required=True)
    legal_basis = text(300, "法律依据（文件名称和条款）", "《社会救助暂行办法》第十一条", required=True)
    competent_body = text(200, "有权办理的机关")
    conditions = fields.List(fields.String(validate=validate.Length(max=60)), load_default=list)


class CorrectionBody(Input):
    faults = fields.Dict(
        keys=fields.String(validate=validate.Length(max=60)),
        values=fields.String(validate=validate.Length(1, 300)),
        load_default=dict,
        metadata={
            "description": "已交但有误的材料 → 怎样更正；缺的材料自动列入",
            "example": {"identity_card": "请提供清晰的复印件"},
        },
    )
    remarks = text(500, "其他说明")


class SupplyBody(Input):
    documents = documents_received(required=True)


class CompleteBody(Input):
    decision = text(40, "办理意见的代码，见 GET /work-items/{id} 的 decisions", "grant")
    opinion = text(2000, "意见")
    answers = fields.Dict(
        keys=fields.String(validate=validate.Length(max=80)),
        load_default=dict,
        metadata={"description": "本环节表单（section）的填写内容", "example": {"monthly_amount": "680"}},
    )


class DeliverBody(CompleteBody):
    recipient = text(100, "领取人", "李秀兰", required=True)
    mode = choice(list(DeliveryMode), "送达方式", "counter", required=True)


class ProcedureBody(Input):
    procedure = text(40, "特别程序代码，见事项的 special_procedures", "publicity", required=True)
    reason = text(500, "启动理由", required=True)
    approver_id = fields.Integer(required=True, metadata={"description": "批准人"})


class EndBody(Input):
    suspension_id = fields.Integer(required=True, metadata={"description": "办件的 suspensions 中的 id"})
    note = text(500, "结果说明")


@dataclass(frozen=True)
class Verb:
    """One verb: path, body, and how a body becomes the request of a command."""

    path: str
    action: Action
    body: type[Input]
    request: type[Request]
    command: Callable[[Office, Actor, Any], Answer]

    def run(self, office: Office, actor: Actor, place: dict[str, Any], body: dict[str, Any], key: str) -> Answer:
        """The command's answer; `place` names the work item with its version, or the case."""
        given = {name: tuple(value) if isinstance(value, list) else value for name, value in body.items()}
        return self.command(office, actor, self.request(**place, **given, idempotency_key=key))


VERBS = (
    Verb("claim", Action.CLAIM, Nothing, ClaimWorkItem, claim_work_item),
    Verb("release", Action.RELEASE, Nothing, ClaimWorkItem, release_work_item),
    Verb("complete", Action.COMPLETE, CompleteBody, CompleteWorkItem, complete_work_item),
    Verb("accept", Action.ACCEPT, AcceptBody, AcceptCase, accept_case),
    Verb("refuse-acceptance", Action.REFUSE_ACCEPTANCE, RefuseBody, RefuseAcceptance, refuse_acceptance),
    Verb("request-correction", Action.REQUEST_CORRECTION, CorrectionBody, RequestCorrection, request_correction),
    Verb("supply-correction", Action.SUPPLY_CORRECTION, SupplyBody, SupplyCorrection, supply_correction),
    Verb("deliver", Action.DELIVER, DeliverBody, DeliverCase, deliver_case),
    Verb("start-procedure", Action.START_PROCEDURE, ProcedureBody, StartProcedure, start_procedure),
)
END_PROCEDURE = Verb("end-procedure", Action.END_PROCEDURE, EndBody, EndProcedure, end_procedure)
