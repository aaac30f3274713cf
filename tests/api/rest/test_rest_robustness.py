"""Whatever is sent, the door answers in its own words and never breaks."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.auth import access_of
from engine.definitions.bundle import read_bundle
from engine.definitions.parse import parse_item
from engine.queries.event_wording import event_words

ROOT = Path(__file__).parents[3]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=30) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = (
    "item",
    "form",
    "documents",
    "q",
    "cursor",
    "limit",
    "number",
    "password",
    "answers",
    "decision",
    "region",
    "from",
)
FORM = {
    "applicant_name": "王秀英",
    "applicant_id": "990101197403120027",
    "applicant_phone": "13812345678",
    "apply_mode": "单人",
    "income_12m": "18720",
    "hardship_cause": "疾病",
}
BODIES = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), VALUES, max_size=5) | VALUES
ONE_CLIENT = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def _addresses(app: Flask, method: str) -> list[str]:
    rules = [r for r in app.url_map.iter_rules() if r.rule.startswith("/api/v1") and method in (r.methods or ())]
    open_to_clerks = [
        r for r in rules if (found := access_of(app, r.endpoint)) and (not found.roles or "clerk" in found.roles)
    ]
    return sorted(
        re.sub(r"<(int:)?[^>]+>", lambda m: "7" if m[1] else "mz-901-example-allowance", r.rule) for r in open_to_clerks
    )


@settings(max_examples=60, deadline=None, suppress_health_check=ONE_CLIENT)
@given(data=st.data())
def test_no_body_breaks_a_door(app: Flask, client_of: Callable[[str], FlaskClient], data: st.DataObject) -> None:
    address = data.draw(
        st.sampled_from([a for a in _addresses(app, "POST") if "sessions" not in a and "verif" not in a])
    )
    body: Any = data.draw(BODIES)
    answer = client_of("window").post(address, json=body)
    assert answer.status_code < 500, (address, body, answer.text)
    if answer.status_code >= 400:
        assert answer.mimetype == "application/problem+json"


@settings(max_examples=60, deadline=None, suppress_health_check=ONE_CLIENT)
@given(
    name=st.sampled_from([*FORM, "severe_illness", "subject_id"]), value=VALUES, region=st.text("0129 x", max_size=13)
)
def test_no_answer_on_a_form_breaks_a_door(
    client_of: Callable[[str], FlaskClient], name: str, value: Any, region: str
) -> None:
    body = {"item": "mz-901-example-allowance", "form": {**FORM, name: value}, "home_region": region}
    for address in ("/api/v1/eligibility-checks", "/api/v1/cases"):
        answer = client_of("window").post(address, json=body)
        assert answer.status_code < 500, (address, body, answer.text)


@settings(max_examples=60, deadline=None, suppress_health_check=ONE_CLIENT)
@given(data=st.data())
def test_no_query_breaks_a_door(app: Flask, client_of: Callable[[str], FlaskClient], data: st.DataObject) -> None:
    address = data.draw(st.sampled_from(_addresses(app, "GET")))
    query = data.draw(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=24), max_size=3))
    answer = client_of("window").get(address, query_string=query)
    assert answer.status_code < 500, (address, query, answer.text)


@pytest.mark.parametrize("body", ["[" * 100_000, '{"a":' * 50_000, '{"name": NaN}', "\ufeff{}", ""])
def test_json_that_is_no_json_is_told(client_of: Callable[[str], FlaskClient], body: str) -> None:
    for address in ("/api/v1/cases", "/api/v1/cases/1/actions/accept"):
        answer = client_of("window").post(address, data=body.encode(), content_type="application/json")
        assert (answer.status_code, answer.json["errors"]) == (422, {"body": ["不是有效的 JSON。"]})


def test_a_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post("/api/v1/verifications", data=b"%PDF" + bytes(22_000_000), content_type="application/pdf")
    assert (answer.status_code, answer.json["type"]) == (413, "urn:yimen:problem:too-large")


def test_every_event_a_command_records_has_words_of_its_own() -> None:
    bundle = read_bundle("mz-901-example-allowance", ROOT / "tests" / "engine" / "definitions" / "fixtures")
    definition = parse_item(bundle)
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "engine" / "commands").glob("*.py"))
    kinds = set(re.findall(r"\b(?:happened|follows)\(\s*\"(\w+)\"", sources))
    kinds |= set(re.findall(r"\b(?:happened|follows)\(\s*\"(\w+)\" if .* else \"\w+\"", sources))
    kinds |= set(re.findall(r"\b(?:happened|follows)\(\s*\"\w+\" if .* else \"(\w+)\"", sources))
    assert len(kinds) > 12
    for kind in kinds:
        words = event_words(kind, {}, definition)
        assert not words.text.startswith("记录："), kind
        assert words.text_en.isascii(), kind
        assert words.title, kind
