"""Operations on the course of a case (流程操作): back, out, the clock, and telling others."""

from __future__ import annotations

from marshmallow import fields, validate

from api.rest.counter_verbs import faults
from api.rest.input import Input, choice, text
from api.rest.items import documents_received
from api.rest.verb_doors import Verb, approver, officers
from engine.commands.answer_supervision import AnswerSupervision, answer_supervision
from engine.commands.archive_case import ArchiveCase, archive_case
from engine.commands.close_supervision import CloseSupervision, close_supervision
from engine.commands.copy_case import CopyCase, copy_case
from engine.commands.extend_limit import ExtendLimit, extend_limit
from engine.commands.merge_case import MergeCase, merge_case
from engine.commands.order_supervision import OrderSupervision, order_supervision
from engine.commands.reject_case import RejectCase, reject_case
from engine.commands.return_case import ReturnCase, return_case
from engine.commands.special_procedure import EndProcedure, StartProcedure, end_procedure, start_procedure
from engine.commands.take_back_step import TakeBackStep, take_back_step
from engine.commands.terminate_case import TerminateCase, terminate_case
from engine.commands.urge_case import UrgeCase, urge_case
from engine.commands.void_case import VoidCase, void_case
from engine.policy.operations import Action
from engine.terms import Retention


def _days() -> fields.Integer:
    limits = validate.Range(1, 30, error="1至30个工作日。")
    return fields.Integer(load_default=3, validate=limits, metadata={"description": "答复期限，工作日", "example": 3})


def _order() -> fields.Integer:
    metadata = {"description": "督办单，见 GET /cases/{number}/supervision-orders", "example": 7}
    return fields.Integer(required=True, metadata=metadata)


class ReturnBody(Input):
    target = text(80, "退回到哪个环节：node_id，见 GET /work-items/{id}/return-targets", "opinion", required=True)
    path = fields.List(fields.String(validate=validate.Length(max=80)), load_default=list)
    reason = text(1000, "退回理由", "收入证明与核对结果不一致，请重新核实", required=True)
    directly = fields.Boolean(load_default=False, metadata={"description": "该环节办完后直接返回本环节"})


class TakeBackBody(Input):
    token = text(80, "本人办结的环节，见 GET /cases/{number}/actions 的 done_steps", required=True)


class ReasonBody(Input):
    reason = text(1000, "理由", "经核实不符合条件", required=True)
    legal_basis = text(300, "法律依据（文件名称和条款）", "《社会救助暂行办法》第十三条", required=True)


class VoidBody(Input):
    reason = text(1000, "作废的理由", "重复收件", required=True)
    approver_id = approver()


class MergeBody(Input):
    into = text(30, "并入的办件编号", required=True)
    reason = text(1000, "并案的理由", "同一申请人重复申请", required=True)


class ProcedureBody(Input):
    procedure = text(40, "特别程序代码，见事项的 special_procedures", "publicity", required=True)
    reason = text(500, "启动理由", required=True)
    approver_id = approver()
    faults = faults()


class EndBody(Input):
    suspension_id = fields.Integer(required=True, metadata={"description": "办件的 suspensions 中的 id"})
    note = text(500, "结果说明")
    documents = documents_received()


class ExtendBody(Input):
    amount = fields.Integer(
        required=True,
        validate=validate.Range(1, 1000, error="请填写大于0的数。"),
        metadata={"description": "延长多少，单位同该事项的时限", "example": 5},
    )
    reason = text(500, "延期的理由", "案情复杂", required=True)
    approver_id = approver()


class CopyBody(Input):
    officers = officers("抄送给谁，见 GET /cases/{number}/copy-receivers")
    note = text(500, "附言")


class UrgeBody(Input):
    for_applicant = fields.Boolean(load_default=False, metadata={"description": "应申请人要求"})


class OrderBody(Input):
    matter = text(1000, "督办事项和要求", "请说明超过承诺时限的原因", required=True)
    reply_working_days = _days()


class AnswerBody(Input):
    order_id = _order()
    answer = text(2000, "办理情况和答复意见", required=True)


class CloseBody(Input):
    order_id = _order()
    satisfied = fields.Boolean(required=True, metadata={"description": "false：退回重新答复"})
    remark = text(1000, "意见；退回重新答复的须写明")
    reply_working_days = _days()


class ArchiveBody(Input):
    retention = choice(list(Retention), "保管期限；不填按事项默认", "10_years")
    page_count = fields.Integer(
        load_default=0,
        validate=validate.Range(0, 9999, error="页数应在0到9999之间。"),
        metadata={"description": "纸质材料页数", "example": 12},
    )


COURSE_VERBS = (
    Verb("return", Action.RETURN, ReturnBody, ReturnCase, return_case),
    Verb("take-back", Action.TAKE_BACK, TakeBackBody, TakeBackStep, take_back_step),
    Verb("reject", Action.REJECT, ReasonBody, RejectCase, reject_case),
    Verb("void", Action.VOID, VoidBody, VoidCase, void_case),
    Verb("terminate", Action.TERMINATE, ReasonBody, TerminateCase, terminate_case),
    Verb("merge", Action.MERGE, MergeBody, MergeCase, merge_case),
    Verb("start-procedure", Action.START_PROCEDURE, ProcedureBody, StartProcedure, start_procedure),
    Verb("end-procedure", Action.END_PROCEDURE, EndBody, EndProcedure, end_procedure),
    Verb("extend", Action.EXTEND, ExtendBody, ExtendLimit, extend_limit),
    Verb("copy", Action.COPY, CopyBody, CopyCase, copy_case),
    Verb("urge", Action.URGE, UrgeBody, UrgeCase, urge_case),
    Verb("supervise", Action.SUPERVISE, OrderBody, OrderSupervision, order_supervision),
    Verb("answer-supervision", Action.ANSWER_SUPERVISION, AnswerBody, AnswerSupervision, answer_supervision),
    Verb("archive", Action.ARCHIVE, ArchiveBody, ArchiveCase, archive_case),
    Verb("close-supervision", Action.CLOSE_SUPERVISION, CloseBody, CloseSupervision, close_supervision),
)
