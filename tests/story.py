"""Stories of cases for tests: one applicant, one item, every step done by an officer who holds its post."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row, text

from engine.clock import local_date, local_instant
from engine.commands.accept_case import AcceptCase, accept_case
from engine.commands.accept_on_commitment import AcceptOnCommitment, accept_on_commitment
from engine.commands.accept_with_gaps import AcceptWithGaps, accept_with_gaps
from engine.commands.complete_work_item import CompleteWorkItem, complete_work_item
from engine.commands.deliver_case import DeliverCase, deliver_case
from engine.commands.extend_limit import ExtendLimit, extend_limit
from engine.commands.issue_certificate import (
    RecordCertificate,
    ReserveCertificate,
    record_certificate,
    reserve_certificate,
)
from engine.commands.machine_items import RunService, run_service
from engine.commands.publish_definition import PublishDefinition, publish_definition
from engine.commands.receive_case import ReceiveCase, receive_case
from engine.commands.review_clocks import ReviewClocks, review_clocks
from engine.commands.settle_commitment import SettleCommitment, settle_commitment
from engine.commands.supply_deferred import SupplyDeferred, supply_deferred
from engine.definitions.bundle import ItemBundle, bundle_from_texts, bundle_to_zip, read_bundle
from engine.office import Office
from engine.policy.actors import SYSTEM, Actor
from engine.queries.actors import actor_named
from engine.queries.approvers import approvers
from engine.queries.case_check import _Check

EXAMPLE_ROOT = Path(__file__).parent / "engine" / "definitions" / "fixtures"
EXAMPLE = "mz-901-example-allowance"
ANSWERS = {
    "applicant_name": "王秀英",
    "applicant_id": "990101197403120027",
    "applicant_phone": "13800000001",
    "apply_mode": "整户",
    "income_12m": 1000,
    "hardship_cause": "疾病",
}
DOCUMENTS = {"identity_card": "paper", "income_statement": "paper"}
# The decision a step gets when a story does not say otherwise.
USUAL = {"joint_check": "agree", "district_decision": "grant"}
AMOUNT = {"opinion": {"monthly_amount": 300}}
PDF = b"%PDF-1.7 sealed"


@dataclass
class Story:
    """One case of the example allowance, moved on step by step."""

    office: Office
    case_id: int = 0
    number: str = ""
    password: str = ""
    _officers: dict[int, str] = field(default_factory=dict)

    def receive(self, *, by: str = "window", key: str = "", **request: Any) -> dict[str, Any]:
        """The answer of the counter; the story goes on with the case."""
        wanted: dict[str, Any] = {"item": EXAMPLE, "form": ANSWERS, "documents": DOCUMENTS, **request}
        answer = receive_case(self.office, self.actor(by), ReceiveCase(idempotency_key=key, **wanted))
        if answer["outcome"] == "received":
            self.case_id, self.number, self.password = answer["case_id"], answer["number"], answer["query_password"]
        return answer

    def accept(self, **request: Any) -> dict[str, Any]:
        item = self.item("acceptance")
        return accept_case(self.office, self.holder(item), AcceptCase(work_item_id=item.id, **request))

    def accept_with_gaps(self, *deferred: str, **request: Any) -> dict[str, Any]:
        item = self.item("acceptance")
        wanted = AcceptWithGaps(work_item_id=item.id, deferred=deferred or ("income_statement",), **request)
        return accept_with_gaps(self.office, self.holder(item), wanted)

    def accept_on_commitment(self, *committed: str, **request: Any) -> dict[str, Any]:
        item = self.item("acceptance")
        wanted = AcceptOnCommitment(work_item_id=item.id, committed=committed or ("income_statement",), **request)
        return accept_on_commitment(self.office, self.holder(item), wanted)

    def supply_deferred(self, *documents: str, by: str = "window") -> dict[str, Any]:
        brought = dict.fromkeys(documents or ("income_statement",), "paper")
        return supply_deferred(self.office, self.actor(by), SupplyDeferred(case_number=self.number, documents=brought))

    def settle_commitment(self, result: str, *, by: str = "window", **request: Any) -> dict[str, Any]:
        wanted = {"document": "income_statement", "note": "向用人单位核实", **request}
        settle = SettleCommitment(case_number=self.number, result=result, **wanted)
        return settle_commitment(self.office, self.actor(by), settle)

    def extend(self, node: str, **request: Any) -> dict[str, Any]:
        """The limit extended by five days with the approval of the first who may approve."""
        item = self.item(node)
        holder = self.holder(item)
        approver = approvers(self.office, holder, self.number)[0].officer_id
        wanted = {"amount": 5, "reason": "案情复杂", "approver_id": approver, **request}
        return extend_limit(self.office, holder, ExtendLimit(work_item_id=item.id, **wanted))

    def review(self) -> dict[str, Any]:
        """The sweep looks at the case."""
        return review_clocks(self.office, SYSTEM, ReviewClocks(case_id=self.case_id))

    def at(self, month: int, day: int, hour: int = 9) -> Story:
        """The story goes on at this local hour of 2026."""
        self.office.clock.at = local_instant(date(2026, month, day), hour)  # type: ignore[attr-defined]
        return self

    def complete(self, node: str, decision: str | None = None, **request: Any) -> dict[str, Any]:
        """The step done by its post, the first one where several are open."""
        item = self.item(node)
        done = CompleteWorkItem(
            work_item_id=item.id,
            decision=USUAL.get(node, "") if decision is None else decision,
            **{"answers": AMOUNT.get(node, {}), **request},
        )
        return complete_work_item(self.office, self.holder(item), done)

    def to_decision(self) -> Story:
        """Received, accepted and brought before the district."""
        self.receive()
        self.accept()
        for node in ("joint_check", "joint_check", "opinion", "publicity"):
            self.complete(node)
        return self

    def to_certificate(self) -> Story:
        """Granted: the machine is to issue the certificate."""
        self.to_decision().complete("district_decision")
        return self

    def to_end(self) -> Story:
        """Granted, sealed, delivered, closed."""
        self.to_certificate().issue()
        self.deliver()
        return self

    def issue(self, content: bytes = PDF) -> dict[str, Any]:
        """The machine's work: number reserved, page made, recorded."""
        item = self.item("seal")
        reserve_certificate(self.office, SYSTEM, ReserveCertificate(work_item_id=item.id))
        return self.record(item.id, content)

    def record(self, work_item_id: int, content: bytes = PDF) -> dict[str, Any]:
        finished = RecordCertificate(
            work_item_id=work_item_id,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            signer_serial="0a",
            signed_at=self.office.clock.now(),
        )
        return record_certificate(self.office, SYSTEM, finished)

    def run_service(self, node: str) -> dict[str, Any]:
        item = self.item(node)
        return run_service(self.office, SYSTEM, RunService(work_item_id=item.id, service=item.service))

    def deliver(self, **request: Any) -> dict[str, Any]:
        item = self.item("deliver")
        wanted = DeliverCase(work_item_id=item.id, **{"recipient": "王秀英", "mode": "counter", **request})
        return deliver_case(self.office, self.holder(item), wanted)

    def wait(self, days: int) -> Story:
        """Days go by with the sweeper at work: every look at the case happens at its own time."""
        clock: Any = self.office.clock
        until = clock.now() + timedelta(days=days)
        while (look := self.case().card_check_at) is not None and look <= until:
            clock.at = max(look, clock.now())
            review_clocks(self.office, SYSTEM, ReviewClocks(case_id=self.case_id))
        clock.at = until
        return self

    # --- looking ------------------------------------------------------------------------------------------------

    def rows(self, sql: str, **values: Any) -> list[Row[Any]]:
        with self.office.database.connect() as connection:
            return list(connection.execute(text(sql), {"case": self.case_id, **values}))

    def faults(self) -> list[str]:
        """What the checker finds on this case alone; messages may wait as long as they like."""
        with self.office.database.connect() as connection:
            check = _Check(self.office, connection, datetime(2000, 1, 1, tzinfo=UTC))
            head = connection.execute(
                text("SELECT c.*, s.state FROM cases c JOIN case_states s ON s.case_id = c.id WHERE c.id = :id"),
                {"id": self.case_id},
            ).one()
            return [str(fault) for rows in check._with_parts([head]) for fault in check.faults_of(rows)]

    def case(self) -> Row[Any]:
        return self.rows("SELECT * FROM cases WHERE id = :case")[0]

    def items(self) -> list[Row[Any]]:
        """The open work items with their steps, oldest first."""
        return self.rows(
            "SELECT w.*, s.node_id FROM work_items w JOIN steps s USING (case_id, token)"
            " WHERE w.case_id = :case AND w.status IN ('open', 'claimed', 'incident') ORDER BY w.id"
        )

    def item(self, node: str) -> Row[Any]:
        found = [row for row in self.items() if row.node_id == node]
        assert found, f"no open step {node}, but {[row.node_id for row in self.items()]}"
        return found[0]

    def open_nodes(self) -> list[str]:
        return sorted(row.node_id for row in self.items())

    def events(self) -> list[Row[Any]]:
        return self.rows("SELECT * FROM case_events WHERE case_id = :case ORDER BY seq")

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events()]

    def actor(self, name: str) -> Actor:
        return actor_named(self.office, name, local_date(self.office.clock.now()))

    def holder(self, item: Row[Any]) -> Actor:
        """An officer who holds the post of this work item."""
        if item.post_id not in self._officers:
            held = self.rows(
                "SELECT o.sign_in_name FROM post_holdings h JOIN officers o ON o.id = h.officer_id"
                " WHERE h.post_id = :post ORDER BY o.id LIMIT 1",
                post=item.post_id,
            )
            self._officers[item.post_id] = held[0].sign_in_name
        return self.actor(self._officers[item.post_id])


