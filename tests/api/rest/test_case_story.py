"""One case from the counter to the certificate, over REST, as a line system would drive it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.demo_city.officers import officers
from engine.commands.issue_certificate import (
    RecordCertificate,
    ReserveCertificate,
    record_certificate,
    reserve_certificate,
)
from engine.office import Office
from engine.policy.actors import SYSTEM

ITEM = "mz-901-example-allowance"
WANG = "990101197403120027"
Clients = Callable[[str], FlaskClient]


def _answers(clerk: FlaskClient, id_number: str = WANG) -> dict[str, Any]:
    form = clerk.post(f"/api/v1/items/{ITEM}/form/prefill", json={"applicant_id": id_number}).json
    known = {f["name"]: f["value"] for s in form["sections"] for f in s["fields"] if f["value"] is not None}
    return {**known, "apply_mode": "整户", "hardship_cause": "疾病"}


def _received(clerk: FlaskClient, *documents: str) -> dict[str, Any]:
    body = {"item": ITEM, "form": _answers(clerk), "documents": dict.fromkeys(documents, "paper")}
    answer = clerk.post("/api/v1/cases", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def _accepted(clerk: FlaskClient) -> dict[str, Any]:
    case = _received(clerk, "identity_card", "income_statement")
    answer = clerk.post(f"/api/v1/work-items/{case['work_items'][0]}/accept")
    assert answer.status_code == 200, answer.text
    return {**case, "opened": [line["item"] for line in answer.json["opened"]]}


def _done(officer: FlaskClient, item: int, verb: str = "complete", **body: Any) -> list[int]:
    answer = officer.post(f"/api/v1/work-items/{item}/{verb}", json=body)
    assert answer.status_code == 200, answer.text
    return [line["item"] for line in answer.json["opened"] if "item" in line]


@pytest.fixture
def clerk(client_of: Clients) -> FlaskClient:
    return client_of("window")


def test_prefill_finds_the_registered_person_and_is_recorded(clerk: FlaskClient, client_of: Clients) -> None:
    answers = _answers(clerk)
    assert (answers["applicant_name"], answers["applicant_id"]) == ("王秀英", WANG)
    entries = client_of("auditor").get("/api/v1/audit-entries?action=prefill_form").json["items"]
    assert entries[0]["officer_name"] == "周雯"
    assert WANG not in json.dumps(entries)


def test_eligibility_is_explained_before_anything_is_stored(clerk: FlaskClient) -> None:
    body = {"item": ITEM, "form": _answers(clerk)}
    checked = clerk.post("/api/v1/eligibility-checks", json=body).json
    assert checked["outcome"] == "eligible"
    assert checked["missing"] == ["income_statement"] or set(checked["missing"]) == {
        "identity_card",
        "income_statement",
    }
    assert all(condition["explanation"]["sentence"] for condition in checked["conditions"])


def test_the_same_receipt_sent_twice_with_one_key_is_one_case(clerk: FlaskClient) -> None:
    body = {"item": ITEM, "form": _answers(clerk)}
    key = {"Idempotency-Key": "receipt-of-wang"}
    first, second = (clerk.post("/api/v1/cases", json=body, headers=key) for _ in range(2))
    assert first.json == second.json
    other = clerk.post("/api/v1/cases", json={**body, "channel": "phone"}, headers=key)
    assert other.json["type"] == "urn:yimen:problem:idempotency-conflict"


def test_a_form_with_faults_names_each_field(clerk: FlaskClient) -> None:
    form = {**_answers(clerk), "applicant_id": "990101197403120028", "apply_mode": "半户"}
    answer = clerk.post("/api/v1/cases", json={"item": ITEM, "form": form})
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {"applicant_id", "apply_mode"}


def test_an_accepted_case_shows_in_its_file_with_masked_numbers_and_a_ledger(clerk: FlaskClient) -> None:
    case = _accepted(clerk)
    file = clerk.get(f"/api/v1/cases/{case['number']}").json
    assert file["header"]["status"] == "in_process"
    assert file["applicant"]["id_number"] == "990101********0027"
    assert WANG not in json.dumps(file)
    promised = next(clock for clock in file["clocks"] if clock["kind"] == "promised")
    assert promised["ledger"][-1]["total"] == promised["limit_working_days"] == 20
    assert file["progress"]["done_nodes"] == ["acceptance"]
    assert file["progress"]["open_nodes"] == ["joint_check"]
    assert [event["kind"] for event in file["timeline"]][:2] == ["case_received", "case_accepted"]


def test_a_whole_number_is_revealed_only_for_a_stated_purpose_and_recorded(
    clerk: FlaskClient, client_of: Clients
) -> None:
    number = _received(clerk)["number"]
    assert clerk.get(f"/api/v1/cases/{number}?reveal=true").status_code == 422
    shown = clerk.get(f"/api/v1/cases/{number}", query_string={"reveal": "true", "purpose": "核对身份"})
    assert shown.json["applicant"]["id_number"] == WANG
    trail = client_of("auditor").get("/api/v1/audit-entries", query_string={"object_id": number}).json["items"]
    assert trail[0]["action"] == "reveal_identity"
    assert trail[0]["detail"] == {"purpose": "核对身份"}


def test_a_stale_version_is_refused_and_the_present_one_told(clerk: FlaskClient) -> None:
    item = _received(clerk)["work_items"][0]
    shown = clerk.get(f"/api/v1/work-items/{item}")
    etag = {"If-Match": shown.headers["ETag"]}
    claimed = clerk.post(f"/api/v1/work-items/{item}/claim", headers=etag)
    assert claimed.status_code == 200
    late = clerk.post(f"/api/v1/work-items/{item}/release", headers=etag)
    assert (late.status_code, late.json["current_version"]) == (412, claimed.json["version"])
    assert clerk.post(f"/api/v1/work-items/{item}/release", headers={"If-Match": "yesterday"}).status_code == 422
    assert (
        clerk.post(f"/api/v1/work-items/{item}/release", headers={"If-Match": claimed.headers["ETag"]}).json["status"]
        == "open"
    )


def test_missing_documents_are_told_once_and_supplied(clerk: FlaskClient, client: FlaskClient) -> None:
    case = _received(clerk, "identity_card")
    number, item = case["number"], case["work_items"][0]
    refused = clerk.post(f"/api/v1/work-items/{item}/accept")
    assert refused.json["missing"] == ["收入说明"]
    asked = clerk.post(f"/api/v1/work-items/{item}/request-correction", json={})
    assert asked.json["status"] == "correction"
    seen = client.post("/api/v1/progress", json={"number": number, "password": case["query_password"]}).json
    assert [line["title"] for line in seen["to_bring"]] == ["收入说明"]
    assert (seen["correct_by"], seen["expected_on"]) == ("2026-03-16", None)
    body = {"work_item_id": item, "documents": {"income_statement": "paper"}}
    assert clerk.post(f"/api/v1/cases/{number}/actions/supply_correction", json=body).json["missing"] == []
    again = clerk.post(f"/api/v1/cases/{number}/actions/request-correction", json={"work_item_id": item})
    assert again.json["type"] == "urn:yimen:problem:action-not-allowed"
    assert clerk.post(f"/api/v1/cases/{number}/actions/fly", json={}).status_code == 404


def test_a_refused_acceptance_names_law_and_reason(clerk: FlaskClient) -> None:
    case = _received(clerk)
    place = f"/api/v1/work-items/{case['work_items'][0]}/refuse-acceptance"
    assert set(clerk.post(place, json={}).json["errors"]) == {"reason", "legal_basis"}
    reason = {"reason": "申请人户籍不在本市", "legal_basis": "《示例补贴办法》第四条"}
    assert clerk.post(place, json=reason).status_code == 200
    file = clerk.get(f"/api/v1/cases/{case['number']}").json
    assert file["header"]["result"] == "not_accepted"
    assert file["remarks"]["non_acceptance"]["reason"] == reason["reason"]
    assert [notice["kind"] for notice in file["notices"]] == ["refusal_of_acceptance"]


def test_actions_are_offered_to_the_holder_and_explained_to_everyone_else(
    clerk: FlaskClient, client_of: Clients
) -> None:
    case = _accepted(clerk)
    address = f"/api/v1/cases/{case['number']}/actions"
    mine = client_of("consult").get(address).json
    possible = {a["action"] for a in mine["actions"] if a["possible"]}
    assert {"complete", "claim"} <= possible
    assert [d["code"] for d in mine["work_items"][0]["decisions"]] == ["agree", "disagree"]
    theirs = clerk.get(address).json
    assert theirs["work_items"] == []
    assert all(a["reason"] for a in theirs["actions"] if not a["possible"])
    assert {a["action"] for a in theirs["actions"] if a["possible"]} == {
        "withdraw",
        "merge",
        "copy",
        "urge",
        "serve",
        "hand_over",
        "take_over",
    }


def test_a_case_of_another_district_does_not_exist_for_an_officer(clerk: FlaskClient, client_of: Clients) -> None:
    number = _received(clerk)["number"]
    elsewhere = next(
        o.sign_in_name for o in officers() if any("茶亭社区" in name and "窗口" in post for name, post in o.posts)
    )
    stranger = client_of(elsewhere)
    assert client_of("grid").get(f"/api/v1/cases/{number}").status_code == 200
    for address in (f"/api/v1/cases/{number}", f"/api/v1/cases/{number}/actions", f"/api/v1/cases/{number}/events"):
        assert stranger.get(address).status_code == 404
    assert stranger.get("/api/v1/cases", query_string={"q": number}).json["items"] == []
    assert clerk.get("/api/v1/cases", query_string={"q": number}).json["items"][0]["number"] == number


def test_a_case_runs_from_the_counter_to_a_certificate_anyone_can_verify(
    office: Office, clerk: FlaskClient, client: FlaskClient, client_of: Clients
) -> None:
    case = _accepted(clerk)
    number = case["number"]
    consult, street = client_of("consult"), client_of("street")
    first, second = case["opened"]
    assert _done(consult, first, decision="agree") == []
    opened = _done(consult, second, decision="agree", opinion="无异常")
    file = clerk.get(f"/api/v1/cases/{number}").json
    assert file["header"]["status"] == "suspended"
    assert [s["title"] for s in file["suspensions"]] == ["审核意见公示"]
    steps = {step["node_id"]: step["work_item_id"] for step in file["steps"] if step["status"] == "open"}
    assert set(opened) == set(steps.values())
    assert _done(street, steps["opinion"], answers={"monthly_amount": "680"}) == []
    office.clock.advance(timedelta(days=8))
    (decision,) = _done(client_of("window"), steps["publicity"])
    district_now, street_now, clerk_now = (client_of(name) for name in ("district", "street", "window"))
    (machine,) = _done(district_now, decision, decision="grant", opinion="同意")
    reserved = reserve_certificate(office, SYSTEM, ReserveCertificate(work_item_id=machine))
    issued = RecordCertificate(
        work_item_id=machine, content=b"%PDF", sha256="ab" * 32, signer_serial="1f", signed_at=office.clock.now()
    )
    record_certificate(office, SYSTEM, issued)
    shown = client.get(
        f"/api/v1/certificates/{reserved['number']}", query_string={"check_code": reserved["check_code"]}
    )
    assert (shown.json["state"], shown.json["holder"]) == ("valid", "王**")
    assert "王秀英" not in shown.text
    assert ["月补贴金额", "680"] in shown.json["facts"]
    wrong = client.get(f"/api/v1/certificates/{reserved['number']}?check_code=AAAAAAAA")
    assert wrong.status_code == 404
    code = {"check_code": reserved["check_code"]}
    assert client.get(f"/api/v1/certificates/{reserved['number']}/file", query_string=code).data == b"%PDF"
    assert client.get(f"/api/v1/certificates/{reserved['number']}/file").status_code == 401
    assert clerk_now.get(f"/api/v1/certificates/{reserved['number']}/file").data == b"%PDF"
    deliver = next(
        step["work_item_id"]
        for step in street_now.get(f"/api/v1/cases/{number}").json["steps"]
        if step["node_id"] == "deliver"
    )
    assert _done(street_now, deliver, "deliver", recipient="王秀英", mode="counter") == []
    end = clerk_now.get(f"/api/v1/cases/{number}").json
    assert (end["header"]["status"], end["header"]["result"]) == ("closed", "granted")
    assert end["remarks"]["delivery"]["recipient"] == "王秀英"
    assert end["progress"]["open_nodes"] == []
    texts = [event["text"] for event in end["timeline"]]
    assert any("结果：准予" in text for text in texts)
    assert not any(text.startswith("记录：") for text in texts), texts
    told = client.post("/api/v1/progress", json={"number": number, "password": case["query_password"]}).json
    assert told["sentence"] == "已结案：准予。"
    assert [c["number"] for c in told["certificates"]] == [reserved["number"]]


def test_a_query_password_is_locked_after_five_guesses(clerk: FlaskClient, client: FlaskClient) -> None:
    case = _received(clerk)
    right = {"number": case["number"], "password": case["query_password"]}
    wrong = {**right, "password": "000000" if case["query_password"] != "000000" else "111111"}
    assert client.post("/api/v1/progress", json=right).status_code == 200
    assert [client.post("/api/v1/progress", json=wrong).status_code for _ in range(5)] == [404] * 5
    assert client.post("/api/v1/progress", json=right).status_code == 429


def test_progress_in_plain_words_names_holder_and_date_and_hides_the_name(
    clerk: FlaskClient, client: FlaskClient
) -> None:
    case = _accepted(clerk)
    told = client.post("/api/v1/progress", json={"number": case["number"], "password": case["query_password"]}).json
    assert told["applicant"] == "王**"
    assert told["expected_on"] == "2026-03-30"
    assert "2026年3月30日" in told["sentence"]
    assert told["holder"]
    assert next((s["name"], s["state"]) for s in told["steps"]) == ("受理", "done")
