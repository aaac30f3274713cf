"""The checker finds what was lost, doubled or altered, and is silent about a sound city."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from api.bootstrap import Parts, build_office
from api.embedded.postgres import EmbeddedPostgres
from api.jobs import drain_outbox
from api.settings import Settings
from engine.clock import FixedClock
from engine.commands.sequence_events import DigestDay, SequenceEvents, digest_day, sequence_events
from engine.commands.special_procedure import EndProcedure, StartProcedure, end_procedure, start_procedure
from engine.office import Office
from engine.policy.actors import SYSTEM
from engine.queries.case_check import CheckReport, check_all_cases
from engine.records.events import event_hash
from tests.conftest import MONDAY
from tests.story import Story

DAYS_LATER = MONDAY + timedelta(days=12)
Plant = Callable[[str], CheckReport]


def settle(office: Office, settings: Settings) -> None:
    """Everything due is sent and numbered, and a day goes by."""
    drain_outbox(Parts(settings, office, None))
    sequence_events(office, SYSTEM, SequenceEvents())
    office.clock.advance(timedelta(days=1))  # type: ignore[attr-defined]
    digest_day(office, SYSTEM, DigestDay())


def suspended_and_resumed(office: Office) -> None:
    """A case whose clock stood for a hearing of four days."""
    story = Story(office)
    story.receive()
    story.accept()
    item = story.item("joint_check")
    district = story.actor("district")
    hearing = StartProcedure(
        work_item_id=item.id, procedure="publicity", reason="听证", approver_id=district.officer_id
    )
    started = start_procedure(office, story.holder(item), hearing)
    office.clock.advance(timedelta(days=4))  # type: ignore[attr-defined]
    end_procedure(office, district, EndProcedure(case_number=story.number, suspension_id=started["suspension_id"]))


@pytest.fixture(scope="module")
def history(postgres: EmbeddedPostgres, city_template: str, test_settings: Settings) -> str:
    """The name of a city database with cases in every state: ended, sent back, suspended, just received."""
    settings = replace(test_settings, database_url=postgres.create_database("history", city_template))
    office = build_office(settings, clock=FixedClock(MONDAY), pool_size=1)
    Story(office).to_end()
    Story(office).to_decision().complete("district_decision", "back")
    Story(office).to_certificate()
    settle(office, settings)
    suspended_and_resumed(office)
    Story(office).receive()
    settle(office, settings)
    office.database.dispose()
    return "history"


@pytest.fixture
def city(
    postgres: EmbeddedPostgres, history: str, test_settings: Settings, request: pytest.FixtureRequest
) -> Iterator[tuple[Office, str]]:
    """A copy of the history, twelve days later, and the name of its database."""
    name = f"checked_{abs(hash(request.node.nodeid)) % 10**10}"
    settings = replace(test_settings, database_url=postgres.create_database(name, history))
    office = build_office(settings, clock=FixedClock(DAYS_LATER), pool_size=4)
    yield office, name
    office.database.dispose()


@pytest.fixture
def plant(postgres: EmbeddedPostgres, city: tuple[Office, str]) -> Plant:
    """The report after one change behind the engine's back, its triggers asleep: what only a superuser can do."""
    office, name = city

    def plant(sql: str) -> CheckReport:
        with psycopg.connect(postgres.url_of(name, "postgres")) as connection:
            connection.execute("SET session_replication_role = replica")
            assert connection.execute(sql).rowcount, "the plant must change something"  # type: ignore[call-overload]
        return check_all_cases(office)

    return plant


def rules(report: CheckReport) -> str:
    return "\n".join(str(fault) for fault in report.faults)


def test_a_sound_city_has_no_faults(city: tuple[Office, str]) -> None:
    report = check_all_cases(city[0])
    assert rules(report) == ""
    assert report.cases == 5
    assert report.events > 30


def test_only_the_cases_asked_for_are_checked(city: tuple[Office, str]) -> None:
    assert check_all_cases(city[0], 2).cases == 2


def test_a_city_at_work_has_no_faults_at_any_instant(city: tuple[Office, str]) -> None:
    """All is read in one snapshot, so a case that moves on meanwhile is no difference."""
    office, _ = city
    enough = threading.Event()

    def work() -> int:
        done = 0
        while not enough.is_set():
            Story(office).to_end()
            done += 1
        return done

    with ThreadPoolExecutor(2) as pool:
        working = [pool.submit(work) for _ in range(2)]
        try:
            reports = [check_all_cases(office) for _ in range(10)]
        finally:
            enough.set()
    assert {rules(report) for report in reports} == {""}
    assert sum(future.result() for future in working) > 0


