"""The outbox: at least once, in order per case and receiver; a dead letter stops only its own case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from engine.commands.relay_outbox import MOST_ATTEMPTS, RelayOutbox, relay_outbox
from engine.errors import DeliveryUnavailable
from engine.office import Office
from engine.policy.actors import SYSTEM
from engine.queries.due_work import waiting_receivers
from engine.records.outbox import OutboxRecords
from tests.story import Story


def relay(office: Office) -> dict[str, Any]:
    return relay_outbox(office, SYSTEM, RelayOutbox())


def drain(office: Office) -> int:
    sent = 0
    while (answer := relay(office))["sent"] is not None:
        sent += bool(answer["sent"])
    return sent


def mailbox(story: Story) -> list[str]:
    return [
        row.kind for row in story.rows("SELECT kind FROM outbox_deliveries WHERE case_id = :case ORDER BY outbox_id")
    ]


def test_every_row_reaches_the_mailbox_once_and_in_order(own_story: Story) -> None:
    office = own_story.to_end().office
    assert drain(office) == 3
    assert drain(office) == 0
    assert mailbox(own_story) == ["case_accepted", "case_decided", "certificate_issued"]


def test_a_row_waits_for_the_earlier_row_of_its_case_and_receiver(own_story: Story) -> None:
    office = own_story.to_end().office
    with office.database.begin() as connection:
        connection.execute(
            text("UPDATE outbox SET due_at = :later WHERE id = (SELECT min(id) FROM outbox)"),
            {"later": office.clock.now() + timedelta(hours=1)},
        )
    assert relay(office)["sent"] is None
    assert mailbox(own_story) == []
    office.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
    assert drain(office) == 3


def test_a_failing_receiver_is_tried_again_with_growing_pauses_and_then_becomes_a_dead_letter(
    own_story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_story.receive()
    own_story.accept()
    other = Story(own_story.office)
    other.receive()
    other.accept()
    office, whole = own_story.office, OutboxRecords.deliver

    def deliver(records: OutboxRecords, row: Any, message: str, at: Any) -> None:
        if row.case_id == own_story.case_id:
            raise DeliveryUnavailable()
        whole(records, row, message, at)

    monkeypatch.setattr(OutboxRecords, "deliver", deliver)
    pauses = []
    for _ in range(MOST_ATTEMPTS):
        drain(office)
        row = own_story.rows("SELECT * FROM outbox WHERE case_id = :case")[0]
        pauses.append((row.due_at - office.clock.now()).total_seconds())
        office.clock.at = row.due_at  # type: ignore[attr-defined]
    assert pauses == sorted(pauses)
    assert row.dead_at is not None
    assert mailbox(own_story) == []
    assert mailbox(other) == ["case_accepted"]


def test_a_dead_letter_stops_the_later_rows_of_its_own_case_only_and_wakes_nobody(own_story: Story) -> None:
    office = own_story.to_end().office
    other = Story(office).to_end()
    with office.database.begin() as connection:
        connection.execute(text("UPDATE outbox SET dead_at = created_at WHERE id = (SELECT min(id) FROM outbox)"))
    assert drain(office) == 3
    assert mailbox(own_story) == []
    assert len(mailbox(other)) == 3
    assert waiting_receivers(office) == []


def test_a_row_nobody_has_words_for_does_not_stand_in_the_way_of_the_others(own_story: Story) -> None:
    office = own_story.to_end().office
    with office.database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO outbox (case_id, receiver, kind, payload, created_at, due_at)"
                " SELECT case_id, 'nobody', 'unheard_of', '{}', created_at, due_at - interval '1 day' FROM outbox LIMIT 1"
            )
        )
    assert drain(office) == 3
    assert own_story.rows("SELECT last_error FROM outbox WHERE kind = 'unheard_of'")[0].last_error.startswith(
        "KeyError"
    )
