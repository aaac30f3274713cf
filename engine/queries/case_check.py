"""Is nothing lost and nothing doubled (核对)? Every case recomputed from its events alone, and the registers of the city.

All is read in one REPEATABLE READ snapshot, so that the answer holds for one instant while the city works on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, text

from engine.errors import CaseworkError
from engine.office import Office
from engine.office.shelves import ShelvedDefinition
from engine.policy.working_days import WorkingCalendar
from engine.queries.case_faults import CaseRows, Fault, faults_of_case
from engine.queries.paper_check import faults_of_papers
from engine.queries.register_check import faults_of_registers
from engine.records.definitions import DefinitionRecords

CASES_AT_ONCE = 200
_CASES = text(
    "SELECT c.*, s.state FROM cases c LEFT JOIN case_states s ON s.case_id = c.id WHERE c.id > :after"
    " ORDER BY c.id LIMIT :most"
)
# Name of the part of `CaseRows` -> its rows of many cases.
_PARTS = {
    "events": "SELECT e.*, f.feed_no FROM case_events e LEFT JOIN feed_entries f ON f.event_id = e.id"
    " WHERE e.case_id = ANY(:ids) ORDER BY e.case_id, e.seq",
    "steps": "SELECT * FROM steps WHERE case_id = ANY(:ids)",
    "items": "SELECT * FROM work_items WHERE case_id = ANY(:ids) ORDER BY id",
    "timers": "SELECT * FROM timers WHERE case_id = ANY(:ids)",
    "suspensions": "SELECT * FROM suspensions WHERE case_id = ANY(:ids)",
    "documents": "SELECT * FROM case_documents WHERE case_id = ANY(:ids)",
    "commitments": "SELECT * FROM commitments WHERE case_id = ANY(:ids)",
    "outbox": "SELECT o.*, d.outbox_id IS NOT NULL AS delivered FROM outbox o LEFT JOIN outbox_deliveries d"
    " ON d.outbox_id = o.id WHERE o.case_id = ANY(:ids) ORDER BY o.id",
    "certificates": "SELECT c.*, encode(sha256(f.content), 'hex') AS file_sha256 FROM certificates c"
    " LEFT JOIN certificate_files f ON f.certificate_id = c.id WHERE c.case_id = ANY(:ids) ORDER BY c.id",
    "cards": "SELECT * FROM cards WHERE case_id = ANY(:ids) ORDER BY id",
}


@dataclass(frozen=True)
class CheckReport:
    """How many cases and events were held against each other, and every difference."""

    cases: int
    events: int
    faults: tuple[Fault, ...]


def check_all_cases(
    office: Office, most: int | None = None, *, grace: timedelta = timedelta(minutes=10), feed_lag_seconds: int = 60
) -> CheckReport:
    """Every difference between the events of the cases and what the tables say (差错清单); none in a sound city.

    most              check at most so many cases, the oldest; the registers are always checked whole
    grace             how long an outbox row may be overdue before it counts as forgotten
    feed_lag_seconds  how old an event must be to need its feed number
    """
    connection = office.database.connect()
    with connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True) as snapshot:
        check = _Check(office, snapshot, office.clock.now() - grace)
        faults = [fault for rows in check.cases(most) for fault in check.faults_of(rows)]
        behind = office.clock.now() - timedelta(seconds=feed_lag_seconds)
        faults += faults_of_registers(snapshot, behind)
        faults += faults_of_papers(snapshot)
        return CheckReport(check.case_count, check.event_count, tuple(faults))


class _Check:
    """One run: the snapshot it reads and what it has counted so far."""

    def __init__(self, office: Office, snapshot: Connection, overdue_before: datetime) -> None:
        self._office, self._snapshot, self._overdue_before = office, snapshot, overdue_before
        self._definitions = DefinitionRecords(snapshot)
        self.case_count = self.event_count = 0

    def cases(self, most: int | None) -> Iterator[CaseRows]:
        """Case by case what the database holds of it."""
        after, left = 0, most
        while heads := self._heads(after, CASES_AT_ONCE if left is None else min(left, CASES_AT_ONCE)):
            after = heads[-1].id
            left = None if left is None else left - len(heads)
            yield from self._with_parts(heads)

    def _heads(self, after: int, most: int) -> list[Row[Any]]:
        return list(self._snapshot.execute(_CASES, {"after": after, "most": most}))

    def _with_parts(self, heads: list[Row[Any]]) -> Iterator[CaseRows]:
        ids = [head.id for head in heads]
        parts = {name: _by_case(self._snapshot.execute(text(sql), {"ids": ids})) for name, sql in _PARTS.items()}
        for head in heads:
            rows = CaseRows(case=head, **{name: tuple(found[head.id]) for name, found in parts.items()})
            self.case_count += 1
            self.event_count += len(rows.events)
            yield rows

    def faults_of(self, rows: CaseRows) -> list[Fault]:
        try:
            shelved: ShelvedDefinition = self._office.definitions.by_id(self._definitions, rows.case.version_id)
            return faults_of_case(rows, shelved, self._calendar, self._overdue_before)
        except (CaseworkError, LookupError, ValueError) as error:
            # A case that cannot be told again is a fault of that case; the others are checked all the same.
            return [Fault(rows.case.number, "由事件重演", "可以重演", f"{type(error).__name__}: {error}")]

    def _calendar(self, text_id: int) -> WorkingCalendar:
        return self._office.references.calendar_by_id(self._definitions, text_id).calendar


def _by_case(rows: Iterable[Row[Any]]) -> defaultdict[int, list[Row[Any]]]:
    found: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(row)
    return found
