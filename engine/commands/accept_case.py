"""Front-desk acceptance (受理): the clock starts, the process moves on, the acceptance notice is written."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.acceptance import Acceptance, require_conditions, require_documents, take_in
from engine.commands.case_change import CaseChange
from engine.commands.verb import Answer, Desk, verb
from engine.policy.operations import Action


@dataclass(frozen=True, kw_only=True)
class AcceptCase(Acceptance):
    """A complete application, or one whose applicant insists."""


@verb
def accept_case(desk: Desk, request: AcceptCase) -> Answer:
    """The case in process with its promised and statutory due dates. Refused while documents are missing."""
    change = CaseChange.at_work_item(desk, request.work_item_id, request.version)
    change.require(Action.ACCEPT)
    documents = desk.uow.cases.documents(change.case_id)
    require_documents(documents)
    require_conditions(change, request.insist_reason)
    answer = take_in(change, request, documents)
    change.save()
    return answer
