"""What an application lacks (补正清单), complete by construction: nobody has to remember a line."""

from __future__ import annotations

from collections.abc import Mapping

from engine.commands.acceptance import missing_of
from engine.commands.case_change import CaseChange
from engine.errors import FormInvalid
from engine.policy.eligibility import check_eligibility

Line = dict[str, str]


def document_lines(change: CaseChange, faults: Mapping[str, str]) -> list[Line]:
    """A line for every missing required document and for every fault found in one that was handed in.

    faults  document id -> what is wrong with it; FormInvalid for a document the item does not ask for
    """
    rules = {rule.id: rule for rule in change.definition.documents}
    unknown = [name for name in faults if name not in rules]
    if unknown:
        raise FormInvalid(errors={"faults": [f"材料清单中没有“{name}”。" for name in unknown]})
    missing = missing_of(change.desk.uow.cases.documents(change.case_id))
    return [
        {"id": name, "title": rules[name].title, "problem": problem, "how_to": rules[name].how_to or "交至受理窗口"}
        for name, problem in {**dict.fromkeys(missing, "未提交"), **faults}.items()
    ]


def evidence_lines(change: CaseChange) -> list[Line]:
    """A line for every condition that is not known to be met and names what would prove it."""
    found = check_eligibility(change.definition, change.facts, change.shelved.labels).findings
    return [
        {
            "id": finding.condition.id,
            "title": finding.condition.evidence,
            "problem": f"尚不能证明“{finding.condition.text}”",
            "how_to": "交至受理窗口",
        }
        for finding in found
        if finding.met is not True and finding.condition.evidence
    ]
