"""`make operations` writes docs/operations.md: the table of operations, and what every pair of them comes to.

The table is printed from `engine/policy/operations`; the matrices are the results of doing each verb on a real case and
trying every other after it. The tests compare both with the file, so that a change of behaviour is a change of the file.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path

from bench.installation import installation
from engine.clock import FixedClock
from engine.policy.operations import RULES, Action, ActionRule
from engine.terms import CaseStatus, Part, Role, Stage, Term, WorkItemStatus
from tests.conftest import MONDAY
from tests.engine.operations.pairs import ALLOWED, row
from tests.shapes import SHAPES, TITLES, publish_shapes

DOCUMENT = Path(__file__).parents[1] / "docs" / "operations.md"
Cells = Mapping[str, Mapping[Action, Mapping[Action, str]]]

# Code of the rule -> what stands in a cell, and why where the table itself does not say it.
MARKS = {
    ALLOWED: ("✓", "可以办理"),
    "status": ("·", "办件当前状态不允许此操作"),
    "no_work_item": ("ni", "没有可以办理的待办"),
    "part": ("pt", "本人在该环节的身份（主办、加签、会签、受委派）不办此操作"),
    "work_status": ("ws", "待办当前状态不允许此操作（如尚未领取、正在等待他人、已办结）"),
    "stage": ("st", "当前环节不办此操作"),
    "machine": ("ma", "此环节由系统自动办理"),
    "rights": ("ri", "没有岗位、辖区或权限，或已由他人领取"),
    "not_last_doer": ("nl", "不是刚办完该环节的人员"),
    "nothing_missing": ("nm", "必要材料已齐，没有可以后补或以承诺代替的"),
    "documents_missing": ("dm", "还缺必要材料"),
    "notice_written": ("nw", "办结时已制发文书或通知申请人，不能收回"),
    "no_notice": ("nn", "该件没有可以登记送达的文书"),
    "served_before": ("sb", "这份文书已登记送达"),
    "no_slip": ("xs", "没有等待接收的交接单"),
    "received_before": ("rb", "这份交接单已经确认接收"),
    "same_person": ("sm", "移交人不能自己确认接收"),
    "in_transit": ("it", "所选材料正在移交途中"),
    "papers_in_transit": ("pp", "还有移交途中的纸质材料未确认接收"),
    "several_instances": ("si", "多部门同时办理的环节不能收回"),
    "moved_on": ("mo", "后续环节已经办结或到期，不能收回"),
    "touched": ("to", "下一环节已有人领取或办理，不能收回"),
    "ends_with_step": ("es", "特别程序随流程环节结束"),
    "not_running": ("nr", "该特别程序不在进行中"),
    "signers_pending": ("sp", ""),
    "no_signers": ("ns", ""),
    "joint_running": ("jr", ""),
    "decided_before": ("db", ""),
    "not_delegated": ("nd", ""),
    "delegated": ("de", ""),
    "conflict_of_interest": ("ci", ""),
    "separation": ("se", ""),
    "corrected_before": ("cb", ""),
    "extended_before": ("eb", ""),
    "no_extension": ("ne", ""),
    "expired": ("ex", ""),
    "no_gaps": ("ng", ""),
    "no_commitments": ("nc", ""),
    "urged_today": ("ut", ""),
    "no_order": ("no", ""),
    "no_answer": ("na", ""),
    "certificate_in_force": ("cf", ""),
    "unsettled": ("us", ""),
    "first_step": ("fs", ""),
    "behind": ("bh", "该件已受理，要并入的办件尚未受理"),
}
_CODES = {mark: code for code, (mark, _) in MARKS.items()}

_INTRODUCTION = """\
# Operations (办件操作)

Every verb an officer can use on a case, as `engine/policy/operations.py` has it, and what every ordered pair of verbs comes
to on real cases of four shapes. `make operations` writes this file; the tests compare it with the code, cell by cell.

## The table

Left of the branch stands what must hold before a verb is allowed, right of it what the verb does. A clock that is not named
goes on as it was; what the flow itself brings about (a step that stops the clock, a decision that ends it) comes on top.
"""
_PAIRS = """\
## Pairs

