"""The good example definition and the vocabularies, read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.definitions.bundle import ItemBundle, read_bundle
from engine.definitions.drafting import draft_process
from engine.definitions.emit_bpmn import emit_bpmn
from engine.definitions.model import ItemDefinition
from engine.definitions.parse import parse_item
from engine.definitions.shared import Shared, load_shared
from engine.definitions.yaml_reader import load_yaml

ROOT = Path(__file__).parent / "fixtures"
KEY = "mz-901-example-allowance"


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def bundle() -> ItemBundle:
    return read_bundle(KEY, ROOT)


@pytest.fixture(scope="session")
def definition(bundle: ItemBundle) -> ItemDefinition:
    return parse_item(bundle)


@pytest.fixture(scope="session")
def shared() -> Shared:
    return load_shared()


@pytest.fixture
def drafts() -> Mapping[str, Any]:
    """The compact descriptions of the example diagrams; each test may change its own copy."""
    return load_yaml((ROOT / "drafts.yaml").read_bytes(), "drafts.yaml")


@pytest.fixture(scope="session")
def with_diagram(bundle: ItemBundle) -> Callable[[Mapping[str, Any]], ItemBundle]:
    """The example bundle with its main diagram drawn anew from a description."""

    def redrawn(spec: Mapping[str, Any]) -> ItemBundle:
        return bundle.with_text(bundle.process_name, emit_bpmn(draft_process(spec)))

    return redrawn
