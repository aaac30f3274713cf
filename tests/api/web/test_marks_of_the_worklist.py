"""The marks of the worklist (催、督、抄、加、退), the tiles that filter by them, and the lists beside it."""

from __future__ import annotations

import pytest

from engine.commands.copy_case import CopyCase, copy_case
from engine.commands.order_supervision import OrderSupervision, order_supervision
from engine.commands.return_case import ReturnCase, return_case
from engine.commands.urge_case import UrgeCase, urge_case
from tests.hands import Hands


@pytest.fixture
def hands(office):
    return Hands(office).at_opinion()


def marks(browser, hands, tile=""):
    """The badges of the case's row; None where the list does not show it."""
    browser.get(f"/?q={hands.number}&tile={tile}")
    rows = browser.page.xpath(f"//tr[.//a[text()='{hands.number}']]")
    return ["".join(row.xpath(".//abbr/text()")) for row in rows]


def test_an_urged_supervised_and_copied_case_says_so_and_is_found_by_its_tiles(browser_of, hands, office):
    street = browser_of("street")
    assert marks(street, hands) == [""]
    assert marks(street, hands, "urged") == []
    urge_case(office, hands.actor("window"), UrgeCase(case_number=hands.number))
    order_supervision(office, hands.actor("supervisor"), OrderSupervision(case_number=hands.number, matter="请说明"))
    to = hands.officer_id("street")
    copy_case(office, hands.actor("supervisor"), CopyCase(case_number=hands.number, officers=(to,), note="请知悉"))
    assert marks(street, hands) == ["催督抄"]
    assert marks(street, hands, "urged") == marks(street, hands, "supervised") == ["催督抄"]
    street.get("/copies")
    assert hands.number in street.words
    assert "请知悉" in street.words
    street.submit(f"//form[@action='/cases/{hands.number}/copy-read']")
    assert marks(street, hands) == ["催督"]


def test_a_signature_asked_for_is_marked_and_its_holder_waits(browser_of, hands):
    hands.add("before", "grid")
    assert marks(browser_of("grid"), hands, "to_sign") == ["加"]
    street = browser_of("street")
    assert marks(street, hands) == []
    street.get("/waiting")
    assert hands.number in street.words
    assert hands.actor("grid").name in street.words


def test_a_step_sent_back_is_marked_until_it_is_done(browser_of, office):
    hands = Hands(office).at_decision()
    wanted = ReturnCase(work_item_id=hands.main().id, target="opinion", reason="请核实")
    return_case(office, hands.actor("district"), wanted)
    street = browser_of("street")
    assert marks(street, hands, "returned") == ["退"]
    hands.complete("opinion")
    assert marks(street, hands, "returned") == []
