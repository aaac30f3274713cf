"""Merged (并案): of two applications of one person for one item, one is gone on with and the other closed into it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.case_change import CaseChange
from engine.commands.endings import end_case, require_texts
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import ActionNotAllowed
from engine.policy.operations import RULES, Action
from engine.terms import CaseResult


@dataclass(frozen=True, kw_only=True)
class MergeCase(Request):
    """into  number of the case that is gone on with"""

    case_number: str
    into: str
    reason: str


@verb
def merge_case(desk: Desk, request: MergeCase) -> Answer:
    """The closed case; the other one remembers what it absorbed. Both are locked, the older first."""
    require_texts({"reason": (request.reason, "请写明并案的理由。")})
    if request.into == request.case_number:
        raise ActionNotAllowed("不能并入该件自身；请填写另一办件的编号。", en="the same case", rule="same_case")
    change, other = CaseChange.at_numbers(desk, (request.case_number, request.into))
    change.require(Action.MERGE)
    _require_kin(change, other)
    change.set(merged_into=other.case_id)
    other.happened("case_absorbed", {"absorbed": change.case_id})
    other.save()
    told, payload = {"reason": request.reason}, {"into": other.case_id}
    return end_case(change, Action.MERGE, CaseResult.MERGED, told=told, payload=payload)


def _require_kin(change: CaseChange, other: CaseChange) -> None:
    """The other case is still open, and both are of one applicant for one item."""
    if other.status not in RULES[Action.MERGE].statuses:
        raise ActionNotAllowed(
            f"要并入的办件当前为“{other.status.label}”，只能并入尚未作出决定的办件。",
            en="the other case is decided or closed",
            rule="not_open",
        )
    if other.values["applicant_index"] != change.values["applicant_index"]:
        raise ActionNotAllowed(
            "两件的申请人不同，不能并案；请核对办件编号。", en="another applicant", rule="other_applicant"
        )
    if other.values["item_id"] != change.values["item_id"]:
        raise ActionNotAllowed("两件的事项不同，不能并案；请核对办件编号。", en="another item", rule="other_item")
    if change.values["accepted_at"] is not None and other.values["accepted_at"] is None:
        # The applicant's running clock must not end in a case whose own has not begun.
        raise ActionNotAllowed(
            "该件已受理，要并入的办件尚未受理；请先受理该件，或者将其并入本件。",
            en="the other case is not accepted yet",
            rule="behind",
        )
