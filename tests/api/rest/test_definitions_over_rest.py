"""Policy officers read, check and publish definitions; files are verified; the process tells its health."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine.definitions.bundle import bundle_to_zip, read_bundle
from engine.office import Office
from engine.queries.readiness import readiness
from engine.records.unit_of_work import open_database

Clients = Callable[[str], FlaskClient]
KEY = "mz-901-example-allowance"
ROOT = Path(__file__).parents[2] / "engine" / "definitions" / "fixtures"


@pytest.fixture
def officer(client_of: Clients) -> FlaskClient:
    return client_of("policy")


def test_a_definition_is_listed_read_and_downloaded_as_it_was_stored(officer: FlaskClient) -> None:
    listed = {line["key"]: line for line in officer.get("/api/v1/definitions").json["items"]}
    assert [v["state"] for v in listed[KEY]["versions"]] == ["in_force"]
    shown = officer.get(f"/api/v1/definitions/{KEY}").json
    stored = read_bundle(KEY, ROOT).texts
    assert {name: text.encode() for name, text in shown["texts"].items()} == dict(stored)
    assert officer.get(f"/api/v1/definitions/{KEY}/bundle").data == bundle_to_zip(read_bundle(KEY, ROOT))
    assert officer.get(f"/api/v1/definitions/{KEY}?version=9").status_code == 404


def test_an_upload_is_checked_before_anything_is_published(officer: FlaskClient) -> None:
    content = bundle_to_zip(read_bundle(KEY, ROOT))
    report = officer.post("/api/v1/definitions/checks", data=content, content_type="application/zip").json
    assert report["key"] == KEY
    assert isinstance(report["findings"], list)
    broken = officer.post("/api/v1/definitions/checks", data=b"PK not a zip", content_type="application/zip")
    assert (broken.status_code, broken.json["type"]) == (422, "urn:yimen:problem:definition-invalid")
    assert officer.post("/api/v1/definitions/checks").json["errors"] == {"file": ["请上传定义包（ZIP）。"]}


def test_publishing_the_same_texts_again_changes_nothing(officer: FlaskClient) -> None:
    form = {"valid_from": "2026-04-01", "reason": "再次发布"}
    upload = {**form, "file": (io.BytesIO(bundle_to_zip(read_bundle(KEY, ROOT))), "bundle.zip")}
    answer = officer.post("/api/v1/definitions", data=upload)
    assert (answer.status_code, answer.json["status"]) == (200, "unchanged"), answer.text


def test_publishing_needs_a_day_and_a_reason(officer: FlaskClient) -> None:
    answer = officer.post("/api/v1/definitions", data={"file": (io.BytesIO(b"x"), "bundle.zip")})
    assert set(answer.json["errors"]) == {"valid_from", "reason"}


def test_items_are_found_by_words_initials_and_code(client: FlaskClient) -> None:
    for q in ("示例生活", "slsh", "shbt", "MZ-901", "mz-901", "allowance"):
        found = [line["key"] for line in client.get("/api/v1/items", query_string={"q": q}).json["items"]]
        assert KEY in found, q
    assert client.get("/api/v1/items?theme=JZ&kind=service_item").json["total"] >= 1
    assert client.get("/api/v1/items", query_string={"q": "无此事项"}).json["items"] == []
    assert client.get("/api/v1/items", query_string={"q": "%"}).json["total"] == 0


def test_a_service_guide_opens_by_key_and_by_code(client: FlaskClient) -> None:
    by_key, by_code = (client.get(f"/api/v1/items/{name}").json for name in (KEY, "mz-901"))
    assert by_key == by_code
    assert by_key["promised_limit"] == "20个工作日"
    assert next(c["when"] for c in by_key["conditions"]) == "starts with(applicant.hukou_region, region.city)"
    assert by_key["steps"][0]["name"] == "受理"
    assert client.get("/api/v1/items/no-such-item").status_code == 404


def test_a_file_without_our_seal_is_not_ours(app: Flask, client: FlaskClient) -> None:
    class Judge:
        """Stands for the parts; the verdict itself is proved where certificates are."""

        settings = app.extensions["yimen"].settings

        @staticmethod
        def verifier(content: bytes) -> object:
            from certificates.verification import Verdict, VerificationReport

            assert content == b"%PDF-1.7"
            return VerificationReport(Verdict.NO_SIGNATURE, "文件中没有电子签章。")

    app.extensions["yimen"] = Judge()
    bodies = (
        {"data": b"%PDF-1.7", "content_type": "application/pdf"},
        {"data": {"file": (io.BytesIO(b"%PDF-1.7"), "a.pdf")}},
    )
    for body in bodies:
        answer = client.post("/api/v1/verifications", **body)
        assert (answer.json["is_valid"], answer.json["verdict"]) == (False, "no_signature")
    assert client.post("/api/v1/verifications").status_code == 422


def test_a_process_without_its_database_lives_but_is_not_ready(office: Office, client: FlaskClient) -> None:
    assert client.get("/health/live").json == {"status": "live"}
    assert client.get("/health/ready").status_code == 200
    gone = open_database("postgresql+psycopg://nobody@127.0.0.1:1/none", pool_size=1)
    assert not readiness(replace(office, database=gone)).is_ready
