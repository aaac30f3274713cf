"""Supervision (效能监察): the on-time table, and for auditors the trail of who looked at whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from api.auth import current_actor, roles
from api.web import frame
from api.web.wording import t, term
from engine.clock import local_date
from engine.errors import FormInvalid
from engine.policy.identifiers import region_level
from engine.queries.audit_trail import AuditFilter, audit_trail
from engine.queries.on_time_table import Dimension, OnTimeTable, TableFilter, on_time_table
from engine.queries.region_choices import supervised_regions
from engine.terms import Level, Role

pages = Blueprint("supervision_pages", __name__)
PAGE, CSV = "/supervision/on-time", "/api/v1/supervision/tables/on-time"


@dataclass(frozen=True)
class Choice:
    """One of several views of the table, as a link."""

    name: str
    href: str
    current: bool


@pages.get(PAGE)
@roles(Role.SUPERVISOR, Role.E_SUPERVISION, Role.POLICY_OFFICER, Role.APPROVER)
def on_time() -> str:
    """The table T5 (按时办结率情况表) over the officer's data scope."""
    frame.at(frame.SUPERVISION)
    regions = supervised_regions(frame.office())
    wanted = _wanted(regions[0][0] if regions else "")
    table = on_time_table(frame.office(), current_actor(), wanted)
    return render_template(
        "supervision/on_time.html.j2",
        table=table,
        wanted=wanted,
        regions=regions,
        presets=_presets(wanted, table),
        dimensions=[
            Choice(term(d), _address(wanted, table, by=d), d is table.dimension)
            for d in (Dimension.REGION, Dimension.DEPARTMENT, Dimension.ITEM, Dimension.PERIOD)
        ],
        csv_href=_csv_address(wanted, table),
        drill=_drill(wanted, table),
    )


@pages.get("/audit")
@roles(Role.AUDITOR)
def audit() -> str:
    """Who looked at whom, for auditors."""
    frame.at(frame.AUDIT)
    given = {name: request.args.get(name, "")[:80].strip() for name in ("object_id", "action")}
    page = audit_trail(frame.office(), current_actor(), AuditFilter(**given), request.args.get("cursor"))
    return render_template(
        "supervision/audit.html.j2",
        page=page,
        given=given,
        next_href=_audit_address(given, page.next_cursor),
        previous_href=_audit_address(given, page.previous_cursor),
    )


def _audit_address(given: dict[str, str], cursor: str | None) -> str | None:
    return f"/audit?{urlencode({**given, 'cursor': cursor})}" if cursor else None


def _wanted(city: str) -> TableFilter:
    by = request.args.get("by", Dimension.REGION)
    if by not in set(Dimension):
        raise FormInvalid("请选择分组方式。", errors={"by": ["请选择分组方式。"]})
    return TableFilter(
        dimension=Dimension(by),
        first_on=_day("from"),
        last_on=_day("to"),
        region=request.args.get("region", "")[:12] or city,
        department=request.args.get("department", "")[:40],
    )


def _day(name: str) -> date | None:
    text = request.args.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise FormInvalid("日期写法不对，如 2026-03-01。", errors={name: ["日期写法不对。"]}) from error


def _address(wanted: TableFilter, table: OnTimeTable, by: Dimension | None = None, region: str = "") -> str:
    values = {"by": by or wanted.dimension, "from": table.first_on, "to": table.last_on}
    return f"{PAGE}?{urlencode({**values, 'region': region or wanted.region})}"


def _csv_address(wanted: TableFilter, table: OnTimeTable) -> str:
    values = {"dimension": wanted.dimension, "from": table.first_on, "through": table.last_on, "region": wanted.region}
    return f"{CSV}?{urlencode({**values, 'format': 'csv'})}"


def _drill(wanted: TableFilter, table: OnTimeTable) -> dict[str, str]:
    """Where a region's row leads: to the rows below it; communities have none."""
    if table.dimension is not Dimension.REGION:
        return {}
    inner = [row.key for row in table.rows if region_level(row.key) is not Level.COMMUNITY]
    return {key: _address(wanted, table, region=key) for key in inner}


def _presets(wanted: TableFilter, table: OnTimeTable) -> list[Choice]:
    today = local_date(frame.office().clock.now())
    last_month_end = today.replace(day=1) - timedelta(days=1)
    spans = (
        (t("本月", "This month"), today.replace(day=1), today),
        (t("上月", "Last month"), last_month_end.replace(day=1), last_month_end),
        (t("本年", "This year"), today.replace(month=1, day=1), today),
    )
    return [
        Choice(
            name,
            f"{PAGE}?{urlencode({'by': wanted.dimension, 'region': wanted.region, 'from': first, 'to': last})}",
            (first, last) == (table.first_on, table.last_on),
        )
        for name, first, last in spans
    ]
