"""Who may be sent a copy of a case (抄送人选): officers over its place whose duty allows them to open case files."""

from __future__ import annotations

from itertools import groupby

from engine.clock import local_date
from engine.office import Office
from engine.policy.actors import CASE_READERS, Actor
from engine.policy.routing import region_chain
from engine.queries.candidates import CandidatePost, candidate_post
from engine.queries.reading import reading
from engine.queries.scope import visible_case
from engine.records.colleagues import ColleagueRecords


def copy_receivers(office: Office, actor: Actor, number: str) -> tuple[CandidatePost, ...]:
    """The posts of the case's department and the general ones, nearest first; NotFound outside the actor's scope."""
    with reading(office) as connection:
        case = visible_case(connection, actor, number)
        rows = ColleagueRecords(connection).over(
            region_chain(case.home_region),
            [case.department],
            sorted(CASE_READERS),
            case.applicant_index,
            local_date(office.clock.now()),
        )
        held = (row for row in rows if row.officer_id is not None)
        return tuple(
            candidate_post(list(lines), {actor.officer_id}, is_present=False)
            for _, lines in groupby(held, key=lambda line: line.post_id)
        )
