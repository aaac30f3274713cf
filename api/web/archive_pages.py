"""Archiving (归档): closed cases that wait, archived ones, whether they are what was sealed, and hand-over lists."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, flash, render_template, request
from flask.typing import ResponseReturnValue

from api.auth import current_actor, roles
from api.rest.recorded import record
from api.web import frame
from api.web.paper_pages import first_messages, printed
from api.web.submitted import whole_number
from api.web.wording import t, term
from engine.commands.archive_case import ArchiveCase, TransferArchives, archive_case, transfer_archives
from engine.errors import FormInvalid
from engine.queries.archive_lists import archived_cases, unarchived_cases, verify_archive
from engine.queries.paper_files import archive_list_file, archive_transfer_file
from engine.terms import Retention, Role

pages = Blueprint("archives_pages", __name__)
_WORKERS = (Role.CLERK, Role.HANDLER, Role.APPROVER)


@pages.get("/archives")
@roles(*_WORKERS)
def waiting() -> str:
    """Closed cases that are not archived, the oldest first."""
    frame.at(frame.ARCHIVES)
    page = unarchived_cases(frame.office(), current_actor(), request.args.get("cursor"))
    return render_template(
        "archives/waiting.html.j2",
        page=page,
        retentions=_retentions(),
        next_href=_address("/archives", cursor=page.next_cursor),
        previous_href=_address("/archives", cursor=page.previous_cursor),
    )


@pages.post("/archives")
@roles(*_WORKERS)
def archive() -> ResponseReturnValue:
    """One case archived."""
    wanted = ArchiveCase(
        case_number=request.form.get("case_number", "")[:30],
        retention=request.form.get("retention", ""),
        page_count=whole_number(request.form.get("page_count")) or 0,
    )
    answer = archive_case(frame.office(), current_actor(), wanted)
    flash(t(f"已归档，档案编号{answer['number']}。", f"Archived as {answer['number']}."), "success")
    return frame.go("/archives")


@pages.get("/archives/kept")
@roles(*_WORKERS)
def kept() -> str:
    """Archived cases, found by number."""
    frame.at(frame.ARCHIVES)
    return _kept_page({})


@pages.post("/archives/transfers")
@roles(*_WORKERS)
def transfer() -> ResponseReturnValue:
    """The chosen archives on one hand-over list."""
    frame.at(frame.ARCHIVES)
    wanted = TransferArchives(receiver=request.form.get("receiver", ""), cases=tuple(request.form.getlist("case")))
    try:
        answer = transfer_archives(frame.office(), current_actor(), wanted)
    except FormInvalid as refusal:
        return _kept_page(first_messages(refusal)), 422
    flash(t(f"移交清单{answer['number']}，共{answer['cases']}件。", f"List {answer['number']}."), "success")
    return frame.go("/archives/kept")


@pages.get("/archives/transfers/<int:transfer_id>.pdf")
@roles(*_WORKERS)
def show_transfer(transfer_id: int) -> Response:
    """The hand-over list (档案移交清单)."""
    return printed(archive_transfer_file(frame.office(), current_actor(), transfer_id))


@pages.get("/archives/cases/<number>")
@roles(*_WORKERS)
def verify(number: str) -> str:
    """An archived case held against its sealed list."""
    frame.at(frame.ARCHIVES)
    check = verify_archive(frame.office(), current_actor(), number)
    record("verify_archive", "case", number)
    return render_template("archives/check.html.j2", check=check)


@pages.get("/archives/cases/<number>/list.pdf")
@roles(*_WORKERS)
def show_list(number: str) -> Response:
    """The file list (归档文件目录)."""
    return printed(archive_list_file(frame.office(), current_actor(), number))


def _kept_page(errors: dict[str, str]) -> str:
    number = request.args.get("number", "")[:60].strip()
    page = archived_cases(frame.office(), current_actor(), number, request.args.get("cursor"))
    return render_template(
        "archives/kept.html.j2",
        page=page,
        number=number,
        errors=errors,
        next_href=_address("/archives/kept", number=number, cursor=page.next_cursor),
        previous_href=_address("/archives/kept", number=number, cursor=page.previous_cursor),
    )


def _retentions() -> list[tuple[str, str]]:
    usual = ("", t("按事项默认", "As usual for the item"))
    return [usual, *((one.value, term(one)) for one in Retention)]


def _address(path: str, *, cursor: str | None, **values: str) -> str | None:
    return f"{path}?{urlencode({**values, 'cursor': cursor})}" if cursor else None
