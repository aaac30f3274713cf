"""Feed numbers (feed_no): given after the commit, gapless, in each case's order, and chained by daily digests."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from engine.clock import local_instant
from engine.commands.sequence_events import DigestDay, SequenceEvents, digest_day, sequence_events
from engine.office import Office
from engine.policy.actors import SYSTEM
from engine.queries.case_check import check_all_cases
from engine.queries.event_feed import event_feed, feed_digests
from engine.records.events import GENESIS, event_hash
from tests.story import Story


def sequence(office: Office, most: int = 5000) -> int:
    return int(sequence_events(office, SYSTEM, SequenceEvents(most=most))["numbered"])


def feed(office: Office) -> list[tuple[int, int]]:
    with office.database.connect() as connection:
        rows = connection.execute(text("SELECT feed_no, event_id FROM feed_entries ORDER BY feed_no"))
        return [tuple(row) for row in rows]


def unnumbered(office: Office) -> int:
    with office.database.connect() as connection:
        return int(
            connection.execute(
                text("SELECT count(*) FROM case_events e LEFT JOIN feed_entries f ON f.event_id = e.id WHERE f IS NULL")
            ).scalar_one()
        )


def event_row(story: Story, seq: int, at: datetime) -> dict[str, object]:
    row = {
        "case_id": story.case_id, "seq": seq, "kind": "noted", "at": at, "officer_id": None, "post_id": None,
        "place": "990101001001", "payload": {}, "case_opened_on": date(2026, 3, 2), "prev_hash": GENESIS,
    }  # fmt: skip
    return row | {"hash": event_hash(GENESIS, row)}


def test_every_committed_event_is_numbered_once(own_story: Story) -> None:
    office = own_story.to_decision().office
    count = len(own_story.events())
    assert sequence(office) == count
    assert sequence(office) == 0
    assert [number for number, _ in feed(office)] == list(range(1, count + 1))


def test_a_transaction_held_open_while_others_commit_loses_no_event(own_story: Story) -> None:
    """Its event has the smaller id and becomes visible last: it is numbered last, and nothing is skipped."""
    office = own_story.office
    own_story.receive()
    sequence(office)
    with office.unit_of_work() as slow:
        slow.events.append([event_row(own_story, 2, office.clock.now())])
        for _ in range(3):
            Story(office).receive()
            assert sequence(office) == 1
        assert sequence(office) == 0
    assert sequence(office) == 1
    assert unnumbered(office) == 0
    ids = [event_id for _, event_id in feed(office)]
    assert ids[-1] == min(ids[1:])


def test_a_transaction_rolled_back_leaves_no_hole(own_story: Story) -> None:
    office = own_story.office
    own_story.receive()
    sequence(office)
    lost = office.unit_of_work().__enter__()
    lost.events.append([event_row(own_story, 2, office.clock.now())])
    Story(office).receive()
    lost.__exit__(RuntimeError, RuntimeError(), None)
    Story(office).receive()
    sequence(office)
    assert [number for number, _ in feed(office)] == [1, 2, 3]


def test_small_runs_number_what_one_large_run_would(own_story: Story) -> None:
    office = own_story.to_end().office
    while sequence(office, most=3):
        pass
    assert unnumbered(office) == 0
    assert [number for number, _ in feed(office)] == list(range(1, len(own_story.events()) + 1))


def test_numbers_stay_gapless_while_eight_threads_commit_and_two_sequencers_run(own_office: Office) -> None:
    done, faults = threading.Event(), []

    def sequencer() -> None:
        while not done.is_set():
            sequence(own_office, most=7)

    def work(_: int) -> None:
        for _ in range(4):
            story = Story(own_office)
            story.receive()
            story.accept()

    sequencers = [threading.Thread(target=sequencer) for _ in range(2)]
    for thread in sequencers:
        thread.start()
    with ThreadPoolExecutor(8) as pool:
        faults += [future.exception() for future in [pool.submit(work, n) for n in range(8)] if future.exception()]
    done.set()
    for thread in sequencers:
        thread.join()
    while sequence(own_office, most=7):
        pass
    assert faults == []
    assert unnumbered(own_office) == 0
    own_office.clock.advance(timedelta(minutes=2))  # type: ignore[attr-defined]
    assert check_all_cases(own_office).faults == ()
    assert len(feed(own_office)) == 8 * 4 * 2


def test_paging_by_cursor_sees_each_event_exactly_once(own_story: Story) -> None:
    office = own_story.to_end().office
    sequence(office)
    reader, seen, after = own_story.actor("supervisor"), [], 0
    while (page := event_feed(office, reader, after, 4)).events:
        seen += [event.feed_no for event in page.events]
        after = page.next_after
        if len(seen) == 8:
            Story(office).receive()
            sequence(office)
    assert seen == list(range(1, len(own_story.events()) + 2))


def test_a_database_restored_on_another_server_settles_again(own_story: Story) -> None:
    """There transaction numbers start anew: a remembered one from the old server lies in the future for ever."""
    office = own_story.office
    own_story.receive()
    sequence(office)
    with office.database.begin() as connection:
        connection.execute(text("UPDATE sequencer SET pending_xmax = 9000000000000, settled_id = 0"))
    Story(office).receive()
    sequence(office)
    with office.database.connect() as connection:
        assert connection.execute(text("SELECT settled_id FROM sequencer")).scalar_one() > 0
    assert unnumbered(office) == 0


def test_the_digest_of_a_day_covers_every_number_up_to_its_last_event(own_story: Story) -> None:
    """Around midnight an event of the new day may be numbered before one of the old day: both are in the chain."""
    office, clock = own_story.office, own_story.office.clock
    clock.at = local_instant(date(2026, 3, 2), 23, 59, 59)  # type: ignore[attr-defined]
    own_story.receive()
    with office.unit_of_work() as slow:
        slow.events.append([event_row(own_story, 2, clock.now())])
        clock.advance(timedelta(seconds=2))  # type: ignore[attr-defined]
        Story(office).receive()
        sequence(office)
    sequence(office)
    first = digest_day(office, SYSTEM, DigestDay(day=date(2026, 3, 2)))
    assert first["last_feed_no"] == 3
    assert digest_day(office, SYSTEM, DigestDay(day=date(2026, 3, 2))) == first
    second = digest_day(office, SYSTEM, DigestDay(day=date(2026, 3, 3)))
    assert second["last_feed_no"] == 3
    assert [digest.digest for digest in feed_digests(office)] == [first["digest"], second["digest"]]


@pytest.mark.parametrize(
    "change", ["UPDATE case_events SET kind = 'x'", "DELETE FROM case_events", "TRUNCATE feed_entries"]
)
def test_history_cannot_be_changed_by_the_application(own_story: Story, change: str) -> None:
    own_story.receive()
    with pytest.raises(Exception, match="append-only"), own_story.office.database.begin() as connection:
        connection.execute(text(change))
