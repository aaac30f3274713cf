"""A counter document reached its addressee (送达回证): who took it, how, and who saw it left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.clock import local_date, local_instant
from engine.commands.case_change import CaseChange
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import ActionNotAllowed, FormInvalid, NotFound
from engine.policy.operations import Action
from engine.terms import NoticeKind, ServiceMode

LONGEST_TEXT = 500


@dataclass(frozen=True, kw_only=True)
class RecordService(Request):
    """notice     number of the document
    relation   of the recipient to the applicant, where it is another
    witnesses  names, where the document was left (留置) or its receipt refused
    refusal    what was said when the recipient would not sign
    evidence   number of the parcel, address of the page, pages of photographs
    """

    case_number: str
    notice: str
    mode: str
    served_on: date
    recipient: str = ""
    relation: str = ""
    place: str = ""
    witnesses: tuple[str, ...] = ()
    refusal: str = ""
    evidence: str = ""


# Papers of supervision to the office itself: nothing is served on an applicant.
_INTERNAL = frozenset({NoticeKind.SUPERVISION_ORDER, NoticeKind.CARD_NOTICE})


@verb
def record_service(desk: Desk, request: RecordService) -> Answer:
    """The service of the document stands, once and for good."""
    change = CaseChange.at_number(desk, request.case_number)
    change.require(Action.SERVE)
    notice = desk.uow.papers.notice(change.case_id, request.notice)
    if notice is None or notice.kind in _INTERNAL:
        raise NotFound("该件没有这份文书，请核对文书编号。", en="no such notice of this case", rule="no_notice")
    if notice.delivered_at is not None:
        raise ActionNotAllowed(
            "这份文书已登记送达，不能重复登记；送达回证可以再次打印。", en="served before", rule="served_before"
        )
    today = local_date(desk.now)
    _require_complete(request, str(change.values["applicant_name"]), local_date(notice.issued_at), today)
    served_at = desk.now if request.served_on == today else local_instant(request.served_on)
    facts = {
        "recipient": request.recipient.strip() or change.values["applicant_name"],
        "relation": request.relation.strip(),
        "place": request.place.strip(),
        "witnesses": [name.strip() for name in request.witnesses if name.strip()],
        "refusal": request.refusal.strip(),
        "evidence": request.evidence.strip(),
        "server": desk.actor.name,
        "recorded_on": today.isoformat(),
    }
    row = {
        "notice_id": notice.id,
        "case_id": change.case_id,
        "mode": request.mode,
        "delivered_at": max(served_at, notice.issued_at),
        "facts_cipher": desk.office.sealer.encrypt_json(facts),
        "recorded_by": desk.actor.officer_id,
    }
    desk.uow.papers.serve(row)
    change.happened("notice_served", {"notice": notice.id, "number": notice.number, "mode": request.mode})
    change.save()
    return {"case_id": change.case_id, "notice": notice.number, "mode": request.mode}


def _require_complete(request: RecordService, applicant: str, issued_on: date, today: date) -> None:
    """What each way of service must show (民事诉讼法 on service, applied to notices)."""
    errors: dict[str, list[str]] = {}
    if request.mode not in set(ServiceMode):
        errors["mode"] = [f"请选择送达方式：{'、'.join(mode.label for mode in ServiceMode)}。"]
    if not issued_on <= request.served_on <= today:
        errors["served_on"] = [f"送达日期应在出具日期{issued_on}到今天{today}之间。"]
    recipient, announced = request.recipient.strip(), request.mode == ServiceMode.ANNOUNCEMENT
    if not recipient and not announced:
        errors["recipient"] = ["请填写收件人。"]
    elif recipient and recipient != applicant and not request.relation.strip():
        errors["relation"] = ["收件人不是申请人本人的，请写明与申请人的关系。"]
    is_refused = request.mode == ServiceMode.LEFT or bool(request.refusal.strip())
    if is_refused and not any(name.strip() for name in request.witnesses):
        errors["witnesses"] = ["拒收或者留置送达的，请写明到场的见证人。"]
    if request.mode == ServiceMode.LEFT and not request.refusal.strip():
        errors["refusal"] = ["留置送达的，请写明拒收的情况。"]
    if request.mode in (ServiceMode.POST, ServiceMode.ELECTRONIC, ServiceMode.ANNOUNCEMENT) and not (
        request.evidence.strip()
    ):
        errors["evidence"] = ["请写明凭据：邮件号、电子送达地址或公告载体。"]
    for name in ("recipient", "relation", "place", "refusal", "evidence"):
        if len(getattr(request, name)) > LONGEST_TEXT:
            errors.setdefault(name, [f"不得超过{LONGEST_TEXT}个字。"])
    if len(request.witnesses) > 5 or any(len(name) > 50 for name in request.witnesses):
        errors.setdefault("witnesses", ["见证人不超过5名，每名不超过50个字。"])
    if errors:
        raise FormInvalid(errors=errors)
