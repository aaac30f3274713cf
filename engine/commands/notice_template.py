"""Texts of counter documents that officers edit (文书模板): one drafts, another approves, from a day to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.clock import local_date
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import ActionNotAllowed, FormInvalid, NotFound
from engine.terms import NoticeKind, Role


@dataclass(frozen=True, kw_only=True)
class DraftNoticeTemplate(Request):
    """kind of the document, the whole text, and why it is changed"""

    kind: str
    content: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ApproveNoticeTemplate(Request):
    """in_force_from  a day after today: what was issued until then keeps the text it was issued with"""

    kind: str
    version: int
    in_force_from: date


@verb
def draft_notice_template(desk: Desk, request: DraftNoticeTemplate) -> Answer:
    """The draft's version. Raises DefinitionError with the line unless the text prints its sample in full."""
    desk.actor.post_with(Role.POLICY_OFFICER)
    if request.kind not in set(NoticeKind):
        raise NotFound("没有这种办理文书。", en="no such kind of notice")
    if not request.reason.strip() or len(request.reason) > 200:
        raise FormInvalid(errors={"reason": ["请写明修改理由，不超过200个字。"]})
    content = request.content.replace("\r\n", "\n").strip() + "\n"
    _check(desk, request.kind, content)
    desk.uow.counters.next(f"template:{request.kind}")  # one at a time: versions have no gap and no double
    version = desk.uow.papers.next_version(request.kind)
    desk.uow.papers.add_template(
        {
            "kind": request.kind,
            "version": version,
            "content": content.encode(),
            "reason": request.reason.strip(),
            "made_by": desk.actor.officer_id,
            "made_at": desk.now,
        }
    )
    return {"kind": request.kind, "version": version}


@verb
def approve_notice_template(desk: Desk, request: ApproveNoticeTemplate) -> Answer:
    """The text in force from that day; nobody approves what he drafted."""
    desk.actor.post_with(Role.POLICY_OFFICER)
    row = desk.uow.papers.lock_template(request.kind, request.version)
    if row is None:
        raise NotFound("没有这一版模板。", en="no such version")
    if row.approved_by is not None:
        raise ActionNotAllowed("这一版已经批准。", en="approved before", rule="approved_before")
    if row.made_by == desk.actor.officer_id:
        raise ActionNotAllowed(
            "起草人不能批准自己的模板，请由另一位业务管理员批准。", en="same person", rule="same_person"
        )
    if request.in_force_from <= local_date(desk.now):
        raise FormInvalid(errors={"in_force_from": ["启用日期应在明天以后，已出具的文书不受影响。"]})
    _check(desk, request.kind, bytes(row.content).decode())
    approved = {"approved_by": desk.actor.officer_id, "in_force_from": request.in_force_from}
    desk.uow.papers.approve_template(row.id, approved)
    return {"kind": request.kind, "version": request.version, "in_force_from": request.in_force_from.isoformat()}


def _check(desk: Desk, kind: str, content: str) -> None:
    judge = desk.office.notice_templates
    if judge is None:
        raise ActionNotAllowed(
            "本机没有文书打印部件，不能检查模板；请在服务器上操作。", en="no printer", rule="no_printer"
        )
    judge.check(kind, content)
