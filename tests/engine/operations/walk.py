"""A case led at random through operations that `/actions` offers, and some that it refuses; then driven to its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from engine.clock import FixedClock, local_date
from engine.commands.fire_timer import FireTimer, fire_timer
from engine.errors import CaseworkError, FormInvalid, NotFound
from engine.policy.actions import Verdict
from engine.policy.actors import SYSTEM, Actor
from engine.policy.operations import RULES, Action
from engine.queries.case_actions import CaseActions, case_actions
from tests.engine.operations.drivers import do, tries
from tests.engine.operations.effects import disagreements
from tests.engine.operations.scene import Scene, Try
from tests.engine.operations.standing import Standing, standing

# Rules that need data beyond the table: a verb that `/actions` offers may still meet them.
DEEPER = frozenset(
    {
        "nobody_left",
        "no_notice",
        "served_before",
        "no_slip",
        "received_before",
        "in_transit",
        "papers_in_transit",
        "documents_missing",
        "nothing_missing",
        "not_running",
        "ends_with_step",
        "not_waiting",
        "order_status",
    }
)
# Where nobody is left to be asked, the choice on the page is empty.
_CHOICES = frozenset({"officers", "officer_id", "post_id"})
# Tried one after the other at whatever is open until the case has ended.
_ONWARD = (
    Action.SUPPLY_CORRECTION,
    Action.ACCEPT,
    Action.ACCEPT_WITH_GAPS,
    Action.SIGN,
    Action.HAND_BACK,
    Action.COMPLETE,
    Action.DELIVER,
    Action.RELEASE,
    Action.RECALL,
    Action.REMOVE_SIGNER,
    Action.TRANSFER,
)
_TIMERS = (
    "SELECT token, due_at FROM timers WHERE case_id = :case AND fired_at IS NULL AND cancelled_at IS NULL"
    " ORDER BY due_at, token LIMIT 1"
)
MOST_MOVES = 80
# A walk that ends at once tells little: endings outside the flow are among the choices once in ten times.
_RARELY = 900
_ENDINGS = frozenset(action for action in Action if RULES[action].ends_case)


@dataclass(frozen=True)
class Move:
    """What comes next: an operation on offer or one that is not, days that pass, a machine or a timer."""

    kind: str
    pick: int


def moves(most: int) -> st.SearchStrategy[list[Move]]:
    """Up to so many moves; three of four are operations on offer."""
    kinds = st.sampled_from(["do", "do", "do", "do", "do", "do", "refused", "days", "machine", "timer"])
    return st.lists(st.builds(Move, kinds, st.integers(0, 999)), max_size=most)


def _said(one: Try, page: CaseActions | None) -> Verdict | None:
    """What the page says of this attempt; None where it does not show the work item or the step."""
    if page is None:
        return None
    if isinstance(one.about, str):
        return next((offer.verdict for offer in page.done_steps if offer.token == one.about), None)
    if one.about == 0:
        return next(v for v in page.verdicts if v.action is one.action)
    shown = (v for item in page.work_items if item.id == one.about for v in item.verdicts)
    return next((v for v in shown if v.action is one.action), None)


@dataclass
class Walk:
    """One case on its way; `story` tells in Chinese what was done."""

    scene: Scene
    told: list[str] = field(default_factory=list)

    @classmethod
    def begun(cls, scene: Scene, *, complete: bool) -> Walk:
        """A case just received; not `complete`: a document that may follow is missing."""
        documents = {"identity_card": "paper", **({"income_statement": "paper"} if complete else {})}
        scene.received(documents=documents)
        walk = cls(scene)
        walk.tell("收件" if complete else "收件，缺一份材料")
        walk.now = walk.sound()
        return walk

    now: Standing = field(init=False)

    @property
    def is_over(self) -> bool:
        return self.now.case.status in ("closed", "archived")

    def tell(self, what: str) -> None:
        self.told.append(f"{local_date(self.scene.office.clock.now()):%m月%d日}{what}")

    @property
    def story(self) -> str:
        return f"{self.scene.story.key}：" + "；".join(self.told)

    # --- moves --------------------------------------------------------------------------------------------------

    def move(self, move: Move) -> None:
        match move.kind:
            case "days":
                self.pass_days(move.pick % 4 + 1)
            case "machine":
                self.machines()
            case "timer":
                self.ring()
            case _:
                self.act(move.kind == "do", move.pick)

    def act(self, wants_possible: bool, pick: int) -> None:
        """An operation that is offered, or one that is not: it does what was said, or changes nothing."""
        pages: dict[int, CaseActions | None] = {}
        attempts = [
            (one, _said(one, self.page_of(one.actor, pages)))
            for action in Action
            if action not in _ENDINGS or pick >= _RARELY
            for one in tries(self.scene, action)
        ]
        fitting = [(one, said) for one, said in attempts if said is not None and said.possible is wants_possible]
        if not fitting:
            return
        one, said = fitting[pick % len(fitting)]
        assert said is not None
        self.tell(f"{one.actor.name}{one.action.label}" + ("" if said.possible else "（不应可办）"))
        before = self.now
        refused = self._refusal(one)
        self.now = self.sound()
        if refused:
            changed = [name for name, value in vars(before).items() if getattr(self.now, name) != value]
            assert not changed, f"refused by {refused}, and yet changed {changed}: {self.story}"
            if said.possible:
                assert refused in DEEPER, f"offered, but refused by {refused}: {self.story}"
            else:
                assert refused == said.rule, f"refused by {refused}, not by {said.rule}: {self.story}"
        else:
            assert said.possible, f"done although refused by {said.rule}: {self.story}"
            wrong = disagreements(one.action, before, self.now)
            assert not wrong, f"{wrong}: {self.story}"

    def page_of(self, actor: Actor, pages: dict[int, CaseActions | None]) -> CaseActions | None:
        """What `/actions` shows this officer; None outside the officer's scope."""
        if actor.officer_id not in pages:
            try:
                pages[actor.officer_id] = case_actions(self.scene.office, actor, self.scene.story.number)
            except NotFound:
                pages[actor.officer_id] = None
        return pages[actor.officer_id]

    def _refusal(self, one: Try) -> str:
        """The rule that refuses the attempt; empty when it succeeds. Other errors of the service are faults."""
        try:
            one.attempt()
        except CaseworkError as error:
            refused = error
        else:
            return ""
        errors: Any = refused.detail.get("errors", {})
        if isinstance(refused, FormInvalid) and errors and set(errors) <= _CHOICES:
            return "nobody_left"
        assert refused.detail.get("rule"), f"{refused!r} {refused.detail}: {self.story}"
        return str(refused.detail["rule"])

    def pass_days(self, days: int) -> None:
        """Days later the sweep looks at the case: its card, a deemed acceptance, a correction that never came."""
        clock: Any = self.scene.office.clock
        assert isinstance(clock, FixedClock)
        clock.advance(timedelta(days=days))
        self.tell(f"过了{days}天")
        if not self.is_over:
            self.scene.story.review()
        self.now = self.sound()

    def machines(self) -> bool:
        """Everything done that waits for a machine; whether there was any."""
        found = [item for item in self.scene.story.items() if item.kind == "machine"]
        for item in found:
            if item.service == "issue_certificate":
                self.scene.story.issue()
            else:
                self.scene.story.run_service(item.node_id)
        if found:
            self.tell("系统自动办理")
            self.now = self.sound()
        return bool(found)

    def ring(self) -> bool:
        """The next timer of the case, at its time; whether there was one."""
        timers = self.scene.story.rows(_TIMERS)
        for timer in timers:
            clock: Any = self.scene.office.clock
            clock.at = max(clock.now(), timer.due_at)
            fire_timer(self.scene.office, SYSTEM, FireTimer(case_id=self.scene.story.case_id, token=timer.token))
            self.tell("定时到期")
            self.now = self.sound()
        return bool(timers)

    # --- to the end ---------------------------------------------------------------------------------------------

    def to_its_end(self) -> None:
        """Whatever was done before, the steps can be done and the case ends."""
        for _ in range(MOST_MOVES):
            if self.is_over:
                return
            if not (self.machines() or self._onward() or self.ring()):
                break
        raise AssertionError(f"stuck in {self.now.case.status} at {self.scene.story.open_nodes()}: {self.story}")

    def _onward(self) -> bool:
        for action in _ONWARD:
            try:
                do(self.scene, action)
            except CaseworkError:
                continue
            self.tell(action.label)
            before, self.now = self.now, self.sound()
            wrong = disagreements(action, before, self.now)
            assert not wrong, f"{wrong}: {self.story}"
            return True
        return False

    def sound(self) -> Standing:
        now = standing(self.scene.story)
        assert not now.broken, f"{now.broken}: {self.story}"
        return now
