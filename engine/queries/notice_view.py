"""One counter document of a case (办理文书) on its page: what it says, and how it was served; and hand-overs of papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.errors import NotFound
from engine.office import Office
from engine.policy.actors import ASKED_LANES, CASE_WORKERS, Actor
from engine.queries.reading import reading, statement
from engine.queries.scope import case_in_charge
from engine.records.cases import CaseRecords
from engine.terms import DeliveryMode, NoticeKind, ServiceMode


@dataclass(frozen=True)
class ServiceView:
    """How a document was served; personal details stand on the service return only."""

    mode: ServiceMode
    served_at: datetime
    server: str


@dataclass(frozen=True)
class NoticePage:
    """A document with its service, and how the result of the case was delivered."""

    case_number: str
    item_title: str
    number: str
    kind: NoticeKind
    issued_at: datetime
    issuer: str
    service: ServiceView | None
    delivered_at: datetime | None
    delivery_mode: DeliveryMode | None


@dataclass(frozen=True)
class HandoverView:
    """One slip; `is_for_me`: it waits for the signature of one of my posts."""

    id: int
    number: str
    from_post: str
    to_post: str
    handed_by: str
    handed_at: datetime
    received_by: str
    received_at: datetime | None
    documents: tuple[str, ...]
    is_for_me: bool


@dataclass(frozen=True)
class HandoverPage:
    """The hand-overs of a case, the papers that can travel, my posts and those of others that may receive them."""

    case_number: str
    item_title: str
    slips: tuple[HandoverView, ...]
    papers: tuple[tuple[str, str], ...]
    my_posts: tuple[tuple[int, str], ...]
    other_posts: tuple[tuple[int, str], ...]


_NOTICE = (
    "SELECT n.number, n.kind, n.issued_at, n.facts_cipher, d.mode, d.delivered_at, o.name AS server"
    " FROM notices n LEFT JOIN notice_deliveries d ON d.notice_id = n.id LEFT JOIN officers o ON o.id = d.recorded_by"
    " WHERE n.case_id = :case_id AND n.number = :number"
)
_SLIPS = (
    "SELECT h.*, concat(fo.name, ' ', f.name) AS from_post, concat(tb.name, ' ', t.name) AS to_post,"
    " a.name AS handed_name, b.name AS received_name"
    " FROM document_handovers h LEFT JOIN posts f ON f.id = h.from_post_id"
    " LEFT JOIN organisations fo ON fo.id = f.organisation_id LEFT JOIN posts t ON t.id = h.to_post_id"
    " LEFT JOIN organisations tb ON tb.id = t.organisation_id JOIN officers a ON a.id = h.handed_by"
    " LEFT JOIN officers b ON b.id = h.received_by WHERE h.case_id = :case_id ORDER BY h.id"
)
_RECEIVERS = (
    "SELECT p.id, concat(o.name, ' ', p.name) AS name FROM posts p JOIN organisations o ON o.id = p.organisation_id"
    " WHERE p.active AND p.roles && :roles AND NOT p.lane = ANY(:asked)"
    " AND :region LIKE rtrim(p.region_code, '0') || '%'"
    " AND (p.department IS NULL OR p.department = :department) ORDER BY p.region_code DESC, p.id LIMIT 60"
)


def notice_page(office: Office, actor: Actor, case_number: str, notice: str) -> NoticePage:
    """A document of a case inside the actor's scope."""
    with reading(office) as connection:
        case = case_in_charge(connection, actor, case_number)
        row = connection.execute(statement(_NOTICE), {"case_id": case.id, "number": notice}).one_or_none()
        if row is None:
            raise NotFound("该件没有这份文书，请核对文书编号。", en="no such notice of this case")
        kept = CaseRecords(connection).personal(case.id).get("delivery") if case.delivered_at else None
    delivery = office.sealer.decrypt_json(kept) if kept else {}
    facts = office.sealer.decrypt_json(row.facts_cipher)
    service = ServiceView(ServiceMode(row.mode), row.delivered_at, row.server) if row.mode else None
    return NoticePage(
        case_number=case.number,
        item_title=case.item_title,
        number=row.number,
        kind=NoticeKind(row.kind),
        issued_at=row.issued_at,
        issuer=facts.get("body_name", ""),
        service=service,
        delivered_at=case.delivered_at,
        delivery_mode=DeliveryMode(delivery["mode"]) if delivery else None,
    )


def handover_page(office: Office, actor: Actor, case_number: str) -> HandoverPage:
    """What was handed from post to post, and what may be now."""
    with reading(office) as connection:
        case = case_in_charge(connection, actor, case_number)
        documents = CaseRecords(connection).documents(case.id)
        slips = connection.execute(statement(_SLIPS), {"case_id": case.id}).all()
        values = {"region": case.home_region, "department": case.department}
        lists = {"roles": sorted(CASE_WORKERS), "asked": sorted(ASKED_LANES)}
        receivers = connection.execute(statement(_RECEIVERS), {**values, **lists}).all()
    titles = {row.document_id: row.title for row in documents}
    travelling = {name for slip in slips if slip.received_at is None for name in slip.documents}
    mine = _my_posts(actor, case.home_region, case.department)
    return HandoverPage(
        case_number=case.number,
        item_title=case.item_title,
        slips=tuple(_slip(row, titles, actor) for row in slips),
        papers=tuple(
            (row.document_id, row.title)
            for row in documents
            if row.status == "received" and row.document_id not in travelling
        ),
        my_posts=mine,
        other_posts=tuple((row.id, row.name) for row in receivers if row.id not in dict(mine)),
    )


def _my_posts(actor: Actor, region: str, department: str) -> tuple[tuple[int, str], ...]:
    fitting = (p for p in actor.posts if p.roles & CASE_WORKERS and p.scope and p.scope.covers(region, department))
    return tuple((post.id, f"{post.organisation_name} {post.name}") for post in fitting)


def _slip(row: Any, titles: dict[str, str], actor: Actor) -> HandoverView:
    waiting: Sequence[int] = actor.post_ids if row.received_at is None else ()
    return HandoverView(
        id=row.id,
        number=row.number,
        from_post=row.from_post,
        to_post=row.to_post,
        handed_by=row.handed_name,
        handed_at=row.handed_at,
        received_by=row.received_name or "",
        received_at=row.received_at,
        documents=tuple(titles.get(name, name) for name in row.documents),
        is_for_me=row.to_post_id in waiting and row.handed_by != actor.officer_id,
    )
