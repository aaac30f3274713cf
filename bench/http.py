"""Lean cases over HTTP: receive, accept, review, decide against gunicorn as an installation runs it. Run: python -m bench.http

Bearer tokens, idempotency keys, If-Match, keep-alive connections on loopback. CPU is that of the web processes and of
PostgreSQL; the client's is not in it.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from threading import Thread
from time import perf_counter
from typing import Any

import orjson

from api.demo_city.officers import DEMO_PASSWORD
from api.embedded.processes import start_tethered, wait_until
from api.serve import standard_children
from api.settings import Settings
from bench.figures import Line, Timings, table, tree_seconds
from bench.floor import Floor, measure_floor, prepare_floor
from bench.installation import ACCOUNTS, DOCUMENTS, KEY, Installation, installation
from engine.commands.sign_in import SignIn, sign_in
from engine.policy.actors import SYSTEM

CALLS = ("receive", "accept", "review", "decide")
MOST_CPU = 30.0
_LOGGED = re.compile(r"LOG:  (?:statement: (?!BEGIN|COMMIT|ROLLBACK)|execute )")


@dataclass
class HttpRun:
    """What one number of workers and clients did."""

    workers: int
    clients: int
    cases: int = 0
    seconds: float = 0.0
    web_cpu: float = 0.0
    database_cpu: float = 0.0
    timings: dict[str, Timings] = field(default_factory=lambda: defaultdict(Timings))


class Client:
    """One keep-alive connection that acts for the three officers of a case."""

    def __init__(self, place: Installation, port: int, tokens: dict[str, str]) -> None:
        self.place = place
        self.tokens = tokens
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def post(self, officer: str, path: str, body: dict[str, Any], key: str, version: int | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.tokens[officer]}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} | ({"If-Match": f'"{version}"'} if version else {})
        self.connection.request("POST", f"/api/v1{path}", orjson.dumps(body), headers)
        response = self.connection.getresponse()
        content = response.read()
        if response.status >= 400:
            raise RuntimeError(f"{path}: {response.status} {content.decode()}")
        return orjson.loads(content)

    def run_case(self, number: int, timings: dict[str, Timings]) -> None:
        """One case from receipt to the end in four calls."""
        receipt = {"item": KEY, "form": self.place.application(number), "documents": DOCUMENTS}
        with timings["receive"].one():
            case = self.post("window", "/cases", receipt, f"http-{number}-0")
        item = case["work_items"][0]
        for call, officer, verb, body in (
            ("accept", "window", "accept", {}),
            ("review", "street", "complete", {"decision": "agree"}),
            ("decide", "district", "complete", {"decision": "grant"}),
        ):
            with timings[call].one():
                done = self.post(officer, f"/work-items/{item}/{verb}", body, f"http-{number}-{call}", 1)
            item = done["opened"][0]["item"] if done["opened"] else None
        assert done["status"] == "closed", done


@contextmanager
def web_server(place: Installation, workers: int) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The port and the process of gunicorn, started with the command an installation uses."""
    settings = replace(place.settings, port=_free_port(), web_workers=workers)
    web = next(child for child in standard_children(settings) if child.name == "web")
    with (place.settings.home / "web.log").open("ab") as log:
        process = start_tethered(
            web.command, on_parent_death=signal.SIGTERM, env=_environment(settings), cwd=Path.cwd(), output=log
        )
        try:
            if not wait_until(partial(_answers, settings.port), 60.0):
                raise RuntimeError((place.settings.home / "web.log").read_text())
            yield settings.port, process
        finally:
            process.terminate()
            process.wait()


def _environment(settings: Settings) -> dict[str, str]:
    return {**os.environ, **settings.as_environment()}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    try:
        connection = HTTPConnection("127.0.0.1", port, timeout=1)
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False


