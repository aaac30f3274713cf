"""Archiving (归档): the file list, the seal of the database, and a silent edit that is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.bootstrap import build_office
from api.embedded.postgres import EmbeddedPostgres
from api.settings import Settings
from engine.clock import FixedClock
from engine.commands.archive_case import ArchiveCase, TransferArchives, archive_case, transfer_archives
from engine.commands.record_service import RecordService, record_service
from engine.errors import ActionNotAllowed, CaseworkError, FormInvalid, NotFound, NotPermitted
from engine.policy.operations import Action
from engine.queries.archive_lists import archived_cases, unarchived_cases, verify_archive
from engine.queries.case_actions import case_actions
from engine.queries.case_check import check_all_cases
from engine.queries.paper_files import archive_list_file, archive_transfer_file
from tests.conftest import MONDAY
from tests.story import Story


def archive(story: Story, by: str = "window", **request: Any) -> dict[str, Any]:
    return archive_case(story.office, story.actor(by), ArchiveCase(case_number=story.number, **request))


def transfer(story: Story, *numbers: str, by: str = "window") -> dict[str, Any]:
    wanted = TransferArchives(receiver="青石区档案馆", cases=numbers)
    return transfer_archives(story.office, story.actor(by), wanted)


def test_a_closed_case_is_archived_with_number_and_digest(story: Story) -> None:
    story.to_end()
    answer = archive(story, page_count=12)
    assert "档〔2026〕" in answer["number"]
    assert story.case().status == "archived"
    assert story.case().archived_at == story.office.clock.now()
    assert story.kinds()[-1] == "case_archived"
    assert story.events()[-1].payload["manifest"] == answer["manifest_sha256"]


def test_the_list_names_application_documents_opinions_notices_certificate_and_events(story: Story) -> None:
    story.to_end()
    archive(story)
    found = {line["kind"] for line in story.rows("SELECT manifest FROM archives WHERE case_id = :case")[0][0]["files"]}
    assert {
        "case",
        "application",
        "document",
        "step",
        "work_item",
        "opinion",
        "notice",
        "certificate",
        "events",
    } <= found


def test_a_licence_is_kept_for_thirty_years_unless_the_officer_says_otherwise(story: Story) -> None:
    story.to_end()
    assert archive(story)["retention"] == "30_years"
    assert story.rows("SELECT retain_until FROM archives WHERE case_id = :case")[0][0] == date(2056, 12, 31)
    other = Story(story.office).to_end()
    assert archive(other, retention="permanent")["retention"] == "permanent"
    assert other.rows("SELECT retain_until FROM archives WHERE case_id = :case")[0][0] is None


@pytest.mark.parametrize("gap", [{"retention": "for ever"}, {"page_count": -1}])
def test_retention_and_pages_must_make_sense(story: Story, gap: dict[str, Any]) -> None:
    story.to_end()
    with pytest.raises(FormInvalid):
        archive(story, **gap)


def test_a_running_case_is_not_archived(story: Story) -> None:
    story.to_decision()
    with pytest.raises(ActionNotAllowed, match="已结案"):
        archive(story)


def test_a_case_outside_the_scope_does_not_exist(story: Story) -> None:
    story.to_end()
    with pytest.raises(NotFound):
        archive(story, by="auditor")


def test_every_operation_on_an_archived_case_is_refused(story: Story) -> None:
    story.to_end()
    archive(story)
    verdicts = case_actions(story.office, story.actor("window"), story.number).verdicts
    assert [v.action for v in verdicts if v.possible] == []
    assert {v.action for v in verdicts} == set(Action)
    with pytest.raises(ActionNotAllowed):
        archive(story)


# What the database refuses on an archived case, whoever asks.
EDITS = (
    "UPDATE cases SET applicant_name = '李四' WHERE id = :case",
    "DELETE FROM cases WHERE id = :case",
    "UPDATE case_states SET facts = '{}' WHERE case_id = :case",
    "DELETE FROM case_personal WHERE case_id = :case",
    "UPDATE case_documents SET status = 'missing' WHERE case_id = :case",
    "UPDATE steps SET decision = 'refuse' WHERE case_id = :case",
    "DELETE FROM work_items WHERE case_id = :case",
    "UPDATE notices SET number = number || 'x' WHERE case_id = :case",
    "UPDATE certificates SET status = 'voided' WHERE case_id = :case",
    "UPDATE certificate_files SET content = 'x' WHERE certificate_id IN"
    " (SELECT id FROM certificates WHERE case_id = :case)",
    "INSERT INTO notices (case_id, kind, number, issued_at, facts_cipher) VALUES (:case, 'grant', 'x', now(), 'x')",
    "INSERT INTO case_personal (case_id, part, body_cipher) VALUES (:case, 'late', 'x')",
    "INSERT INTO case_events (case_id, seq, kind, at, place, payload, prev_hash, hash, case_opened_on)"
    " VALUES (:case, 99, 'late', now(), '990000000000', '{}', 'x', 'x', now())",
    "UPDATE archives SET manifest_sha256 = repeat('0', 64) WHERE case_id = :case",
    "DELETE FROM archives WHERE case_id = :case",
)


def test_the_database_refuses_every_change_of_an_archived_case(story: Story) -> None:
    story.to_end()
    archive(story)
    for sql in EDITS:
        with story.office.database.connect() as connection, pytest.raises(DBAPIError, match=r"archived|sealed"):
            connection.execute(text(sql), {"case": story.case_id})
    assert verify_archive(story.office, story.actor("window"), story.number).is_sound


def test_a_case_that_is_not_archived_goes_on_as_ever(story: Story) -> None:
    other = Story(story.office).to_end()
    archive(other)
    assert story.to_end().case().status == "closed"


def test_archives_are_listed_found_verified_and_handed_over(own_story: Story) -> None:
    story = own_story
    office, window = story.office, story.actor("window")
    numbers = []
    for _ in range(3):
        story.to_end()
        numbers.append(story.number)
    assert [line.number for line in unarchived_cases(office, window).lines] == numbers
    first = unarchived_cases(office, window, limit=2)
    rest = unarchived_cases(office, window, first.next_cursor, limit=2)
    assert [line.number for line in (*first.lines, *rest.lines)] == numbers
    for number in numbers[:2]:
        story.number = number
        archive(story)
    assert [line.number for line in unarchived_cases(office, window).lines] == numbers[2:]
    assert {line.case_number for line in archived_cases(office, window).lines} == set(numbers[:2])
    assert [line.case_number for line in archived_cases(office, window, numbers[0][-4:]).lines] == numbers[:1]
    answer = transfer(story, *numbers[:2])
    assert "移〔2026〕1号" in answer["number"]
    paper = archive_transfer_file(office, window, answer["transfer_id"])
    assert [line["case_number"] for line in paper.facts["archives"]] == numbers[:2]
    with pytest.raises(NotFound):
        archive_transfer_file(office, story.actor("panel"), answer["transfer_id"])
    with pytest.raises(ActionNotAllowed, match="已经移交"):
        transfer(story, numbers[0])
    with pytest.raises(NotFound):
        transfer(story, numbers[2])
    listed = archive_list_file(office, window, numbers[0])
    assert listed.facts["manifest_sha256"] in str(listed.facts)
    assert any("准予决定书" in line["title"] for line in listed.facts["files"])
    assert [str(fault) for fault in check_all_cases(office).faults] == []


def test_who_works_on_no_case_sees_no_archive(story: Story) -> None:
    for name in ("auditor", "policy"):
        with pytest.raises(NotPermitted):
            archived_cases(story.office, story.actor(name))
        with pytest.raises(CaseworkError):
            transfer(story, "1", by=name)


# What a superuser edited behind the engine's back -> the file that verification names.
PLANTS = {
    "UPDATE cases SET applicant_name = '李四' WHERE id = {case}": "办件登记",
    "UPDATE case_personal SET body_cipher = 'x' WHERE case_id = {case} AND part = 'application'": "申请书",
    "UPDATE case_personal SET body_cipher = 'x' WHERE case_id = {case} AND part = 'delivery'": "办理意见",
    "UPDATE case_documents SET status = 'missing' WHERE case_id = {case} AND document_id = 'identity_card'": "申请材料",
    "UPDATE steps SET decision = 'refuse' WHERE case_id = {case} AND node_id = 'district_decision'": "办理环节",
    "DELETE FROM notices WHERE case_id = {case} AND kind = 'grant'": "办理文书",
    "UPDATE certificate_files SET content = 'x' WHERE certificate_id ="
    " (SELECT max(id) FROM certificates WHERE case_id = {case})": "证明（证照）",
    "UPDATE notice_deliveries SET mode = 'post' WHERE case_id = {case}": "送达回证",
    "UPDATE case_events SET place = '990000000000' WHERE case_id = {case} AND seq = 2": "办理经过",
    "UPDATE archives SET manifest = jsonb_set(manifest, '{{files,0,sha256}}', '\"00\"') WHERE case_id = {case}": "归档文件目录",
    "UPDATE archives SET manifest_sha256 = repeat('0', 64) WHERE case_id = {case}": "归档记录",
}


def test_a_silent_edit_of_an_archived_case_is_found_by_name(
    postgres: EmbeddedPostgres, city_template: str, test_settings: Settings
) -> None:
    settings = replace(test_settings, database_url=postgres.create_database("silent_edits", city_template))
    office = build_office(settings, clock=FixedClock(MONDAY), pool_size=2)
    cases = []
    for _ in PLANTS:
        story = Story(office).to_end()
        notice = story.rows("SELECT number FROM notices WHERE case_id = :case AND kind = 'grant'")[0][0]
        wanted = RecordService(
            case_number=story.number, notice=notice, mode="direct", served_on=date(2026, 3, 2), recipient="王秀英"
        )
        record_service(office, story.actor("window"), wanted)
        archive(story)
        cases.append((story.case_id, story.number))
    window = story.actor("window")
    assert [verify_archive(office, window, number).differences for _, number in cases] == [()] * len(cases)
    assert [str(fault) for fault in check_all_cases(office).faults] == []
    with psycopg.connect(postgres.url_of("silent_edits", "postgres")) as connection:
        connection.execute("SET session_replication_role = replica")
        for (case, _), sql in zip(cases, PLANTS, strict=True):
            assert connection.execute(sql.format(case=case)).rowcount == 1, sql  # type: ignore[call-overload]
    for (_, number), words in zip(cases, PLANTS.values(), strict=True):
        named = [difference.title for difference in verify_archive(office, window, number).differences]
        assert any(words in title for title in named), (words, named)
    office.database.dispose()
