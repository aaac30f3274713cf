"""What came of one line of a bulk run (批量办理结果), and trying the refused ones once more."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import ActionNotAllowed, NotFound
from engine.records.bulk import BulkRecords

DONE, REFUSED = "done", "refused"
_LONGEST = 500


@dataclass(frozen=True, kw_only=True)
class TellLine(Request):
    """refusal  why the case refused it, in Chinese; empty: it was done"""

    run_id: int
    line: int
    refusal: str = ""


@dataclass(frozen=True, kw_only=True)
class RetryRefused(Request):
    """The run whose refused lines shall be tried again."""

    run_id: int


@verb
def tell_line(desk: Desk, request: TellLine) -> Answer:
    """The line told, and the run finished with its last line. Telling it twice changes nothing."""
    records = BulkRecords(desk.uow.connection)
    if records.run(request.run_id) is None:
        raise NotFound("没有这次批量办理。", en="no such bulk run")
    status = REFUSED if request.refusal else DONE
    records.tell(request.run_id, request.line, status, request.refusal[:_LONGEST], desk.now)
    return {"run_id": request.run_id, "line": request.line, "status": status}


@verb
def retry_refused(desk: Desk, request: RetryRefused) -> Answer:
    """How many lines wait once more; only whoever started the run may ask."""
    records = BulkRecords(desk.uow.connection)
    run = records.run(request.run_id)
    if run is None or run.officer_id != desk.actor.officer_id:
        raise NotFound("没有这次批量办理，或不是您发起的。", en="no such bulk run of yours")
    waiting = records.again(request.run_id)
    if not waiting:
        raise ActionNotAllowed("没有未办成的件，无须重试。", en="no line was refused", rule="nothing_refused")
    desk.uow.wake("bulk")
    return {"run_id": request.run_id, "waiting": waiting}