For each shape a new case is brought to the earliest point at which verb A (row) is allowed, A is done, then verb B (column)
is tried by the officer best placed for it: the holder of each open work item, or the fitting post of the region. A cell is
`✓` where B is done, else the mark of the rule that refuses it, of several officers the refusal that came furthest. After
every A and every B the case is told again from its events, and its branch, clocks, event and notice are held against the
table. Columns have the numbers of the rows.
"""


def table_part() -> str:
    """The document up to the pairs: what the code alone says."""
    head = "| operation | who | case status | stage | part, work item | further conditions | branch | clocks | event | notice |"
    lines = [_line(number, action, RULES[action]) for number, action in enumerate(Action, 1)]
    return "\n".join([_INTRODUCTION, head, "| --- " * 10 + "|", *lines, ""])


def _line(number: int, action: Action, rule: ActionRule) -> str:
    cells = (
        f"{number} `{action.value}` {action.label}",
        f"{rule.holder.label}（{_words(Role, rule.roles) or '各岗位'}）",
        _words(CaseStatus, rule.statuses),
        _stages(rule),
        _part(rule) if rule.holder == "work_item" else "",
        " ".join(f"`{condition.code}`" for condition in rule.conditions),
        rule.branch.label + ("，结案" if rule.ends_case else ""),
        "；".join(f"{kind.label}{effect.label}" for kind, effect in rule.clocks.items()),
        f"`{rule.event}`",
        f"`{rule.notice}`" if rule.notice else "",
    )
    return "| " + " | ".join(cells) + " |"


def _words(terms: type[Term], chosen: Iterable[Term]) -> str:
    return "、".join(term.label for term in terms if term in set(chosen))


def _stages(rule: ActionRule) -> str:
    if rule.stages is not None:
        return _words(Stage, rule.stages)
    return f"除{_words(Stage, rule.not_stages)}外" if rule.not_stages else ""


def _part(rule: ActionRule) -> str:
    return f"{_words(Part, rule.parts)}：{_words(WorkItemStatus, rule.work_statuses)}"


def pairs_part(cells: Cells) -> str:
    """The four matrices, the legend and the counts."""
    matrices = [part for key in SHAPES for part in (_matrix(key, cells[key]), "")]
    return "\n".join([_PAIRS, *matrices, *_legend(), "", *_counts(cells), ""])


def _matrix(key: str, rows: Mapping[Action, Mapping[Action, str]]) -> str:
    numbers = " | ".join(str(number) for number, _ in enumerate(Action, 1))
    lines = [f"### {key} {TITLES[key]}", "", f"| A \\ B | {numbers} |", "| --- " * (len(Action) + 1) + "|"]
    for number, first in enumerate(Action, 1):
        marks = " | ".join(MARKS[rows[first][second]][0] for second in Action)
        lines.append(f"| {number} {first.label} | {marks} |")
    return "\n".join(lines)


def _legend() -> list[str]:
    lines = ["## Legend", "", "| mark | rule | reason |", "| --- | --- | --- |"]
    return lines + [f"| {mark} | `{code}` | {reason or _reason(code)} |" for code, (mark, reason) in MARKS.items()]


def _reason(code: str) -> str:
    """What the table's own condition of this code says to the officer."""
    conditions = chain.from_iterable(rule.conditions for rule in RULES.values())
    return " / ".join(dict.fromkeys(condition.reason for condition in conditions if condition.code == code))


def _counts(cells: Cells) -> list[str]:
    found = Counter(code for rows in cells.values() for row_ in rows.values() for code in row_.values())
    lines = ["## Counts", "", f"{found.total()} pairs.", "", "| rule | pairs |", "| --- | --- |"]
    return lines + [f"| `{code}` | {count} |" for code, count in sorted(found.items(), key=lambda c: (-c[1], c[0]))]


def read_cells(document: str) -> dict[str, dict[Action, dict[Action, str]]]:
    """The matrices as the document has them."""
    cells: dict[str, dict[Action, dict[Action, str]]] = {}
    for key in SHAPES:
        lines = document.split(f"### {key} ")[1].split("\n\n")[1].splitlines()[2:]
        rows = [[cell.strip() for cell in line.strip("|").split("|")][1:] for line in lines]
        codes = [dict(zip(Action, (_CODES[mark] for mark in marks), strict=True)) for marks in rows]
        cells[key] = dict(zip(Action, codes, strict=True))
    return cells


def main() -> int:
    with installation() as place:
        office = replace(place.office, clock=FixedClock(MONDAY))
        publish_shapes(office)
        cells = {key: {first: row(office, key, first) for first in Action} for key in SHAPES}
    DOCUMENT.write_text(table_part() + "\n" + pairs_part(cells), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
