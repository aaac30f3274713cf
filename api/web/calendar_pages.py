"""The working calendar (工作日历) drawn year by year, changed after a preview, and what a change moved."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, flash, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from api.auth import current_actor, roles, signed_in
from api.rest.answers import file_answer
from api.web import frame
from api.web.calendar_proposals import Proposal, propose, require_kind
from api.web.submitted import whole_number
from api.web.wording import t
from engine.commands.load_calendar import LoadCalendar, load_calendar
from engine.errors import CaseworkError, DefinitionError, FormInvalid, StaleVersion
from engine.queries.calendar_places import department_choices, region_tree
from engine.queries.calendar_preview import CalendarPreview, calendar_preview
from engine.queries.calendar_year import calendar_text, calendar_year
from engine.queries.redatings import DateKind, redated_dates, redating, redatings
from engine.queries.region_choices import community_choices, supervised_regions
from engine.terms import Role

pages = Blueprint("calendar_pages", __name__)
PAGE, RUNS = "/calendar", "/calendar/redatings"
DATES_PER_PAGE = 50
Faults = tuple[tuple[str, str], ...]


@pages.get(PAGE)
@signed_in
def calendar() -> str:
    """One year as twelve months, for the whole country or as bodies of a place keep it."""
    frame.at(frame.CALENDAR)
    office, actor = frame.office(), current_actor()
    region, department = request.args.get("region", "")[:12], request.args.get("department", "")[:40]
    shown = calendar_year(office, actor, whole_number(request.args.get("year")), region, department)
    return render_template(
        "calendar/calendar.html.j2",
        shown=shown,
        text=calendar_text(office, actor),
        place={"region": region, "department": department},
        year_hrefs={year: _year_address(year, region, department) for year in shown.years},
        regions=supervised_regions(office),
        departments=department_choices(office),
        may_change=Role.POLICY_OFFICER in actor.roles,
    )


@pages.get(f"{PAGE}/calendar.yaml")
@signed_in
def download() -> Response:
    """The calendar file in force, as an upload is expected to be."""
    text = calendar_text(frame.office(), current_actor())
    return file_answer(text.content, f"calendar-{text.version}.yaml", "application/yaml; charset=utf-8")


@pages.get(f"{PAGE}/change/<kind>")
@roles(Role.POLICY_OFFICER)
def change(kind: str) -> str:
    """The form of one kind of change."""
    return _form_page(kind)


@pages.post(f"{PAGE}/change/<kind>")
@roles(Role.POLICY_OFFICER)
def propose_change(kind: str) -> ResponseReturnValue:
    """The form again, its preview, or once it is confirmed with a reason the calendar in force: as `step` says.

    What was typed travels with every page, and the change is made anew on the calendar in force each time.
    """
    office, actor, step = frame.office(), current_actor(), request.form.get("step")
    if step == "edit":
        return _form_page(kind, request.form)
    try:
        proposal = propose(kind, calendar_text(office, actor).mapping)
        preview = calendar_preview(office, actor, proposal.content)
    except (FormInvalid, DefinitionError) as refusal:
        return _form_page(kind, request.form, _faults(refusal)), 422
    return _confirm(kind, proposal, preview) if step == "confirm" else _preview_page(kind, proposal, preview)


def _confirm(kind: str, proposal: Proposal, preview: CalendarPreview) -> ResponseReturnValue:
    reason, replaces = request.form.get("reason", "").strip(), whole_number(request.form.get("replaces")) or 0
    wanted = LoadCalendar(content=proposal.content, reason=reason, replaces=replaces)
    try:
        done = load_calendar(frame.office(), current_actor(), wanted)
    except (FormInvalid, StaleVersion) as refusal:
        status = 422 if isinstance(refusal, FormInvalid) else 409
        return _preview_page(kind, proposal, preview, reason, _faults(refusal)), status
    if done["status"] == "unchanged":
        flash(t("与现行工作日历相同，没有更新。", "The calendar in force is the same; nothing changed."), "info")
        return frame.go(PAGE)
    version = done["version"]
    flash(
        t(
            f"工作日历 {version} 已生效，正在重新计算在办件的届满日。",
            f"Calendar {version} is in force; dating open cases.",
        ),
        "success",
    )
    return frame.go(f"{RUNS}/{done['redating_id']}")


@pages.get(RUNS)
@signed_in
def runs() -> str:
    """The latest runs that dated open cases again, with their progress."""
    frame.at(frame.CALENDAR)
    template = "calendar/runs.html.j2" if frame.is_fragment() else "calendar/redatings.html.j2"
    return render_template(template, runs=redatings(frame.office(), current_actor()))


@pages.get(f"{RUNS}/<int:redating_id>")
@signed_in
def run(redating_id: int) -> ResponseReturnValue:
    """One run: progress, and every date that moved in the officer's scope."""
    frame.at(frame.CALENDAR)
    office, actor = frame.office(), current_actor()
    found = redating(office, actor, redating_id)
    if frame.is_fragment():
        # Only a page that saw it unfinished asks again: once it is finished, the dates are worth reading anew.
        finished = {"HX-Refresh": "true"} if found.finished_at else {}
        return render_template("calendar/run_progress.html.j2", run=found), finished
    asked = request.args.get("kind", "")
    kind = DateKind(asked) if asked in set(DateKind) else None
    page = redated_dates(office, actor, redating_id, request.args.get("cursor"), DATES_PER_PAGE, kind)
    return render_template(
        "calendar/redating.html.j2",
        run=found,
        page=page,
        kind=kind,
        kinds=tuple(DateKind),
        may_open=bool(actor.reader.posts),
        previous_href=_run_address(redating_id, kind, page.previous_cursor),
        next_href=_run_address(redating_id, kind, page.next_cursor),
    )