def measure_http(place: Installation, cases: int, workers: int, clients: int, first: int) -> HttpRun:
    """So many cases for each client, after some to warm up; `first` keeps applicants and keys apart between runs."""
    run = HttpRun(workers, clients, cases * clients)
    with web_server(place, workers) as (port, web):
        callers = [Client(place, port, _tokens(place)) for _ in range(clients)]
        warm = 4 * workers * clients
        for number in range(warm):
            callers[number % clients].run_case(first + number, defaultdict(Timings))
        first += warm
        cpu, database, began = tree_seconds(web.pid), tree_seconds(place.server.pid or 0), perf_counter()
        threads = [
            Thread(target=_many, args=(caller, range(first + n * cases, first + (n + 1) * cases), run.timings))
            for n, caller in enumerate(callers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        run.seconds = perf_counter() - began
        run.web_cpu = (tree_seconds(web.pid) - cpu) / run.cases * 1000
        run.database_cpu = (tree_seconds(place.server.pid or 0) - database) / run.cases * 1000
    if len(run.timings["decide"].seconds) != run.cases:
        raise RuntimeError("not every case came to its end")
    return run


def _many(client: Client, numbers: range, timings: dict[str, Timings]) -> None:
    for number in numbers:
        client.run_case(number, timings)


def _tokens(place: Installation) -> dict[str, str]:
    requests = {name: SignIn(name=name, password=DEMO_PASSWORD, kind="token", allow_demo=True) for name in ACCOUNTS}
    return {name: sign_in(place.office, SYSTEM, request)["token"] for name, request in requests.items()}


def statements_per_call(place: Installation, cases: int, first: int) -> dict[str, float]:
    """Statements the server logged for each call, session look-up included; BEGIN and COMMIT are not counted."""
    counted: dict[str, list[int]] = defaultdict(list)
    with web_server(place, 1) as (port, _), place.superuser() as superuser:
        client = Client(place, port, _tokens(place))
        for number in range(3):
            client.run_case(first + number, defaultdict(Timings))
        superuser.execute("ALTER SYSTEM SET log_statement = 'all'")
        superuser.execute("SELECT pg_reload_conf()")
        try:
            for number in range(3, 3 + cases):
                client.run_case(first + number, _Counted(place, counted))
        finally:
            superuser.execute("ALTER SYSTEM RESET log_statement")
            superuser.execute("SELECT pg_reload_conf()")
    return {call: median(counts) for call, counts in counted.items()}


class _Counted(dict[str, Any]):
    """Takes the place of timings: counts logged statements instead of seconds."""

    def __init__(self, place: Installation, counts: dict[str, list[int]]) -> None:
        self.place, self.counts = place, counts

    def __missing__(self, call: str) -> Any:
        return _Counting(self.place, self.counts[call])


@dataclass
class _Counting:
    place: Installation
    counts: list[int]

    @contextmanager
    def one(self) -> Iterator[None]:
        before = self._logged()
        yield
        self.counts.append(self._logged() - before)

    def _logged(self) -> int:
        logs = self.place.server.log_directory.glob("postgresql-*.log")
        return sum(len(_LOGGED.findall(log.read_text("utf-8", "replace"))) for log in logs)


def lines(runs: list[HttpRun], floors: list[Floor], statements: dict[str, float]) -> list[Line]:
    floor, floor_cpu = median(f.p50 for f in floors), median(f.cpu for f in floors)
    told = []
    for run in runs:
        told.append(
            Line(f"HTTP, {run.workers} worker(s), {run.clients} client(s): cases", run.cases / run.seconds, "/s")
        )
        for call in CALLS:
            p50, p95 = run.timings[call].p50(), run.timings[call].p95()
            told.append(Line(f"    {call}: p50", p50, "ms", p50 / floor, note=f"p95 {p95:.1f} ms"))
        cpu = run.web_cpu + run.database_cpu
        note = f"web {run.web_cpu:.1f} + PostgreSQL {run.database_cpu:.1f}; floor: 4 raw transactions, {cpu / floor_cpu / 4:.1f} x"
        told.append(Line("    CPU per case", cpu, "ms", aim=MOST_CPU, note=note))
    told += [Line(f"statements, HTTP {call}", count, "", aim=12) for call, count in statements.items()]
    return told


def main() -> None:
    with installation() as place:
        prepare_floor(place.server)
        floors = [measure_floor(place.server, 1000)]
        runs = [measure_http(place, 50, 1, 1, 0), measure_http(place, 50, 2, 2, 10_000)]
        floors.append(measure_floor(place.server, 1000))
        print(table("HTTP", lines(runs, floors, statements_per_call(place, 5, 20_000))))


if __name__ == "__main__":
    main()
