"""Papers about papers (送达回证、材料交接单、领取登记、归档文件目录、档案移交清单), put together from rows for the printer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from engine.clock import local_date
from engine.errors import NotFound, NotPermitted
from engine.office import Office
from engine.policy.actors import CASE_WORKERS, Actor
from engine.policy.archive_manifest import line_title
from engine.policy.routing import region_chain
from engine.ports import NoticeRequest
from engine.queries.reading import reading, statement
from engine.queries.scope import case_in_charge, readable
from engine.records.cases import CaseRecords
from engine.records.definitions import DefinitionRecords
from engine.records.organisation import OrganisationRecords
from engine.records.papers import PaperRecords
from engine.terms import CaseResult, DeliveryMode, NoticeKind, Retention, ServiceMode

_SERVICE = (
    "SELECT n.number, n.kind, d.mode, d.delivered_at, d.facts_cipher, o.name AS server_name FROM notice_deliveries d"
    " JOIN notices n ON n.id = d.notice_id JOIN officers o ON o.id = d.recorded_by"
    " WHERE d.case_id = :case_id AND n.number = :number"
)
_HANDOVER = (
    "SELECT h.*, f.name AS from_name, fo.name AS from_body, t.name AS to_name, tb.name AS to_body,"
    " a.name AS handed_name, b.name AS received_name FROM document_handovers h"
    " LEFT JOIN posts f ON f.id = h.from_post_id LEFT JOIN organisations fo ON fo.id = f.organisation_id"
    " LEFT JOIN posts t ON t.id = h.to_post_id LEFT JOIN organisations tb ON tb.id = t.organisation_id"
    " JOIN officers a ON a.id = h.handed_by LEFT JOIN officers b ON b.id = h.received_by"
    " WHERE h.case_id = :case_id AND h.id = :id"
)
_DELIVERER = (
    "SELECT o.name FROM case_events e JOIN officers o ON o.id = e.officer_id"
    " WHERE e.case_id = :case_id AND e.payload ? 'mode' AND e.kind = 'work_item_completed' ORDER BY e.seq DESC LIMIT 1"
)
_COLLECTED = (
    "SELECT title, number FROM (SELECT 0 AS part, id, kind AS title, number FROM notices"
    "  WHERE case_id = :case_id AND kind IN ('grant', 'refusal')"
    " UNION ALL SELECT 1, id, title, number FROM certificates WHERE case_id = :case_id AND status = 'issued') p"
    " ORDER BY part, id"
)
_ARCHIVE = (
    "SELECT a.*, o.name AS officer_name FROM archives a JOIN officers o ON o.id = a.archived_by"
    " WHERE a.case_id = :case_id"
)
_TRANSFER = (
    "SELECT t.*, o.name AS officer_name FROM archive_transfers t JOIN officers o ON o.id = t.made_by WHERE t.id = :id"
)
_TRANSFERRED = (
    "SELECT a.number, a.retention, c.number AS case_number, c.applicant_name FROM archives a"
    " JOIN cases c ON c.id = a.case_id WHERE a.transfer_id = :id AND {scope} ORDER BY a.number"
)


def service_return_file(office: Office, actor: Actor, case_number: str, notice: str) -> NoticeRequest:
    """The service return of a notice, with how the result itself was delivered."""
    with reading(office) as connection:
        case = case_in_charge(connection, actor, case_number, CASE_WORKERS)
        row = connection.execute(statement(_SERVICE), {"case_id": case.id, "number": notice}).one_or_none()
        if row is None:
            raise NotFound("这份文书还没有登记送达。", en="not served yet")
        kept = office.sealer.decrypt_json(row.facts_cipher)
        facts = {
            **kept,
            "document": NoticeKind(row.kind).label,
            "document_number": row.number,
            "mode": ServiceMode(row.mode).label,
            "served_on": local_date(row.delivered_at),
            "witnesses": "、".join(kept["witnesses"]),
            "server": kept.get("server") or row.server_name,
            "result_delivery": _delivery_text(office, connection, case),
        }
        number = f"{row.number}回证"
        return _paper(office, connection, case, NoticeKind.SERVICE_RETURN, number, row.delivered_at, facts)


def handover_file(office: Office, actor: Actor, case_number: str, handover_id: int) -> NoticeRequest:
    """The slip of a hand-over with both signatures as far as they were given."""
    with reading(office) as connection:
        case = case_in_charge(connection, actor, case_number, CASE_WORKERS)
        row = connection.execute(statement(_HANDOVER), {"case_id": case.id, "id": handover_id}).one_or_none()
        if row is None:
            raise NotFound("该件没有这份交接单。", en="no such slip")
        shelved = office.definitions.by_id(DefinitionRecords(connection), case.version_id)
        rules = {rule.id: rule for rule in shelved.definition.documents}
        titles = {line.document_id: line.title for line in CaseRecords(connection).documents(case.id)}
        facts = {
            "from_post": f"{row.from_body or ''}{row.from_name or ''}",
            "to_post": f"{row.to_body or ''}{row.to_name or ''}",
            "handed_by": row.handed_name,
            "handed_at": row.handed_at,
            "received_by": row.received_name,
            "received_at": row.received_at,
            "documents": [
                {
                    "title": titles.get(name, name),
                    "form": _FORMS.get(rules[name].form, rules[name].form) if name in rules else "",
                    "copies": rules[name].copies if name in rules else "",
                }
                for name in row.documents
            ],
        }
        return _paper(office, connection, case, NoticeKind.HANDOVER_SLIP, row.number, row.handed_at, facts)


def collection_file(office: Office, actor: Actor, case_number: str) -> NoticeRequest:
    """Who came for the result, and what was handed out."""
    with reading(office) as connection:
        case = case_in_charge(connection, actor, case_number, CASE_WORKERS)
        received = _delivery(office, connection, case)
        if not received:
            raise NotFound("该件还没有登记送达。", en="not delivered yet")
        papers = connection.execute(statement(_COLLECTED), {"case_id": case.id}).all()
        facts = {
            "recipient": received["recipient"],
            "id_ending": received.get("id_ending", ""),
            "mode": DeliveryMode(received["mode"]).label,
            "delivered_at": case.delivered_at,
            "officer": connection.execute(statement(_DELIVERER), {"case_id": case.id}).scalar(),
            "papers": [{"title": _notice_title(paper.title), "number": paper.number} for paper in papers],
        }
        kind = NoticeKind.COLLECTION_RECORD
        return _paper(office, connection, case, kind, f"领{case.number}", case.delivered_at, facts)


def archive_list_file(office: Office, actor: Actor, case_number: str) -> NoticeRequest:
    """The file list of an archived case as it was sealed."""
    with reading(office) as connection:
        case = case_in_charge(connection, actor, case_number, CASE_WORKERS)
        row = connection.execute(statement(_ARCHIVE), {"case_id": case.id}).one_or_none()
        if row is None:
            raise NotFound("该件还没有归档。", en="not archived")
        facts = {
            "result": CaseResult(case.result).label if case.result else "",
            "closed_on": local_date(case.closed_at),
            "archived_on": local_date(row.archived_at),
            "retention": Retention(row.retention).label,
            "officer": row.officer_name,
            "page_count": row.page_count,
            "manifest_sha256": row.manifest_sha256,
            "files": [file_view(line) for line in row.manifest["files"]],
        }
        return _paper(office, connection, case, NoticeKind.ARCHIVE_LIST, row.number, row.archived_at, facts)


def archive_transfer_file(office: Office, actor: Actor, transfer_id: int) -> NoticeRequest:
    """A hand-over list, for officers in whose scope all of it lies."""
    if not actor.roles & CASE_WORKERS:
        raise NotPermitted("您的岗位没有这项权限。", en="case workers only")
    condition, values = readable(actor)
    with reading(office) as connection:
        row = connection.execute(statement(_TRANSFER), {"id": transfer_id}).one_or_none()
        lines = connection.execute(statement(_TRANSFERRED.format(scope=condition)), {"id": transfer_id, **values}).all()
        if row is None or len(lines) != row.cases:
            raise NotFound("没有这份移交清单，或不在您的辖区和部门范围内。", en="no such list in your scope")
        body = OrganisationRecords(connection).organisation(row.organisation_id)
        facts = {
            "receiver": row.receiver,
            "count": row.cases,
            "officer": row.officer_name,
            "archives": [
                {
                    "number": line.number,
                    "case_number": line.case_number,
                    "applicant": line.applicant_name,
                    "retention": Retention(line.retention).label,
                }
                for line in lines
            ],
        }
        return _request(
            office,
            connection,
            NoticeKind.ARCHIVE_TRANSFER,
            row.number,
            row.made_at,
            body,
            facts,
            f"{office.public_url}/",
        )


_FORMS = {"original": "原件", "copy": "复印件", "electronic": "电子件"}


def file_view(line: Mapping[str, Any]) -> dict[str, str]:
    """One line of a file list as it is printed; a notice is named by its kind."""
    named = {**line, "title": _notice_title(line["title"])} if line["kind"] in _NOTICE_LINES else line
    number = line["number"] if line["kind"] in (*_NOTICE_LINES, "certificate", "case") else ""
    return {"title": line_title(named), "number": number, "sha256": line["sha256"], "sha256_start": line["sha256"][:16]}


_NOTICE_LINES = ("notice", "service_return")


def _notice_title(kind: str) -> str:
    return NoticeKind(kind).label if kind in set(NoticeKind) else kind


def _delivery(office: Office, connection: Connection, case: Row[Any]) -> dict[str, Any]:
    cipher = CaseRecords(connection).personal(case.id).get("delivery")
    return dict(office.sealer.decrypt_json(cipher)) if cipher and case.delivered_at else {}


def _delivery_text(office: Office, connection: Connection, case: Row[Any]) -> str:
    received = _delivery(office, connection, case)
    if not received:
        return ""
    on = local_date(case.delivered_at)
    mode = DeliveryMode(received["mode"]).label
    return f"{on.year}年{on.month}月{on.day}日{mode}，领取人{received['recipient']}"


def _paper(
    office: Office,
    connection: Connection,
    case: Row[Any],
    kind: NoticeKind,
    number: str,
    at: datetime,
    facts: Mapping[str, Any],
) -> NoticeRequest:
    body = OrganisationRecords(connection).body_for(region_chain(case.home_region), case.department)
    shared = {"case_number": case.number, "applicant": case.applicant_name, "item": case.item_title}
    tracking = f"{office.public_url}/progress?number={case.number}"
    return _request(office, connection, kind, number, at, body, {**shared, **facts}, tracking)


def _request(
    office: Office,
    connection: Connection,
    kind: NoticeKind,
    number: str,
    at: datetime,
    body: Row[Any] | None,
    facts: Mapping[str, Any],
    tracking_url: str,
) -> NoticeRequest:
    return NoticeRequest(
        notice_key=kind.value,
        number=number,
        facts={
            **facts,
            "phone": body.phone if body else "",
            "complaint_phone": body.complaint_phone if body else "",
        },
        body_name=body.name if body else "",
        body_code=body.uscc if body else "",
        issued_at=at,
        tracking_url=tracking_url,
        seal_name=(body.seal_name or "") if body else "",
        template=PaperRecords(connection).template_in_force(kind, local_date(at)),
    )
