"""One case in the middle of its life, and the people who could lay hands on it now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from engine.definitions.steps import node_of
from engine.errors import NotFound
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.operations import RULES, Action
from engine.queries.candidates import Purpose, candidates
from engine.queries.return_targets import ReturnTarget, return_targets
from tests.shapes import ShapedStory

# Who is asked first for a verb that any fitting post of the region may use.
OFFICERS = ("street", "window", "district", "d01-civil_affairs", "supervisor")
APPROVERS = ("d01-civil_affairs", "district")
_HANDS = (
    "SELECT w.*, s.node_id, s.process_id, s.name AS step_name FROM work_items w JOIN steps s USING (case_id, token)"
    " WHERE w.case_id = :case AND w.kind = 'human'"
)
_UNFINISHED = f"{_HANDS} AND w.status IN ('open', 'claimed', 'waiting') ORDER BY w.part = 'main' DESC, w.id"
_LAST = f"{_HANDS} ORDER BY w.id DESC LIMIT 1"
_HOLDERS = (
    "SELECT o.sign_in_name FROM post_holdings h JOIN officers o ON o.id = h.officer_id WHERE h.post_id = :post"
    " ORDER BY o.id LIMIT 2"
)


@dataclass(frozen=True)
class Try:
    """One attempt: who tries what on which work item or done step (0: the case), and the verb with valid input."""

    action: Action
    actor: Actor
    about: int | str
    attempt: Callable[[], Any]


@dataclass
class Scene:
    """A case of one of the shapes and a second application of the same person, which it could be merged into."""

    story: ShapedStory
    twin: ShapedStory
    _actors: dict[Any, Actor] = field(default_factory=dict)
    _found: dict[Any, Any] = field(default_factory=dict)

    @classmethod
    def of_shape(cls, office: Office, key: str) -> Scene:
        return cls(ShapedStory(office, key=key), ShapedStory(office, key=key))

    @property
    def office(self) -> Office:
        return self.story.office

    def received(self, **request: Any) -> Scene:
        self.story.receive(**request)
        self.twin.receive()
        return self

    # --- people -------------------------------------------------------------------------------------------------

    def actor(self, name: str) -> Actor:
        if name not in self._actors:
            self._actors[name] = self.story.actor(name)
        return self._actors[name]

    def officer(self, officer_id: int) -> Actor:
        if officer_id not in self._actors:
            (row,) = self.story.rows("SELECT sign_in_name FROM officers WHERE id = :id", id=officer_id)
            self._actors[officer_id] = self.actor(row.sign_in_name)
        return self._actors[officer_id]

    def approver(self, actor: Actor) -> int:
        """Somebody else with an approver's post."""
        named = (self.actor(name).officer_id for name in APPROVERS)
        return next(officer_id for officer_id in named if officer_id != actor.officer_id)

    def in_scope(self, action: Action) -> Actor:
        """The officer best placed for a verb that needs no work item."""
        case, roles = self.story.case(), RULES[action].roles
        fitting = (self.actor(n) for n in OFFICERS if self.actor(n).may_see(case.home_region, case.department, roles))
        return next(fitting)

    # --- what they could act on ---------------------------------------------------------------------------------

    def hands(self) -> Iterator[tuple[Row[Any], Actor]]:
        """Every unfinished work item with those who may act on it; where nothing is open, the last one there was."""
        for item in self.story.rows(_UNFINISHED) or self.story.rows(_LAST):
            for actor in self._holders(item):
                yield item, actor

    def _holders(self, item: Row[Any]) -> list[Actor]:
        if item.officer_id is not None:
            return [self.officer(item.officer_id)]
        return [self.actor(row.sign_in_name) for row in self.story.rows(_HOLDERS, post=item.post_id)]

    def colleague(self, item: Row[Any], actor: Actor, purpose: Purpose) -> tuple[int, int]:
        """Post and officer that may be chosen for this purpose; noughts where nobody may."""
        place = item.id, item.version, actor.officer_id, purpose
        if place not in self._found:
            self._found[place] = self._colleague(item, actor, purpose)
        found: tuple[int, int] = self._found[place]
        return found

    def _colleague(self, item: Row[Any], actor: Actor, purpose: Purpose) -> tuple[int, int]:
        try:
            posts = candidates(self.office, actor, item.id, purpose)
        except NotFound:
            return 0, 0
        fitting = ((post.post_id, o.officer_id) for post in posts for o in post.officers if not o.refusal)
        return next(fitting, (0, 0))

    def decision(self, item: Row[Any]) -> str:
        """The first button of the work item's step, with which the case goes on; empty where it has none."""
        version_id = self.story.case().version_id
        with self.office.unit_of_work() as uow:
            version = self.office.definitions.by_id(uow.definitions, version_id)
        choices = node_of(version.definition, item.process_id, item.node_id).decisions
        return choices[0].code if choices else ""

    def target(self, item: Row[Any], actor: Actor) -> ReturnTarget | None:
        """The first step the work item may be sent back to."""
        place = item.id, item.version, actor.officer_id, "back"
        if place not in self._found:
            try:
                self._found[place] = next(iter(return_targets(self.office, actor, item.id)), None)
            except NotFound:
                self._found[place] = None
        found: ReturnTarget | None = self._found[place]
        return found

    def signer(self, item: Row[Any]) -> int:
        """A pending signer's work item on the same step; 0 without one."""
        return self._one(
            "SELECT id FROM work_items WHERE case_id = :case AND token = :token AND part IN ('before', 'after', 'joint')"
            " AND status IN ('open', 'claimed', 'waiting') ORDER BY id LIMIT 1",
            token=item.token,
        )

    def suspension(self) -> int:
        """An open special procedure, one that was ordered by hand first; 0 without one."""
        return self._one(
            "SELECT id FROM suspensions WHERE case_id = :case AND ended_at IS NULL"
            " ORDER BY token IS NOT NULL, id LIMIT 1"
        )

    def order(self, status: str) -> int:
        """A supervision order, one in this status first; 0 without any."""
        return self._one(
            "SELECT id FROM supervision_orders WHERE case_id = :case ORDER BY status = :status DESC, id LIMIT 1",
            status=status,
        )

    def notice(self) -> str:
        """A notice of the case, one that was not served yet first; empty without any."""
        rows = self.story.rows(
            "SELECT n.number FROM notices n LEFT JOIN notice_deliveries d ON d.notice_id = n.id"
            " WHERE n.case_id = :case ORDER BY d.notice_id IS NOT NULL, n.id LIMIT 1"
        )
        return str(rows[0].number) if rows else ""

    def slip(self) -> tuple[int, Actor]:
        """A slip of papers handed over, one that waits first, with an officer of the post that takes them."""
        for row in self.story.rows(
            "SELECT id, to_post_id, handed_by FROM document_handovers WHERE case_id = :case"
            " ORDER BY received_at IS NOT NULL, id LIMIT 1"
        ):
            holders = (self.actor(held.sign_in_name) for held in self.story.rows(_HOLDERS, post=row.to_post_id))
            return row.id, next(actor for actor in holders if actor.officer_id != row.handed_by)
        return 0, self.in_scope(Action.TAKE_OVER)

    def _one(self, sql: str, **values: Any) -> int:
        rows = self.story.rows(sql, **values)
        return int(rows[0].id) if rows else 0

    def done_steps(self) -> Iterator[tuple[str, Actor]]:
        """Tokens of the steps that people did, the newest first, with who did them."""
        for row in self.story.rows(
            "SELECT s.token, w.officer_id FROM steps s JOIN work_items w USING (case_id, token) WHERE s.case_id = :case"
            " AND s.status = 'done' AND s.decision IS DISTINCT FROM 'return' AND w.part = 'main' AND w.kind = 'human'"
            " AND w.officer_id IS NOT NULL"
            " ORDER BY s.token::int DESC, w.id DESC"
        ):
            yield row.token, self.officer(row.officer_id)
