"""For supervisors and e-supervision systems (效能监察): tables, event feed, digests, audit trail."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from marshmallow import fields, validate

from api.auth import current_actor, office, roles
from api.rest.answers import answer, csv_answer
from api.rest.described import described, page_described
from api.rest.input import Doors, PageQuery, Query, choice, day, text
from api.rest.items import region_code
from engine.errors import NotFound
from engine.queries.audit_trail import AuditFilter, AuditLine, audit_trail
from engine.queries.event_feed import EventFeed, FeedDigest, event_feed, feed_digests
from engine.queries.on_time_table import (
    Dimension,
    OnTimeCounts,
    OnTimeRow,
    OnTimeTable,
    TableFilter,
    on_time_table,
)
from engine.terms import Level, Role

doors = Doors("supervision", __name__, url_prefix="/api/v1", description="效能监察：统计表、事件流、审计")
ON_TIME = "on-time"


class TableQuery(Query):
    dimension = choice(list(Dimension), "行：行政区划、部门、事项、月份", "region")
    period_from = day("期间起，缺省为当月1日", data_key="from")
    period_through = day("期间止（含），缺省为今天", data_key="through")
    region = region_code("只统计该区划及其所辖")
    level = choice(list(Level), "行为区划时的级别，缺省为下一级")
    department = text(40, "部门")
    item = text(80, "事项键")
    format = choice(("json", "csv"), "也可用 Accept: text/csv")


class FeedQuery(Query):
    after = fields.Integer(load_default=0, validate=validate.Range(0, 2**62), metadata={"example": 0})
    limit = fields.Integer(load_default=200, validate=validate.Range(1, 1000, error="1至1000。"))


class DigestQuery(Query):
    period_from = day("从这一天起", data_key="from")
    limit = fields.Integer(load_default=400, validate=validate.Range(1, 400, error="1至400。"))


class AuditQuery(PageQuery):
    object_kind = text(20, "对象种类", "case")
    object_id = text(80, "对象编号")
    action = text(40, "操作", "view_case")
    officer_id = fields.Integer(load_default=None)


@doors.route("/supervision/tables/<name>")
@roles(Role.SUPERVISOR, Role.E_SUPERVISION, Role.POLICY_OFFICER, Role.APPROVER)
@doors.arguments(TableQuery, location="query")
@doors.response(200, described(OnTimeTable))
def show_table(query: dict[str, Any], name: str) -> Response:
    """统计表 A supervision table over the cases in my scope; `on-time` is 按时办结率情况表. JSON or CSV for Excel."""
    if name != ON_TIME:
        raise NotFound(f"没有“{name[:40]}”这张表；现有：{ON_TIME}。", en="no such table")
    wanted = TableFilter(
        dimension=Dimension(query["dimension"] or Dimension.REGION),
        first_on=query["period_from"],
        last_on=query["period_through"],
        region=query["region"],
        level=Level(query["level"]) if query["level"] else None,
        department=query["department"],
        item=query["item"],
    )
    table = on_time_table(office(), current_actor(), wanted)
    asked_csv = request.accept_mimetypes.best_match(["application/json", "text/csv"]) == "text/csv"
    if query["format"] == "csv" or (asked_csv and not query["format"]):
        return _csv(table)
    rows, total = [_row_told(row) for row in table.rows], _row_told(table.total)
    span = {"dimension": table.dimension, "from": table.first_on, "through": table.last_on}
    return answer({**span, "rows": rows, "total": total})


@doors.route("/supervision/events")
@roles(Role.E_SUPERVISION, Role.SUPERVISOR, Role.AUDITOR)
@doors.arguments(FeedQuery, location="query")
@doors.response(200, described(EventFeed))
def show_feed(query: dict[str, Any]) -> Response:
    """事件流 Events in the order of gapless feed numbers; ask again with after = next_after."""
    return answer(event_feed(office(), current_actor(), query["after"], query["limit"]))


@doors.route("/supervision/digests")
@roles(Role.E_SUPERVISION, Role.SUPERVISOR, Role.AUDITOR)
@doors.arguments(DigestQuery, location="query")
@doors.response(200, {"type": "object", "properties": {"items": {"type": "array", "items": described(FeedDigest)}}})
def show_digests(query: dict[str, Any]) -> Response:
    """每日摘要 Chained digests: a silent edit or a deleted case shows."""
    return answer({"items": feed_digests(office(), query["period_from"], query["limit"])})


@doors.route("/audit-entries")
@roles(Role.AUDITOR)
@doors.arguments(AuditQuery, location="query")
@doors.response(200, page_described(AuditLine))
def show_audit(query: dict[str, Any]) -> Response:
    """审计记录 Who looked at what, newest first."""
    wanted = AuditFilter(**{name: query[name] for name in AuditFilter.__dataclass_fields__})
    page = audit_trail(office(), current_actor(), wanted, query["cursor"], query["limit"])
    return answer({"items": page.lines, "next_cursor": page.next_cursor, "previous_cursor": page.previous_cursor})


def _counts_told(counts: OnTimeCounts) -> dict[str, Any]:
    numbers = {name: getattr(counts, name) for name in OnTimeCounts.__dataclass_fields__}
    return {**numbers, "rate": _rounded(counts.rate), "strict_rate": _rounded(counts.strict_rate)}


def _row_told(row: OnTimeRow) -> dict[str, Any]:
    return {
        "key": row.key,
        "name": row.name,
        "rank": row.rank,
        **_counts_told(row.now),
        "last_year": _counts_told(row.last_year),
        "previous": _counts_told(row.previous),
        "points_to_last_year": row.points_to_last_year,
        "points_to_previous": row.points_to_previous,
        "is_small": row.is_small,
    }


_HEAD = (
    *(
        "代码",
        "名称",
        "办结数",
        "按时办结数",
        "提前",
        "当日",
        "超期",
        "超法定时限",
        "期末超期未办结",
        "按时办结率",
        "从严按时率",
    ),
    *("上年同期按时办结率", "同比（百分点）", "上期按时办结率", "环比（百分点）", "名次"),
)


def _csv(table: OnTimeTable) -> Response:
    name = f"按时办结率情况表_{table.first_on}_{table.last_on}"
    return csv_answer(name, _HEAD, [_cells(row) for row in (*table.rows, table.total)])


def _cells(row: OnTimeRow) -> list[Any]:
    counts = [getattr(row.now, name) for name in OnTimeCounts.__dataclass_fields__]
    own = [_percent(row.now.rate), _percent(row.now.strict_rate)]
    past = [_percent(row.last_year.rate), row.points_to_last_year, _percent(row.previous.rate), row.points_to_previous]
    return [row.key, row.name, *counts, *own, *past, row.rank]


def _percent(rate: float | None) -> str:
    return "—" if rate is None else f"{rate:.2%}"


def _rounded(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 6)
