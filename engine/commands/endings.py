"""A case ends outside its drawn flow (流程外结案): every step closed, every clock stopped, the applicant told in writing.

What rejecting, withdrawing, voiding, terminating and merging have in common; which of them may when is in the table of
operations, and what each asks for beyond that in its own file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.commands.case_change import CaseChange
from engine.commands.notices import write_notice
from engine.commands.verb import Answer
from engine.errors import FormInvalid
from engine.policy.operations import RULES, Action
from engine.terms import CaseResult


def require_texts(wanted: Mapping[str, tuple[str, str]]) -> None:
    """Raises FormInvalid for each text that is blank. `wanted`: field -> (its text, what to say when it is blank)."""
    errors = {name: [say] for name, (value, say) in wanted.items() if not value.strip()}
    if errors:
        raise FormInvalid(errors=errors)


def end_case(
    change: CaseChange,
    action: Action,
    result: CaseResult,
    *,
    told: Mapping[str, str],
    payload: Mapping[str, Any] | None = None,
    notice: Mapping[str, Any] | None = None,
) -> Answer:
    """The closed case, with the number of its notice where the table names one.

    told     texts that people wrote: kept encrypted; of the reason the event holds a keyed digest
    payload  codes and ids for the event; `notice`: facts of the document beside the usual ones
    """
    rule, sealer = RULES[action], change.desk.office.sealer
    account = change.close(result)
    reason = sealer.digest(told["reason"])
    change.happened(rule.event, {"reason": reason, **(payload or {}), **account})
    change.desk.uow.cases.put_personal(change.case_id, {"ending": sealer.encrypt_json(dict(told))})
    change.tell("applicant", rule.event, {"number": change.values["number"]})
    number = write_notice(change, rule.notice, {**told, **(notice or {})}) if rule.notice else ""
    change.save()
    return {
        "case_id": change.case_id,
        "number": change.values["number"],
        "status": change.status.value,
        "result": result.value,
        "notice": number,
    }
