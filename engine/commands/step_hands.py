"""The people on one step (同一环节上的各方): its holder, and those asked to sign, to advise or to do the work.

Everything is read after the case was locked, so that nobody acts at the same time; what changes goes through
`CaseChange`, and `settle` leaves the step's count of people still to act exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.clock import local_date
from engine.commands.case_change import CaseChange
from engine.errors import ActionNotAllowed, FormInvalid
from engine.policy.actors import CASE_WORKERS
from engine.policy.colleagues import StepPlace, departments_to_ask, may_hold, refusal, regions_to_hold, roles_to_hold
from engine.policy.routing import region_chain
from engine.records.colleagues import ColleagueRecords
from engine.terms import Lane, Part, Role, Stage, WorkItemStatus

MOST_SIGNERS = 20
_NOW = datetime.max.replace(tzinfo=UTC)  # what this verb signs comes after everything signed before
_UNFINISHED = (WorkItemStatus.OPEN, WorkItemStatus.CLAIMED, WorkItemStatus.WAITING)


@dataclass
class Hand:
    """One work item of the step as this verb leaves it so far."""

    id: int
    part: Part
    status: WorkItemStatus
    post_id: int | None
    officer_id: int | None
    decision: str | None
    closed_at: datetime | None = None

    @property
    def is_pending(self) -> bool:
        return self.status in _UNFINISHED


@dataclass(frozen=True)
class Colleague:
    """An officer who may take part, by the post held there; `officer_id` None: whoever holds the post."""

    post_id: int
    officer_id: int | None


class StepHands:
    """The work items of the locked step."""

    def __init__(self, change: CaseChange) -> None:
        self._change = change
        rows = change.desk.uow.work.items_of_step(change.case_id, change.values["token"])
        self._hands = {row.id: _hand(row) for row in rows}

    @property
    def own(self) -> Hand:
        return self._hands[self._change.values["work_item_id"]]

    @property
    def main(self) -> Hand:
        """The holder's work item; a step has one."""
        return next(hand for hand in self._hands.values() if hand.part is Part.MAIN)

    def pending(self, *parts: Part) -> list[Hand]:
        """Other people's unfinished work items of these parts; of any part if none is named."""
        return [
            h for h in self._hands.values() if h.part is not Part.MAIN and h.is_pending and h.part in (parts or Part)
        ]

    def votes(self) -> list[str]:
        """What the joint signers and the holder chose, in the order they signed; the holder counts last."""
        cast = [h for h in self._hands.values() if h.decision is not None and h.part in (Part.MAIN, Part.JOINT)]
        cast.sort(key=lambda hand: (hand.part is Part.MAIN, hand.closed_at or _NOW, hand.id))
        return [hand.decision or "" for hand in cast]

    # --- change -------------------------------------------------------------------------------------------------

    def change(self, hand: Hand, **columns: Any) -> None:
        """Other values for one work item."""
        self._change.change_item(hand.id, **columns)
        for name, value in columns.items():
            setattr(hand, name, value)

    def take(self, **columns: Any) -> None:
        """The holder's item, held by the actor from now on: whoever asks others is the one they answer to."""
        self.change(self.main, officer_id=self._change.desk.actor.officer_id, **columns)

    def ask(self, part: Part, colleague: Colleague, status: WorkItemStatus = WorkItemStatus.OPEN) -> int:
        """Id of the work item of somebody asked."""
        item = self._change.add_item(part, colleague.post_id, colleague.officer_id, status)
        self._hands[item] = Hand(item, part, status, colleague.post_id, colleague.officer_id, None)
        return item

    def cancel(self, *parts: Part) -> None:
        """Nobody of these parts is asked any more."""
        for hand in self.pending(*parts):
            self.change(hand, status=WorkItemStatus.CANCELLED)

    def give_back(self) -> None:
        """The holder goes on: nobody is waited for, and what the holder had decided is open again.

        Where the holder left meanwhile without an heir, whoever of the post takes it.
        """
        again = {"decision": None} if self.main.decision is not None else {}
        status = WorkItemStatus.OPEN if self.main.officer_id is None else WorkItemStatus.CLAIMED
        self.change(self.main, status=status, **again)

    def settle(self, **step: Any) -> None:
        """Write how many others still have to act, and other values of the step."""
        self._change.change_step(signers=len(self.pending()), **step)

    # --- who may be asked ---------------------------------------------------------------------------------------

    def successor(self, post_id: int, officer_id: int | None) -> Colleague:
        """The post, and the officer if named, that may hold the step. Raises FormInvalid naming what is wrong."""
        place = place_of(self._change)
        rows = self._holders(place, [place.department])
        fitting = [row for row in rows if row.post_id == post_id and may_hold(place, row.lane)]
        if not fitting or (post_id == self.main.post_id and officer_id is None):
            raise FormInvalid(errors={"post_id": ["该岗位不能承办此环节：请选择本辖区、本部门、有相应权限的岗位。"]})
        if officer_id is None and self.pending():
            raise FormInvalid(errors={"officer_id": ["该环节已请他人签署，转办时请指定承办人员。"]})
        if officer_id is not None and not self._can_choose(
            [row for row in fitting if row.officer_id == officer_id], officer_id
        ):
            raise FormInvalid(errors={"officer_id": [refusal(["该人员"])]})
        return Colleague(post_id, officer_id)

    def helper(self, officer_id: int | None, post_id: int | None) -> Colleague:
        """Whom the holder delegates the work to: an officer, or whoever holds a post."""
        if officer_id is not None:
            return self.signers([officer_id], as_equals=False, field="officer_id", at_post=post_id)[0]
        place = place_of(self._change)
        rows = self._helpers(place, departments_to_ask(place))
        if post_id is None or post_id == self.main.post_id or all(row.post_id != post_id for row in rows):
            raise FormInvalid(errors={"post_id": ["请选择受委派的人员或岗位（本辖区、本部门，不是您自己的岗位）。"]})
        return Colleague(post_id, None)

    def signers(
        self, officers: Sequence[int], *, as_equals: bool, field: str = "officers", at_post: int | None = None
    ) -> list[Colleague]:
        """The officers with the nearest post each. Raises FormInvalid naming those who cannot be asked.

        as_equals  they sign with the holder's own weight (会签), so their post must carry the stage's role
        """
        if not 1 <= len(officers) <= MOST_SIGNERS or len(set(officers)) != len(officers):
            raise FormInvalid(errors={field: [f"请选择1至{MOST_SIGNERS}人，每人只选一次。"]})
        place = place_of(self._change)
        departments = departments_to_ask(place)
        rows = self._holders(place, departments) if as_equals else self._helpers(place, departments)
        found: list[Colleague] = []
        for officer_id in officers:
            posts = [r for r in rows if r.officer_id == officer_id and at_post in (None, r.post_id)]
            if not self._can_choose(posts, officer_id):
                names = {row.officer_name for row in posts} or {f"人员{officer_id}"}
                raise FormInvalid(errors={field: [refusal(sorted(names))]})
            found.append(Colleague(next(row.post_id for row in posts if not row.absent), officer_id))
        return found

    def _holders(self, place: StepPlace, departments: Sequence[str]) -> list[Any]:
        return self._over(regions_to_hold(place), departments, roles_to_hold(place.stage))

    def _helpers(self, place: StepPlace, departments: Sequence[str]) -> list[Any]:
        return self._over(region_chain(place.home_region), departments, CASE_WORKERS)

    def _over(self, regions: Sequence[str], departments: Sequence[str], roles: frozenset[Role]) -> list[Any]:
        desk, applicant = self._change.desk, self._change.values["applicant_index"]
        records = ColleagueRecords(desk.uow.connection)
        return records.over(regions, departments, sorted(roles), applicant, local_date(desk.now))

    def _can_choose(self, posts: Sequence[Any], officer_id: int) -> bool:
        """Present on one of the posts, free of conflict, neither the actor nor on the step already."""
        taken = {
            self._change.desk.actor.officer_id,
            self.main.officer_id,
            *(hand.officer_id for hand in self.pending()),
        }
        return officer_id not in taken and any(not row.absent for row in posts) and not any(r.conflict for r in posts)


