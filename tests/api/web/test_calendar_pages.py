"""The working calendar at the browser: everybody looks, policy officers change it after a preview, nothing typed is lost."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from api.bootstrap import Parts, build_office
from api.jobs import redate
from api.settings import Settings
from engine.clock import FixedClock, local_date
from engine.commands.load_calendar import LoadCalendar, load_calendar
from engine.commands.sequence_events import SequenceEvents, sequence_events
from engine.office import Office
from engine.policy.actors import SYSTEM
from engine.queries.calendar_year import calendar_text
from engine.queries.case_check import check_all_cases
from tests.conftest import MONDAY
from tests.engine.policy.notices import NOTICE_2027
from tests.story import Story

WRONG = NOTICE_2027.replace("1月1日（周五）", "1月1日（周四）").replace("共7天", "共8天")
TYPHOON = {
    "name": "台风停工",
    "from": "2026-03-04",
    "through": "",
    "working": "false",
    "document_no": "云府办〔2026〕12号",
    "region": "990100000000",
}


@pytest.fixture
def city(_copy: Callable[[str], Settings], request: pytest.FixtureRequest) -> Iterator[Office]:
    """The engine on a database of the test's own: a calendar that is loaded holds for everybody."""
    settings = _copy(f"calendar_{abs(hash(request.node.nodeid)) % 10**10}")
    office = build_office(settings, clock=FixedClock(MONDAY), pool_size=4)
    yield office
    office.database.dispose()


@pytest.fixture
def parts(request: pytest.FixtureRequest, office: Office, shared_settings: Settings) -> Parts:
    """The test's own city where it asks for one, else the shared one."""
    own = request.getfixturevalue("city") if "city" in request.fixturenames else office
    return Parts(shared_settings, own, None)


def accepted(office: Office, at: Any = MONDAY) -> Story:
    office.clock.at = at  # type: ignore[attr-defined]
    story = Story(office)
    story.receive()
    story.accept()
    return story


def version_in_force(office: Office) -> str:
    return calendar_text(office, SYSTEM).version


def run_redating(parts: Parts) -> int:
    parts.office.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]
    return redate(parts)


def test_everybody_sees_the_year_as_twelve_tables_with_its_totals(browser_of):
    clerk = browser_of("window")
    page = clerk.get("/calendar?year=2026")
    assert len(page.xpath("//table[contains(@class, 'month')]")) == 12
    assert len(page.xpath("//table[contains(@class, 'month')]//td[b]")) == 365
    assert "工作日248天" in clerk.words
    assert "国办发明电〔2025〕7号" in clerk.words
    (new_year,) = page.xpath("(//table[contains(@class, 'month')])[1]//td[b='1']")
    assert "放假 元旦" in new_year.text_content()
    assert page.xpath("//td[@aria-current='date']/b/text()") == ["2"]
    assert not page.xpath("//a[starts-with(@href, '/calendar/change')]")


def test_the_page_tells_official_provisional_assumed_and_unknown_years_apart(browser_of):
    clerk = browser_of("window")
    for year, said in ((2026, "正式"), (2027, "暂定"), (2030, "推定"), (2050, "没有录入")):
        clerk.get(f"/calendar?year={year}")
        assert clerk.status == 200
        assert said in clerk.words


def test_clerks_may_look_but_not_change(browser_of):
    clerk = browser_of("window")
    assert clerk.get("/calendar/redatings") is not None
    assert clerk.status == 200
    for kind in ("notice", "local", "file"):
        clerk.get(f"/calendar/change/{kind}")
        assert clerk.status == 403
    clerk.get("/calendar")
    clerk.post("/calendar/change/notice", {"text": NOTICE_2027, "step": "confirm", "reason": "通知"})
    assert clerk.status == 403


def test_a_notice_that_does_not_agree_is_quoted_and_the_text_stays(browser_of, city):
    policy = browser_of("policy")
    policy.get("/calendar/change/notice")
    policy.submit("//main//form", text=WRONG)
    assert policy.status == 422
    summary = policy.page.xpath("//div[@class='error-summary']")[0].text_content()
    assert "元旦" in summary
    assert "星期五" in summary
    assert "写明共8天，按起止日期为7天" in summary
    assert policy.page.xpath("//textarea")[0].text.strip().splitlines() == WRONG.strip().splitlines()
    assert version_in_force(city) == "2026.2"


def test_the_preview_draws_the_year_marks_what_changes_and_writes_nothing(browser_of, city):
    policy = browser_of("policy")
    policy.get("/calendar/change/notice")
    page = policy.submit("//main//form", text=NOTICE_2027)
    assert policy.status == 200
    assert "预览：工作日历2027.1" in policy.words
    assert "暂定→正式" in policy.words
    changed = page.xpath("//td[contains(@class, 'changed')]")
    assert changed
    assert all("原为" in cell.text_content() for cell in changed)
    assert page.xpath("//input[@name='reason']/@value") == [
        "《国务院办公厅关于2027年部分节假日安排的通知》（国办发明电〔2026〕8号）"
    ]
    assert version_in_force(city) == "2026.2"


