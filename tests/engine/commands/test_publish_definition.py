"""Publishing (发布): bad bundles are refused with file and line, versions never overlap, supply never overwrites."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from engine.clock import local_date
from engine.definitions.bundle import ItemBundle
from engine.errors import CheckFailed, DefinitionError, FormInvalid, NotPermitted, VersionOverlap
from tests.story import Story, example_as, publish

_NUMBERS = itertools.count(910)
VISIT = '<bpmn:userTask id="visit"'


@pytest.fixture
def key() -> str:
    """The key of an item no other test publishes."""
    return f"mz-{next(_NUMBERS)}-published"


def bundle(key: str, changes: dict[str, str] | None = None) -> ItemBundle:
    return example_as(key[:6].upper(), key, changes)


def versions(story: Story, key: str) -> list[tuple[int, str]]:
    rows = story.rows(
        "SELECT v.version, v.status FROM definition_versions v JOIN items i ON i.id = v.item_id WHERE i.key = :key"
        " ORDER BY v.version",
        key=key,
    )
    return [tuple(row) for row in rows]


# What is wrong with the bundle -> what is replaced in it, and the file of its first finding.
BAD = {
    "a script task": (
        {
            '<bpmn:userTask id="visit" name="入户核实" yimen:stage="visit" yimen:workingDays="4" yimen:guide="不少于两人，拍照定位">': (
                '<bpmn:scriptTask id="visit" name="入户核实">'
            ),
            "<bpmn:outgoing>visit_to_grading_merge</bpmn:outgoing>\n    </bpmn:userTask>": (
                "<bpmn:outgoing>visit_to_grading_merge</bpmn:outgoing>\n    </bpmn:scriptTask>"
            ),
        },
        ".bpmn",
    ),
    "an entity declared in a DOCTYPE": (
        {
            '<?xml version="1.0" encoding="UTF-8"?>\n<bpmn': (
                '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE x [<!ENTITY e "e">]>\n<bpmn'
            )
        },
        ".bpmn",
    ),
    "a condition in Python": (
        {'acceptance = "refuse"': "__import__('os').system('id')"},
        ".bpmn",
    ),
    "a method call in a rule": (
        {"starts with(applicant.hukou_region, region.city)": "applicant.hukou_region.startswith(region.city)"},
        ".yaml",
    ),
    "an unknown key": ({"recertify: 每年复核": "recertify: 每年复核\non_accept: rm -rf"}, ".yaml"),
    "a duplicate key": ({"recertify: 每年复核": "recertify: 每年复核\nrecertify: 每月复核"}, ".yaml"),
}


@pytest.mark.parametrize("fault", sorted(BAD))
def test_a_bad_bundle_is_refused_with_file_and_line(module_story: Story, key: str, fault: str) -> None:
    changes, place = BAD[fault]
    with pytest.raises(CheckFailed) as refused:
        publish(module_story.office, bundle(key, changes))
    first = refused.value.detail["findings"][0]
    assert first["file"].endswith(place)
    assert first["line"] > 1
    assert versions(module_story, key) == []


def test_ten_thousand_nodes_are_refused(module_story: Story, key: str) -> None:
    extra = "".join(f'<bpmn:userTask id="n{i}" name="环节" yimen:workingDays="1"/>' for i in range(10_000))
    with pytest.raises(DefinitionError):
        publish(module_story.office, bundle(key, {VISIT: extra + VISIT}))
    assert versions(module_story, key) == []


def test_a_published_text_is_in_force_and_publishing_it_again_changes_nothing(module_story: Story, key: str) -> None:
    assert publish(module_story.office, bundle(key))["status"] == "published"
    assert publish(module_story.office, bundle(key))["status"] == "unchanged"
    assert versions(module_story, key) == [(1, "published")]
    assert module_story.receive(item=key)["outcome"] == "received"


def test_a_new_version_ends_the_earlier_one_the_day_before_and_running_cases_keep_theirs(
    module_story: Story, key: str
) -> None:
    office, today = module_story.office, local_date(module_story.office.clock.now())
    publish(office, bundle(key))
    module_story.receive(item=key)
    first = module_story.case().version_id
    publish(
        office, bundle(key, {"title: 示例生活补贴审核确认": "title: 新版补贴"}), valid_from=today + timedelta(days=1)
    )
    office.clock.advance(timedelta(days=1))  # type: ignore[attr-defined]
    module_story.accept()
    assert module_story.case().version_id == first
    assert Story(office).receive(item=key)["outcome"] == "received"
    ends = module_story.rows(
        "SELECT v.valid_to FROM definition_versions v JOIN items i ON i.id = v.item_id WHERE i.key = :key ORDER BY 1",
        key=key,
    )
    assert [row.valid_to for row in ends] == [today, None]


def test_a_version_that_would_begin_before_the_one_in_force_is_refused(module_story: Story, key: str) -> None:
    publish(module_story.office, bundle(key))
    with pytest.raises(VersionOverlap):
        publish(module_story.office, bundle(key, {"fee: 免费": "fee: 10元\nfee_basis: 《收费办法》"}))
    assert versions(module_story, key) == [(1, "published")]


def test_an_earlier_text_can_be_put_in_force_again(module_story: Story, key: str) -> None:
    office, today = module_story.office, local_date(module_story.office.clock.now())
    publish(office, bundle(key))
    publish(office, bundle(key, {"fee: 免费": "fee: 10元\nfee_basis: 《收费办法》"}), valid_from=today)
    assert publish(office, bundle(key), valid_from=today + timedelta(days=1))["status"] == "published"
    assert versions(module_story, key) == [(1, "published"), (2, "published"), (3, "published")]


def test_factory_supply_never_overwrites_and_makes_one_draft_however_often_it_comes(
    module_story: Story, key: str
) -> None:
    office = module_story.office
    publish(office, bundle(key))
    supplied = bundle(key, {"title: 示例生活补贴审核确认": "title: 出厂新版"})
    assert publish(office, supplied, if_absent=True)["status"] == "draft"
    assert publish(office, supplied, if_absent=True)["status"] == "unchanged"
    assert versions(module_story, key) == [(1, "published"), (2, "draft")]
    assert module_story.rows("SELECT title FROM items WHERE key = :key", key=key)[0].title == "示例生活补贴审核确认"


def test_only_policy_officers_publish_and_not_for_the_past(module_story: Story, key: str) -> None:
    office, today = module_story.office, local_date(module_story.office.clock.now())
    with pytest.raises(NotPermitted):
        publish(office, bundle(key), by=module_story.actor("window"), valid_from=today)
    with pytest.raises(FormInvalid):
        publish(office, bundle(key), by=module_story.actor("policy"), valid_from=today - timedelta(days=1))
    assert publish(office, bundle(key), by=module_story.actor("policy"), valid_from=today)["status"] == "published"


def test_the_findings_of_a_refused_bundle_are_complete(module_story: Story, key: str) -> None:
    with pytest.raises(CheckFailed) as refused:
        publish(
            module_story.office,
            bundle(key, {"residence\n    text": "income\n    text", 'acceptance = "refuse"': "nobody = 1"}),
        )
    assert len(refused.value.detail["findings"]) >= 2
