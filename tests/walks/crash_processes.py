"""The processes that a crash run kills: web, worker, scheduler and clients; each can be started again at any moment.

    python -m tests.walks.crash_processes client|worker|scheduler|queue PLAN [NUMBER]

PLAN is a JSON file: settings as environment, the run's beginning, address, cases and clients.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from rq import SimpleWorker
from sqlalchemy.exc import DBAPIError

from api import jobs
from api.app import create_app
from api.bootstrap import Bell, Parts, build_office
from api.demo_city.officers import DEMO_PASSWORD
from api.jobs import drain_machine, drain_outbox
from api.schedule import Schedule
from api.settings import Settings
from engine.commands import machine_items, relay_outbox
from engine.ports import IssuedPdf, IssueRequest
from tests.conftest import MONDAY
from tests.story import AMOUNT, ANSWERS, DOCUMENTS, USUAL, Story

PAUSE_SECONDS = 0.1
LONG, SHORT = "mz-901-example-allowance", "mz-990-bench-allowance"
SHORT_ANSWERS = {name: value for name, value in ANSWERS.items() if name != "hardship_cause"} | {
    "reside_address": "石板路1号",
    "member_count": 3,
    "reason": "收入低",
}
PLAN_VARIABLE = "CRASH_PLAN"


@dataclass(frozen=True)
class RunningClock:
    """A Monday morning that goes on from the beginning of the run, the same in every process."""

    began: float

    def now(self) -> datetime:
        return MONDAY + timedelta(seconds=time.time() - self.began)


class PaperIssuer:
    """Makes a page in no time: what is tested is the register, not the press."""

    def issue(self, request: IssueRequest) -> IssuedPdf:
        content = f"%PDF {request.number}".encode()
        return IssuedPdf(content, hashlib.sha256(content).hexdigest(), "0a", request.issued_at)


class CrashParts(Parts):
    """The parts of one process, with the paper issuer."""

    issuer = PaperIssuer()  # type: ignore[assignment]


def plan_of(path: str) -> dict[str, Any]:
    plan: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return plan


def parts_of(plan: dict[str, Any]) -> CrashParts:
    settings = Settings.from_environment(plan["environment"])
    return CrashParts(settings, build_office(settings, clock=RunningClock(plan["began"]), pool_size=2), None)


def web() -> Flask:
    """What gunicorn serves."""
    return create_app(parts_of(plan_of(os.environ[PLAN_VARIABLE])))


def hasten() -> None:
    """Leases and pauses of seconds, so that a killed worker's work is taken up within the run."""
    machine_items.LEASE = timedelta(seconds=3)
    machine_items.FIRST_PAUSE = relay_outbox.FIRST_PAUSE = timedelta(milliseconds=100)


def worker(plan: dict[str, Any]) -> None:
    """Drains the machine lane and the outbox, whatever becomes of the database."""
    hasten()
    own = parts_of(plan)
    while True:
        try:
            drain_machine(own)
            drain_outbox(own)
        except DBAPIError as error:
            logging.warning("%s", type(error).__name__)
        time.sleep(PAUSE_SECONDS)


def scheduler(plan: dict[str, Any]) -> None:
    hasten()
    Schedule(parts_of(plan)).run(threading.Event())


def queue(plan: dict[str, Any]) -> None:
    """The worker of the queue as it runs in production, with the paper issuer."""
    settings = Settings.from_environment(plan["environment"])
    bell = Bell(str(settings.redis_url))
    own = CrashParts(settings, build_office(settings, clock=RunningClock(plan["began"]), bell=bell, pool_size=2), bell)
    jobs.parts = lambda: own  # type: ignore[assignment]
    SimpleWorker([bell.queue], connection=bell.redis).work(logging_level="WARNING")


class Journal:
    """What a client has asked and been told, on disk before it goes on: it survives the client."""

    def __init__(self, path: Path) -> None:
        self.lines = (
            [json.loads(line) for line in path.read_text().splitlines() if line.endswith("}")]
            if (path.exists())
            else []
        )
        self._file = path.open("a", encoding="utf-8")
        self._file.write("\n")  # a line cut off by the kill ends here

    def write(self, **line: Any) -> None:
        self.lines.append(line)
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())


