"""Stories in which several people work on one step: the holder and the colleagues asked to help, to sign or to vote."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, text

from engine.commands.add_signer import AddSigner, add_signer
from engine.commands.complete_work_item import CompleteWorkItem, complete_work_item
from engine.commands.delegate_work_item import (
    DelegateWorkItem,
    RecallDelegation,
    delegate_work_item,
    recall_delegation,
)
from engine.commands.hand_back import HandBack, hand_back
from engine.commands.remove_signer import RemoveSigner, remove_signer
from engine.commands.sign_work_item import SignWorkItem, sign_work_item
from engine.commands.start_joint_signing import StartJointSigning, start_joint_signing
from engine.commands.transfer_work_item import TransferWorkItem, transfer_work_item
from engine.queries.case_check import _Check
from tests.conftest import MONDAY
from tests.story import Story

AMOUNT = {"monthly_amount": 300}


class Hands(Story):
    """One case and the step at work on it: `step` is the node, `boss` the officer who holds it."""

    step = "opinion"
    boss = "street"

    def at_opinion(self) -> Hands:
        """Accepted and checked: the street is to form its opinion, a step with answers and without decisions."""
        self.receive()
        self.accept()
        self.complete("joint_check")
        self.complete("joint_check")
        self.step, self.boss = "opinion", "street"
        return self

    def at_decision(self) -> Hands:
        """Before the district, whose step offers grant, refuse and back."""
        self.to_decision()
        self.step, self.boss = "district_decision", "district"
        return self

    def officer_id(self, name: str) -> int:
        return self.actor(name).officer_id

    def officer_ids(self, *names: str) -> tuple[int, ...]:
        return tuple(map(self.officer_id, names))

    def hands(self) -> list[Row[Any]]:
        """Every work item of the step's newest token, oldest first."""
        return self.rows(
            "SELECT w.* FROM work_items w WHERE w.case_id = :case AND w.token ="
            " (SELECT token FROM steps WHERE case_id = :case AND node_id = :node ORDER BY opened_at DESC, token DESC LIMIT 1)"
            " ORDER BY w.id",
            node=self.step,
        )

    def main(self) -> Row[Any]:
        return next(row for row in self.hands() if row.part == "main")

    def asked(self, name: str) -> Row[Any]:
        """The newest work item of somebody asked."""
        officer_id = self.officer_id(name)
        return [row for row in self.hands() if row.part != "main" and row.officer_id == officer_id][-1]

    def step_row(self) -> Row[Any]:
        return self.rows("SELECT * FROM steps WHERE case_id = :case AND token = :token", token=self.main().token)[0]

    def faults(self) -> list[str]:
        """What the checker finds wrong with this case, told from its events alone; messages may wait."""
        with self.office.database.connect() as connection:
            sql = "SELECT c.*, s.state FROM cases c LEFT JOIN case_states s ON s.case_id = c.id WHERE c.id = :case"
            heads = list(connection.execute(text(sql), {"case": self.case_id}))
            check = _Check(self.office, connection, MONDAY)
            return [str(fault) for rows in check._with_parts(heads) for fault in check.faults_of(rows)]

    # --- verbs --------------------------------------------------------------------------------------------------

    def transfer(self, post_id: int, to: str = "", **request: Any) -> dict[str, Any]:
        wanted = {"officer_id": self.officer_id(to) if to else None, "reason": "人员调整", **request}
        return transfer_work_item(
            self.office,
            self.actor(self.boss),
            TransferWorkItem(work_item_id=self.main().id, post_id=post_id, **wanted),
        )

    def delegate(self, to: str = "", **request: Any) -> dict[str, Any]:
        wanted = {"officer_id": self.officer_id(to) if to else None, "note": "请核实收入", **request}
        return delegate_work_item(
            self.office, self.actor(self.boss), DelegateWorkItem(work_item_id=self.main().id, **wanted)
        )

    def recall(self) -> dict[str, Any]:
        return recall_delegation(self.office, self.actor(self.boss), RecallDelegation(work_item_id=self.main().id))

    def hand_back(self, by: str, **request: Any) -> dict[str, Any]:
        wanted = {"opinion": "收入属实", **request}
        return hand_back(self.office, self.actor(by), HandBack(work_item_id=self.asked(by).id, **wanted))

    def add(self, place: str, *names: str) -> dict[str, Any]:
        officers = self.officer_ids(*names)
        wanted = AddSigner(work_item_id=self.main().id, place=place, officers=officers, note="请阅")
        return add_signer(self.office, self.actor(self.boss), wanted)

    def remove(self, name: str, **request: Any) -> dict[str, Any]:
        wanted = {"signer": self.asked(name).id, "reason": "出差", **request}
        return remove_signer(self.office, self.actor(self.boss), RemoveSigner(work_item_id=self.main().id, **wanted))

    def start(self, rule: str, *names: str) -> dict[str, Any]:
        wanted = StartJointSigning(work_item_id=self.main().id, rule=rule, officers=self.officer_ids(*names))
        return start_joint_signing(self.office, self.actor(self.boss), wanted)

    def sign(self, by: str, decision: str = "agree", opinion: str = "") -> dict[str, Any]:
        wanted = SignWorkItem(work_item_id=self.asked(by).id, decision=decision, opinion=opinion)
        return sign_work_item(self.office, self.actor(by), wanted)

    def finish(self, decision: str = "", **request: Any) -> dict[str, Any]:
        """The holder completes the step, or signs it where others sign too."""
        answers = AMOUNT if self.step == "opinion" else {}
        wanted = {"decision": decision, "answers": answers, **request}
        return complete_work_item(
            self.office, self.actor(self.boss), CompleteWorkItem(work_item_id=self.main().id, **wanted)
        )
