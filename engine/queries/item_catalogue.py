"""The catalogue of items (事项目录) that are in force today, found by Chinese words, pinyin initials, code or theme."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.clock import local_date
from engine.office import Office
from engine.queries.paging import bounded
from engine.queries.reading import reading, statement
from engine.terms import DefinitionKind


@dataclass(frozen=True)
class ItemLine:
    """One item (事项) or certificate type (证明)."""

    key: str
    code: str
    title: str
    title_en: str
    kind: DefinitionKind
    department: str
    department_name: str
    theme: str
    version: int


@dataclass(frozen=True)
class ItemCatalogue:
    """The items found and how many there are per department and theme code among all that match the words."""

    lines: tuple[ItemLine, ...]
    total: int
    by_department: dict[str, int]
    by_theme: dict[str, int]


MOST_ITEMS = 500
_SQL = (
    "SELECT i.key, i.code, i.title, i.title_en, i.kind, i.department, i.theme, v.version, d.name AS department_name"
    " FROM items i JOIN definition_versions v ON v.item_id = i.id AND v.status = 'published'"
    " AND v.valid_from <= :today AND (v.valid_to IS NULL OR v.valid_to >= :today)"
    " LEFT JOIN departments d ON d.key = i.department"
    " WHERE (:kind = '' OR i.kind = :kind) AND (:q = '' OR i.title ILIKE :words OR i.initials LIKE :letters"
    " OR i.code LIKE :code OR i.title_en ILIKE :words) ORDER BY i.code"
)


def item_catalogue(
    office: Office, q: str = "", department: str = "", theme: str = "", kind: str = "", limit: int | None = None
) -> ItemCatalogue:
    """Items in force that match the words and lie in the department and theme, if given. Public."""
    text = q.strip()
    literal = re.sub(r"([\\%_])", r"\\\1", text)
    values = {
        "today": local_date(office.clock.now()),
        "kind": kind,
        "q": text,
        "words": f"%{literal}%",
        "letters": f"%{literal.lower()}%",
        "code": f"{literal.upper()}%",
    }
    with reading(office) as connection:
        rows = connection.execute(statement(_SQL), values).all()
    by_department: dict[str, int] = {}
    by_theme: dict[str, int] = {}
    for row in rows:
        by_department[row.department] = by_department.get(row.department, 0) + 1
        by_theme[row.theme] = by_theme.get(row.theme, 0) + 1
    kept = [r for r in rows if department in ("", r.department) and theme in ("", r.theme)]
    lines = tuple(
        ItemLine(
            key=row.key,
            code=row.code,
            title=row.title,
            title_en=row.title_en,
            kind=DefinitionKind(row.kind),
            department=row.department,
            department_name=row.department_name or row.department,
            theme=row.theme,
            version=row.version,
        )
        for row in kept[: bounded(limit, MOST_ITEMS, MOST_ITEMS)]
    )
    return ItemCatalogue(lines, len(kept), by_department, by_theme)