# What was done behind the engine's back -> words the report must say.
PLANTS = {
    "a lost event": ("DELETE FROM case_events WHERE case_id = 1 AND seq = 3", "事件序号应为3，实为4"),
    "the lost last event": (
        "DELETE FROM case_events e WHERE seq = (SELECT max(seq) FROM case_events WHERE case_id = e.case_id)"
        " AND case_id = 1",
        "最后事件序号",
    ),
    "a doubled work item": (
        "INSERT INTO work_items (case_id, token, kind, status, opened_at, sort_at) SELECT case_id, token, kind,"
        " 'open', opened_at, sort_at FROM work_items WHERE case_id = 2 AND status = 'open' LIMIT 1",
        "应为无，实为（",
    ),
    "a lost work item": ("DELETE FROM work_items WHERE case_id = 2 AND status = 'open'", "，实为无"),
    "a reopened work item": (
        "UPDATE work_items SET status = 'open' WHERE id = (SELECT max(id) FROM work_items WHERE case_id = 1)",
        "待办",
    ),
    "a work item held by somebody else": (
        "UPDATE work_items SET officer_id = 3 WHERE id = (SELECT min(id) FROM work_items WHERE case_id = 1)",
        "待办",
    ),
    "a stale place in the worklist": (
        "UPDATE work_items SET sort_at = sort_at + interval '3 days' WHERE case_id = 4 AND status = 'open'",
        "排序时间",
    ),
    "a skipped certificate number": (
        "UPDATE certificates SET serial = 2 WHERE status = 'issued'",
        "编号应为1至1各一个",
    ),
    "a lost certificate": ("DELETE FROM certificates WHERE status = 'issued'", "的证明应为"),
    "an altered certificate file": (
        "UPDATE certificate_files SET content = content || decode('00', 'hex')",
        "文件摘要",
    ),
    "a certificate number voided without a reason": (
        "UPDATE certificates SET status = 'voided' WHERE status = 'issued'",
        "状态应为预留",
    ),
    "a skipped feed number": (
        "UPDATE feed_entries SET feed_no = feed_no + 1 WHERE feed_no = (SELECT max(feed_no) FROM feed_entries)",
        "推送序号应为",
    ),
    "an event the feed forgot": (
        "DELETE FROM feed_entries WHERE feed_no = (SELECT max(feed_no) FROM feed_entries)",
        "号事件的推送序号应为已编，实为无",
    ),
    "an event the feed passed over": (
        "DELETE FROM feed_entries WHERE feed_no = 2",
        "号事件的推送序号应为已编，实为无",
    ),
    "a feed out of a case's order": (
        "WITH gone AS (DELETE FROM feed_entries WHERE feed_no IN (1, 2) RETURNING *)"
        " INSERT INTO feed_entries SELECT 3 - feed_no, event_id FROM gone ORDER BY 1",
        "推送序号应为大于",
    ),
    "a clock off by a day": (
        "UPDATE cases SET promised_due_at = promised_due_at + interval '1 day' WHERE id = 4",
        "承诺时限届满应为",
    ),
    "a suspension that never was": (
        "INSERT INTO suspensions (case_id, procedure, title, started_at) VALUES (1, 'publicity', '公示', now())",
        "特别程序",
    ),
    "a suspension a day too long": (
        "UPDATE suspensions SET ended_at = ended_at + interval '1 day' WHERE case_id = 4",
        "特别程序",
    ),
    "an unsent outbox row": (
        "UPDATE outbox SET sent_at = NULL WHERE id = (SELECT max(id) FROM outbox WHERE case_id = 4)",
        "起无人发送",
    ),
    "an outbox row said to be sent that never arrived": (
        "DELETE FROM outbox_deliveries WHERE outbox_id = (SELECT min(id) FROM outbox)",
        "送达应为收件箱中有，实为无",
    ),
    "a lost outbox row": ("DELETE FROM outbox WHERE id = (SELECT min(id) FROM outbox)", "应发消息"),
    "a dead letter": (
        "UPDATE outbox SET sent_at = NULL, dead_at = now() WHERE id = (SELECT max(id) FROM outbox)",
        "死信",
    ),
    "a status nobody gave": ("UPDATE cases SET status = 'closed' WHERE id = 5", "状态应为received，实为closed"),
    "a result nobody gave": ("UPDATE cases SET result = 'refused' WHERE id = 1", "结果应为granted，实为refused"),
    "a document nobody brought": (
        "UPDATE case_documents SET status = 'received' WHERE case_id = 5 AND document_id = 'disability_card'",
        "材料disability_card",
    ),
    "a timer that was lost": ("DELETE FROM timers WHERE case_id = 3", "定时"),
    "a step closed twice over": (
        "UPDATE steps SET status = 'done' WHERE case_id = 2 AND status = 'open'",
        "环节",
    ),
    "a process state of another case": (
        "UPDATE case_states SET state = (SELECT state FROM case_states WHERE case_id = 5) WHERE case_id = 4",
        "流程令牌",
    ),
    "an edited event": (
        """UPDATE case_events SET payload = payload || '{"decision": "refuse"}' WHERE case_id = 1 AND seq = 3""",
        "第3号事件哈希",
    ),
    "an altered digest": (
        "UPDATE feed_digests SET digest = decode(repeat('00', 32), 'hex') WHERE day = (SELECT min(day) FROM feed_digests)",
        "每日摘要",
    ),
}


@pytest.mark.parametrize("planted", sorted(PLANTS))
def test_a_planted_fault_is_found(plant: Plant, planted: str) -> None:
    sql, words = PLANTS[planted]
    assert words in rules(plant(sql))


def test_an_event_rewritten_with_its_whole_chain_breaks_the_digest_of_its_day(
    postgres: EmbeddedPostgres, city: tuple[Office, str]
) -> None:
    """A forger who recomputes the hashes of a case still meets the digest that was kept (and sent out) the day before."""
    office, name = city
    with psycopg.connect(postgres.url_of(name, "postgres"), row_factory=psycopg.rows.dict_row) as connection:
        connection.execute("SET session_replication_role = replica")
        events = connection.execute("SELECT * FROM case_events WHERE case_id = 2 ORDER BY seq").fetchall()
        previous = bytes(32)
        for event in events:
            event["place"] = "990101001002"
            forged = event_hash(previous, event)
            connection.execute(
                "UPDATE case_events SET place = %s, prev_hash = %s, hash = %s WHERE id = %s",
                (event["place"], previous, forged, event["id"]),
            )
            previous = forged
        connection.execute("UPDATE cases SET event_hash = %s WHERE id = 2", (previous,))
    assert {fault.case for fault in check_all_cases(office).faults} == {"每日摘要"}


def test_a_case_deleted_with_all_its_events_leaves_a_hole_in_the_feed(plant: Plant) -> None:
    assert "所指事件" in rules(plant("DELETE FROM case_events WHERE case_id = 5"))
