"""The supplied definitions as a whole: no law broken, canonical diagrams, faces that get every fact they print."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from certificates.types_reader import FaceLibrary
from engine.definitions.bpmn_reader import read_process
from engine.definitions.bundle import PROJECT_ROOT, all_keys, read_bundle
from engine.definitions.checks import check_bundle, duplicate_codes
from engine.definitions.emit_bpmn import emit_bpmn
from engine.definitions.findings import ERROR, Findings
from engine.definitions.parse import parse_item
from engine.definitions.shared import load_shared
from engine.definitions.yaml_reader import load_yaml
from engine.scenarios import run_scenarios
from engine.terms import DefinitionKind, LegalityStatus

KEYS = all_keys()
DIAGRAMS = sorted((PROJECT_ROOT / "process_definitions").glob("*/*.bpmn"))
# What the engine itself adds to the facts of a certificate.
GIVEN_BY_ENGINE = {"number", "issued_on", "valid_until"}


@pytest.mark.parametrize("key", KEYS)
def test_a_supplied_definition_breaks_no_law(key: str) -> None:
    assert [str(f) for f in check_bundle(read_bundle(key), load_shared()) if f.level == ERROR] == []


def test_codes_and_titles_are_unique_in_the_supply() -> None:
    assert [str(f) for f in duplicate_codes([parse_item(read_bundle(key)) for key in KEYS])] == []


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_a_supplied_diagram_is_canonical_text(path: Path) -> None:
    text, found = path.read_bytes(), Findings(path.name)
    model = read_process(text, found)
    assert model is not None
    assert emit_bpmn(model) == text


@pytest.mark.parametrize("key", [key for key in KEYS if parse_item(read_bundle(key)).outcome.certificate])
def test_a_face_gets_every_fact_it_prints(key: str) -> None:
    outcome = parse_item(read_bundle(key)).outcome
    printed = FaceLibrary(PROJECT_ROOT / "certificates" / "types").face(outcome.certificate).facts
    dated = GIVEN_BY_ENGINE if outcome.valid_days or outcome.valid_months else GIVEN_BY_ENGINE - {"valid_until"}
    assert printed <= outcome.facts.keys() | dated


@pytest.mark.parametrize("key", KEYS)
def test_scenarios_reach_every_end_and_refuse_by_every_condition(key: str) -> None:
    """The officer's proof covers what the diagram and the conditions promise."""
    bundle = read_bundle(key)
    definition = parse_item(bundle)
    entries = load_yaml(bundle.scenario_text, bundle.scenario_name)
    assert all(story.passed for story in run_scenarios(bundle))
    expected = [e.get("expect", {}) for entry in entries for e in (entry, *entry.get("then", ()))]
    refused = {condition for e in expected for condition in e.get("unmet", ())}
    assert refused == {condition.id for condition in definition.eligibility}
    outcomes = {e["outcome"] for e in expected if "outcome" in e}
    assert {n.outcome for n in definition.process.nodes if n.outcome} <= outcomes
    verbs = {verb for entry in entries for step in entry.get("then", ()) for verb in step}
    assert {"accept", "refuse_acceptance", "request_correction", "supply", "wait_until"} <= verbs
    assert any(e.get("card") == "red" for e in expected)


def test_the_demo_city_decides_on_known_certificates_only_to_issue() -> None:
    entries = load_yaml((PROJECT_ROOT / "api" / "demo_city" / "legality.yaml").read_bytes(), "legality.yaml")
    assert len({e["code"] for e in entries}) == len(entries)
    assert {e["status"] for e in entries} == {LegalityStatus.ISSUE}
    supplied = {d.code for key in KEYS if (d := parse_item(read_bundle(key))).kind is DefinitionKind.CERTIFICATE}
    assert supplied <= {e["code"] for e in entries}


def test_plain_yaml_readers_see_the_same_definition() -> None:
    """Officers' other tools read the files with any YAML library; nothing of ours is needed to understand them."""
    for key in KEYS:
        bundle = read_bundle(key)
        assert yaml.safe_load(bundle.form_text)["code"] == parse_item(bundle).code
