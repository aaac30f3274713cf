"""A city at work while its processes are killed: web, worker, scheduler, clients, database sessions, the database itself.

Used by the crash test and, for longer, by `python -m bench.soak`.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text

from api.bootstrap import build_office
from api.demo_city import loader
from api.embedded.postgres import EmbeddedPostgres
from api.embedded.processes import start_tethered
from api.jobs import drain_machine, drain_outbox
from api.migrate import migrate
from api.settings import Settings
from api.supply import REFERENCE_TEXTS
from engine.commands.publish_definition import LoadReferenceText, load_reference_text
from engine.commands.sequence_events import SequenceEvents, sequence_events
from engine.definitions.bundle import read_bundle, read_vocabulary
from engine.office import Office
from engine.policy.actors import SYSTEM
from engine.queries.case_check import CheckReport, check_all_cases
from tests.story import EXAMPLE, EXAMPLE_ROOT, publish
from tests.walks.crash_processes import PLAN_VARIABLE, SHORT, CrashParts, RunningClock

PROJECT_ROOT = Path(__file__).resolve().parents[2]
BENCH_ROOT = PROJECT_ROOT / "bench" / "definitions"
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
LOOK_SECONDS = 0.1
# How often each kind of process is the next to die.
TARGETS = {"client": 4, "web": 3, "worker": 3, "scheduler": 2, "session": 2, "database": 2}


@dataclass
class Outcome:
    """What came of a run: kills by kind, cases that ended, answers acknowledged, and everything that is wrong."""

    kills: Counter[str] = field(default_factory=Counter)
    ended: int = 0
    acknowledged: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)


class CrashRun:
    """One city on a home of its own, its processes, and the hand that kills them."""

    def __init__(self, home: Path, *, cases: int = 200, clients: int = 4, seed: int = 0) -> None:
        self._home, self._cases, self._clients = home, cases, clients
        self._random = random.Random(seed)
        self._database = EmbeddedPostgres(home, extra_settings=DURABLE)
        self._commands: dict[str, list[str]] = {}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._began = time.time()
        self.outcome = Outcome()

    def run(self, *, kill_for_seconds: float, limit_seconds: float) -> Outcome:
        """Work and kill; after `kill_for_seconds` no more kills; all cases must end within `limit_seconds`."""
        self._database.start()
        try:
            self._found_city()
            self._start_all()
            self._work(time.monotonic() + kill_for_seconds, time.monotonic() + limit_seconds)
            self._end_processes()
            self._judge()
        finally:
            self._end_processes()
            self._database.stop()
        self.outcome.seconds = time.time() - self._began
        return self.outcome

    # --- the city -----------------------------------------------------------------------------------------------

    def _settings(self) -> Settings:
        settings = Settings.from_environment({"YIMEN_ENV": "test", "YIMEN_HOME": str(self._home)})
        return replace(settings, database_url=self._database.url, public_url="http://127.0.0.1:8000")

    def _office(self) -> Office:
        return build_office(self._settings(), clock=RunningClock(self._began), pool_size=1)

    def _found_city(self) -> None:
        office = self._office()
        migrate(office.database)
        with office.database.begin() as connection:
            loader.load_places(connection)
            loader.load_organisations(connection)
            loader.load_officers(connection, date(2025, 1, 1))
            loader.load_population(connection, office.sealer, 10, 1)
        for name in REFERENCE_TEXTS:
            _, content = read_vocabulary(name)
            wanted = LoadReferenceText(name=name, content=content, content_hash="0" * 64)
            load_reference_text(office, SYSTEM, wanted)
        publish(office, read_bundle(EXAMPLE, EXAMPLE_ROOT))
        publish(office, read_bundle(SHORT, BENCH_ROOT))
        office.database.dispose()
        environment = self._settings().as_environment()
        plan = {
            "environment": environment,
            "home": str(self._home),
            "began": self._began,
            "port": _free_port(),
            "cases": self._cases,
            "clients": self._clients,
        }
        self._plan_file = self._home / "plan.json"
        self._plan_file.write_text(json.dumps(plan), encoding="utf-8")
        self._name_commands(plan)

    def _name_commands(self, plan: dict[str, Any]) -> None:
        own = [sys.executable, "-m", "tests.walks.crash_processes"]
        gunicorn = ["gunicorn", "tests.walks.crash_processes:web()", "--bind", f"127.0.0.1:{plan['port']}"]
        gunicorn += ["--workers", "2", "--worker-class", "gthread", "--threads", "4", "--no-control-socket"]
        self._commands = {"web": [sys.executable, "-m", *gunicorn, "--log-level", "warning"]}
        for role in ("worker", "scheduler"):
            self._commands[role] = [*own, role, str(self._plan_file)]
        for number in range(self._clients):
            self._commands[f"client{number}"] = [*own, "client", str(self._plan_file), str(number)]

    # --- processes ----------------------------------------------------------------------------------------------

    def _start_all(self) -> None:
        for name in self._commands:
            self._start(name)

    def _start(self, name: str) -> None:
        env = {**os.environ, PLAN_VARIABLE: str(self._plan_file)}
        with (self._home / f"{name}.log").open("ab") as output:
            self._processes[name] = start_tethered(
                self._commands[name], on_parent_death=signal.SIGKILL, env=env, cwd=PROJECT_ROOT, output=output
            )

    def _kill(self, name: str) -> None:
        """The process with all it started: each is the leader of a session of its own."""
        process = self._processes[name]
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _end_processes(self) -> None:
        for name in self._processes:
            self._kill(name)

    def _work(self, kill_until: float, limit: float) -> None:
        next_kill = time.monotonic() + 3.0  # everything has started
        while not self._all_ended():
            now = time.monotonic()
            if now > limit:
                self.outcome.faults.append(f"not done in time: {self._unfinished()}")
                return
            if now > next_kill and now < kill_until:
                self._kill_somebody()
                next_kill = time.monotonic() + self._random.uniform(0.2, 1.2)
            self._restart_the_dead()
            time.sleep(LOOK_SECONDS)

    def _kill_somebody(self) -> None:
        kind = self._random.choices(list(TARGETS), list(TARGETS.values()))[0]
        self.outcome.kills[kind] += 1
        hands: dict[str, Callable[[], None]] = {
            "client": lambda: self._kill(f"client{self._random.randrange(self._clients)}"),
            "session": self._kill_session,
            "database": self._kill_database,
        }
        hands.get(kind, lambda: self._kill(kind))()

    def _kill_session(self) -> None:
        """One backend: PostgreSQL then restarts by itself and recovers."""
        try:
            with psycopg.connect(self._database.superuser_url, connect_timeout=5) as connection:
                found = connection.execute(
                    "SELECT pid FROM pg_stat_activity WHERE datname = 'yimen' ORDER BY random() LIMIT 1"
                ).fetchone()
        except psycopg.OperationalError:
            return  # it is just recovering
        if found:
            _kill_if_there(found[0])

    def _kill_database(self) -> None:
        if self._database.pid:
            _kill_if_there(self._database.pid)
            time.sleep(self._random.uniform(0.0, 0.5))
        self._database.start()

    def _restart_the_dead(self) -> None:
        if not self._database.alive():
            self._database.start()
        for name, process in self._processes.items():
            status = process.poll()
            if status is not None and not (name.startswith("client") and status == 0):
                if status > 0 and name.startswith("client"):
                    self.outcome.faults.append(self._last_line(name))
                self._start(name)

    def _last_line(self, name: str) -> str:
        lines = (self._home / f"{name}.log").read_text(encoding="utf-8", errors="replace").splitlines()
        return lines[-1] if lines else f"{name} ended"

    def _all_ended(self) -> bool:
        clients = [process for name, process in self._processes.items() if name.startswith("client")]
        return all(process.poll() == 0 for process in clients) or len(self.outcome.faults) > 3

    def _unfinished(self) -> str:
        return f"{self._cases - sum('ended' in line for line in self._lines())} of {self._cases} cases"

    # --- judgement ----------------------------------------------------------------------------------------------

    def _lines(self) -> list[dict[str, Any]]:
        texts = [path.read_text(encoding="utf-8") for path in sorted(self._home.glob("client*.jsonl"))]
        return [json.loads(line) for content in texts for line in content.splitlines() if line.endswith("}")]

    def _judge(self) -> None:
        office, lines = self._office(), self._lines()
        own = CrashParts(self._settings(), office, None)
        drain_machine(own)
        drain_outbox(own)
        while sequence_events(office, SYSTEM, SequenceEvents())["numbered"]:
            pass
        self.outcome.ended = sum("ended" in line for line in lines)
        answers = [line for line in lines if "told" in line]
        self.outcome.acknowledged = len(answers)
        report: CheckReport = check_all_cases(office, feed_lag_seconds=0)
        self.outcome.faults += [str(fault) for fault in report.faults]
        if report.cases != self._cases:
            self.outcome.faults.append(f"{report.cases} cases where {self._cases} were handed in")
        self.outcome.faults += _missing(office, answers)
        office.database.dispose()


def _missing(office: Office, answers: list[dict[str, Any]]) -> list[str]:
    """Acknowledged answers that the database does not hold, or holds twice."""
    with office.database.connect() as connection:
        numbers = {row.id: row.number for row in connection.execute(text("SELECT id, number FROM cases"))}
        notices = set(connection.execute(text("SELECT number FROM notices")).scalars())
        done = Counter(
            connection.execute(
                text("SELECT (payload->>'item')::bigint FROM case_events WHERE payload ? 'item' AND payload ? 'closed'")
            ).scalars()
        )
    faults = []
    for line in answers:
        told, (_, step) = line["told"], line["key"].split(":")
        if numbers.get(told["case_id"]) != told["number"]:
            faults.append(f"{line['key']}: case {told['number']} was acknowledged and is not there")
        if told.get("notice") and told["notice"] not in notices:
            faults.append(f"{line['key']}: notice {told['notice']} was acknowledged and is not there")
        if step != "receive" and done[int(step)] != 1:
            faults.append(f"{line['key']}: work item {step} was done {done[int(step)]} times")
    return faults


def _kill_if_there(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