def test_a_confirmed_notice_moves_provisional_dates_and_the_case_tells_why(browser_of, city, parts):
    story = accepted(city, MONDAY.replace(year=2027, month=1, day=18))
    before = story.case()
    assert before.due_is_provisional
    policy = browser_of("policy")
    policy.get("/calendar/change/notice")
    page = policy.submit("//main//form", text=NOTICE_2027)
    assert story.number in policy.words
    policy.submit("//form[.//input[@value='confirm']]")
    assert policy.status == 200
    assert policy.address.startswith("/calendar/redatings/")
    run_address = policy.address
    assert "正在重新计算" in policy.words
    assert run_redating(parts) == 1
    policy.get(run_address)
    assert "已完成" in policy.words
    assert story.number in policy.words
    after = story.case()
    assert after.promised_due_at != before.promised_due_at
    assert not after.due_is_provisional
    clerk = browser_of("window")
    page = clerk.get(f"/cases/{story.number}")
    due = local_date(after.promised_due_at)
    assert f"承诺时限届满日改为{due.year}年{due.month}月{due.day}日" in clerk.words
    assert page.xpath("//ol[@class='timeline']//a/@href") == [run_address]
    assert "暂定" not in clerk.words
    sequence_events(city, SYSTEM, SequenceEvents())
    assert [str(f) for f in check_all_cases(city, grace=timedelta(days=400)).faults] == []


def test_a_notice_settles_a_provisional_date_that_does_not_move(city, parts):
    """The wait for the notice ends although the date stays: the page must not call it provisional for ever."""
    story = accepted(city, MONDAY.replace(year=2027, month=3, day=1))
    before = story.case()
    assert before.due_is_provisional
    text = calendar_text(city, SYSTEM)
    content = text.content.decode().replace(
        "status: provisional", "status: official\n  document_no: 国办发明电〔2026〕8号"
    )
    content = content.replace('version: "2026.2"', 'version: "2027.1"')
    load_calendar(city, SYSTEM, LoadCalendar(content=content.encode(), reason="通知"))
    assert run_redating(parts) == 0
    after = story.case()
    assert (after.promised_due_at, after.due_is_provisional) == (before.promised_due_at, False)
    assert "case_redated" in story.kinds()


def test_a_confirmation_without_a_reason_shows_the_preview_again(browser_of, city):
    policy = browser_of("policy")
    policy.get("/calendar/change/local")
    policy.submit("//main//form", **TYPHOON)
    page = policy.submit("//form[.//input[@value='confirm']]", reason=" ")
    assert policy.status == 422
    assert "请写明更新工作日历的依据" in policy.words
    assert page.xpath("//input[@name='name']/@value") == ["台风停工", "台风停工"]
    assert version_in_force(city) == "2026.2"


def test_a_calendar_loaded_meanwhile_by_somebody_else_is_not_undone(browser_of, city):
    policy = browser_of("policy")
    policy.get("/calendar/change/local")
    policy.submit("//main//form", **TYPHOON)
    other = calendar_text(city, SYSTEM).content.decode().replace('version: "2026.2"', 'version: "2026.3"')
    load_calendar(city, SYSTEM, LoadCalendar(content=other.encode(), reason="更正"))
    policy.submit("//form[.//input[@value='confirm']]", reason="台风停工通知")
    assert policy.status == 409
    assert version_in_force(city) == "2026.3"
    policy.submit("//form[.//input[@value='confirm']]", reason="台风停工通知")
    assert version_in_force(city) == "2026.4"


