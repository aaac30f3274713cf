"""What the worker and the scheduler run: each job calls one command per piece of work, until nothing is due."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from functools import lru_cache

from api.bootstrap import Parts, build_parts
from api.bulk import work_off
from api.settings import Settings
from engine.commands.fire_timer import FireTimer, fire_timer
from engine.commands.handover.hand_over_item import FinishHandover, HandOverItem, finish_handover, hand_over_item
from engine.commands.issue_certificate import (
    RecordCertificate,
    ReserveCertificate,
    record_certificate,
    reserve_certificate,
)
from engine.commands.machine_items import (
    LeaseMachineItem,
    PostponeMachineItem,
    RunService,
    lease_machine_item,
    postpone_machine_item,
    run_service,
)
from engine.commands.redate_cases import RedateCases, redate_cases
from engine.commands.relay_outbox import RelayOutbox, relay_outbox
from engine.commands.review_clocks import ReviewClocks, review_clocks
from engine.policy.actors import SYSTEM
from engine.ports import IssueRequest
from engine.queries.due_work import cases_to_review, due_timers
from engine.queries.handover import work_to_hand_over
from engine.queries.redatings import waiting_redating

MOST_PER_RUN = 500
log = logging.getLogger("yimen.jobs")


@lru_cache(1)
def parts() -> Parts:
    """The parts of this worker process."""
    return build_parts(Settings.from_environment(os.environ), pool_size=2)


def drain_machine(given: Parts | None = None) -> int:
    """Work off the machine lane; returns how many items were done."""
    own, done = given or parts(), 0
    while item := lease_machine_item(own.office, SYSTEM, LeaseMachineItem()):
        done += _run_leased(own, item["work_item_id"], item["service"], item["attempts"])
    return done


def _run_leased(own: Parts, work_item_id: int, service: str, attempts: int) -> bool:
    try:
        if service == "issue_certificate":
            issue_certificate(own, work_item_id)
        else:
            run_service(own.office, SYSTEM, RunService(work_item_id=work_item_id, service=service))
    except Exception as error:
        # Whatever it was, the item stays in the machine lane, is tried again and shows as an incident.
        log.exception("系统环节 %s（%s）第 %s 次办理失败", work_item_id, service, attempts)
        failure = PostponeMachineItem(
            work_item_id=work_item_id, attempts=attempts, error=f"{type(error).__name__}: {error}"
        )
        postpone_machine_item(own.office, SYSTEM, failure)
        return False
    return True


def issue_certificate(own: Parts, work_item_id: int) -> None:
    """Reserve the number, set and seal outside any transaction, record: each step can be repeated."""
    office = own.office
    reserved = reserve_certificate(office, SYSTEM, ReserveCertificate(work_item_id=work_item_id))
    if reserved["status"] == "issued":
        return
    pdf = own.issuer.issue(
        IssueRequest(
            type_key=reserved["type_key"],
            number=reserved["number"],
            identifier=reserved["identifier"],
            title=reserved["title"],
            facts=reserved["facts"],
            body_name=reserved["body_name"],
            body_code=reserved["body_code"],
            issued_at=reserved["issued_at"],
            verification_url=f"{office.public_url}/verify/{reserved['identifier']}?c={reserved['check_code']}",
            seal_name=reserved["seal_name"],
        )
    )
    record_certificate(
        office,
        SYSTEM,
        RecordCertificate(
            work_item_id=work_item_id,
            content=pdf.content,
            sha256=pdf.sha256,
            signer_serial=pdf.signer_serial,
            signed_at=pdf.signed_at,
        ),
    )


def drain_outbox(given: Parts | None = None) -> int:
    """Send what is due; returns how many rows were sent."""
    own, sent = given or parts(), 0
    while (answer := relay_outbox(own.office, SYSTEM, RelayOutbox()))["sent"] is not None:
        sent += bool(answer["sent"])
    return sent


def sweep_timers(given: Parts | None = None) -> int:
    """Fire every timer whose time has come."""
    own = given or parts()
    due = due_timers(own.office, MOST_PER_RUN)
    return sum(
        _safely(lambda row=row: fire_timer(own.office, SYSTEM, FireTimer(case_id=row[0], token=row[1]))) for row in due
    )


def sweep_clocks(given: Parts | None = None) -> int:
    """Look at every case whose card may have changed."""
    own = given or parts()
    due = cases_to_review(own.office, MOST_PER_RUN)
    return sum(
        _safely(lambda case_id=case_id: review_clocks(own.office, SYSTEM, ReviewClocks(case_id=case_id)))
        for case_id in due
    )


def sweep_handovers(given: Parts | None = None) -> int:
    """Move what departing officers left open, one case at a time; what was interrupted goes on here."""
    own, moved = given or parts(), 0
    for handover_id, items in work_to_hand_over(own.office):
        for item in items:
            request = HandOverItem(handover_id=handover_id, work_item_id=item)
            moved += _safely(lambda request=request: hand_over_item(own.office, SYSTEM, request))
        finish_handover(own.office, SYSTEM, FinishHandover(handover_id=handover_id))
    return moved


def redate(given: Parts | None = None) -> int:
    """Go on with dating open cases under a new calendar, batch by batch; returns how many cases moved."""
    own, moved = given or parts(), 0
    while (redating_id := waiting_redating(own.office)) is not None:
        while not (done := redate_cases(own.office, SYSTEM, RedateCases(redating_id=redating_id)))["finished"]:
            pass
        moved += done["cases_moved"]
    return moved


def drain_bulk(given: Parts | None = None) -> int:
    """Go on with bulk runs, case by case; returns how many cases were told."""
    return work_off(given or parts())


def _safely(work: Callable[[], object]) -> bool:
    """One case that fails must not stop the sweep of the others; it stays due and is logged each time."""
    try:
        work()
    except Exception:
        log.exception("巡检中有一件办理失败")
        return False
    return True
