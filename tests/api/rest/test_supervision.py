"""What supervisors and e-supervision systems read."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.rest.answers import csv_answer
from engine.commands.receive_case import ReceiveCase, receive_case
from engine.commands.sequence_events import DigestDay, SequenceEvents, digest_day, sequence_events
from engine.office import Office
from engine.policy.actors import SYSTEM
from engine.queries.actors import actor_named
from engine.queries.event_feed import event_feed, feed_digests

Clients = Callable[[str], FlaskClient]
FORM = {
    "applicant_name": "王秀英",
    "applicant_id": "990101197403120027",
    "applicant_phone": "13812345678",
    "apply_mode": "整户",
    "income_12m": "18720",
    "hardship_cause": "疾病",
}


@pytest.fixture
def fed_office(own_office: Office) -> Iterator[Office]:
    """Seven cases received and their events numbered."""
    clerk = actor_named(own_office, "window", own_office.clock.now().date())
    for _ in range(7):
        receive_case(own_office, clerk, ReceiveCase(item="mz-901-example-allowance", form=FORM))
    sequence_events(own_office, SYSTEM, SequenceEvents())
    return own_office


def test_a_cursor_reads_every_event_once_and_stops_at_the_end(fed_office: Office) -> None:
    after, numbers = 0, []
    while True:
        feed = event_feed(fed_office, SYSTEM, after, 3)
        numbers += [event.feed_no for event in feed.events]
        after = feed.next_after
        if feed.caught_up:
            break
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) == 7
    assert event_feed(fed_office, SYSTEM, after).next_after == after


def test_a_cursor_passes_over_events_outside_the_scope(fed_office: Office) -> None:
    day = fed_office.clock.now().date()
    elsewhere = actor_named(fed_office, "c020203", day)
    feed = event_feed(fed_office, elsewhere, 0, 3)
    assert (feed.events, feed.next_after, feed.caught_up) == ((), 3, False)


def test_the_first_event_of_a_case_begins_its_chain(fed_office: Office) -> None:
    for event in event_feed(fed_office, SYSTEM).events:
        assert (event.seq, event.prev_hash) == (1, "0" * 64)
        assert len(event.hash) == 64


def test_the_daily_digest_can_be_recomputed_from_the_feed(fed_office: Office) -> None:
    digest_day(fed_office, SYSTEM, DigestDay(day=fed_office.clock.now().date()))
    (digest,) = feed_digests(fed_office)
    chain = hashlib.sha256()
    for event in event_feed(fed_office, SYSTEM).events:
        chain.update(event.feed_no.to_bytes(8, "big") + bytes.fromhex(event.hash))
    assert (digest.digest, digest.last_feed_no) == (chain.hexdigest(), 7)


def test_the_feed_holds_no_personal_value(fed_office: Office) -> None:
    said = str(event_feed(fed_office, SYSTEM).events)
    assert not any(value in said for value in ("王秀英", FORM["applicant_id"], FORM["applicant_phone"]))


def test_the_on_time_table_is_json_or_csv_for_excel(client_of: Clients) -> None:
    system = client_of("esupervision")
    address = "/api/v1/supervision/tables/on-time?from=2026-03-01&through=2026-03-31"
    told = system.get(address).json
    assert {"rows", "total", "from", "through", "dimension"} == set(told)
    for asked in (system.get(f"{address}&format=csv"), system.get(address, headers={"Accept": "text/csv"})):
        assert asked.data.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(asked.data.decode("utf-8-sig"))))
        assert rows[0][:3] == ["代码", "名称", "办结数"]
        assert len(rows) == len(told["rows"]) + 2
        assert rows[-1][1] == "合计"


def test_unknown_tables_and_wrong_periods_are_told(client_of: Clients) -> None:
    supervisor = client_of("supervisor")
    assert supervisor.get("/api/v1/supervision/tables/satisfaction").status_code == 404
    backwards = supervisor.get("/api/v1/supervision/tables/on-time?from=2026-04-01&through=2026-03-01")
    assert backwards.status_code == 422
    assert supervisor.get("/api/v1/supervision/tables/on-time?form=x").json["errors"] == {
        "form": ["没有这一栏，请删去。"]
    }


def test_a_cell_that_a_spreadsheet_would_run_is_defused(app: Flask) -> None:
    with app.app_context():
        text = csv_answer("t", ["名称"], [["=HYPERLINK(1)"], ["-1+1"], [-1]]).data.decode("utf-8-sig")
    assert text.split("\r\n")[1:4] == ["'=HYPERLINK(1)", "'-1+1", "-1"]


def test_only_auditors_see_who_looked_at_what(client_of: Clients) -> None:
    assert client_of("auditor").get("/api/v1/audit-entries").status_code == 200
    assert client_of("supervisor").get("/api/v1/audit-entries").status_code == 403
