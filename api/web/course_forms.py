"""Forms of the course of a case (流程操作): back, out, the clock, and telling others."""

from __future__ import annotations

from collections.abc import Mapping

from api.web.case_forms import CaseForm, Control, Submission, plain, with_notice
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
from engine.commands.verb import Request
from engine.commands.void_case import VoidCase, void_case
from engine.policy.operations import Action

_REASON = Control("reason", "area", "理由", "Reason", True, 1000)
_LAW = Control("legal_basis", "text", "法律依据（文件名称和条款）", "Legal basis", True, 300)
_APPROVER = Control("approver_id", "select", "批准人", "Approved by", True, choices="approvers")
_DAYS = Control("reply_working_days", "number", "答复期限（工作日）", "Days to answer", True, usual="3")
_NOTICE = "确定吗？将出具文书并结案。"


def place_of_target(path: tuple[str, ...], node_id: str) -> str:
    """An earlier step as the value of a control."""
    return "/".join((*path, node_id))


def _return(s: Submission) -> Request:
    *path, target = s.text("target").split("/")
    return ReturnCase(
        **s.at_item, target=target, path=tuple(path), reason=s.text("reason"), directly=s.is_ticked("directly")
    )


def _take_back(s: Submission) -> Request:
    return TakeBackStep(case_number=s.number, token=s.text("token"))


def _reject(s: Submission) -> Request:
    return RejectCase(**s.at_item, reason=s.text("reason"), legal_basis=s.text("legal_basis"))


def _terminate(s: Submission) -> Request:
    return TerminateCase(case_number=s.number, reason=s.text("reason"), legal_basis=s.text("legal_basis"))


def _void(s: Submission) -> Request:
    return VoidCase(case_number=s.number, reason=s.text("reason"), approver_id=s.number_of("approver_id") or 0)


def _merge(s: Submission) -> Request:
    return MergeCase(case_number=s.number, into=s.text("into"), reason=s.text("reason"))


def _start_procedure(s: Submission) -> Request:
    return StartProcedure(
        **s.at_item,
        procedure=s.text("procedure"),
        reason=s.text("reason"),
        approver_id=s.number_of("approver_id") or 0,
        faults=s.faults(),
    )


def _end_procedure(s: Submission) -> Request:
    return EndProcedure(
        case_number=s.number,
        suspension_id=s.number_of("suspension_id") or 0,
        note=s.text("note"),
        documents=s.documents(),
    )


def _extend(s: Submission) -> Request:
    return ExtendLimit(
        **s.at_item,
        amount=s.number_of("amount") or 0,
        reason=s.text("reason"),
        approver_id=s.number_of("approver_id") or 0,
    )


def _copy(s: Submission) -> Request:
    return CopyCase(case_number=s.number, officers=s.numbers("officers"), note=s.text("note"))


def _urge(s: Submission) -> Request:
    return UrgeCase(case_number=s.number, for_applicant=s.is_ticked("for_applicant"))


def _supervise(s: Submission) -> Request:
    days = s.number_of("reply_working_days") or 0
    return OrderSupervision(case_number=s.number, matter=s.text("matter"), reply_working_days=days)


def _answer(s: Submission) -> Request:
    return AnswerSupervision(case_number=s.number, order_id=s.number_of("order_id") or 0, answer=s.text("answer"))


def _archive(s: Submission) -> Request:
    pages = s.number_of("page_count") or 0
    return ArchiveCase(case_number=s.number, retention=s.text("retention"), page_count=pages)


def _close(s: Submission) -> Request:
    return CloseSupervision(
        case_number=s.number,
        order_id=s.number_of("order_id") or 0,
        satisfied=s.text("satisfied") == "yes",
        remark=s.text("remark"),
        reply_working_days=s.number_of("reply_working_days") or 0,
    )


