"""What a verb remembers about one case until it saves: changed columns, effects on its work items, events, messages.

Effects are told in one vocabulary, so that a case can be told again from its events without knowing the verbs:
`case` columns, `items` changed, `added` work items, `steps` changed, `documents_now` and `commitments`, beside `closed`,
`opened` and `ended` of a movement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.clock import local_date
from engine.commands.verb import Desk
from engine.records.events import event_hash
from engine.terms import CaseStatus, CommitmentKind, CommitmentStatus, Part, WorkItemStatus


class CaseLog:
    """The locked case row and what the verb makes of it."""

    def __init__(self, desk: Desk, case_id: int, values: Mapping[str, Any]) -> None:
        self.desk = desk
        self.case_id = case_id
        self.values = dict(values)
        self.changes: dict[str, Any] = {}
        self.state_changes: dict[str, Any] = {}
        self._state: bytes | None = self.values.get("state")
        self._events: list[dict[str, Any]] = []
        self._effects: dict[str, Any] = {}
        self._told: list[dict[str, Any]] = []

    def current(self, column: str) -> Any:
        """A column of the case as this verb leaves it so far."""
        return self.changes[column] if column in self.changes else self.values[column]

    @property
    def status(self) -> CaseStatus:
        return CaseStatus(self.current("status"))

    # --- effects ------------------------------------------------------------------------------------------------

    def set(self, **columns: Any) -> None:
        """Other values for columns of the case, told in the verb's event."""
        self.changes.update(columns)
        self._effects.setdefault("case", {}).update({name: _told(value) for name, value in columns.items()})

    def change_item(self, work_item_id: int | None = None, **columns: Any) -> None:
        """Other values for a work item (status, post_id, officer_id, decision …); the locked one if none is named."""
        item_id = work_item_id or self.values["work_item_id"]
        ends = columns.get("status") in (WorkItemStatus.DONE, WorkItemStatus.CANCELLED)
        self.desk.uow.work.change_item(item_id, {**columns, **({"closed_at": self.desk.now} if ends else {})})
        line = {"id": item_id, **{name: _told(value) for name, value in columns.items()}}
        self._effects.setdefault("items", []).append(line)

    def add_item(
        self, part: Part, post_id: int, officer_id: int | None, status: WorkItemStatus = WorkItemStatus.OPEN
    ) -> int:
        """Id of one more work item on the locked item's step, due when that one is."""
        values = {
            "case_id": self.case_id,
            "token": self.values["token"],
            "kind": "human",
            "part": part,
            "status": status,
            "post_id": post_id,
            "officer_id": officer_id,
            "opened_at": self.desk.now,
            "due_at": self.values["work_due_at"],
            "sort_at": self.values["work_sort_at"],
        }
        item_id = self.desk.uow.work.add_item(values)
        told = {name: _told(values[name]) for name in ("token", "part", "status", "post_id", "officer_id", "due_at")}
        line = {"id": item_id, "sort_at": _told(values["sort_at"]), **told}
        self._effects.setdefault("added", []).append({k: v for k, v in line.items() if v is not None})
        return item_id

    def change_step(self, token: str | None = None, **columns: Any) -> None:
        """Other values for a step (sign_rule, signers, before_return); the locked item's if none is named."""
        token = token or self.values["token"]
        self.desk.uow.work.change_step(self.case_id, token, columns)
        told = {name: _told(value) for name, value in columns.items() if name != "before_return"}
        if told:
            self._effects.setdefault("steps", []).append({"token": token, **told})

    def receive_documents(self, received: Mapping[str, str]) -> None:
        """Documents handed in (收件): document id -> how it came: paper, upload, licence, share, commitment."""
        self.desk.uow.cases.receive_documents(self.case_id, received, self.desk.now)
        self._effects.setdefault("documents_now", {}).update(dict.fromkeys(received, "received"))

    def promise(self, kind: CommitmentKind, documents: Sequence[str], due_at: datetime) -> None:
        """The applicant promises each of these documents (容缺) or what it would prove (告知承诺), until a date."""
        self.desk.uow.commitments.add(self.case_id, kind, documents, self.desk.now, due_at)
        if kind is CommitmentKind.DEFERRED:
            self.desk.uow.cases.defer_documents(self.case_id, documents)
            self._effects.setdefault("documents_now", {}).update(dict.fromkeys(documents, "deferred"))
        lines = [{"document": name, "kind": kind, "due": due_at.isoformat(), "status": "open"} for name in documents]
        self._effects.setdefault("commitments", []).extend(lines)

    def settle(self, documents: Sequence[str], status: CommitmentStatus, note: bytes | None = None) -> None:
        """What became of the open commitments over these documents; `note` is encrypted."""
        officer = None if self.desk.actor.is_system else self.desk.actor.officer_id
        settled = self.desk.uow.commitments.settle(self.case_id, documents, status, officer, self.desk.now, note)
        lines = [{"document": name, "status": status} for name in settled]
        self._effects.setdefault("commitments", []).extend(lines)

    def drop_commitments(self) -> None:
        """A case that ends without its result asks nothing more of the applicant: open commitments fall away."""
        if self.current("accepted_at") is None:
            return
        dropped = self.desk.uow.commitments.drop(self.case_id, self.desk.now)
        if dropped:
            lines = [{"document": name, "status": CommitmentStatus.DROPPED} for name in dropped]
            self._effects.setdefault("commitments", []).extend(lines)
        if self.current("deferred_due_at"):
            self.set(deferred_due_at=None)

    # --- record and save ----------------------------------------------------------------------------------------

    def happened(self, kind: str, payload: Mapping[str, Any]) -> None:
        """Remember what the verb itself did, ahead of what followed from it.

        Payloads hold codes, ids and keyed digests, never personal values.
        """
        self._events.insert(0, _event(kind, payload))

    def follows(self, kind: str, payload: Mapping[str, Any]) -> None:
        """Remember a consequence: a special procedure begun, a clock set again."""
        self._events.append(_event(kind, payload))

    def tell(self, receiver: str, kind: str, payload: Mapping[str, Any] | None = None) -> None:
        """Put a message to the outside into the outbox of this transaction."""
        self._told.append({"receiver": receiver, "kind": kind, "payload": dict(payload or {})})

    def save(self) -> None:
        """Write events, outbox rows, state and the case row: the last thing a verb does before its answer."""
        if self._effects:
            self._events[0]["payload"].update(self._effects)
        if self._told:
            self._events[0]["payload"]["told"] = [f"{t['receiver']}:{t['kind']}" for t in self._told]
            self.desk.uow.wake("outbox")
        actor, post_id, place = self.desk.actor, self.values.get("post_id"), self._place()
        if absent := actor.acts_for(post_id, self.values.get("officer_id")):
            self._events[0]["payload"]["for"] = absent
        author: dict[str, Any] = {
            "officer_id": None if actor.is_system else actor.officer_id,
            "post_id": post_id,
            "place": place,
        }
        events = self._chained(author)
        self.changes["revision"] = self.values["revision"] + 1
        if self._state != self.values["state"]:
            self.state_changes["state"] = self._state
        self.desk.uow.changes.save(
            case_id=self.case_id,
            at=self.desk.now,
            case_opened_on=local_date(self.values["received_at"]),
            **author,
            events=events,
            told=self._told,
            of_case=self.changes,
            of_state=self.state_changes,
        )

    def _chained(self, author: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The events as the log takes them, each hashing the one before; moves the case's end of the chain on."""
        seq, previous = self.values["event_seq"], self.values["event_hash"]
        rows = []
        for event in self._events:
            seq += 1
            said = {"case_id": self.case_id, "seq": seq, "at": self.desk.now, **author, **event}
            before, previous = previous, event_hash(previous, said)
            rows.append({"seq": seq, **event, "prev_hash": before.hex(), "hash": previous.hex()})
        self.changes.update(event_seq=seq, event_hash=previous)
        return rows

    def _place(self) -> str:
        post = self.desk.actor.post(self.values.get("post_id"))
        place: str = post.region_code if post else self.values["home_region"]
        return place


def _event(kind: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": kind, "payload": {k: v for k, v in payload.items() if v is not None}}


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
