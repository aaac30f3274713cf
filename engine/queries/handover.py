"""What a departing officer leaves behind (离岗交接): shown before the act, and what the worker still has to move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.clock import local_date
from engine.errors import NotFound
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.administration import admin_area
from engine.queries.reading import reading
from engine.records.handovers import HandoverRecords
from engine.records.organisation import OrganisationRecords
from engine.terms import Part, WorkItemStatus


@dataclass(frozen=True)
class HeldPost:
    """A post that would pass on."""

    id: int
    name: str
    organisation_name: str


@dataclass(frozen=True)
class ItemInHand:
    """An unfinished work item; `is_conflict`: the receiver must avoid the applicant, so it goes back to the post."""

    id: int
    number: str
    item_title: str
    step_name: str
    post_name: str
    part: Part
    status: WorkItemStatus
    is_conflict: bool


@dataclass(frozen=True)
class LeaveLeft:
    """A leave that names the officer, as the one away or as the deputy: to be settled by hand."""

    officer_name: str
    deputy_name: str
    from_on: date
    to_on: date


@dataclass(frozen=True)
class SealLeft:
    """A seal the officer keeps: its custody passes on by an act of its own (印章保管)."""

    seal_name: str
    organisation_name: str


@dataclass(frozen=True)
class HandoverPreview:
    """Everything one handover would touch."""

    posts: tuple[HeldPost, ...]
    items: tuple[ItemInHand, ...]
    leaves: tuple[LeaveLeft, ...]
    seals: tuple[SealLeft, ...]


def handover_preview(
    office: Office, actor: Actor, from_officer_id: int, to_officer_id: int | None = None, post_ids: tuple[int, ...] = ()
) -> HandoverPreview:
    """What would move today if this officer left; with a receiver, also which cases they must avoid.

    For an organisation administrator; an officer with a post outside the administrator's area is not found, nor, but by
    whoever administers the whole city, one who holds none of these posts.
    """
    area = admin_area(actor)
    today = local_date(office.clock.now())
    with reading(office) as connection:
        records = HandoverRecords(connection)
        posts = records.posts(from_officer_id, today, post_ids)
        inside = all(area.covers(row.region_code, row.department) for row in posts) if posts else area.is_city_wide
        if not inside:
            raise NotFound("没有这位工作人员，或不在您管理的辖区内。", en="no such officer in your region")
        avoids = OrganisationRecords(connection).avoided_by(to_officer_id) if to_officer_id else frozenset()
        items = records.items(from_officer_id, post_ids)
        leaves, seals = records.leaves(from_officer_id, today), records.custody(from_officer_id, today)
    return HandoverPreview(
        posts=tuple(HeldPost(row.post_id, row.post_name, row.organisation_name) for row in posts),
        items=tuple(
            ItemInHand(
                id=row.id,
                number=row.number,
                item_title=row.item_title,
                step_name=row.step_name,
                post_name=row.post_name or "",
                part=Part(row.part),
                status=WorkItemStatus(row.status),
                is_conflict=bytes(row.applicant_index) in avoids,
            )
            for row in items
        ),
        leaves=tuple(LeaveLeft(row.officer_name, row.deputy_name, row.from_on, row.to_on) for row in leaves),
        seals=tuple(SealLeft(row.seal_name, row.organisation_name) for row in seals),
    )


def work_to_hand_over(office: Office) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Every handover whose day has come and that is not finished, with the work items it has still to move."""
    with reading(office) as connection:
        records = HandoverRecords(connection)
        return tuple(
            (row.id, tuple(item.id for item in records.items(row.from_officer_id, row.post_ids)))
            for row in records.unfinished(local_date(office.clock.now()))
        )
