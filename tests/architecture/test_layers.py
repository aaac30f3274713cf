"""The arrow is a law: who may import whom, read from the source itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("engine", "certificates", "api")
OUTER = {"flask", "flask_smorest", "rq", "redis", "reportlab", "jinja2", "gunicorn", "pyhanko", "whitenoise"}
# Part of engine -> parts it may import.
BASE = {"errors", "clock", "terms", "ports"}
MAY_IMPORT = {
    "errors": set(),
    "clock": set(),
    "terms": set(),
    "ports": {"errors", "terms"},
    "feel": BASE,
    "definitions": BASE | {"feel"},
    "policy": BASE | {"feel", "definitions"},
    "runtime": BASE | {"feel", "definitions"},
    "records": BASE,
    "scenarios": BASE | {"feel", "definitions", "policy", "runtime"},
    "office": BASE | {"feel", "definitions", "policy", "runtime", "records"},
    "commands": BASE | {"feel", "definitions", "policy", "runtime", "records", "scenarios", "office"},
    "queries": BASE | {"feel", "definitions", "policy", "runtime", "records", "scenarios", "office"},
}


def sources(package: str) -> Iterator[Path]:
    return (ROOT / package).rglob("*.py")


def imports_of(path: Path) -> Iterator[str]:
    """Dotted names a file imports, those under TYPE_CHECKING too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls_of(path: Path) -> Iterator[ast.Call]:
    return (n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call))


def offenders(package: str, forbidden: set[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(package)
        for name in imports_of(path)
        if name.split(".")[0] in forbidden
    ]


def test_the_engine_knows_no_door_no_queue_and_no_renderer() -> None:
    assert offenders("engine", OUTER | {"certificates", "api"}) == []


def test_certificates_know_no_door_no_queue_and_no_database() -> None:
    assert offenders("certificates", {"flask", "rq", "redis", "sqlalchemy", "SpiffWorkflow", "api"}) == []


def test_only_the_runtime_imports_the_workflow_library() -> None:
    found = {
        p.relative_to(ROOT).parts[:2]
        for pkg in PACKAGES
        for p in sources(pkg)
        for n in imports_of(p)
        if n.startswith("SpiffWorkflow")
    }
    assert found == {("engine", "runtime")}


@pytest.mark.parametrize("part", sorted(MAY_IMPORT))
def test_a_part_of_the_engine_imports_only_what_lies_below_it(part: str) -> None:
    place = ROOT / "engine" / part
    files = list(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    assert files
    above = []
    for path in files:
        for name in imports_of(path):
            words = name.split(".")
            if words[0] == "engine" and len(words) > 1 and words[1] not in MAY_IMPORT[part] | {part}:
                above.append(f"{path.relative_to(ROOT)} imports {name}")
    assert above == []


def test_every_part_of_the_engine_has_its_place_in_the_arrow() -> None:
    parts = {p.stem for p in (ROOT / "engine").iterdir() if p.stem not in ("__init__", "__pycache__")}
    assert parts == set(MAY_IMPORT)


def test_a_command_never_calls_a_command_and_a_query_never_writes() -> None:
    verbs = {p.stem for p in (ROOT / "engine/commands").glob("*.py")}
    shared = {"__init__", "verb", "case_change", "notices"}
    calls = [
        f"{path.name} calls {node.func.id}"
        for path in sources("engine/commands")
        for node in calls_of(path)
        if isinstance(node.func, ast.Name) and node.func.id in verbs - shared
    ]
    writes = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources("engine/queries")
        for name in imports_of(path)
        if name.split(".")[-1] in {"insert", "update", "delete"} or name.startswith("engine.commands")
    ]
    assert calls == []
    assert writes == []


def test_only_the_clock_reads_the_wall_clock() -> None:
    readers = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for package in ("engine", "certificates")
        for path in sources(package)
        for node in calls_of(path)
        if isinstance(node.func, ast.Attribute)
        and (
            node.func.attr in {"now", "utcnow", "today"}
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in {"datetime", "date"}
        )
        and path != ROOT / "engine/clock.py"
    ]
    assert readers == []


def test_no_text_of_an_author_can_become_code() -> None:
    callers = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for package in PACKAGES
        for path in sources(package)
        for node in calls_of(path)
        if isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec", "compile", "__import__"}
    ]
    loaders = [
        f"{p.relative_to(ROOT)}"
        for pkg in PACKAGES
        for p in sources(pkg)
        for n in imports_of(p)
        if n.split(".")[0] in {"pickle", "marshal", "shelve"}
    ]
    assert callers == []
    assert loaders == []


def test_only_the_composition_root_reads_settings_into_parts() -> None:
    wiring = {
        p.relative_to(ROOT).as_posix() for p in sources("api") for n in imports_of(p) if n == "certificates.issuer"
    }
    assert wiring == {"api/bootstrap.py"}


def test_the_migrations_folder_does_not_shadow_the_library() -> None:
    assert not (ROOT / "alembic/__init__.py").exists()
    import alembic.config

    assert alembic.config.__file__ is not None


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    names = {"util", "utils", "helper", "helpers", "common", "manager", "misc"}
    found = [p.relative_to(ROOT).as_posix() for pkg in PACKAGES for p in sources(pkg) if set(p.stem.split("_")) & names]
    assert found == []