class Client:
    """One counter computer: brings its cases to their end over HTTP, asking again until it is told."""

    def __init__(self, plan: dict[str, Any], number: int) -> None:
        self._plan, self._number = plan, number
        self._journal = Journal(Path(plan["home"]) / f"client{number}.jsonl")
        self._office = parts_of(plan).office
        self._tokens = {line["name"]: line["token"] for line in self._journal.lines if "token" in line}
        self._asked = {line["key"]: line for line in self._journal.lines if "asked" in line}
        self._told = {line["key"]: line["told"] for line in self._journal.lines if "told" in line}
        self._ended = {line["ended"] for line in self._journal.lines if "ended" in line}

    def run(self) -> None:
        """Until every case has ended. Unanswered requests of the life before are asked first, with their old keys."""
        for key, line in self._asked.items():
            if key not in self._told:
                self._ask(key, line["by"], line["path"], line["body"])
        mine = range(self._number, self._plan["cases"], self._plan["clients"])
        waiting = [number for number in mine if number not in self._ended]
        while waiting:
            waiting = [number for number in waiting if not self._advance(number)]

    def _advance(self, number: int) -> bool:
        """One step of a case; True once it has ended."""
        received = self._told.get(f"{number}:receive")
        if received is None:
            item = LONG if number % 4 == 0 else SHORT
            form = ANSWERS if item == LONG else SHORT_ANSWERS
            self._ask(f"{number}:receive", "window", "cases", {"item": item, "form": form, "documents": DOCUMENTS})
            return False
        for step in self._steps(received["case_id"]):
            key = f"{number}:{step.id}"
            self._ask(key, step.officer, f"work-items/{step.id}/{_verb(step.node_id)}", _body(step.node_id))
            return False
        if self._is_closed(received["case_id"]):
            self._journal.write(ended=number)
            return True
        time.sleep(PAUSE_SECONDS)  # the machine's turn
        return False

    def _steps(self, case_id: int) -> Iterator[Any]:
        story = Story(self._office, case_id)
        rows = self._reading(
            story,
            "SELECT w.id, s.node_id, (SELECT o.sign_in_name FROM post_holdings h JOIN officers o ON o.id = h.officer_id"
            "  WHERE h.post_id = w.post_id ORDER BY o.id LIMIT 1) AS officer FROM work_items w"
            " JOIN steps s USING (case_id, token) WHERE w.case_id = :case AND w.kind = 'human'"
            " AND w.status IN ('open', 'claimed') ORDER BY w.id LIMIT 1",
        )
        yield from rows

    def _is_closed(self, case_id: int) -> bool:
        story = Story(self._office, case_id)
        return bool(self._reading(story, "SELECT 1 FROM cases WHERE id = :case AND status = 'closed'"))

    def _reading(self, story: Story, sql: str) -> list[Any]:
        while True:
            try:
                return story.rows(sql)
            except DBAPIError:
                time.sleep(PAUSE_SECONDS)

    # --- asking -------------------------------------------------------------------------------------------------

    def _ask(self, key: str, by: str, path: str, body: dict[str, Any]) -> None:
        """Ask until told; the question is on disk before it is sent, the answer before anything follows from it."""
        if key not in self._asked:
            self._asked[key] = {}
            self._journal.write(asked=True, key=key, by=by, path=path, body=body)
        headers = {"Authorization": f"Bearer {self._token(by)}", "Idempotency-Key": key}
        self._told[key] = self._send(path, body, headers)
        self._journal.write(key=key, told=self._told[key])

    def _token(self, name: str) -> str:
        if name not in self._tokens:
            opened = self._send("sessions", {"name": name, "password": DEMO_PASSWORD, "kind": "token"}, {})
            self._tokens[name] = opened["token"]
            self._journal.write(name=name, token=opened["token"])
        return str(self._tokens[name])

    def _send(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        while True:
            try:
                status, answer = self._send_once(path, body, headers)
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(PAUSE_SECONDS)
                continue
            if status < 300:
                return answer
            self._journal.write(refused=status, path=path, detail=answer)
            if status != 503:
                raise SystemExit(f"client {self._number}: {path} answered {status}: {answer}")
            time.sleep(PAUSE_SECONDS)

    def _send_once(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection("127.0.0.1", self._plan["port"], timeout=20)
        try:
            content = {"Content-Type": "application/json", **headers}
            connection.request("POST", f"/api/v1/{path}", json.dumps(body), content)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()


def _verb(node: str) -> str:
    return {"acceptance": "accept", "deliver": "deliver"}.get(node, "complete")


def _body(node: str) -> dict[str, Any]:
    if node == "acceptance":
        return {}
    if node == "deliver":
        return {"recipient": "王秀英", "mode": "counter"}
    body: dict[str, Any] = {"decision": {**USUAL, "street_review": "agree"}.get(node, "")}
    return {**body, "answers": {name: str(value) for name, value in AMOUNT.get(node, {}).items()}}


def main(role: str, path: str, number: str = "0") -> None:
    plan = plan_of(path)
    if role == "client":
        Client(plan, int(number)).run()
    else:
        {"worker": worker, "scheduler": scheduler, "queue": queue}[role](plan)


if __name__ == "__main__":
    main(*sys.argv[1:])
