"""Sends one outbox row: at least once, in order per case and receiver, with growing pauses and a dead letter at the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import ExternalError

MOST_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=5)

_MESSAGES = {
    "case_accepted": "您的申请（办件编号{number}）已受理。",
    "acceptance_refused": "您的申请（办件编号{number}）不予受理，请领取《不予受理通知书》。",
    "correction_requested": "您的申请（办件编号{number}）需要补正材料，请按《一次性告知书》提交。",
    "correction_expired": "您的申请（办件编号{number}）逾期未补正，已结案；可重新申请。",
    "procedure_started": "您的申请（办件编号{number}）进入特别程序，所需时间不计入办理时限。",
    "case_decided": "您的申请（办件编号{number}）已作出决定，请领取决定书。",
    "certificate_issued": "您的证明（证照）已制作完成，编号{certificate}。",
    "case_rejected": "您的申请（办件编号{number}）未获批准，请领取《不予批准决定书》。",
    "case_withdrawn": "您的申请（办件编号{number}）已按您的要求撤回；今后可重新申请。",
    "case_voided": "您的申请（办件编号{number}）已作废；如有疑问请咨询受理窗口。",
    "case_terminated": "您的申请（办件编号{number}）已终止办理，请领取《终止办理告知书》。",
    "case_merged": "您的申请（办件编号{number}）已并入您的另一同类办件，一并办理。",
    "step_notice": "您的申请（办件编号{number}）进展：{step}。",
    "acceptance_deemed": "您的申请（办件编号{number}）已逾五个工作日未答复，依法自收到之日起视为受理。",
    "deferred_lapsed": "您的申请（办件编号{number}）容缺材料逾期未补交，请尽快提交。",
    "commitment_broken": "您在办件{number}中的承诺经核查不实，可到受理窗口查询、申辩。",
    "limit_extended": "您的申请（办件编号{number}）经批准延期办理，请领取《延期办理告知书》。",
    "case_urged": "办件{number}被催办，请尽快办理。",
    "supervision_ordered": "办件{number}被督办，请在答复期限前办理并答复。",
    "supervision_sent_back": "办件{number}的督办答复被退回，请重新答复。",
    "supervision_answered": "办件{number}的督办单{order}已答复，请审核。",
    "case_redated": "因工作日历调整，您的申请（办件编号{number}）的承诺办结日期改为{due_on}。",
    "card_changed": "办件{number}的时限信号变为{card}。",
    "card_issued": "办件{number}：{signal}（{card}，{rule}），请按时说明或办理。",
    "card_ruled": "办件{number}的监察牌{card}已裁定：{ruling}。",
    "card_explained": "办件{number}的监察牌{card}已有说明，请裁定。",
    "card_rectified": "办件{number}的监察牌{card}已整改，请核对后销牌。",
    "card_closed": "办件{number}的监察牌{card}已销牌。",
}


@dataclass(frozen=True, kw_only=True)
class RelayOutbox(Request):
    """Sends the next row that is due."""


@verb
def relay_outbox(desk: Desk, request: RelayOutbox) -> Answer:
    """`sent` True when a row was handed over, None when nothing was due, False when it failed and will be tried again.

    The in-house mailbox is the receiver today; its row is keyed by the outbox row, so a repeated send changes nothing.
    """
    row = desk.uow.outbox.take(desk.now)
    if row is None:
        return {"sent": None}
    try:
        desk.uow.outbox.deliver(row, _message(row), desk.now)
    except (ExternalError, LookupError) as error:
        # LookupError: no message is worded for this row. It must not stand in the way of the others.
        return _postpone(desk, row, f"{type(error).__name__}: {error}")
    desk.uow.outbox.sent(row.id, desk.now)
    return {"sent": True, "id": row.id}


def _message(row: Row[Any]) -> str:
    return _MESSAGES[row.kind].format_map(row.payload)


def _postpone(desk: Desk, row: Row[Any], error: str) -> Answer:
    attempts = row.attempts + 1
    dead_at = desk.now if attempts >= MOST_ATTEMPTS else None
    desk.uow.outbox.failed(row.id, desk.now + FIRST_PAUSE * 2**attempts, dead_at, error)
    return {"sent": False, "id": row.id}