COURSE_FORMS: Mapping[Action, CaseForm] = {
    Action.RETURN: CaseForm(
        _return,
        return_case,
        plain("已退回。", "Sent back."),
        (
            Control("target", "route", "退回到哪个环节", "Back to which step", True, choices="targets"),
            _REASON,
            Control("directly", "tick", "该环节办完后直接返回本环节，不重走中间环节", "Straight back once it is done"),
        ),
        hint=(
            "原承办人重新办理该环节，期限重新起算；并行的环节不受影响。",
            "The step is done again; parallel ones stay.",
        ),
    ),
    Action.TAKE_BACK: CaseForm(
        _take_back,
        take_back_step,
        plain("已收回，请重新办理。", "Taken back: do it again."),
        (Control("token", "select", "收回哪个环节", "Which step", True, choices="done_steps"),),
        hint=("下一环节还没有人动手时，可以收回刚办完的环节。", "As long as nobody has begun with what came after."),
    ),
    Action.REJECT: CaseForm(
        _reject,
        reject_case,
        with_notice("已驳回。", "Refused."),
        (_REASON, _LAW),
        warning=(_NOTICE, "Refuse? A decision is written and the case closed."),
    ),
    Action.TERMINATE: CaseForm(
        _terminate,
        terminate_case,
        with_notice("已终止办理。", "Terminated."),
        (_REASON, _LAW),
        warning=(_NOTICE, "Terminate? A notice is written and the case closed."),
    ),
    Action.VOID: CaseForm(
        _void,
        void_case,
        plain("已作废。", "The case is void."),
        (_REASON, _APPROVER),
        warning=("确定作废这件办件吗？", "Make the case void?"),
    ),
    Action.MERGE: CaseForm(
        _merge,
        merge_case,
        plain("已并案。", "Merged."),
        (Control("into", "text", "并入的办件编号", "Into case number", True, 30), _REASON),
        warning=("确定并案吗？本件将结束，由另一件继续办理。", "Merge? This case ends; the other goes on."),
    ),
    Action.START_PROCEDURE: CaseForm(
        _start_procedure,
        start_procedure,
        with_notice("特别程序已启动，时限停止计算。", "The clock stands."),
        (
            Control("procedure", "select", "特别程序", "Procedure", True, choices="procedures"),
            _APPROVER,
            _REASON,
            Control("faults", "faults", "补正：已交材料怎样更正", "Correction: what is wrong", choices="correctable"),
        ),
        hint=("期间不计入办理时限，书面告知申请人。", "The clock stands meanwhile; the applicant is told in writing."),
    ),
    Action.END_PROCEDURE: CaseForm(
        _end_procedure, end_procedure, plain("特别程序已结束，时限继续计算。", "The clock runs again.")
    ),
    Action.EXTEND: CaseForm(
        _extend,
        extend_limit,
        with_notice("已延期。", "Extended."),
        (
            Control("amount", "number", "延长多少（单位同时限）", "By how much", True),
            _APPROVER,
            _REASON,
        ),
        hint=("只能延期一次，期满前办理，书面告知申请人。", "Once only, before expiry, told in writing."),
    ),
    Action.COPY: CaseForm(
        _copy,
        copy_case,
        plain("已抄送。", "Copied."),
        (
            Control("officers", "people", "抄送给谁", "To whom", True, choices="receivers"),
            Control("note", "area", "附言", "Note"),
        ),
    ),
    Action.URGE: CaseForm(
        _urge,
        urge_case,
        plain("已催办，承办岗位的待办上会标出“催”。", "Urged; the holders see it."),
        (Control("for_applicant", "tick", "应申请人要求", "The applicant asked for it"),),
    ),
    Action.SUPERVISE: CaseForm(
        _supervise,
        order_supervision,
        plain("督办单已发出。", "The supervision order is out."),
        (Control("matter", "area", "督办事项和要求", "Matter", True, 1000), _DAYS),
    ),
    Action.ANSWER_SUPERVISION: CaseForm(
        _answer,
        answer_supervision,
        plain("已答复督办。", "Answered."),
        (
            Control("order_id", "select", "督办单", "Order", True, choices="orders_issued"),
            Control("answer", "area", "办理情况和答复意见", "Answer", True, 2000),
        ),
    ),
    Action.ARCHIVE: CaseForm(
        _archive,
        archive_case,
        plain("已归档，案卷封存。", "Archived and sealed."),
        (
            Control("retention", "select", "保管期限（不选按事项默认）", "Kept for", choices="retentions"),
            Control("page_count", "number", "纸质材料页数", "Pages on paper", usual="0"),
        ),
        warning=("归档后案卷封存，不能再作任何更改。确定归档吗？", "The case is sealed for good. Archive it?"),
    ),
    Action.CLOSE_SUPERVISION: CaseForm(
        _close,
        close_supervision,
        plain("督办已处理。", "Settled."),
        (
            Control("order_id", "select", "督办单", "Order", True, choices="orders_answered"),
            Control("satisfied", "radios", "对答复", "The answer", True, choices="satisfied", usual="yes"),
            Control("remark", "area", "意见（退回重新答复的须写明）", "Remark", most=1000),
            _DAYS,
        ),
    ),
}
