"""My worklist (我的工作台): tiles, search, rows and the preview beside them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from api.auth import current_actor, signed_in
from api.rest.recorded import names_a_person, record_search, refuse_person_in_address
from api.web import frame
from api.web.step_order import StepLine, step_list
from api.web.wording import t
from engine.clock import local_date
from engine.commands.record_view import RecordView, record_view
from engine.queries.case_actions import work_item_actions
from engine.queries.case_file import CaseFile, case_file
from engine.queries.my_copies import my_copies
from engine.queries.waiting_items import waiting_items
from engine.queries.worklist import Worklist, WorklistFilter, worklist
from engine.queries.worklist_items import worklist_items
from engine.terms import Role, Stage

pages = Blueprint("worklist_pages", __name__)

STEPS_AROUND = 2  # finished and coming steps shown beside the present ones in a preview


@pages.get("/")
@signed_in
def my_worklist() -> ResponseReturnValue:
    """The page; officers who work on no cases are sent to the first door they have."""
    actor = current_actor()
    if not actor.roles & frame.WORKING:
        return frame.go(frame.navigation_of(actor)[0].href)
    frame.at(frame.WORKLIST)
    wanted = _wanted(request.args.get)
    refuse_person_in_address(wanted.q)
    return _page(wanted, request.args.get("cursor"))


@pages.post("/")
@signed_in
def find_in_worklist() -> ResponseReturnValue:
    """The list narrowed by the search form: a fragment for htmx, otherwise an address of its own where that is safe."""
    wanted = _wanted(request.form.get)
    if frame.is_fragment():
        return render_template("worklist/list.html.j2", **_list(wanted, None))
    if names_a_person(wanted.q):
        frame.at(frame.WORKLIST)
        return _page(wanted, None)
    return frame.go(_address(wanted))


@pages.get("/copies")
@signed_in
def copies() -> str:
    """Cases copied to me, unread ones first."""
    frame.at(frame.WORKLIST)
    return render_template("worklist/copies.html.j2", lines=my_copies(frame.office(), current_actor()))


@pages.get("/waiting")
@signed_in
def waiting() -> str:
    """Work items of mine that wait for others: delegated, asked for signatures, signed jointly."""
    frame.at(frame.WORKLIST)
    return render_template("worklist/waiting.html.j2", lines=waiting_items(frame.office(), current_actor()))


@pages.get("/work-items/<int:work_item_id>/preview")
@signed_in
def preview(work_item_id: int) -> str:
    """One case beside the list; looking is recorded."""
    return render_template("worklist/preview.html.j2", **_preview(work_item_id))


def _wanted(given: Any) -> WorklistFilter:
    values = {name: (given(name) or "")[:60].strip() for name in ("q", "item", "stage", "tile")}
    return WorklistFilter(**values)


def _page(wanted: WorklistFilter, cursor: str | None) -> str:
    shown = _list(wanted, cursor)
    lines = shown["list"].page.lines
    return render_template(
        "worklist/worklist.html.j2",
        **shown,
        **(_preview(lines[0].id) if lines else {"file": None}),
        items=worklist_items(frame.office(), current_actor()),
        stages=tuple(Stage),
        today=local_date(frame.office().clock.now()),
        may_accept=Role.CLERK in current_actor().roles,
        unread=sum(line.read_at is None for line in my_copies(frame.office(), current_actor())),
    )


def _list(wanted: WorklistFilter, cursor: str | None) -> dict[str, Any]:
    found: Worklist = worklist(frame.office(), current_actor(), wanted, cursor)
    page = found.page
    record_search(wanted.q, len(page.lines))
    # The keys of a list found by identity number would carry on without it: such a list has one page.
    pages_on = not names_a_person(wanted.q)
    return {
        "list": found,
        "counts": asdict(found.counts),
        "wanted": wanted,
        "next_href": _address(wanted, page.next_cursor) if page.next_cursor and pages_on else None,
        "previous_href": _address(wanted, page.previous_cursor) if page.previous_cursor and pages_on else None,
    }


def _address(wanted: WorklistFilter, cursor: str | None = None) -> str:
    given = {name: getattr(wanted, name) for name in ("q", "item", "stage", "tile")} | {"cursor": cursor}
    query = urlencode({name: value for name, value in given.items() if value})
    return f"/?{query}" if query else "/"


def _preview(work_item_id: int) -> dict[str, Any]:
    office, actor = frame.office(), current_actor()
    number, item = work_item_actions(office, actor, work_item_id)
    file = case_file(office, actor, number)
    record_view(office, actor, RecordView(action="preview_case", object_kind="case", object_id=number))
    return {
        "file": file,
        "step": next((s for s in file.steps if s.work_item_id == work_item_id), None),
        "guide": item.guide,
        "clock": file.clocks[0] if file.clocks else None,
        "lines": _steps_around(file),
    }


def _steps_around(file: CaseFile) -> tuple[StepLine, ...]:
    """The present steps with a few before and after them."""
    lines = step_list(file.process, done=file.progress.done_nodes, current=file.progress.open_nodes, t=t)
    present = [n for n, line in enumerate(lines) if line.state == "current"] or [len(lines)]
    return lines[max(present[0] - STEPS_AROUND, 0) : present[-1] + STEPS_AROUND + 1]