def _form_page(kind: str, typed: MultiDict[str, str] | None = None, errors: Faults = ()) -> str:
    require_kind(kind)
    frame.at(frame.CALENDAR)
    office = frame.office()
    return render_template(
        "calendar/change.html.j2",
        kind=kind,
        typed=typed if typed is not None else MultiDict(),
        errors=errors,
        text=calendar_text(office, current_actor()),
        tree=region_tree(office),
        departments=department_choices(office),
    )


def _preview_page(
    kind: str, proposal: Proposal, preview: CalendarPreview, reason: str = "", errors: Faults = ()
) -> str:
    frame.at(frame.CALENDAR)
    return render_template(
        "calendar/preview.html.j2",
        kind=kind,
        proposal=proposal,
        preview=preview,
        reason=reason or _usual_reason(proposal),
        errors=errors,
        places=dict(supervised_regions(frame.office())) | dict(community_choices(frame.office())),
        departments=dict(department_choices(frame.office())),
        may_open=bool(current_actor().reader.posts),
    )


def _usual_reason(proposal: Proposal) -> str:
    """What the officer will most likely write: the notice by name and number."""
    found = proposal.arrangement
    return f"《{found.title}》（{found.document_no}）" if found else ""


def _faults(refusal: CaseworkError) -> Faults:
    """Field and message of everything at fault, in the order told."""
    told = refusal.detail.get("errors") or {"": [str(refusal)]}
    assert isinstance(told, dict)
    return tuple((name, message) for name, messages in told.items() for message in messages)


def _year_address(year: int, region: str, department: str) -> str:
    given = {"year": year, "region": region, "department": department}
    return f"{PAGE}?{urlencode({name: value for name, value in given.items() if value})}"


def _run_address(redating_id: int, kind: DateKind | None, cursor: str | None) -> str | None:
    query = {"kind": kind or "", "cursor": cursor}
    return f"{RUNS}/{redating_id}?{urlencode(query)}" if cursor else None
