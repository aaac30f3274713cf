"""Cases with a history, made by the same commands as any case, under a clock that moves.

Each case is a small story told by a generator that yields the instant of its next event; a queue runs all stories in the
order of time, so numbers, events and certificates come in the order a real city would have produced them. Stories that
reach the present stay open: they are the worklists of the demo.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Row, text

from api.bootstrap import Parts
from api.demo_city.answers import AnswerWriter
from api.demo_city.fixed_residents import WINDOW_COMMUNITY
from api.demo_city.incidents import Incidents
from api.jobs import drain_machine, drain_outbox, sweep_clocks
from engine.clock import LOCAL_ZONE, FixedClock, local_date, local_instant
from engine.commands.accept_case import AcceptCase, accept_case
from engine.commands.complete_work_item import CompleteWorkItem, complete_work_item
from engine.commands.deliver_case import DeliverCase, deliver_case
from engine.commands.fire_timer import FireTimer, fire_timer
from engine.commands.receive_case import ReceiveCase, receive_case
from engine.commands.refuse_acceptance import RefuseAcceptance, refuse_acceptance
from engine.commands.request_correction import RequestCorrection, request_correction
from engine.commands.review_clocks import ReviewClocks, review_clocks
from engine.commands.sequence_events import SequenceEvents, sequence_events
from engine.commands.supply_correction import SupplyCorrection, supply_correction
from engine.commands.verb import Answer
from engine.definitions.steps import node_of
from engine.errors import CaseworkError
from engine.office.shelves import ShelvedDefinition
from engine.policy.actors import SYSTEM, Actor
from engine.policy.identifiers import significant_prefix
from engine.queries.actors import posts_held
from engine.records.definitions import DefinitionRecords
from engine.records.organisation import OrganisationRecords
from engine.terms import Channel, Part, Role

MONTHS_BACK = 5
MOST_ANSWERS = 4  # from the issue of a card to its close
DEMO_STREET = f"{WINDOW_COMMUNITY[:9]}000"
OPEN_HOURS = (9, 17)
_ITEMS = text("SELECT key FROM items ORDER BY key")
_RESIDENTS = text(
    "SELECT r.*, h.attributes AS household FROM residents r LEFT JOIN households h ON h.id = r.household_id"
    " WHERE r.alive AND r.birth_on < :adult ORDER BY r.id LIMIT 5000"
)
_WINDOWS = text(
    "SELECT DISTINCT ON (p.region_code) p.id AS post_id, p.region_code, h.officer_id, o.name FROM posts p"
    " JOIN post_holdings h ON h.post_id = p.id JOIN officers o ON o.id = h.officer_id"
    " WHERE p.lane = 'community' AND 'clerk' = ANY(p.roles) ORDER BY p.region_code, h.officer_id"
)
_HOLDERS = text(
    "SELECT DISTINCT ON (h.post_id) h.post_id, h.officer_id, o.name FROM post_holdings h"
    " JOIN officers o ON o.id = h.officer_id ORDER BY h.post_id, h.officer_id"
)
_NEXT_ITEMS = text(
    "SELECT w.id, w.version, w.post_id, w.officer_id, w.part, w.due_at, w.opened_at, s.node_id, s.process_id, s.stage,"
    " c.number, c.accepted_at FROM work_items w JOIN cases c ON c.id = w.case_id"
    " JOIN steps s ON s.case_id = w.case_id AND s.token = w.token"
    " WHERE w.case_id = :case_id AND w.kind = 'human' AND w.status IN ('open', 'claimed') ORDER BY w.id"
)
_CARD_CHECK = text("SELECT card_check_at FROM cases WHERE id = :case_id")
_NEXT_TIMER = text(
    "SELECT token, due_at FROM timers WHERE case_id = :case_id AND fired_at IS NULL AND cancelled_at IS NULL ORDER BY due_at LIMIT 1"
)


def make_history(
    parts: Parts, wanted: int, seed: int, progress: Callable[[int], object], *, one_by_one: bool = False
) -> None:
    """So many cases received over the past months; progress(1) after each receipt.

    one_by_one  tell each story to its end before the next begins: while the city is already open, so that its
                scheduler and worker do not find half-told stories
    """
    now = parts.office.clock.now()
    clock = FixedClock(now - timedelta(days=30 * MONTHS_BACK))
    own = replace(parts, office=replace(parts.office, clock=clock, wake=None))
    city = _City(own, clock, now, Random(f"{seed}:{wanted}"))
    queue = [(city.working(start), index, city.story()) for index, start in enumerate(_starts(city, clock.at, wanted))]
    for stories in [[story] for story in queue] if one_by_one else [queue]:
        _tell(stories, clock, now, lambda: progress(1 if city.take_receipt() else 0))
    clock.at = now
    for finish in (sweep_clocks, drain_machine, drain_outbox):
        finish(own)
    while sequence_events(own.office, SYSTEM, SequenceEvents())["numbered"]:
        continue


def _starts(city: _City, earliest: datetime, wanted: int) -> list[datetime]:
    """When cases come in; a third in the last weeks, so that the worklists of today are full."""
    random, span = city.random, city.until - earliest
    recent = timedelta(days=21)
    return sorted(
        city.until - recent * random.random() if random.random() < 0.33 else earliest + span * random.random()
        for _ in range(wanted)
    )


def _tell(
    stories: list[tuple[datetime, int, Iterator[datetime]]],
    clock: FixedClock,
    now: datetime,
    told: Callable[[], object],
) -> None:
    """Run the stories in the order of time, up to the present."""
    heapq.heapify(stories)
    while stories:
        at, index, story = heapq.heappop(stories)
        if at > now:
            continue
        clock.at = at
        following = next(story, None)
        if following is not None:
            heapq.heappush(stories, (following, index, story))
        told()


@dataclass(frozen=True)
class _Window:
    """A counter and the officer behind it."""

    region_code: str
    actor: Actor
    post_id: int


class _City:
    """The people and counters the stories draw on."""

    def __init__(self, parts: Parts, clock: FixedClock, until: datetime, random: Random) -> None:
        self.parts, self.clock, self.until, self.random = parts, clock, until, random
        self.office = parts.office
        self.writer = AnswerWriter(self.office, random)
        self._receipts = 0
        with self.office.database.connect() as connection:
            records = OrganisationRecords(connection)
            today = local_date(parts.office.clock.now())
            self.items = [row.key for row in connection.execute(_ITEMS)]
            everyone = list(connection.execute(_RESIDENTS, {"adult": today - timedelta(days=365 * 20)}))
            self.windows = [
                _Window(r.region_code, Actor(r.officer_id, r.name, posts_held(records, r.officer_id, today)), r.post_id)
                for r in connection.execute(_WINDOWS)
            ]
            holders = list(connection.execute(_HOLDERS))
            held = {o: posts_held(records, o, today) for o in {h.officer_id for h in holders}}
            self.holders = {h.post_id: Actor(h.officer_id, h.name, held[h.officer_id]) for h in holders}
        self.officers = {actor.officer_id: actor for actor in self.holders.values()}
        supervisor = next(actor for actor in self.holders.values() if Role.SUPERVISOR in actor.roles)
        self.incidents = Incidents(self.office, random, self.holders, supervisor)
        self.by_region = {w.region_code: w for w in self.windows}
        # The street of the demo accounts sees every third case, so that whoever signs in finds work.
        near = [r for r in everyone if r.reside_region.startswith(significant_prefix(DEMO_STREET))]
        self.people = (near or everyone, everyone, everyone)

    def take_receipt(self) -> bool:
        """Whether a case was received since the last question."""
        taken, self._receipts = self._receipts > 0, max(0, self._receipts - 1)
        return taken

    # --- time ---------------------------------------------------------------------------------------------------

    def working(self, at: datetime) -> datetime:
        """The same instant if the counters are open then, else some time in the next opening hours."""
        calendar = self.calendar()
        local = at.astimezone(LOCAL_ZONE)
        first, last = OPEN_HOURS
        day = local.date() if local.hour < last else local.date() + timedelta(days=1)
        day = calendar.next_working_day_on_or_after(day)
        if day == local.date() and first <= local.hour < last:
            return at
        return local_instant(day, first) + timedelta(minutes=self.random.randrange(60 * (last - first)))

    def calendar(self) -> Any:
        with self.office.database.connect() as connection:
            return self.office.references.calendar(DefinitionRecords(connection)).calendar

    def after_a_while(self, item: Row[Any]) -> datetime:
        """When the officer gets to it: mostly well inside the step's limit, sometimes late."""
        now, due_at = self.clock.at, item.due_at
        if due_at is None or due_at <= now:
            return self.working(now + timedelta(minutes=self.random.randint(10, 400)))
        if due_at - now < timedelta(days=1):
            return self.working(now + timedelta(minutes=self.random.randint(4, 35)))
        share = self.random.betavariate(1.6, 2.6) if self.random.random() < 0.93 else self.random.uniform(1.05, 1.8)
        return self.working(now + max(timedelta(minutes=8), (due_at - now) * share))

    # --- one case -----------------------------------------------------------------------------------------------

    def story(self) -> Iterator[datetime]:
        """One case from the counter on; yields when its next event happens."""
        received = self._receive()
        if received is None:
            return
        case_id, shelved, resident = received
        while True:
            drain_machine(self.parts)
            with self.office.database.connect() as connection:
                items = list(connection.execute(_NEXT_ITEMS, {"case_id": case_id}))
                timer = connection.execute(_NEXT_TIMER, {"case_id": case_id}).one_or_none()
            if not items and not timer:
                self._settle(case_id, self.until)
                return
            at = self.after_a_while(items[0]) if items else timer.due_at + timedelta(minutes=1)
            self._colour_until(case_id, min(at, self.until))
            if at > self.until:
                return
            yield at
            if items:
                self._handle(case_id, shelved, resident, items[0])
            else:
                fire = FireTimer(case_id=case_id, token=timer.token)
                self._try(lambda request=fire: fire_timer(self.office, SYSTEM, request))

    def _colour_until(self, case_id: int, at: datetime) -> None:
        """What the sweeper would have done to this case by then: yellow, red, lapsed corrections, each at its time."""
        before = self.clock.at
        while True:
            with self.office.database.connect() as connection:
                check_at = connection.execute(_CARD_CHECK, {"case_id": case_id}).scalar_one()
            if check_at is None or check_at > at:
                break
            self.clock.at = max(check_at, self.clock.at)
            self._try(lambda: review_clocks(self.office, SYSTEM, ReviewClocks(case_id=case_id)))
            self._settle(case_id, at)
        self.clock.at = max(before, min(self.clock.at, at))

    def _settle(self, case_id: int, until: datetime) -> None:
        """Whoever a card or a supervision order concerns answers in the next days, and supervision closes it."""
        for _ in range(MOST_ANSWERS):
            soon = self.working(self.clock.at + timedelta(hours=20))
            if soon > until or not self.incidents.settle(case_id, lambda at=soon: setattr(self.clock, "at", at)):
                return

    def _receive(self) -> tuple[int, ShelvedDefinition, Row[Any]] | None:
        """A case of some item; items nobody here fits are passed over."""
        for key in self.random.sample(self.items, len(self.items)):
            with self.office.unit_of_work() as uow:
                shelved = self.office.definitions.in_force(uow.definitions, key, local_date(self.clock.at))
                found = self.writer.applicant_for(uow, shelved, self.random.choice(self.people), self.clock.at)
            if found and (received := self._hand_in(key, shelved, *found)):
                return received
        return None

    def _hand_in(
        self, key: str, shelved: ShelvedDefinition, resident: Row[Any], form: dict[str, Any], documents: dict[str, str]
    ) -> tuple[int, ShelvedDefinition, Row[Any]] | None:
        window = self.by_region.get(resident.reside_region) or self.random.choice(self.windows)
        if self.random.random() < 0.1 and shelved.definition.cross_city:
            window = self.random.choice(self.windows)
        online = shelved.definition.online_depth >= 4 and self.random.random() < 0.3
        request = ReceiveCase(
            item=key,
            form=form,
            documents=documents,
            channel=self.random.choice((Channel.PC, Channel.MOBILE)) if online else Channel.COUNTER,
            post_id=window.post_id,
        )
        answer = self._try(lambda: receive_case(self.office, window.actor, request))
        if not answer or answer["outcome"] != "received":
            return None
        self._receipts += 1
        return answer["case_id"], shelved, resident

    def _handle(self, case_id: int, shelved: ShelvedDefinition, resident: Row[Any], item: Row[Any]) -> None:
        actor = self.officers.get(item.officer_id) or self.holders[item.post_id]
        node = node_of(shelved.definition, item.process_id, item.node_id)
        if item.part != Part.MAIN:
            self.incidents.sign(item, actor, self._decision(node.decisions))
            return
        self.incidents.happen(item.number, item, actor)
        if item.stage == "accept" and item.accepted_at is None:
            self._accept(case_id, shelved, actor, item)
            return
        given = self.writer.step_answers(shelved.definition, node, local_date(self.clock.at))
        answers = given if item.stage != "accept" else {}
        values: dict[str, Any] = {
            "work_item_id": item.id,
            "decision": "" if item.stage == "accept" else self._decision(node.decisions),
            "answers": answers,
        }
        if self.random.random() < 0.5:
            values["opinion"] = self.random.choice(("情况属实。", "经核查，符合规定。", "已核实，同意上报。"))
        if item.stage == "deliver":
            deliver = DeliverCase(**values, recipient=resident.name, mode="counter")
            self._try(lambda: deliver_case(self.office, actor, deliver))
        else:
            self._try(lambda: complete_work_item(self.office, actor, CompleteWorkItem(**values)))

    def _accept(self, case_id: int, shelved: ShelvedDefinition, actor: Actor, item: Row[Any]) -> None:
        try:
            accept_case(self.office, actor, AcceptCase(work_item_id=item.id))
        except CaseworkError as refused:
            if "unmet" in refused.detail:
                self._refuse(shelved, actor, item, refused.detail["unmet"])
            else:
                self._correct(case_id, actor, item)

    def _correct(self, case_id: int, actor: Actor, item: Row[Any]) -> None:
        with self.office.unit_of_work() as uow:
            rows = uow.cases.documents(case_id)
            asked = uow.cases.lock(case_id)
        missing = {row.document_id: "paper" for row in rows if row.required and row.status == "missing"}
        if asked is not None and asked.status == "correction":
            self._try(
                lambda: supply_correction(self.office, actor, SupplyCorrection(work_item_id=item.id, documents=missing))
            )
        else:
            self._try(lambda: request_correction(self.office, actor, RequestCorrection(work_item_id=item.id)))

    def _refuse(self, shelved: ShelvedDefinition, actor: Actor, item: Row[Any], unmet: Any) -> None:
        conditions = {c.refusal: c for c in shelved.definition.eligibility}
        first = conditions[unmet[0]]
        basis = next((f"{law.title}{law.article}" for law in shelved.definition.legal_basis), "")
        request = RefuseAcceptance(
            work_item_id=item.id,
            reason=first.refusal,
            legal_basis=first.article or basis or "《中华人民共和国行政许可法》第三十二条",
            conditions=tuple(conditions[text].id for text in unmet),
        )
        self._try(lambda: refuse_acceptance(self.office, actor, request))

    def _decision(self, choices: Any) -> str:
        if not choices:
            return ""
        usual = self.random.random() < 0.94
        return choices[0].code if usual else self.random.choice(choices).code

    def _try(self, work: Callable[[], Answer]) -> Mapping[str, Any] | None:
        """A story whose step is refused simply stays where it is, as in life."""
        try:
            return work()
        except CaseworkError:
            return None
