"""Every operation of the table has its own door over REST, and those doors do what the table says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.bootstrap import Parts
from api.bulk import work_off
from api.rest.case_verbs import VERBS
from engine.office import Office
from engine.policy.operations import RULES, Action, Holder
from tests.hands import Hands

Clients = Callable[[str], FlaskClient]


@pytest.fixture
def hands(office: Office) -> Hands:
    return Hands(office)


def _post(client: FlaskClient, address: str, **body: Any) -> Any:
    return client.post(f"/api/v1{address}", json=body)


def test_every_operation_has_exactly_one_route_where_the_table_puts_it(app: Flask) -> None:
    assert Counter(verb.action for verb in VERBS) == Counter(Action)
    routes = {rule.rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    for verb in VERBS:
        place = "work-items/<int:work_item_id>" if RULES[verb.action].holder is Holder.WORK_ITEM else "cases/<number>"
        assert f"/api/v1/{place}/{verb.path}" in routes, verb.action
        assert verb.path == verb.action.value.replace("_", "-")


def test_every_route_of_an_operation_is_described_in_both_languages(client: FlaskClient) -> None:
    paths = client.get("/api/v1/openapi.json").json["paths"]
    for verb in VERBS:
        place = "work-items/{work_item_id}" if verb.is_of_work_item else "cases/{number}"
        told = paths[f"/api/v1/{place}/{verb.path}"]["post"]
        assert verb.action.label in told["summary"]
        assert verb.action.label_en in told["summary"]
        assert "Idempotency-Key" in told["description"]
        assert ("If-Match" in told["description"]) == verb.is_of_work_item


def test_a_step_goes_to_another_post_and_the_candidates_say_who_may_take_it(hands: Hands, client_of: Clients) -> None:
    hands.at_opinion()
    street, item = client_of("street"), hands.main().id
    posts = street.get(f"/api/v1/work-items/{item}/candidates?purpose=hold").json["posts"]
    assert {"post_id", "post_name", "officers"} <= set(posts[0])
    other = next(p for p in posts if p["post_id"] != hands.main().post_id)
    answer = _post(street, f"/work-items/{item}/transfer", post_id=other["post_id"], reason="该件由其承办")
    assert (answer.status_code, answer.json["post_id"]) == (200, other["post_id"])
    assert hands.faults() == []
    assert street.get(f"/api/v1/work-items/{item}/candidates?purpose=fly").status_code == 422


def test_a_step_is_signed_jointly_and_the_state_tells_who_signed(hands: Hands, client_of: Clients) -> None:
    hands.at_decision()
    district, item = client_of("district"), hands.main().id
    posts = district.get(f"/api/v1/work-items/{item}/candidates?purpose=decide").json["posts"]
    free = [o["officer_id"] for post in posts for o in post["officers"] if not o["refusal"]]
    refused = _post(district, f"/work-items/{item}/vote", share="0.50", officers=free[:1])
    assert set(refused.json["errors"]) == {"share"}
    started = _post(district, f"/work-items/{item}/vote", share="0.67", officers=free[:1], note="请会审")
    assert started.json["rule"] == "share:0.67", started.text
    signed = _post(district, f"/work-items/{item}/complete", decision="grant", opinion="同意")
    assert signed.status_code == 200, signed.text
    (step,) = district.get(f"/api/v1/cases/{hands.number}/signing").json["steps"]
    assert (step["rule"], step["awaited"], step["counts"]) == ("share:0.67", 1, [["确认", 1]])
    assert [h["is_awaited"] for h in step["hands"]] == [False, True]
    assert hands.faults() == []


def test_signers_are_asked_before_or_after_by_routes_of_their_own(hands: Hands, client_of: Clients) -> None:
    hands.at_opinion()
    street, item = client_of("street"), hands.main().id
    posts = street.get(f"/api/v1/work-items/{item}/candidates?purpose=help").json["posts"]
    officer = next(o["officer_id"] for p in posts for o in p["officers"] if not o["refusal"])
    before = _post(street, f"/work-items/{item}/add-signer-before", officers=[officer])
    assert before.json["status"] == "waiting", before.text
    removed = _post(street, f"/work-items/{item}/remove-signer", signer=before.json["work_items"][0], reason="出差")
    assert removed.json["status"] == "claimed"
    after = _post(street, f"/work-items/{item}/add-signer-after", officers=[officer])
    assert after.json["status"] == "claimed"
    assert hands.faults() == []


def test_a_case_goes_back_to_an_offered_step_and_is_taken_back_by_a_route_of_the_case(
    hands: Hands, client_of: Clients
) -> None:
    hands.at_decision()
    district, item = client_of("district"), hands.main().id
    targets = district.get(f"/api/v1/work-items/{item}/return-targets").json["targets"]
    wanted = next(t for t in targets if t["node_id"] == "opinion")
    assert wanted["officer_name"]
    body = {"target": "opinion", "path": wanted["path"], "reason": "请核实收入", "directly": True}
    assert _post(district, f"/work-items/{item}/return", **body).status_code == 200
    assert hands.open_nodes() == ["opinion"]
    hands.complete("opinion")
    assert hands.open_nodes() == ["district_decision"]
    street = client_of("street")
    done = street.get(f"/api/v1/cases/{hands.number}/actions").json["done_steps"]
    token = next(step["token"] for step in done if step["verdict"]["possible"])
    assert _post(street, f"/cases/{hands.number}/take-back", token=token).status_code == 200
    assert hands.open_nodes() == ["opinion"]
    assert hands.faults() == []


def test_a_case_is_copied_to_somebody_who_finds_and_reads_it(hands: Hands, client_of: Clients) -> None:
    hands.receive()
    clerk = client_of("window")
    posts = clerk.get(f"/api/v1/cases/{hands.number}/copy-receivers").json["posts"]
    receiver = hands.officer_id("supervisor")
    assert receiver in {o["officer_id"] for post in posts for o in post["officers"] if not o["refusal"]}
    sent = _post(clerk, f"/cases/{hands.number}/copy", officers=[receiver], note="请知悉")
    assert sent.status_code == 200, sent.text
    supervisor = client_of("supervisor")
    mine = [c for c in supervisor.get("/api/v1/copies").json["items"] if c["case_number"] == hands.number]
    assert [(c["note"], c["read_at"]) for c in mine] == [("请知悉", None)]
    assert _post(supervisor, f"/cases/{hands.number}/copy-read").status_code == 200
    assert _post(supervisor, f"/cases/{hands.number}/copy-read").status_code == 404


def test_supervision_runs_from_the_order_to_its_closing_over_rest(hands: Hands, client_of: Clients) -> None:
    hands.receive()
    supervisor, clerk = client_of("supervisor"), client_of("window")
    order = _post(supervisor, f"/cases/{hands.number}/supervise", matter="请说明进度").json["order_id"]
    assert _post(clerk, f"/cases/{hands.number}/supervise", matter="请说明进度").status_code == 403
    assert _post(clerk, f"/cases/{hands.number}/answer-supervision", order_id=order, answer="已受理").status_code == 200
    closed = _post(supervisor, f"/cases/{hands.number}/close-supervision", order_id=order, satisfied=True)
    assert closed.json["status"] == "closed"
    (told,) = clerk.get(f"/api/v1/cases/{hands.number}/supervision-orders").json["orders"]
    assert [(r["kind"], r["text"]) for r in told["rounds"]] == [("answer", "已受理")]
    assert hands.faults() == []


def test_an_applicant_withdraws_once_however_often_the_request_is_sent(hands: Hands, client_of: Clients) -> None:
    hands.receive()
    clerk, address = client_of("window"), f"/api/v1/cases/{hands.number}/withdraw"
    body, key = {"asked_by": "王秀英", "reason": "已在外地办理"}, {"Idempotency-Key": f"withdraw-{hands.number}"}
    first, second = (clerk.post(address, json=body, headers=key) for _ in range(2))
    assert first.status_code == 200, first.text
    assert first.json == second.json
    assert clerk.post(address, json=body).json["type"] == "urn:yimen:problem:action-not-allowed"
    assert hands.kinds().count("case_withdrawn") == 1


def test_clocks_are_told_line_by_line_with_their_basis(hands: Hands, client_of: Clients) -> None:
    hands.at_opinion()
    told = client_of("window").get(f"/api/v1/cases/{hands.number}/clocks").json["clocks"]
    promised = next(clock for clock in told if clock["kind"] == "promised")
    assert promised["basis"]
    assert {"counted"} <= {line["kind"] for line in promised["ledger"]}


def test_a_bulk_run_is_started_followed_and_worked_off(hands: Hands, client_of: Clients, parts: Parts) -> None:
    hands.receive()
    clerk, item = client_of("window"), hands.items()[0].id
    started = _post(clerk, "/bulk", action="claim", work_items=[item])
    assert (started.status_code, started.json["total"]) == (202, 1)
    place = started.headers["Location"]
    assert [line["status"] for line in clerk.get(place).json["lines"]] == ["waiting"]
    work_off(parts)
    told = clerk.get(place).json
    assert (told["done"], told["refused"], told["lines"][0]["case_number"]) == (1, 0, hands.number)
    assert _post(clerk, f"/bulk/{started.json['run_id']}/retry").status_code == 409
    assert client_of("street").get(place).status_code == 404
    assert set(_post(clerk, "/bulk", action="void", work_items=[item]).json["errors"]) == {"action"}
