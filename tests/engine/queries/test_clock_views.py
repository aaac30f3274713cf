"""The file of a case shows every clock, what it belongs to, by what rule, and how its date was counted."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from engine.commands.special_procedure import StartProcedure, start_procedure
from engine.office import Office
from engine.queries.approvers import approvers
from engine.queries.case_file import case_file
from engine.queries.clock_views import ClockView
from tests.story import Story

ONE_MISSING = {"identity_card": "paper"}


def clocks(story: Story) -> tuple[ClockView, ...]:
    return case_file(story.office, story.actor("window"), story.number).clocks


def shown(story: Story) -> list[tuple[str, str, str]]:
    return [(clock.kind.value, clock.name, clock.due_on.isoformat()) for clock in clocks(story)]


def test_before_acceptance_the_clock_of_acceptance_runs_and_that_of_its_step(office: Office) -> None:
    story = Story(office)
    story.receive()
    assert shown(story) == [("acceptance", "", "2026-03-09"), ("step", "受理", "2026-03-04")]


def test_in_process_the_main_clocks_come_first_then_steps_procedures_and_orders(office: Office) -> None:
    story = Story(office)
    story.receive(documents=ONE_MISSING)
    story.accept_with_gaps()
    item = story.item("joint_check")
    holder = story.holder(item)
    approver = approvers(office, holder, story.number)[0].officer_id
    hearing = StartProcedure(work_item_id=item.id, procedure="publicity", reason="听证", approver_id=approver)
    start_procedure(office, holder, hearing)
    with office.database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO supervision_orders (case_id, number, issued_by, issued_at, asked_at, reply_working_days,"
                " reply_due_at, matter_cipher, status)"
                " VALUES (:case, :number, :officer, :at, :at, 3, :due, '', 'issued')"
            ),
            {
                "case": story.case_id,
                "number": f"督〔2026〕{story.case_id}号",
                "officer": holder.officer_id,
                "at": office.clock.now(),
                "due": office.clock.now() + timedelta(days=3),
            },
        )
    assert [(kind, name) for kind, name, _ in shown(story)] == [
        ("promised", ""),
        ("statutory", ""),
        ("deferred", ""),
        ("step", "部门协查"),
        ("step", "部门协查"),
        ("procedure", "审核意见公示"),
        ("reply", f"督〔2026〕{story.case_id}号"),
    ]
    assert {kind: due for kind, _, due in shown(story)}["reply"] == "2026-03-05"


def test_every_clock_has_a_ledger_and_a_basis(office: Office) -> None:
    story = Story(office)
    story.to_certificate()
    seen = clocks(story)
    assert {clock.kind.value for clock in seen} >= {"promised", "statutory", "delivery", "procedure"}
    assert all(clock.ledger and clock.basis for clock in seen)


def test_a_procedure_that_ended_keeps_its_last_reading(office: Office) -> None:
    story = Story(office)
    story.to_decision()
    procedure = next(clock for clock in clocks(story) if clock.kind == "procedure")
    assert procedure.is_stopped
    assert not procedure.is_overdue
