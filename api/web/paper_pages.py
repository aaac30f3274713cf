"""Papers of a case (文书送达、材料交接、领取登记): one page per document, its service, and the slips that travel with it."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, flash, render_template, request
from flask.typing import ResponseReturnValue

from api.auth import current_actor, signed_in
from api.rest.answers import file_answer
from api.rest.recorded import record
from api.web import frame
from api.web.submitted import whole_number
from api.web.wording import t, term
from engine.commands.hand_over_documents import (
    HandOverDocuments,
    ReceiveDocuments,
    hand_over_documents,
    receive_documents,
)
from engine.commands.record_service import RecordService, record_service
from engine.errors import FormInvalid
from engine.ports import NoticeRequest
from engine.queries.notice_view import handover_page, notice_page
from engine.queries.paper_files import collection_file, handover_file, service_return_file
from engine.terms import ServiceMode

pages = Blueprint("papers_pages", __name__)
_SERVICE_FIELDS = ("mode", "served_on", "recipient", "relation", "place", "witnesses", "refusal", "evidence")


@pages.get("/cases/<number>/notices/<notice>")
@signed_in
def show_notice(number: str, notice: str) -> str:
    """One document: print it, record how it was served."""
    frame.at(frame.CASES)
    page = _notice_page(number, notice, {}, {})
    record("view_notice", "notice", notice)
    return page


@pages.post("/cases/<number>/notices/<notice>/service")
@signed_in
def serve(number: str, notice: str) -> ResponseReturnValue:
    """The service on record, or the form again with what was wrong."""
    frame.at(frame.CASES)
    typed = {name: request.form.get(name, "").strip() for name in _SERVICE_FIELDS}
    try:
        record_service(frame.office(), current_actor(), _service(number, notice, typed))
    except FormInvalid as refusal:
        return _notice_page(number, notice, typed, first_messages(refusal)), 422
    flash(t("已登记送达，可以打印送达回证。", "The service is on record."), "success")
    return frame.go(f"/cases/{number}/notices/{notice}")


@pages.get("/cases/<number>/notices/<notice>/service.pdf")
@signed_in
def show_service_return(number: str, notice: str) -> Response:
    """The service return (送达回证)."""
    return printed(service_return_file(frame.office(), current_actor(), number, notice))


@pages.get("/cases/<number>/collection.pdf")
@signed_in
def show_collection(number: str) -> Response:
    """Who came for the result (领取登记)."""
    return printed(collection_file(frame.office(), current_actor(), number))


@pages.get("/cases/<number>/handovers")
@signed_in
def handovers(number: str) -> str:
    """The hand-overs of papers between posts."""
    frame.at(frame.CASES)
    return _handover_page(number, {})


@pages.post("/cases/<number>/handovers")
@signed_in
def hand_over(number: str) -> ResponseReturnValue:
    """A new slip."""
    frame.at(frame.CASES)
    wanted = HandOverDocuments(
        case_number=number,
        from_post_id=whole_number(request.form.get("from_post_id")) or 0,
        to_post_id=whole_number(request.form.get("to_post_id")) or 0,
        documents=tuple(request.form.getlist("document")),
    )
    try:
        answer = hand_over_documents(frame.office(), current_actor(), wanted)
    except FormInvalid as refusal:
        return _handover_page(number, first_messages(refusal)), 422
    flash(t(f"交接单{answer['number']}已生成，等待对方确认。", f"Slip {answer['number']} is waiting."), "success")
    return frame.go(f"/cases/{number}/handovers")


@pages.post("/cases/<number>/handovers/<int:handover_id>/receipt")
@signed_in
def receive(number: str, handover_id: int) -> ResponseReturnValue:
    """The other post's signature."""
    receive_documents(frame.office(), current_actor(), ReceiveDocuments(handover_id=handover_id))
    flash(t("已确认接收。", "Received."), "success")
    return frame.go(f"/cases/{number}/handovers")


@pages.get("/cases/<number>/handovers/<int:handover_id>.pdf")
@signed_in
def show_slip(number: str, handover_id: int) -> Response:
    """The slip (材料交接单) with both signatures."""
    return printed(handover_file(frame.office(), current_actor(), number, handover_id))


def printed(paper: NoticeRequest) -> Response:
    """The paper as PDF in the browser; looking is recorded."""
    content = frame.parts().notices.render(paper)
    record("view_notice", "notice", paper.number)
    return file_answer(content, f"{paper.number}.pdf", "application/pdf", inline=True)


def first_messages(refusal: FormInvalid) -> dict[str, str]:
    """Field → its first message."""
    found = refusal.detail.get("errors")
    return {name: told[0] for name, told in found.items() if told} if isinstance(found, dict) else {"": str(refusal)}


def read_day(text: str, name: str) -> date:
    """A date of a form; FormInvalid names the field."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise FormInvalid(errors={name: ["请填写日期，如 2026-03-01。"]}) from error


def _service(number: str, notice: str, typed: dict[str, str]) -> RecordService:
    witnesses = tuple(name for name in typed["witnesses"].replace("，", "、").split("、") if name.strip())
    return RecordService(
        case_number=number,
        notice=notice,
        **{
            **typed,
            "served_on": read_day(typed["served_on"], "served_on"),
            "witnesses": witnesses,
        },
    )


def _notice_page(number: str, notice: str, typed: dict[str, str], errors: dict[str, str]) -> str:
    return render_template(
        "papers/notice.html.j2",
        page=notice_page(frame.office(), current_actor(), number, notice),
        modes=[(mode.value, term(mode)) for mode in ServiceMode],
        typed=typed,
        errors=errors,
    )


def _handover_page(number: str, errors: dict[str, str]) -> str:
    page = handover_page(frame.office(), current_actor(), number)
    return render_template("papers/handovers.html.j2", page=page, errors=errors)
