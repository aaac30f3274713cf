"""The actor's data scope (数据范围) as a condition on cases: by region and department, or because the case was on one's post."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from engine.errors import NotFound
from engine.policy.actors import CASE_READERS, Actor
from engine.queries.reading import statement
from engine.terms import Role


def region_bounds(prefix: str) -> tuple[str, str]:
    """Lowest and highest code of a region by its leading digits; digits sort alike in every collation."""
    return prefix.ljust(12, "0"), prefix.ljust(12, "9")


def within(actor: Actor, alias: str = "c") -> tuple[str, dict[str, Any]]:
    """SQL condition over `cases AS alias` and its parameters.

    A region counts by the leading digits of the home or the accepting region; a range comparison
    of the column's own type keeps the index usable.
    """
    if actor.is_system:
        return "TRUE", {}
    parts: list[str] = []
    values: dict[str, Any] = {}
    for n, scope in enumerate(actor.scopes):
        low, high = f"scope_low_{n}", f"scope_high_{n}"
        values[low], values[high] = region_bounds(scope.region_prefix)
        region = (
            f"({alias}.home_region >= CAST(:{low} AS bpchar) AND {alias}.home_region <= CAST(:{high} AS bpchar)"
            f" OR {alias}.accept_region >= CAST(:{low} AS bpchar) AND {alias}.accept_region <= CAST(:{high} AS bpchar))"
        )
        if scope.department is not None:
            values[f"scope_department_{n}"] = scope.department
            region = f"({region} AND {alias}.department = :scope_department_{n})"
        parts.append(region)
    parts.append(
        f"EXISTS (SELECT 1 FROM work_items sw WHERE sw.case_id = {alias}.id AND sw.post_id = ANY(:scope_posts))"
    )
    values["scope_posts"] = list(actor.post_ids)
    return f"({' OR '.join(parts)})", values


def readable(actor: Actor, alias: str = "c") -> tuple[str, dict[str, Any]]:
    """The condition for opening a case and its papers: the scope of those posts only whose duty it is."""
    return within(actor.reader, alias)


def visible_case(connection: Connection, actor: Actor, number: str) -> Row[Any]:
    """The case of this number with its item, version and regions.

    A copy (抄送) opens the case to whom it was sent, as long as reading cases is part of the duty.
    Raises NotFound also for a case outside the scope, and for officers whose duty is no case: whether it exists is not told.
    """
    condition, values = readable(actor)
    if actor.reader.posts:
        condition, values = f"({condition} OR {_COPIED})", {**values, "reader_id": actor.officer_id}
    row = connection.execute(statement(_CASE + condition), {"number": number, **values}).one_or_none()
    if row is None:
        raise NotFound("没有这个办件，或不在您的辖区和部门范围内；请核对编号。", en="no such case in your scope")
    return row


_COPIED = "EXISTS (SELECT 1 FROM case_copies sc WHERE sc.case_id = c.id AND sc.officer_id = :reader_id)"


def case_in_charge(
    connection: Connection, actor: Actor, number: str, roles: frozenset[Role] = CASE_READERS
) -> Row[Any]:
    """The same for those in whose region and department it lies: not for a department that was only asked (协查)."""
    case = visible_case(connection, actor, number)
    if not any(actor.may_see(region, case.department, roles) for region in (case.home_region, case.accept_region)):
        raise NotFound("没有这个办件，或不在您的辖区和部门范围内；请核对编号。", en="no such case in your scope")
    return case


_CASE = (
    "SELECT c.*, i.key AS item_key, i.code AS item_code, i.title AS item_title, i.title_en AS item_title_en,"
    " v.version, d.name AS department_name, h.name AS home_region_name, a.name AS accept_region_name"
    " FROM cases c JOIN items i ON i.id = c.item_id JOIN definition_versions v ON v.id = c.version_id"
    " LEFT JOIN departments d ON d.key = c.department LEFT JOIN regions h ON h.code = c.home_region"
    " LEFT JOIN regions a ON a.code = c.accept_region WHERE c.number = :number AND "
)
