"""Papers held against the events that tell of them (文书核对): numbers without gap or double, services, slips, archives."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

from engine.policy.archive_manifest import manifest_digest
from engine.queries.case_faults import NOTHING, Fault

NOTICES, ARCHIVES = "文书登记簿", "归档登记簿"
_SERIES = text(
    "SELECT COALESCE(n.series, k.series) AS series, COALESCE(k.value, 0) AS given, COALESCE(n.found, 0) AS found,"
    " COALESCE(n.first, 0) AS first, COALESCE(n.last, 0) AS last FROM"
    " (SELECT substring(number FROM '^(.*〕)[0-9]+号$') AS series, count(*) AS found,"
    "   min(CAST(substring(number FROM '〕([0-9]+)号$') AS bigint)) AS first,"
    "   max(CAST(substring(number FROM '〕([0-9]+)号$') AS bigint)) AS last FROM notices GROUP BY 1) n FULL JOIN"
    " (SELECT substr(name, 8) AS series, value FROM counters WHERE name LIKE 'notice:%') k ON k.series = n.series"
)
_SERVICES = text(
    "SELECT c.number, COALESCE(e.notice, d.notice_id) AS notice, e.mode AS told, d.mode AS found FROM"
    " (SELECT case_id, CAST(payload->>'notice' AS bigint) AS notice, payload->>'mode' AS mode FROM case_events"
    "   WHERE kind = 'notice_served') e FULL JOIN notice_deliveries d ON d.notice_id = e.notice AND d.case_id = e.case_id"
    " JOIN cases c ON c.id = COALESCE(e.case_id, d.case_id) WHERE e.mode IS DISTINCT FROM d.mode"
)
_SLIPS = text(
    "SELECT c.number, COALESCE(h.number, e.number) AS slip, e.number AS told, h.number AS found,"
    " r.number IS NOT NULL AS told_received, h.received_at IS NOT NULL AS found_received FROM"
    " (SELECT case_id, CAST(payload->>'handover' AS bigint) AS id, payload->>'number' AS number FROM case_events"
    "   WHERE kind = 'documents_handed_over') e FULL JOIN document_handovers h ON h.id = e.id AND h.case_id = e.case_id"
    " LEFT JOIN (SELECT case_id, CAST(payload->>'handover' AS bigint) AS id, payload->>'number' AS number"
    "   FROM case_events WHERE kind = 'documents_received') r ON r.id = COALESCE(h.id, e.id)"
    " JOIN cases c ON c.id = COALESCE(e.case_id, h.case_id)"
    " WHERE e.number IS DISTINCT FROM h.number OR (r.number IS NOT NULL) <> (h.received_at IS NOT NULL)"
)
_ARCHIVES = text(
    "SELECT c.number, e.digest AS told, a.manifest_sha256 AS found, c.archived_at IS NOT NULL AS is_marked FROM cases c"
    " LEFT JOIN (SELECT case_id, payload->>'manifest' AS digest FROM case_events WHERE kind = 'case_archived') e"
    " ON e.case_id = c.id LEFT JOIN archives a ON a.case_id = c.id"
    " WHERE e.digest IS DISTINCT FROM a.manifest_sha256 OR (a.case_id IS NOT NULL) <> (c.archived_at IS NOT NULL)"
)
_MANIFESTS = text("SELECT a.number, a.manifest, a.manifest_sha256 FROM archives a ORDER BY a.case_id")
_TRANSFERS = text(
    "SELECT t.number, t.cases, count(a.case_id) AS found FROM archive_transfers t"
    " LEFT JOIN archives a ON a.transfer_id = t.id GROUP BY t.id HAVING count(a.case_id) <> t.cases"
)


def faults_of_papers(snapshot: Connection) -> list[Fault]:
    """Every difference between what events tell of papers and what the registers hold."""
    return [*_numbers(snapshot), *_services(snapshot), *_slips(snapshot), *_archives(snapshot)]


def _numbers(snapshot: Connection) -> Iterator[Fault]:
    for row in snapshot.execute(_SERIES):
        if not (row.found == row.last == row.given and row.first == min(row.given, 1)):
            found = f"{row.found}份，自{row.first}至{row.last}"
            yield Fault(NOTICES, f"{row.series}的编号", f"1至{row.given}各一份", found)


def _services(snapshot: Connection) -> Iterator[Fault]:
    for row in snapshot.execute(_SERVICES):
        yield Fault(row.number, f"第{row.notice}号文书的送达", row.told or NOTHING, row.found or NOTHING)


def _slips(snapshot: Connection) -> Iterator[Fault]:
    for row in snapshot.execute(_SLIPS):
        yield Fault(row.number, f"交接单{row.slip}", *(_slip_text(row, name) for name in ("told", "found")))


def _slip_text(row: object, name: str) -> str:
    received = "已接收" if getattr(row, f"{name}_received") else "未接收"
    return f"{getattr(row, name) or NOTHING}，{received}"


def _archives(snapshot: Connection) -> Iterator[Fault]:
    for row in snapshot.execute(_ARCHIVES):
        found = (row.found or NOTHING) if row.is_marked or row.found is None else f"{row.found}，办件未标记归档"
        yield Fault(row.number, "归档目录摘要", row.told or NOTHING, found)
    for archive in snapshot.execute(_MANIFESTS):
        digest = manifest_digest(archive.manifest)
        if digest != archive.manifest_sha256:
            yield Fault(ARCHIVES, f"{archive.number}的目录摘要", archive.manifest_sha256, digest)
    for transfer in snapshot.execute(_TRANSFERS):
        yield Fault(ARCHIVES, f"移交清单{transfer.number}的件数", str(transfer.cases), str(transfer.found))
