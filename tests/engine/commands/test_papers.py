"""Service of documents (送达回证) and hand-over of papers (材料交接单)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from api.embedded.postgres import EmbeddedPostgres
from engine.commands.archive_case import ArchiveCase, archive_case
from engine.commands.hand_over_documents import (
    HandOverDocuments,
    ReceiveDocuments,
    hand_over_documents,
    receive_documents,
)
from engine.commands.record_service import RecordService, record_service
from engine.errors import ActionNotAllowed, FormInvalid, NotFound
from engine.queries.case_check import check_all_cases
from engine.queries.notice_view import handover_page, notice_page
from engine.queries.paper_files import collection_file, handover_file, service_return_file
from tests.story import Story

TODAY = date(2026, 3, 2)


def notice_of(story: Story, kind: str = "acceptance") -> str:
    number: str = story.rows("SELECT number FROM notices WHERE case_id = :case AND kind = :kind", kind=kind)[0][0]
    return number


def serve(story: Story, by: str = "window", **request: Any) -> dict[str, Any]:
    usual = {"notice": notice_of(story), "mode": "direct", "served_on": TODAY, "recipient": "王秀英"}
    wanted = RecordService(case_number=story.number, **{**usual, **request})
    return record_service(story.office, story.actor(by), wanted)


def accepted(story: Story) -> Story:
    story.receive()
    story.accept()
    return story


def hand_over(story: Story, *documents: str, by: str = "window", to: str = "street") -> dict[str, Any]:
    page = handover_page(story.office, story.actor(by), story.number)
    receiving = {post.id for post in story.actor(to).posts}
    to_post = next(post for post, _ in page.other_posts if post in receiving)
    wanted = HandOverDocuments(
        case_number=story.number, from_post_id=page.my_posts[0][0], to_post_id=to_post, documents=documents
    )
    return hand_over_documents(story.office, story.actor(by), wanted)


def receive(story: Story, handover_id: int, by: str = "street") -> dict[str, Any]:
    return receive_documents(story.office, story.actor(by), ReceiveDocuments(handover_id=handover_id))


# --- service ------------------------------------------------------------------------------------------------------


def test_a_service_stands_in_the_register_the_events_and_on_its_return(story: Story) -> None:
    accepted(story)
    serve(story)
    assert story.kinds()[-1] == "notice_served"
    paper = service_return_file(story.office, story.actor("window"), story.number, notice_of(story))
    assert (paper.facts["recipient"], paper.facts["mode"]) == ("王秀英", "直接送达")
    page = notice_page(story.office, story.actor("window"), story.number, notice_of(story))
    assert page.service is not None


def test_names_of_recipient_and_witnesses_are_not_readable_in_the_event(story: Story) -> None:
    accepted(story)
    served = {"mode": "left", "recipient": "张同住", "relation": "配偶", "witnesses": ("刘见证",), "refusal": "拒收"}
    serve(story, **served)
    assert not any(name in str([e.payload for e in story.events()]) for name in ("张同住", "刘见证", "拒收", "配偶"))
    paper = service_return_file(story.office, story.actor("window"), story.number, notice_of(story))
    assert paper.facts["witnesses"] == "刘见证"


@pytest.mark.parametrize(
    ("gap", "field"),
    [
        ({"recipient": " "}, "recipient"),
        ({"recipient": "张同住"}, "relation"),
        ({"mode": "left", "refusal": "拒收"}, "witnesses"),
        ({"mode": "left", "witnesses": ("刘见证",)}, "refusal"),
        ({"refusal": "不肯签字"}, "witnesses"),
        ({"mode": "post"}, "evidence"),
        ({"mode": "announcement", "recipient": ""}, "evidence"),
        ({"mode": "pigeon"}, "mode"),
        ({"served_on": TODAY + timedelta(days=1)}, "served_on"),
        ({"served_on": TODAY - timedelta(days=1)}, "served_on"),
        ({"place": "路" * 501}, "place"),
        ({"mode": "left", "refusal": "拒收", "witnesses": tuple("一二三四五六")}, "witnesses"),
    ],
)
def test_every_way_of_service_must_show_what_it_needs(story: Story, gap: dict[str, Any], field: str) -> None:
    accepted(story)
    with pytest.raises(FormInvalid) as refusal:
        serve(story, **gap)
    assert list(refusal.value.detail["errors"]) == [field]  # type: ignore[call-overload]


def test_an_announcement_names_no_recipient(story: Story) -> None:
    accepted(story)
    serve(story, mode="announcement", recipient="", evidence="社区公告栏")


def test_a_document_is_served_once(story: Story) -> None:
    accepted(story)
    serve(story)
    with pytest.raises(ActionNotAllowed, match="不能重复") as refusal:
        serve(story)
    assert refusal.value.detail["rule"] == "served_before"


def test_a_document_of_another_case_is_not_served(story: Story) -> None:
    other = accepted(Story(story.office))
    accepted(story)
    with pytest.raises(NotFound):
        serve(story, notice=notice_of(other))
    with pytest.raises(NotFound):
        serve(story, by="auditor")


def test_the_delivery_of_the_result_is_shown_with_the_service_and_printed(story: Story) -> None:
    story.to_certificate().issue()
    story.deliver(recipient="王秀英", id_ending="0027")
    serve(story, notice=notice_of(story, "grant"))
    paper = service_return_file(story.office, story.actor("window"), story.number, notice_of(story, "grant"))
    assert "窗口领取，领取人王秀英" in paper.facts["result_delivery"]
    collected = collection_file(story.office, story.actor("window"), story.number)
    assert (collected.facts["recipient"], collected.facts["id_ending"]) == ("王秀英", "0027")
    assert next(line["title"] for line in collected.facts["papers"]) == "准予决定书"
    assert len(collected.facts["papers"]) == 2


def test_nothing_is_printed_before_it_happened(story: Story) -> None:
    accepted(story)
    window = story.actor("window")
    for asked in (
        lambda: service_return_file(story.office, window, story.number, notice_of(story)),
        lambda: collection_file(story.office, window, story.number),
        lambda: handover_file(story.office, window, story.number, 1),
    ):
        with pytest.raises(NotFound):
            asked()


# --- hand-over ----------------------------------------------------------------------------------------------------


def test_papers_go_to_another_post_which_confirms_them(story: Story) -> None:
    accepted(story)
    answer = hand_over(story, "identity_card", "income_statement")
    assert "交〔2026〕" in answer["number"]
    slip = handover_page(story.office, story.actor("street"), story.number).slips[-1]
    assert slip.is_for_me
    receive(story, answer["handover_id"])
    assert story.kinds()[-2:] == ["documents_handed_over", "documents_received"]
    paper = handover_file(story.office, story.actor("window"), story.number, answer["handover_id"])
    assert paper.facts["received_by"] == story.actor("street").name
    assert len(paper.facts["documents"]) == 2


def test_papers_under_way_are_not_handed_over_again_until_they_arrive(story: Story) -> None:
    accepted(story)
    first = hand_over(story, "identity_card")
    with pytest.raises(ActionNotAllowed, match="移交途中"):
        hand_over(story, "identity_card", "income_statement")
    receive(story, first["handover_id"])
    with pytest.raises(ActionNotAllowed, match="已经确认"):
        receive(story, first["handover_id"])
    hand_over(story, "identity_card", by="street", to="district")


def test_only_the_other_post_confirms(story: Story) -> None:
    accepted(story)
    answer = hand_over(story, "identity_card")
    for name in ("window", "district", "auditor"):
        with pytest.raises(NotFound):
            receive(story, answer["handover_id"], by=name)


@pytest.mark.parametrize("documents", [(), ("disability_card",), ("identity_card", "no_such_paper")])
def test_only_papers_that_are_here_are_handed_over(story: Story, documents: tuple[str, ...]) -> None:
    accepted(story)
    with pytest.raises(FormInvalid):
        hand_over(story, *documents)


def test_papers_do_not_go_to_a_post_that_has_nothing_to_do_with_the_case(story: Story) -> None:
    accepted(story)
    page = handover_page(story.office, story.actor("window"), story.number)
    mine = page.my_posts[0][0]
    elsewhere = story.actor("consult").posts[0].id
    for to_post in (mine, elsewhere, 999_999_999):
        wanted = HandOverDocuments(
            case_number=story.number, from_post_id=mine, to_post_id=to_post, documents=("identity_card",)
        )
        with pytest.raises(FormInvalid, match="更正"):
            hand_over_documents(story.office, story.actor("window"), wanted)


def test_a_case_is_not_archived_while_papers_travel(story: Story) -> None:
    story.to_end()
    answer = hand_over(story, "identity_card")
    wanted = ArchiveCase(case_number=story.number)
    with pytest.raises(ActionNotAllowed, match="移交途中") as refusal:
        archive_case(story.office, story.actor("window"), wanted)
    assert refusal.value.detail["rule"] == "papers_in_transit"
    receive(story, answer["handover_id"])
    archive_case(story.office, story.actor("window"), wanted)


# --- the checker --------------------------------------------------------------------------------------------------

PLANTS = {
    "DELETE FROM notice_deliveries WHERE case_id = {case}": "号文书的送达",
    "UPDATE notice_deliveries SET mode = 'post' WHERE case_id = {case}": "应为direct，实为post",
    "UPDATE document_handovers SET received_at = NULL WHERE case_id = {case}": "已接收",
    "DELETE FROM document_handovers WHERE case_id = {case}": "交接单",
    "DELETE FROM notices WHERE case_id = {case} AND kind = 'grant'": "的编号应为",
    "DELETE FROM archives WHERE case_id = {case}": "归档目录摘要",
    "UPDATE cases SET archived_at = NULL WHERE id = {case}": "未标记归档",
}


def test_the_checker_is_silent_and_names_each_planted_difference(own_story: Story, postgres: EmbeddedPostgres) -> None:
    story = own_story
    story.to_end()
    serve(story, notice=notice_of(story, "grant"))
    receive(story, hand_over(story, "identity_card")["handover_id"])
    archive_case(story.office, story.actor("window"), ArchiveCase(case_number=story.number))
    assert [str(fault) for fault in check_all_cases(story.office).faults] == []
    name = str(story.office.database.url.database)
    for sql, words in PLANTS.items():
        with psycopg.connect(postgres.url_of(name, "postgres")) as connection:
            connection.execute("SET session_replication_role = replica")
            tables = ("notice_deliveries", "document_handovers", "notices", "archives", "cases")
            for table in tables:
                connection.execute(f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table}")  # type: ignore[call-overload]
            assert connection.execute(sql.format(case=story.case_id)).rowcount == 1, sql
            connection.commit()
            told = "\n".join(str(fault) for fault in check_all_cases(story.office).faults)
            assert words in told, (sql, told)
            for table in reversed(tables):
                connection.execute(f"DELETE FROM {table}")  # type: ignore[call-overload]
            for table in reversed(tables):
                override = "" if table == "notice_deliveries" or table == "archives" else " OVERRIDING SYSTEM VALUE"
                connection.execute(f"INSERT INTO {table}{override} SELECT * FROM kept_{table}")  # type: ignore[call-overload]
            connection.commit()
    assert [str(fault) for fault in check_all_cases(story.office).faults] == []