def _hand(row: Any) -> Hand:
    status = WorkItemStatus(row.status)
    return Hand(row.id, Part(row.part), status, row.post_id, row.officer_id, row.decision, row.closed_at)


def place_of(change: CaseChange) -> StepPlace:
    """What the locked step asks of whoever takes it."""
    values = change.values
    return StepPlace(
        stage=Stage(values["stage"]) if values["stage"] else None,
        lane=Lane(values["lane"]),
        department=values["step_department"] or values["department"],
        region=values["step_region"],
        case_department=values["department"],
        home_region=values["home_region"],
    )


def required_text(text: str, field: str, asked: str) -> str:
    """The text without blanks at its ends. Raises FormInvalid when nothing was written."""
    if not (written := text.strip()):
        raise FormInvalid(errors={field: [asked]})
    return written


def pending_signer(hands: StepHands, work_item_id: int) -> Hand:
    """The unfinished work item of a signer. Raises ActionNotAllowed when it is none, or was signed meanwhile."""
    found = next((h for h in hands.pending(Part.BEFORE, Part.AFTER, Part.JOINT) if h.id == work_item_id), None)
    if found is None:
        raise ActionNotAllowed("该人员已签署或已不在名单上，不能减签。", en="not a pending signer", rule="not_pending")
    return found
