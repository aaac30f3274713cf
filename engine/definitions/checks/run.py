"""Runs every law over a definition.

`run_all` judges a definition that was read without fault; `check_bundle` reads and judges. A rule id is
`<file>.<law>`; the module docstring of each law says why it exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.definitions.bundle import ItemBundle
from engine.definitions.checks import (
    calls,
    codes,
    diagram,
    documents,
    expressions,
    form,
    gateways,
    graph,
    guide,
    lanes,
    legality,
    limits,
    loops,
    mirror,
    outcome,
    scenarios,
    sizes,
    soundness,
    tables,
)
from engine.definitions.findings import Finding
from engine.definitions.model import ItemDefinition
from engine.definitions.parse import read_item
from engine.definitions.shared import Shared

Check = Callable[[ItemDefinition, Shared], Iterable[Finding]]

CHECKS: tuple[Check, ...] = (
    mirror.check,
    codes.check,
    limits.check,
    guide.check,
    documents.check,
    form.check,
    expressions.check,
    graph.check,
    gateways.check,
    soundness.check,
    loops.check,
    lanes.check,
    calls.check,
    tables.check,
    outcome.check,
    legality.check,
    scenarios.check,
    diagram.check,
    sizes.check,
)

duplicate_codes = codes.duplicates


def run_all(definition: ItemDefinition, shared: Shared) -> list[Finding]:
    """Every finding of every law, errors first, then by file and line."""
    found = [finding for check in CHECKS for finding in check(definition, shared)]
    return sorted(found, key=lambda f: (f.level, f.file, f.line, f.rule))


def check_bundle(bundle: ItemBundle, shared: Shared) -> list[Finding]:
    """Faults of form and of sense in one list; sense is judged once the texts can be read."""
    definition, found = read_item(bundle)
    return [*found, *(run_all(definition, shared) if definition else ())]
