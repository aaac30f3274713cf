"""Nobody is looked up without a trace, and no trace tells what must not be told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from engine.office import Office
from engine.policy.actors import Actor
from tests.story import EXAMPLE, Story

Clients = Callable[[str], FlaskClient]
Trail = Callable[..., list[Any]]
WANG, LI = "990101197403120027", "990102196509080045"


@pytest.fixture
def me(actor_of: Callable[[str], Actor]) -> int:
    return actor_of("window").officer_id


@pytest.mark.parametrize("started", ["1", "", "true"])
def test_a_form_field_does_not_switch_the_record_off(
    client_of: Clients, trail: Trail, office: Office, me: int, started: str
) -> None:
    person = office.sealer.digest(WANG)
    before = len(trail("prefill_application", object_id=person, officer_id=me))
    sent = {"applicant_id": WANG, "started": started}
    assert "王秀英" in client_of("window").post(f"/accept/{EXAMPLE}/form", data=sent).text
    assert len(trail("prefill_application", object_id=person, officer_id=me)) == before + 1


def test_the_proof_of_one_record_does_not_cover_another_person(
    client_of: Clients, trail: Trail, office: Office, me: int
) -> None:
    clerk = client_of("window")
    page = clerk.post(f"/accept/{EXAMPLE}/form", data={"applicant_id": WANG}).text
    proof = page.partition('name="started" value="')[2].partition('"')[0]
    assert len(proof) == 24
    other = office.sealer.digest(LI)
    before = len(trail("prefill_application", object_id=other, officer_id=me))
    clerk.post(f"/accept/{EXAMPLE}/form", data={"applicant_id": LI, "started": proof})
    clerk.post(f"/accept/{EXAMPLE}/form", data={"applicant_id": WANG, "subject_id": LI, "started": proof})
    assert len(trail("prefill_application", object_id=other, officer_id=me)) == before + 2


def test_an_application_that_is_refused_is_a_look_up_too(client_of: Clients, trail: Trail, office: Office) -> None:
    person = office.sealer.digest(LI)
    before = len(trail("prefill_application", object_id=person))
    assert client_of("window").post(f"/accept/{EXAMPLE}", data={"applicant_id": LI}).status_code == 422
    assert len(trail("prefill_application", object_id=person)) == before + 1


def test_the_person_served_is_recorded_beside_the_applicant(client_of: Clients, trail: Trail, office: Office) -> None:
    person = office.sealer.digest(LI)
    before = len(trail("prefill_form", object_id=person))
    body = {"applicant_id": WANG, "subject_id": LI}
    assert client_of("window").post(f"/api/v1/items/{EXAMPLE}/form/prefill", json=body).status_code == 200
    assert len(trail("prefill_form", object_id=person)) == before + 1


@pytest.mark.parametrize("number", [WANG, "９９０１０１１９７４０３１２００２７", " 990101 19740312 0027 "])
@pytest.mark.parametrize("address", ["/api/v1/cases", "/api/v1/work-items", "/cases", "/"])
def test_an_identity_number_is_not_taken_from_an_address(client_of: Clients, address: str, number: str) -> None:
    answer = client_of("window").get(address, query_string={"q": number})
    assert answer.status_code == 422
    assert "王秀英" not in answer.text


@pytest.mark.parametrize("address", ["/api/v1/cases/searches", "/api/v1/work-items/searches"])
def test_an_identity_number_is_searched_for_in_a_body_and_recorded(
    story: Story, client_of: Clients, trail: Trail, office: Office, address: str
) -> None:
    story.receive()
    person = office.sealer.digest(WANG)
    before = len(trail("search_person", object_id=person))
    found = client_of("window").post(address, json={"q": WANG, "limit": 100}).json["items"]
    assert story.number in {line.get("number") or line.get("case_number") for line in found}
    assert len(trail("search_person", object_id=person)) == before + 1


@pytest.mark.parametrize("address", ["/cases", "/"])
def test_a_search_on_a_page_records_whom_it_was_for(
    browser_of: Callable[[str], Any], trail: Trail, office: Office, address: str
) -> None:
    person = office.sealer.digest(WANG)
    browser = browser_of("window")
    browser.get(address)
    before = len(trail("search_person", object_id=person))
    browser.post(address, {"q": WANG})
    assert browser.status == 200
    assert WANG not in str(browser.response.headers)
    assert len(trail("search_person", object_id=person)) == before + 1


def test_no_identity_number_enters_the_trail_even_where_somebody_types_it(
    story: Story, client_of: Clients, trail: Trail, office: Office
) -> None:
    story.receive()
    purpose = {"reveal": "true", "purpose": f"核对{WANG}"}
    assert client_of("window").get(f"/api/v1/cases/{story.number}", query_string=purpose).status_code == 200
    entry = trail("reveal_identity", object_id=story.number)[-1]
    assert entry.detail == {"purpose": "核对990101********0027"}
    with office.database.connect() as connection:
        said = connection.exec_driver_sql("SELECT string_agg(a::text, ' ') FROM audit_entries a").scalar_one()
    assert WANG not in said


def test_whoever_reveals_is_recorded_before_anything_is_shown(story: Story, client_of: Clients, trail: Trail) -> None:
    story.receive()
    before = len(trail("reveal_identity", object_id=story.number))
    page = client_of("window").post(f"/cases/{story.number}/reveal", data={"purpose": "identity"})
    assert WANG in page.text
    assert len(trail("reveal_identity", object_id=story.number)) == before + 1
    without = client_of("window").post(f"/cases/{story.number}/reveal", data={"purpose": "curiosity"})
    assert without.status_code == 422
    assert WANG not in without.text