def closing(case_id: int, tokens: list[str], at: datetime, done_item: int | None = None) -> dict[str, Any]:
    """What `WorkRecords.move` is told of steps that close undecided."""
    undecided = dict.fromkeys(("done", "decision", "officer"))
    return {"case_id": case_id, "tokens": tokens, "at": at, "done_item": done_item, **undecided}


def example_as(code: str, key: str, changes: Mapping[str, str] | None = None) -> ItemBundle:
    """The example under another code and key, with passages of its form or diagram replaced."""
    bundle, texts = read_bundle(EXAMPLE, EXAMPLE_ROOT), {}
    for name, content in bundle.texts.items():
        text_ = content.decode().replace(EXAMPLE, key).replace("MZ-901", code)
        for old, new in (changes or {}).items():
            text_ = text_.replace(old, new)
        texts[name.replace(EXAMPLE, key)] = text_.encode()
    for passage in changes or {}:
        assert any(passage in content.decode() for content in bundle.texts.values()), f"nothing to replace: {passage}"
    return bundle_from_texts(key, texts)


def publish(office: Office, bundle: ItemBundle, *, by: Actor = SYSTEM, **request: Any) -> dict[str, Any]:
    """The answer to publishing this bundle."""
    wanted = {"valid_from": date(2025, 1, 1), "reason": "测试", **request}
    return publish_definition(office, by, PublishDefinition(bundle_zip=bundle_to_zip(bundle), **wanted))
