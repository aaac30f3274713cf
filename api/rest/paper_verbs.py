"""Operations on the papers of a case (文书与材料): service of notices, hand-over of papers between posts."""

from __future__ import annotations

from datetime import date

from marshmallow import fields, validate

from api.rest.counter_verbs import documents_named
from api.rest.input import Input, choice, text
from api.rest.verb_doors import Verb
from engine.commands.hand_over_documents import (
    HandOverDocuments,
    ReceiveDocuments,
    hand_over_documents,
    receive_documents,
)
from engine.commands.record_service import RecordService, record_service
from engine.policy.operations import Action
from engine.terms import DeliveryMode


class ServeBody(Input):
    notice = text(60, "文书编号，见办件的 notices", required=True)
    mode = choice(list(DeliveryMode), "送达方式", required=True)
    served_on = fields.Date(
        required=True,
        validate=validate.Range(date(1950, 1, 1), date(2200, 12, 31), error="日期应在1950年至2200年之间。"),
        metadata={"description": "送达日期", "example": "2026-03-02"},
    )
    recipient = text(100, "受送达人（签收人）")
    relation = text(60, "与申请人的关系")
    place = text(200, "送达地点")
    witnesses = fields.List(fields.String(validate=validate.Length(1, 60)), load_default=list)
    refusal = text(500, "拒收、拒签的情况")
    evidence = text(500, "邮寄单号、公告网址、影像页码等")


class HandOverBody(Input):
    from_post_id = fields.Integer(required=True, metadata={"description": "移交岗位：本人的一个岗位"})
    to_post_id = fields.Integer(required=True, metadata={"description": "接收岗位"})
    documents = documents_named("移交的纸质材料")


class TakeOverBody(Input):
    handover_id = fields.Integer(required=True, metadata={"description": "材料交接单"})


PAPER_VERBS = (
    Verb("serve", Action.SERVE, ServeBody, RecordService, record_service),
    Verb("hand-over", Action.HAND_OVER, HandOverBody, HandOverDocuments, hand_over_documents),
    Verb("take-over", Action.TAKE_OVER, TakeOverBody, ReceiveDocuments, receive_documents, names_case=False),
)