def test_a_local_exception_counts_in_its_region_is_listed_and_can_be_ended(browser_of, city, parts):
    story = accepted(city)
    policy = browser_of("policy")
    policy.get("/calendar/change/local")
    page = policy.submit("//main//form", **TYPHOON)
    assert "改期的在办件1件" in policy.words
    assert story.number in policy.words
    assert "local" in page.xpath("//td[contains(@class, 'changed')]/@class")[0]
    policy.submit("//form[.//input[@value='confirm']]", reason="台风停工通知")
    run_redating(parts)
    assert local_date(story.case().promised_due_at) == date(2026, 3, 31)
    policy.get("/calendar?year=2026&region=990100000000")
    assert "工作日247天" in policy.words
    policy.get("/calendar?year=2026")
    assert "工作日248天" in policy.words
    policy.submit("//form[@action='/calendar/change/end']")
    assert "删去台风停工" in policy.words
    policy.submit("//form[.//input[@value='confirm']]", reason="停工解除")
    run_redating(parts)
    assert local_date(story.case().promised_due_at) == date(2026, 3, 30)
    policy.get("/calendar")
    assert "没有本地例外" in policy.words


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"region": []}, "请选择适用的区划"),
        ({"name": ""}, "请填写名称"),
        ({"from": "明天"}, "请填写日期"),
        ({"through": "2026-03-01"}, "结束日早于开始日"),
        ({"working": ""}, "请选择放假或上班"),
        ({"document_no": ""}, "请填写依据的文号"),
        ({"region": "12"}, "区划"),
    ],
)
def test_what_a_local_exception_lacks_is_named_and_what_was_typed_stays(browser_of, wrong, said):
    policy = browser_of("policy")
    policy.get("/calendar/change/local")
    page = policy.post("/calendar/change/local", {**TYPHOON, **wrong})
    assert policy.status == 422
    assert said in policy.page.xpath("//div[@class='error-summary']")[0].text_content()
    if "name" not in wrong:
        assert page.xpath("//input[@name='name']/@value") == ["台风停工"]


def test_the_downloaded_file_comes_back_as_an_upload_and_another_text_needs_another_version(browser_of):
    policy = browser_of("policy")
    content = policy.client.get("/calendar/calendar.yaml").data
    policy.get("/calendar/change/file")
    policy.post("/calendar/change/file", {"file": (io.BytesIO(content), "calendar.yaml")})
    assert "没有变化" in policy.words
    changed = content.replace("天".encode(), "日".encode()).replace(b"2026-01-01, through: 2026-01-03", b"2026-01-01")
    policy.post("/calendar/change/file", {"file": (io.BytesIO(changed), "calendar.yaml")})
    assert policy.status == 422
    assert "另用一个版本号" in policy.words
    policy.post("/calendar/change/file", {"file": (io.BytesIO(b"years: ["), "calendar.yaml")})
    assert policy.status == 422
    moved = changed.replace(b'"2026.2"', b'"2026.3"')
    page = policy.post("/calendar/change/file", {"file": (io.BytesIO(moved), "calendar.yaml")})
    assert [cell.text for cell in page.xpath("//td[contains(@class, 'changed')]/b")] == ["2"]
    assert [cell.text for cell in page.xpath("//td[contains(@class, 'renamed')]/b")] == ["3"]
    policy.submit("//form[.//input[@value='confirm']]", reason="更正")
    assert policy.address.startswith("/calendar/redatings/")


def test_going_back_from_the_preview_brings_every_answer_with_it(browser_of):
    policy = browser_of("policy")
    policy.get("/calendar/change/local")
    policy.submit("//main//form", **TYPHOON)
    page = policy.submit("//form[.//input[@value='edit']]")
    assert page.xpath("//input[@name='document_no']/@value") == ["云府办〔2026〕12号"]
    assert page.xpath("//input[@name='region'][@checked]/@value") == ["990100000000"]


def test_a_run_lists_its_dates_by_kind_and_leads_to_the_files_of_those_who_may_open_them(browser_of, city, parts):
    stories = [accepted(city) for _ in range(3)]
    numbers = sorted(story.number for story in stories)
    policy = browser_of("policy")
    policy.get("/calendar/change/local")
    policy.submit("//main//form", **TYPHOON)
    policy.submit("//form[.//input[@value='confirm']]", reason="台风停工通知")
    address = policy.address
    run_redating(parts)
    page = policy.get(f"{address}?kind=promised")
    assert sorted(cell.text_content() for cell in page.xpath("//tbody//th")) == numbers
    assert not page.xpath("//tbody//a")
    assert {cell.text_content() for cell in page.xpath("//td[@data-label='期限']")} == {"承诺时限"}
    assert "推迟1天" in policy.words
    clerk = browser_of("window")
    page = clerk.get(f"{address}?kind=promised")
    assert sorted(page.xpath("//tbody//th/a/@href")) == [f"/cases/{number}" for number in numbers]
    policy.get("/calendar/redatings/999999")
    assert policy.status == 404


def test_the_list_of_runs_asks_again_only_while_one_is_going_on(browser_of, city, parts):
    load_calendar(
        city,
        SYSTEM,
        LoadCalendar(content=calendar_text(city, SYSTEM).content.replace(b'"2026.2"', b'"2026.3"'), reason="更正"),
    )
    clerk = browser_of("window")
    going = clerk.get("/calendar/redatings", headers={"HX-Request": "true"})
    assert going.get("hx-trigger") == "every 3s"
    run_redating(parts)
    done = clerk.get("/calendar/redatings", headers={"HX-Request": "true"})
    assert done.get("hx-trigger") is None
    assert "已完成" in clerk.words
