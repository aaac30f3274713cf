"""The working calendar over REST: a year, a notice read, another calendar put into force, the dates that moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from api.bootstrap import Parts, build_office
from api.jobs import redate
from api.settings import Settings
from engine.clock import FixedClock
from engine.office import Office
from tests.conftest import MONDAY
from tests.engine.policy.notices import NOTICE_2027
from tests.story import Story


@pytest.fixture
def office(_copy: Callable[[str], Settings], request: pytest.FixtureRequest) -> Iterator[Office]:
    """A city of the test's own: a calendar that is loaded holds for everybody."""
    office = build_office(
        _copy(f"rest_calendar_{abs(hash(request.node.nodeid)) % 10**10}"), clock=FixedClock(MONDAY), pool_size=4
    )
    yield office
    office.database.dispose()


def test_a_year_is_told_day_by_day(client_of):
    year = client_of("window").get("/api/v1/calendar?year=2026").json
    assert (year["working_days"], year["days_off"], year["status"]) == (248, 117, "official")
    assert [len(month["days"]) for month in year["months"]][:2] == [31, 28]
    new_year = year["months"][0]["days"][0]
    assert (new_year["on"], new_year["kind"], new_year["name"]) == ("2026-01-01", "holiday", "元旦")
    assert new_year["document_no"] == "国办发明电〔2025〕7号"


def test_a_year_the_calendar_does_not_hold_has_no_status(client_of):
    assert client_of("window").get("/api/v1/calendar?year=2060").json["status"] is None
    assert client_of("window").get("/api/v1/calendar?year=0").status_code == 422


def test_a_notice_is_read_loaded_and_moves_dates_only_for_policy_officers(client_of, office, shared_settings):
    office.clock.at = MONDAY.replace(year=2027, month=1, day=18)
    story = Story(office)
    story.receive()
    story.accept()
    policy, clerk = client_of("policy"), client_of("window")
    assert clerk.post("/api/v1/calendar/notices", json={"text": NOTICE_2027}).status_code == 403
    read = policy.post("/api/v1/calendar/notices", json={"text": NOTICE_2027}).json
    assert read["arrangement"]["document_no"] == "国办发明电〔2026〕8号"
    assert policy.get("/api/v1/calendar?year=2027").json["status"] == "provisional"
    wanted = {"content": read["content"], "replaces": read["replaces"], "reason": "2027年放假通知"}
    assert clerk.post("/api/v1/calendar", json=wanted).status_code == 403
    done = policy.post("/api/v1/calendar", json=wanted)
    assert (done.status_code, done.json["version"]) == (201, "2027.1")
    assert policy.post("/api/v1/calendar", json=wanted).json["status"] == "unchanged"
    stale = policy.post("/api/v1/calendar", json={**wanted, "content": wanted["content"] + "# 又一份\n"})
    assert stale.status_code == 412
    office.clock.advance(timedelta(minutes=1))
    assert redate(Parts(shared_settings, office, None)) == 1
    clerk = client_of("window")
    (run,) = clerk.get("/api/v1/redatings").json["items"]
    assert (run["id"], run["cases_moved"]) == (done.json["redating_id"], 1)
    page = clerk.get(f"/api/v1/redatings/{run['id']}/dates?kind=promised").json
    assert [(line["case_number"], line["kind"]) for line in page["items"]] == [(story.number, "promised")]
    first = clerk.get(f"/api/v1/redatings/{run['id']}/dates?limit=1").json
    assert first["next_cursor"]
    assert clerk.get("/api/v1/redatings/999/dates").status_code == 404


def test_a_notice_that_does_not_agree_is_refused_sentence_by_sentence(client_of):
    wrong = NOTICE_2027.replace("共7天", "共8天").replace("5月8日（周六）", "5月8日（周日）")
    answer = client_of("policy").post("/api/v1/calendar/notices", json={"text": wrong})
    assert answer.status_code == 422
    assert len(answer.json["errors"]["text"]) == 2


def test_a_calendar_that_cannot_be_read_changes_nothing(client_of):
    answer = client_of("policy").post("/api/v1/calendar", json={"content": "years: [", "reason": "试"})
    assert answer.status_code == 422
    assert client_of("policy").get("/api/v1/redatings").json["items"] == []
