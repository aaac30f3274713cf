"""The description of the API is complete and served from our own files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from api.rest import register
from engine.office import Office


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for part in value.values():
            yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)


def _operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            if method != "parameters":
                yield path, method, operation


def test_every_route_under_the_api_is_described_in_openapi_31(app: Flask, client: FlaskClient) -> None:
    spec = client.get("/api/v1/openapi.json").json
    assert spec["openapi"] == "3.1.0"
    described = {(path, method) for path, method, _ in _operations(spec)}
    routes = {
        (re.sub(r"<(?:int:)?([^>]+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1") and not rule.endpoint.startswith("api-docs")
    }
    assert described == routes


def test_every_operation_has_a_summary_its_parameters_its_security_and_the_problem(client: FlaskClient) -> None:
    spec = client.get("/api/v1/openapi.json").json
    for path, method, operation in _operations(spec):
        assert operation["summary"], path
        assert "application/problem+json" in operation["responses"]["default"]["content"]
        assert operation["security"] in ([], [{"bearer": []}, {"cookie": []}])
        declared = spec["paths"][path].get("parameters", []) + operation.get("parameters", [])
        named = {p["name"] for p in declared if p.get("in") == "path"}
        assert named == set(re.findall(r"{(\w+)}", path)), (path, method)


def test_every_reference_in_the_description_leads_somewhere(client: FlaskClient) -> None:
    spec = client.get("/api/v1/openapi.json").json
    for reference in set(_references(spec)):
        place: Any = spec
        for name in reference.removeprefix("#/").split("/"):
            place = place[name]
        assert place


def test_bodies_give_examples_and_say_that_nothing_else_is_taken(client: FlaskClient) -> None:
    schemas = client.get("/api/v1/openapi.json").json["components"]["schemas"]
    assert schemas["ReceiveBody"]["additionalProperties"] is False
    assert "example" in json.dumps(schemas["ReceiveBody"])


def test_the_page_for_people_needs_no_inline_script_and_no_other_server(client: FlaskClient) -> None:
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|https?://", page.text)


def test_two_applications_in_one_process_describe_the_same(app: Flask, client: FlaskClient, office: Office) -> None:
    other = Flask("other")
    other.extensions["yimen"] = app.extensions["yimen"]
    register(other, office)
    assert other.test_client().get("/api/v1/openapi.json").json == client.get("/api/v1/openapi.json").json
