"""The command line `yimen`: serve, migrate, definitions, demo city, worker, scheduler, database."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import click

from api.settings import Settings
from engine.errors import CaseworkError


def _settings() -> Settings:
    return Settings.from_environment(os.environ)


class Commands(click.Group):
    """Foreseen errors are one line for the person at the terminal, not a traceback."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except CaseworkError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """一门 · Yimen: workflow-driven case processing for community public services."""


@main.command()
@click.option("--demo", is_flag=True, help="Load the fictional demo city and print its accounts (never in production).")
@click.option("--residents", default=2000, show_default=True, help="Residents of the demo city before the first page.")
@click.option("--cases", default=300, show_default=True, help="Historical cases before the first page.")
@click.option("--grow-residents", default=20000, show_default=True, help="Residents the demo city grows to.")
@click.option("--grow-cases", default=3000, show_default=True, help="Historical cases it grows to.")
def serve(demo: bool, residents: int, cases: int, grow_residents: int, grow_cases: int) -> None:
    """Start everything: database and queue if none are given, web, worker, scheduler. Ctrl-C stops it all."""
    from api.installation import run_installation

    environment = {**os.environ, **({"YIMEN_DEMO": "1"} if demo else {})}
    settings = Settings.from_environment(environment)
    run_installation(settings, residents=residents, cases=cases, grow_residents=grow_residents, grow_cases=grow_cases)


@main.command()
def worker() -> None:
    """Run the queue worker (RQ)."""
    from rq import SimpleWorker

    from api.bootstrap import QUEUE
    from api.jobs import parts

    own = parts()
    if own.bell is None:
        raise click.ClickException("没有设置 REDIS_URL，后台任务由巡检进程直接办理。")
    SimpleWorker([QUEUE], connection=own.bell.redis).work(logging_level="WARNING")


@main.command()
def scheduler() -> None:
    """Run the scheduler: feed numbers, due timers, clock cards, wake-ups."""
    from api.bootstrap import build_parts
    from api.schedule import Schedule

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    Schedule(build_parts(_settings(), pool_size=2)).run(stop)


@main.command()
@click.argument("revision", default="head")
def migrate(revision: str) -> None:
    """Bring the database of DATABASE_URL to a schema revision (default: the newest)."""
    from api.migrate import migrate as run
    from engine.records.unit_of_work import open_database

    database = open_database(_settings().sqlalchemy_url(), pool_size=1)
    run(database, revision)
    database.dispose()
    click.echo("数据库结构已更新。")


@main.command("demo-city")
@click.option("--residents", default=2000, show_default=True)
@click.option("--cases", default=300, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--quiet", is_flag=True, help="No progress bar.")
def demo_city(residents: int, cases: int, seed: int, quiet: bool) -> None:
    """Fill the database with the fictional city: places, officers, residents, and cases with a history."""
    from api.demo_city.city import fill_city
    from api.installation import with_database

    with with_database(_settings()) as settings:
        fill_city(settings, residents=residents, cases=cases, seed=seed, show_progress=not quiet, is_open=True)


@main.group()
def calendar() -> None:
    """The working calendar: load another one and date the open cases again."""


@calendar.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--reason", required=True, help="Name and document number of the notice it follows.")
def load(file: Path, reason: str) -> None:
    """Put the calendar of a YAML file into force; the worker then dates every open case again."""
    from api.bootstrap import build_office
    from engine.commands.load_calendar import LoadCalendar, load_calendar
    from engine.policy.actors import SYSTEM

    office = build_office(_settings(), pool_size=1)
    done = load_calendar(office, SYSTEM, LoadCalendar(content=file.read_bytes(), reason=reason))
    office.database.dispose()
    click.echo(
        "工作日历没有变化。"
        if done["status"] == "unchanged"
        else f"工作日历 {done['version']} 已生效，正在重新计算届满日。"
    )


@calendar.command()
def redate() -> None:
    """Go on with dating open cases now instead of waiting for the worker; interrupt it at will."""
    from api.bootstrap import build_parts
    from api.jobs import redate as run

    click.echo(f"有{run(build_parts(_settings(), pool_size=1))}件的日期改变。")


@main.group()
def definitions() -> None:
    """Check, import, export and show definitions."""


@definitions.command()
@click.argument("keys", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every definition in the files.")
@click.option("--scenarios/--no-scenarios", default=True, help="Run the scenarios too.")
def check(keys: tuple[str, ...], everything: bool, scenarios: bool) -> None:
    """Check definitions in the files: findings with file and line, exit status 1 if any is an error."""
    from engine.definitions.bundle import all_keys
    from engine.queries.definition_check import check_files

    worst = 0
    for key in all_keys() if everything else keys:
        report = check_files(key, with_scenarios=scenarios)
        for finding in report.findings:
            click.echo(f"{'错误' if finding.level == 'error' else '提醒'} {finding}")
        for story in report.failed_stories:
            click.echo(f"情景未通过 {key}：{story.name}：{story.reason}")
        click.echo(f"{'不通过' if report.has_errors else '通过'} {key}（{len(report.stories)}个情景）")
        worst = max(worst, int(report.has_errors))
    sys.exit(worst)


@definitions.command("import")
def import_() -> None:
    """Load the supplied definitions: new keys are published, changed ones become drafts, nothing is overwritten."""
    from api.installation import SUPPLY_STATUSES, with_office
    from api.supply import import_supply

    with with_office(_settings()) as office:
        answers = import_supply(office)
    for answer in answers:
        click.echo(f"{answer['key']}：{SUPPLY_STATUSES[answer['status']]} {answer.get('reason', '')}".rstrip())
    sys.exit(1 if any(answer["status"] == "refused" for answer in answers) else 0)


@definitions.command()
@click.argument("key")
@click.argument("target", type=click.Path(path_type=Path))
def export(key: str, target: Path) -> None:
    """Write the published texts of KEY below TARGET, byte for byte."""
    from api.installation import with_office
    from engine.queries.definition_texts import published_texts

    with with_office(_settings()) as office:
        for name, text in published_texts(office, key).items():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
            click.echo(path)


@definitions.command()
@click.argument("key")
def show(key: str) -> None:
    """Print one definition: steps, limits, rules, documents."""
    from engine.definitions.bundle import read_bundle
    from engine.definitions.parse import parse_item

    item = parse_item(read_bundle(key))
    click.echo(f"{item.code} {item.title}")
    click.echo(
        f"  法定 {item.limits.statutory.amount}{item.limits.statutory.unit.label}，"
        f"承诺 {item.limits.promised.amount}{item.limits.promised.unit.label}"
    )
    for node in item.process.nodes:
        if node.kind in ("userTask", "serviceTask", "callActivity"):
            limit = f"（{node.limit.amount}{node.limit.unit.label}）" if node.limit else ""
            click.echo(f"  环节 {node.id}：{node.name}{limit}")
    for condition in item.eligibility:
        click.echo(f"  条件 {condition.id}：{condition.text}\n       {condition.when.text}")
    for document in item.documents:
        click.echo(f"  材料 {document.id}：{document.title}{'' if document.required else '（非必要）'}")


@main.group()
def db() -> None:
    """The embedded database."""


@db.command("start")
def db_start() -> None:
    """Run the embedded database alone, in the foreground."""
    from api.embedded.maintenance import run_database

    run_database(_settings(), click.echo)


@db.command("stop")
def db_stop() -> None:
    """Stop the embedded database (and the `serve` that owns it)."""
    from api.embedded.maintenance import stop_database

    click.echo("已停止。" if stop_database(_settings()) else "没有在运行。")


@db.command("status")
def db_status() -> None:
    """Say whether the embedded database runs."""
    from api.embedded.maintenance import database_status

    click.echo(str(database_status(_settings())))


@db.command("psql", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def db_psql(arguments: tuple[str, ...]) -> None:
    """Open psql on the database of this installation."""
    from api.embedded.maintenance import open_psql

    open_psql(_settings(), arguments)


@main.command("check-cases")
@click.option("--most", default=0, help="Check at most so many cases (0: all).")
def check_cases(most: int) -> None:
    """Recompute every case from its events alone and name each difference."""
    from api.installation import with_office
    from engine.queries.case_check import check_all_cases

    with with_office(_settings()) as office:
        report = check_all_cases(office, most or None)
    for fault in report.faults:
        click.echo(str(fault))
    click.echo(f"核对 {report.cases} 件、{report.events} 条事件，发现 {len(report.faults)} 处不符。")
    sys.exit(1 if report.faults else 0)


if __name__ == "__main__":
    main()
