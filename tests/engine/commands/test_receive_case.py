"""Receipt (收件): the case gets its number and first step, or the applicant the way to the right window."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from engine.clock import local_date
from engine.errors import FormInvalid, NotFound, NotPermitted
from tests.story import ANSWERS, DOCUMENTS, Story, example_as, publish

STRANGER = {**ANSWERS, "applicant_name": "赵无极", "applicant_id": "11010519491231002X"}


def test_a_case_is_received_with_its_number_its_first_step_and_a_query_password(story: Story) -> None:
    answer = story.receive()
    case = story.case()
    assert answer["number"].startswith(f"990101001001{local_date(story.office.clock.now()):%y%m%d}")
    assert len(answer["query_password"]) == 6
    assert (case.status, case.home_region, case.promised_due_at) == ("received", "990101001001", None)
    assert story.open_nodes() == ["acceptance"]
    assert story.kinds() == ["case_received"]


def test_the_acceptance_clock_runs_five_working_days_from_receipt(story: Story) -> None:
    story.receive()
    assert local_date(story.case().acceptance_due_at).isoformat() == "2026-03-09"


def test_numbers_of_one_window_and_day_follow_each_other(story: Story, office) -> None:  # type: ignore[no-untyped-def]
    first, second = story.receive()["number"], Story(office).receive()["number"]
    assert int(second) == int(first) + 1


def test_somebody_the_registry_does_not_know_needs_a_home_region(story: Story) -> None:
    with pytest.raises(FormInvalid) as refused:
        story.receive(form=STRANGER)
    assert "home_region" in refused.value.detail["errors"]


def test_somebody_the_registry_does_not_know_is_received_at_the_community_named(story: Story) -> None:
    story.receive(form=STRANGER, home_region="990101001002")
    case = story.case()
    assert (case.home_region, case.resident_id) == ("990101001002", None)


def test_a_form_with_gaps_is_refused_field_by_field(story: Story) -> None:
    with pytest.raises(FormInvalid) as refused:
        story.receive(form={**ANSWERS, "apply_mode": "全家", "income_12m": None})
    assert {"apply_mode", "income_12m"} <= set(refused.value.detail["errors"])
    assert story.case_id == 0


def test_a_missing_document_does_not_stop_the_receipt(story: Story) -> None:
    answer = story.receive(documents={"identity_card": "paper"})
    status = {line["id"]: line["status"] for line in answer["documents"]}
    assert status["income_statement"] == "missing"
    assert answer["outcome"] == "received"


def test_only_a_window_receives(story: Story) -> None:
    with pytest.raises(NotPermitted):
        story.receive(by="district")


def test_an_item_that_is_not_in_force_is_not_received(story: Story) -> None:
    with pytest.raises(NotFound, match="没有有效版本"):
        story.receive(item="mz-999-nothing")


def test_an_item_without_city_wide_acceptance_is_referred_to_the_home_window(module_story: Story) -> None:
    publish(module_story.office, example_as("MZ-902", "mz-902-home-only", {"cross_city: true": "cross_city: false"}))
    answer = module_story.receive(item="mz-902-home-only", form=STRANGER, home_region="990102001001")
    assert answer["outcome"] == "referred"
    assert answer["home_region"] == "990102001001"
    assert answer["competent_body"]
    assert module_story.rows("SELECT count(*) FROM cases WHERE home_region = '990102001001'")[0][0] == 0


def test_an_item_without_city_wide_acceptance_is_received_at_the_home_window(module_story: Story) -> None:
    publish(module_story.office, example_as("MZ-902", "mz-902-home-only", {"cross_city: true": "cross_city: false"}))
    assert module_story.receive(item="mz-902-home-only")["outcome"] == "received"


def test_a_certificate_that_may_not_be_issued_gets_a_slip_and_no_case(module_story: Story) -> None:
    forbidden = example_as(
        "ZM-901",
        "zm-901-unfounded-proof",
        {"kind: service_item": "kind: certificate\nlegality: {status: review, basis: 依据待核}"},
    )
    publish(module_story.office, forbidden)
    answer = module_story.receive(item="zm-901-unfounded-proof")
    assert (answer["outcome"], answer["legality"], answer["basis"]) == ("not_issuable", "review", "依据待核")
    cases = "SELECT count(*) FROM cases c JOIN items i ON i.id = c.item_id WHERE i.kind = 'certificate'"
    assert module_story.rows(cases)[0][0] == 0


def test_no_personal_value_stands_in_clear_anywhere_in_the_database(own_story: Story) -> None:
    """Every row of every table as text, except the factory texts and the registry's own name columns."""
    secret = {"identity": ANSWERS["applicant_id"], "phone": ANSWERS["applicant_phone"]}
    own_story.receive(key="first")
    own_story.accept(idempotency_key="second")
    own_story.complete("joint_check", opinion="申请人电话13800000001，身份证990101197403120027")
    with own_story.office.database.connect() as connection:
        tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        for table in tables:
            for row in connection.execute(text(f'SELECT t::text FROM "{table}" t')).scalars():
                found = [name for name, value in secret.items() if str(value) in row]
                assert found == [], f"{table}: {row[:200]}"
                assert own_story.password not in _answers(table, row), f"the query password is readable in {table}"


def _answers(table: str, row: str) -> str:
    """Rows in which a six-digit password could stand in clear; elsewhere six digits may come by chance."""
    return row if table in ("idempotency", "case_events", "outbox", "outbox_deliveries") and "password" in row else ""


def test_documents_brought_on_paper_are_remembered_with_the_way_they_came(story: Story) -> None:
    story.receive(documents=DOCUMENTS)
    rows = story.rows("SELECT * FROM case_documents WHERE case_id = :case")
    modes = {row.document_id: (row.status, row.mode) for row in rows}
    assert modes["identity_card"] == ("received", "paper")
    assert modes["disability_card"][0] == "not_needed"
