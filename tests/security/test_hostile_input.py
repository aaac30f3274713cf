"""Input nobody types by mistake is refused in plain words: never stored, never a fault of the server."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.rest.answers import csv_answer
from api.sound_input import require_sound
from engine.definitions.bundle import bundle_from_upload, bundle_to_zip, read_bundle
from engine.errors import DefinitionInvalid, FormInvalid
from engine.office import Office
from tests.story import ANSWERS, EXAMPLE, EXAMPLE_ROOT

Clients = Callable[[str], FlaskClient]
BUNDLE = read_bundle(EXAMPLE, EXAMPLE_ROOT)
ZIP = bundle_to_zip(BUNDLE)
UNSOUND = ("王\0英", "王\x0b英", "王\x7f英", "王\u202e英", "王\u2066英", "王\ufffe英")


def zipped(texts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in texts.items():
            archive.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize("name", UNSOUND)
def test_text_that_cannot_be_kept_or_printed_is_refused_naming_the_field(client_of: Clients, name: str) -> None:
    body = {"item": EXAMPLE, "form": {**ANSWERS, "applicant_name": name}}
    for address in ("/api/v1/cases", "/api/v1/eligibility-checks"):
        answer = client_of("window").post(address, json=body)
        assert (answer.status_code, set(answer.json["errors"])) == (422, {"applicant_name"})


@pytest.mark.parametrize("address", ["/guide?q=%00", "/guide/%0B", "/v/%00?c=1", "/progress?number=%E2%80%AE1"])
def test_unsound_text_in_an_address_is_refused(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 422
    assert "控制字符" in answer.text


def test_unsound_text_in_a_form_is_refused(client: FlaskClient) -> None:
    assert client.post("/progress", data={"number": "1\0", "password": "1"}).status_code == 422


def test_names_in_other_scripts_and_lines_of_text_are_sound() -> None:
    require_sound({"form": {"name": "欧阳·娜娜 𠮷 Ó'Brien", "note": "第一行\n第二行\t。", "n": [1, 2.5, None, True]}})


@given(st.recursive(st.integers(), lambda inner: st.lists(inner, max_size=2), max_leaves=20))
def test_numbers_beyond_the_database_are_refused_wherever_they_stand(value: Any) -> None:
    beyond = any(
        abs(int(n)) >= 2**63 for n in json.dumps(value).replace("[", " ").replace("]", " ").replace(",", " ").split()
    )
    if beyond:
        with pytest.raises(FormInvalid):
            require_sound(value)
    else:
        require_sound(value)


def test_nesting_no_form_has_is_refused(client_of: Clients) -> None:
    nested: dict[str, Any] = {}
    inner = nested
    for _ in range(300):
        inner["a"] = inner = {}
    body = {"item": EXAMPLE, "form": {**ANSWERS, "x": nested}}
    answer = client_of("window").post("/api/v1/cases", json=body, headers={"Idempotency-Key": "nested"})
    assert answer.status_code == 422


@pytest.mark.parametrize("number", ["1e999999", "-1e99", "9" * 4000, "1e-999999", 1e300])
def test_a_number_that_would_fill_the_memory_when_written_out_is_refused(client_of: Clients, number: Any) -> None:
    body = {"item": EXAMPLE, "form": {**ANSWERS, "income_12m": number}}
    answer = client_of("window").post("/api/v1/eligibility-checks", json=body)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"income_12m"})


@pytest.mark.parametrize("days", ["from=0001-01-01&through=0001-01-05", "from=9999-12-01&through=9999-12-31"])
def test_days_at_the_ends_of_time_are_refused(client_of: Clients, days: str) -> None:
    supervisor = client_of("supervisor")
    assert supervisor.get(f"/api/v1/supervision/tables/on-time?{days}").status_code == 422
    assert supervisor.get(f"/supervision/on-time?{days.replace('through', 'to')}").status_code == 422
    case_days = days.replace("from", "received_from").replace("through", "received_through")
    assert client_of("window").get(f"/api/v1/cases?{case_days}").status_code == 422


def test_ids_beyond_the_database_find_nothing(client_of: Clients) -> None:
    beyond = "9" * 40
    window = client_of("window")
    assert window.get(f"/api/v1/work-items/{beyond}").status_code == 404
    assert window.post(f"/api/v1/work-items/{beyond}/claim").status_code in (404, 422)
    assert window.get(f"/work-items/{beyond}/preview").status_code == 404


def test_a_damaged_archive_is_an_answer_and_not_a_fault() -> None:
    for place in range(0, len(ZIP), 7):
        for value in (0, 255):
            damaged = ZIP[:place] + bytes([value]) + ZIP[place + 1 :]
            try:
                bundle_from_upload(damaged)
            except DefinitionInvalid:
                continue


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_only_the_usual_compression_is_unpacked(method: int) -> None:
    with pytest.raises(DefinitionInvalid, match="压缩方法"):
        bundle_from_upload(zipped(dict(BUNDLE.texts), method))


def test_an_archive_that_unpacks_to_very_much_is_refused_before_it_does() -> None:
    name = "forms/_shared/documents/identity_card.yaml"
    with pytest.raises(DefinitionInvalid, match="过大"):
        bundle_from_upload(zipped({**BUNDLE.texts, name: b"a" * 40_000_000}))


@pytest.mark.parametrize("name", ["../secrets.json", "/etc/passwd", "forms/../../x.yaml", "forms\\x.yaml", "C:/x.yaml"])
def test_an_archive_reaches_no_place_outside_its_layout(name: str) -> None:
    with pytest.raises(DefinitionInvalid, match="目录结构"):
        bundle_from_upload(zipped({**BUNDLE.texts, name: b"x"}))


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a: \0"])
def test_a_part_that_is_no_text_is_refused_even_if_nothing_uses_it(content: bytes) -> None:
    """It would be published unread, and break the page that shows the version's texts."""
    with pytest.raises(DefinitionInvalid):
        bundle_from_upload(zipped({**BUNDLE.texts, "forms/_shared/documents/odd_part.yaml": content}))


