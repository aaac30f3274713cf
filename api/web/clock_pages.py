"""时限台账: every clock of a case with its picture and its ledger, line by line with the legal basis."""

from __future__ import annotations

from flask import Blueprint, render_template

from api.auth import current_actor, signed_in
from api.web import frame
from api.web.clock_days import clock_weeks
from engine.clock import local_date
from engine.commands.record_view import RecordView, record_view
from engine.queries.case_file import case_file

pages = Blueprint("clock_pages", __name__)


@pages.get("/cases/<number>/clocks")
@signed_in
def show(number: str) -> str:
    """The clocks of one case inside the officer's scope."""
    frame.at(frame.CASES)
    office = frame.office()
    file = case_file(office, current_actor(), number)
    view = RecordView(action="view_clocks", object_kind="case", object_id=number)
    record_view(office, current_actor(), view)
    today = local_date(office.clock.now())
    return render_template(
        "cases/clocks.html.j2",
        header=file.header,
        clocks=[(clock, clock_weeks(clock.ledger, today)) for clock in file.clocks],
    )
