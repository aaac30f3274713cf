"""Who may take a step over, do it for its holder or sign it (转办、委派、加签、会签的人选), with what waits for them today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row

from engine.clock import local_date
from engine.errors import NotFound
from engine.office import Office
from engine.policy.actors import CASE_WORKERS, Actor
from engine.policy.colleagues import StepPlace, departments_to_ask, may_hold, regions_to_hold, roles_to_hold
from engine.policy.routing import region_chain
from engine.queries.reading import reading, statement
from engine.records.colleagues import ColleagueRecords
from engine.terms import Lane, Stage, Term


class Purpose(Term):
    """What somebody is looked for."""

    HOLD = "hold", "转办", "Transfer"
    HELP = "help", "委派或加签", "Delegate or sign"
    DECIDE = "decide", "会签或票签", "Sign jointly"


@dataclass(frozen=True)
class Candidate:
    """One officer of a post. `load` counts what waits for them there; `refusal` says why they cannot be chosen now."""

    officer_id: int
    name: str
    load: int
    refusal: str


@dataclass(frozen=True)
class CandidatePost:
    """A post over the case, nearest first, with the officers who hold it today."""

    post_id: int
    post_name: str
    organisation_name: str
    region_code: str
    officers: tuple[Candidate, ...]


_ITEM = (
    "SELECT c.home_region, c.department, c.applicant_index, s.stage, s.lane, s.department AS step_department, s.region_code,"
    " ARRAY(SELECT o.officer_id FROM work_items o WHERE o.case_id = w.case_id AND o.token = w.token"
    "   AND o.officer_id IS NOT NULL AND o.status IN ('open', 'claimed', 'waiting')) AS taken"
    " FROM work_items w JOIN cases c ON c.id = w.case_id JOIN steps s ON s.case_id = w.case_id AND s.token = w.token"
    " WHERE w.id = :id AND w.post_id = ANY(:posts) AND w.status IN ('open', 'claimed', 'waiting')"
)


def candidates(office: Office, actor: Actor, work_item_id: int, purpose: Purpose) -> tuple[CandidatePost, ...]:
    """The posts and officers to choose from for a work item on one of the actor's posts; NotFound otherwise."""
    with reading(office) as connection:
        values = {"id": work_item_id, "posts": list(actor.post_ids)}
        row = connection.execute(statement(_ITEM), values).one_or_none()
        if row is None:
            raise NotFound("没有这个待办，可能已被办结，或不在您的岗位上；请刷新待办列表。", en="no such work item")
        place = StepPlace(
            stage=Stage(row.stage) if row.stage else None,
            lane=Lane(row.lane),
            department=row.step_department or row.department,
            region=row.region_code,
            case_department=row.department,
            home_region=row.home_region,
        )
        found = _over(office, connection, row, place, purpose)
        taken = {*row.taken, actor.officer_id}
        return tuple(candidate_post(list(held), taken) for _, held in groupby(found, key=lambda line: line.post_id))


def _over(
    office: Office, connection: Connection, case: Row[Any], place: StepPlace, purpose: Purpose
) -> Iterable[Row[Any]]:
    is_holder = purpose is Purpose.HOLD
    rows = ColleagueRecords(connection).over(
        region_chain(place.home_region) if purpose is Purpose.HELP else regions_to_hold(place),
        [place.department] if is_holder else departments_to_ask(place),
        sorted(CASE_WORKERS if purpose is Purpose.HELP else roles_to_hold(place.stage)),
        case.applicant_index,
        local_date(office.clock.now()),
    )
    return [row for row in rows if not is_holder or may_hold(place, row.lane)]


def candidate_post(rows: list[Row[Any]], taken: set[int], *, is_present: bool = True) -> CandidatePost:
    """The rows of one post (`ColleagueRecords.over`) with its officers; `is_present`: who is on leave cannot be chosen."""
    first = rows[0]
    officers = (
        Candidate(r.officer_id, r.officer_name, r.load, _refusal(r, taken, is_present)) for r in rows if r.officer_id
    )
    return CandidatePost(first.post_id, first.post_name, first.organisation_name, first.region_code, tuple(officers))


def _refusal(row: Row[Any], taken: set[int], is_present: bool) -> str:
    if row.officer_id in taken:
        return "本人或已参与本环节"
    if row.conflict:
        return "与申请人有利害关系，应当回避"
    return "请假且无人代理" if row.absent and is_present else ""