def test_a_bundle_sent_back_in_letters_that_are_none_is_told(client_of: Clients) -> None:
    sent = {"bundle": "é", "valid_from": "2026-04-01", "reason": "调整"}
    assert client_of("policy").post("/definitions/publish", data=sent).status_code == 422


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", " =1", "\r=1", "＝1+1", "＋1", "－1", "＠x"])
def test_no_cell_of_a_table_is_run_by_a_spreadsheet(app: Flask, cell: str) -> None:
    with app.app_context():
        written = csv_answer("表", ["名称"], [[cell]]).data.decode("utf-8-sig")
    assert written.removeprefix("名称\r\n").lstrip('"').startswith("'")


def test_an_error_of_the_database_names_no_value(office: Office) -> None:
    """What is logged with a reference must not take a resident's name along."""
    with office.database.connect() as connection, pytest.raises(DBAPIError) as error:
        connection.execute(text("SELECT :name || no_such_column"), {"name": "王秀英"})
    assert "王秀英" not in str(error.value)
    with office.unit_of_work() as uow, pytest.raises(DBAPIError) as short_way:
        uow.cases.put_personal(-1, {"application": "王秀英".encode()})
    told = str(short_way.value).partition("[SQL")[2]
    assert "王秀英" not in told
    assert "application" not in told.partition("[parameters")[2]


def test_a_zip_made_of_nothing_but_headers_is_refused() -> None:
    ending = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 46, 0, 0)
    with pytest.raises(DefinitionInvalid):
        bundle_from_upload(b"PK\x01\x02" + b"\xff" * 42 + ending)


def test_no_page_of_the_application_is_written_by_a_definition(visitor: Any) -> None:
    """Templates escape everything; the two places that mark text as safe only repeat what is escaped already."""
    folder = Path(__file__).parents[2] / "api" / "web" / "templates"
    marked = [
        (path.name, line.count("| safe")) for path in folder.rglob("*.j2") for line in path.read_text().splitlines()
    ]
    assert sum(count for _, count in marked) == 2
    assert {name for name, count in marked if count} == {"fields.html.j2"}
    assert visitor.client.application.jinja_env.autoescape is True
