"""Bulk runs (批量办理) of an officer with the result of every case, and what the worker still has to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from engine.errors import NotFound
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.operations import Action
from engine.queries.reading import reading, statement


@dataclass(frozen=True)
class BulkLine:
    """One case of a run. `status` is waiting, done or refused; `told` says why it was refused."""

    line: int
    case_number: str
    work_item_id: int | None
    status: str
    told: str
    done_at: datetime | None


@dataclass(frozen=True)
class BulkRun:
    """One run; `lines` is empty in a list of runs."""

    id: int
    action: Action
    started_at: datetime
    finished_at: datetime | None
    total: int
    done: int
    refused: int
    lines: tuple[BulkLine, ...] = ()

    @property
    def waiting(self) -> int:
        return self.total - self.done - self.refused


@dataclass(frozen=True)
class WaitingRun:
    """A run for the worker: on whose behalf, with the decrypted parameters; `is_active` whether that account still is."""

    id: int
    officer: str
    is_active: bool
    action: Action
    parameters: dict[str, Any]
    lines: tuple[BulkLine, ...]


_RUNS = (
    "SELECT r.id, r.action, r.started_at, r.finished_at, r.total,"
    " count(*) FILTER (WHERE l.status = 'done') AS done, count(*) FILTER (WHERE l.status = 'refused') AS refused"
    " FROM bulk_runs r JOIN bulk_lines l ON l.run_id = r.id WHERE r.officer_id = :me{one}"
    " GROUP BY r.id ORDER BY r.id DESC LIMIT 50"
)
_LINES = "SELECT line, case_number, work_item_id, status, told, done_at FROM bulk_lines WHERE run_id = :run_id"
_WAITING = (
    "SELECT r.id, r.action, r.parameters, o.sign_in_name, o.active FROM bulk_runs r"
    " JOIN officers o ON o.id = r.officer_id WHERE r.finished_at IS NULL ORDER BY r.id"
)


def bulk_run(office: Office, actor: Actor, run_id: int) -> BulkRun:
    """One run of the actor's own with every line; NotFound for another's."""
    with reading(office) as connection:
        values = {"me": actor.officer_id, "run_id": run_id}
        row = connection.execute(statement(_RUNS.format(one=" AND r.id = :run_id")), values).one_or_none()
        if row is None:
            raise NotFound("没有这次批量办理，或不是您发起的。", en="no such bulk run of yours")
        lines = connection.execute(statement(f"{_LINES} ORDER BY line"), {"run_id": run_id}).all()
    return _run(row, tuple(BulkLine(**line._mapping) for line in lines))


def bulk_runs(office: Office, actor: Actor) -> tuple[BulkRun, ...]:
    """The actor's last fifty runs, the newest first."""
    with reading(office) as connection:
        rows = connection.execute(statement(_RUNS.format(one="")), {"me": actor.officer_id}).all()
    return tuple(_run(row) for row in rows)


def _run(row: Row[Any], lines: tuple[BulkLine, ...] = ()) -> BulkRun:
    values = dict(row._mapping)
    return BulkRun(**{**values, "action": Action(row.action)}, lines=lines)


def waiting_bulk(office: Office) -> bool:
    """Whether the worker has a run to go on with."""
    with reading(office) as connection:
        found: bool = connection.execute(statement(f"SELECT EXISTS ({_WAITING})")).scalar_one()
    return found


def waiting_runs(office: Office) -> tuple[WaitingRun, ...]:
    """Every unfinished run with the lines that still wait."""
    with reading(office) as connection:
        rows = connection.execute(statement(_WAITING)).all()
        return tuple(
            WaitingRun(
                id=row.id,
                officer=row.sign_in_name,
                is_active=row.active,
                action=Action(row.action),
                parameters=office.sealer.decrypt_json(bytes.fromhex(row.parameters["sealed"])),
                lines=tuple(
                    BulkLine(**line._mapping)
                    for line in connection.execute(
                        statement(f"{_LINES} AND status = 'waiting' ORDER BY line"), {"run_id": row.id}
                    )
                ),
            )
            for row in rows
        )
