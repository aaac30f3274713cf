"""Bulk runs (批量办理): what was asked of many cases at once, and what came of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text

from engine.records.prepared import Link
from engine.records.tables import bulk_lines, bulk_runs

_ITEMS = text(
    "SELECT w.id, c.number, c.version_id, s.process_id, s.node_id FROM work_items w JOIN cases c ON c.id = w.case_id"
    " JOIN steps s ON s.case_id = w.case_id AND s.token = w.token"
    " WHERE w.id = ANY(:ids) AND w.post_id = ANY(:posts) AND w.kind = 'human'"
)
# Told once: a second worker that did the same line finds it told already.
_TELL = text(
    "UPDATE bulk_lines SET status = :status, told = :told, done_at = :at"
    " WHERE run_id = :run_id AND line = :line AND status = 'waiting'"
)
_FINISH = text(
    "UPDATE bulk_runs SET finished_at = :at WHERE id = :run_id AND finished_at IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM bulk_lines WHERE run_id = :run_id AND status = 'waiting')"
)
_AGAIN = text(
    "UPDATE bulk_lines SET status = 'waiting', told = '', done_at = NULL WHERE run_id = :run_id AND status = 'refused'"
)
_REOPEN = text("UPDATE bulk_runs SET finished_at = NULL WHERE id = :run_id")


class BulkRecords:
    """Rows of `bulk_runs` and `bulk_lines`."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def items(self, ids: Sequence[int], posts: Sequence[int]) -> dict[int, Row[Any]]:
        """Those of the work items that are on these posts, with their case and step."""
        rows = self._connection.execute(_ITEMS, {"ids": list(ids), "posts": list(posts)})
        return {row.id: row for row in rows}

    def add(self, values: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> int:
        """Id of the new run with its lines, all waiting."""
        run_id: int = self._connection.execute(
            insert(bulk_runs).values(**values).returning(bulk_runs.c.id)
        ).scalar_one()
        rows = [{"run_id": run_id, "line": n, "status": "waiting", **line} for n, line in enumerate(lines, 1)]
        self._connection.execute(insert(bulk_lines).values(rows))
        return run_id

    def run(self, run_id: int) -> Row[Any] | None:
        """The run, locked: whoever tells its last line also finishes it."""
        return self._connection.execute(
            select(bulk_runs).where(bulk_runs.c.id == run_id).with_for_update()
        ).one_or_none()

    def tell(self, run_id: int, line: int, status: str, told: str, at: datetime) -> None:
        values = {"run_id": run_id, "line": line, "status": status, "told": told, "at": at}
        self._connection.execute(_TELL, values)
        self._connection.execute(_FINISH, {"run_id": run_id, "at": at})

    def again(self, run_id: int) -> int:
        """How many refused lines wait once more."""
        found: int = self._connection.execute(_AGAIN, {"run_id": run_id}).rowcount
        if found:
            self._connection.execute(_REOPEN, {"run_id": run_id})
        return found
