"""Cards over REST: listed, read, explained, ruled on; the rule book and the changes in feed order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from engine.commands.sequence_events import SequenceEvents, sequence_events
from engine.office import Office
from engine.policy.actors import SYSTEM
from tests.story import Story

Clients = Callable[[str], FlaskClient]


@pytest.fixture
def late(office: Office) -> Story:
    story = Story(office)
    story.receive()
    story.accept()
    return story.wait(31)


def card_of(client: FlaskClient, story: Story) -> dict[str, Any]:
    found = client.get(f"/api/v1/cards?rule=T05&case_number={story.number}").json
    (line,) = found["items"]
    return dict(line)


def test_a_card_is_listed_explained_and_ruled_on(client_of: Clients, late: Story) -> None:
    supervisor, holder = client_of("supervisor"), client_of("consult")
    line = card_of(supervisor, late)
    address = f"/api/v1/cards/{line['id']}"
    shown = holder.get(address).json
    assert shown["line"]["number"] == line["number"]
    assert shown["ledger"][-1]["total"] == 20
    assert {one["verb"] for one in shown["verdicts"] if one["possible"]} == {"notify", "explain"}
    key = {"Idempotency-Key": f"explain-{line['id']}"}
    first = holder.post(f"{address}/explain", json={"text": "材料在途"}, headers=key)
    again = holder.post(f"{address}/explain", json={"text": "材料在途"}, headers=key)
    assert (first.status_code, again.json) == (200, first.json)
    early = supervisor.post(f"{address}/close")
    assert (early.status_code, "已整改" in early.json["detail"]) == (409, True)
    assert supervisor.post(f"{address}/rule", json={"ruling": "upheld"}).status_code == 422
    ruled = supervisor.post(f"{address}/rule", json={"ruling": "upheld", "reason": "应当延期"})
    assert ruled.json["status"] == "upheld"
    assert holder.post(f"{address}/rectify", json={"text": "已改"}).json["status"] == "rectified"
    assert supervisor.post(f"{address}/close").json["status"] == "closed"


def test_a_card_is_not_there_for_strangers(client_of: Clients, late: Story) -> None:
    line = card_of(client_of("supervisor"), late)
    assert client_of("policy").get(f"/api/v1/cards/{line['id']}").status_code == 404
    assert client_of("policy").post(f"/api/v1/cards/{line['id']}/explain", json={"text": "我"}).status_code == 404
    assert client_of("policy").get("/api/v1/cards").json["items"] == []


def test_wrong_filters_are_told(client_of: Clients) -> None:
    supervisor = client_of("supervisor")
    assert supervisor.get("/api/v1/cards?signal=purple").status_code == 422
    assert supervisor.get("/api/v1/cards?from=2026-04-01&through=2026-03-01").status_code == 422
    assert supervisor.get("/api/v1/cards?status=unfinished").status_code == 200


def test_rules_and_changes_are_read_by_the_system_of_e_supervision(client_of: Clients, late: Story) -> None:
    sequence_events(late.office, SYSTEM, SequenceEvents())
    system = client_of("esupervision")
    rules = system.get("/api/v1/supervision/rules").json
    assert len(rules["rules"]) == 21
    assert {one["rule"]["id"]: one["rule"]["active"] for one in rules["rules"]}["F01"] is False
    after, seen = 0, []
    while True:
        feed = system.get(f"/api/v1/supervision/cards?after={after}&limit=2").json
        seen += [one["feed_no"] for one in feed["cards"]]
        after = feed["next_after"]
        if feed["caught_up"]:
            break
    assert seen == sorted(set(seen))
    assert seen
