"""The working calendar (工作日历): read a year, read a notice, put another calendar into force, see what that moved."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields, validate

from api.auth import current_actor, office, roles, signed_in
from api.rest.answers import answer, idempotency_key
from api.rest.described import described, page_described
from api.rest.input import Doors, Input, PageQuery, Query, choice, day, text
from api.rest.items import region_code
from engine.commands.load_calendar import LONGEST_REASON, LoadCalendar, load_calendar
from engine.policy.calendar_file import calendar_to_yaml, with_year
from engine.policy.holiday_notice import parse_notice
from engine.policy.year_arrangements import YearArrangement
from engine.queries.calendar_year import CalendarYear, calendar_text, calendar_year
from engine.queries.redatings import DateKind, RedatedDate, RedatingView, redated_dates, redating, redatings
from engine.terms import Role

doors = Doors("calendar", __name__, url_prefix="/api/v1", description="工作日历：查看、录入放假通知、重新计算届满日")
LONGEST_TEXT = 500_000


class YearQuery(Query):
    year = fields.Integer(
        load_default=None, validate=validate.Range(1950, 2200, error="1950至2200。"), metadata={"example": 2026}
    )
    region = region_code("按该区划的本地例外；缺省为全国日历")
    department = text(40, "部门（文件夹名），与区划一起使用", "civil_affairs")


class NoticeForm(Input):
    document_no = text(60, "文号，正文没有时填写", "国办发明电〔2025〕7号")
    published_on = day("成文日期，正文没有时填写")
    text = text(20_000, "通知全文", required=True)  # last, for it takes the name


class CalendarForm(Input):
    content = text(LONGEST_TEXT, "整份 calendar.yaml", required=True)
    reason = text(LONGEST_REASON, "依据：通知名称和文号", required=True)
    replaces = fields.Integer(
        load_default=None, metadata={"description": "据以编写的现行日历 id；其间另有更新的返回 412"}
    )


class DatesQuery(PageQuery):
    kind = choice(list(DateKind), "只看一种期限", "promised")


_NOTICE = {
    "type": "object",
    "properties": {
        "arrangement": described(YearArrangement),
        "replaces": {"type": "integer"},
        "content": {"type": "string"},
    },
}


@doors.route("/calendar")
@signed_in
@doors.arguments(YearQuery, location="query")
@doors.response(200, described(CalendarYear))
def show_year(query: dict[str, Any]) -> Response:
    """年历 One year of the calendar in force, day by day, as bodies of a region and department keep it."""
    return answer(calendar_year(office(), current_actor(), query["year"], query["region"], query["department"]))


@doors.route("/calendar/notices", methods=["POST"])
@roles(Role.POLICY_OFFICER)
@doors.arguments(NoticeForm)
@doors.response(200, _NOTICE)
def read_notice(form: dict[str, Any]) -> Response:
    """读取通知 The yearly notice understood, and the calendar file with that year in it; nothing is put into force."""
    arrangement = parse_notice(form["text"], form["document_no"], form["published_on"])
    current = calendar_text(office(), current_actor())
    content = calendar_to_yaml(with_year(current.mapping, arrangement))
    return answer({"arrangement": arrangement, "replaces": current.text_id, "content": content})


@doors.route("/calendar", methods=["POST"])
@roles(Role.POLICY_OFFICER)
@doors.arguments(CalendarForm)
@doors.response(201, {"type": "object"})
def load(form: dict[str, Any]) -> Response:
    """启用日历 Put a whole calendar into force; every open case is then dated again. 200 for equal text."""
    wanted = LoadCalendar(
        content=form["content"].encode(),
        reason=form["reason"],
        replaces=form["replaces"],
        idempotency_key=idempotency_key(),
    )
    done = load_calendar(office(), current_actor(), wanted)
    return answer(done, 201 if done["status"] == "loaded" else 200)


@doors.route("/redatings")
@signed_in
@doors.arguments(Query, location="query")
@doors.response(200, {"type": "object", "properties": {"items": {"type": "array", "items": described(RedatingView)}}})
def list_redatings(query: dict[str, Any]) -> Response:
    """重新计算 The latest runs that dated open cases again, newest first, and how far they are."""
    return answer({"items": redatings(office(), current_actor())})


@doors.route("/redatings/<int:redating_id>/dates")
@signed_in
@doors.arguments(DatesQuery, location="query")
@doors.response(200, page_described(RedatedDate))
def list_dates(query: dict[str, Any], redating_id: int) -> Response:
    """变动的届满日 The dates a run moved, of the cases in my scope."""
    run = redating(office(), current_actor(), redating_id)
    kind = DateKind(query["kind"]) if query["kind"] else None
    page = redated_dates(office(), current_actor(), run.id, query["cursor"], query["limit"], kind)
    return answer({"items": page.lines, "next_cursor": page.next_cursor, "previous_cursor": page.previous_cursor})
