"""Operations on a whole case (办件操作), what one chooses from for them, and the copies sent to me."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.auth import current_actor, office, signed_in
from api.rest.answers import answer, idempotency_key
from api.rest.case_verbs import CASE_VERBS
from api.rest.described import described
from api.rest.input import Doors
from api.rest.recorded import record
from api.rest.verb_doors import Verb
from engine.commands.copy_case import ReadCopy, mark_copy_read
from engine.queries.approvers import Approver, approvers
from engine.queries.candidates import CandidatePost
from engine.queries.copy_receivers import copy_receivers
from engine.queries.my_copies import CopyLine, my_copies
from engine.queries.signing import StepSigning, signing
from engine.queries.supervision_orders import SupervisionOrder, supervision_orders

doors = Doors("case-operations", __name__, url_prefix="/api/v1", description="办件操作：退出、计时、抄送、催办、督办")


def _listed(name: str, line: type) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "array", "items": described(line)}}}


@doors.route("/cases/<number>/approvers")
@signed_in
@doors.response(200, _listed("approvers", Approver))
def show_approvers(number: str) -> Response:
    """批准人 Who can approve an extension, a special procedure and the like for this case, without the caller."""
    return answer({"approvers": approvers(office(), current_actor(), number)})


@doors.route("/cases/<number>/copy-receivers")
@signed_in
@doors.response(200, _listed("posts", CandidatePost))
def show_copy_receivers(number: str) -> Response:
    """抄送人选 Posts over the case and the officers who may read it, with why somebody cannot be chosen."""
    return answer({"posts": copy_receivers(office(), current_actor(), number)})


@doors.route("/cases/<number>/supervision-orders")
@signed_in
@doors.response(200, _listed("orders", SupervisionOrder))
def show_orders(number: str) -> Response:
    """督办单 The supervision orders about the case with every answer and remark. Recorded."""
    orders = supervision_orders(office(), current_actor(), number)
    record("view_supervision", "case", number)
    return answer({"orders": orders})


@doors.route("/cases/<number>/signing")
@signed_in
@doors.response(200, _listed("steps", StepSigning))
def show_signing(number: str) -> Response:
    """签署情况 Per open step with several hands: the rule, who signed what and who is awaited."""
    return answer({"steps": signing(office(), current_actor(), number)})


@doors.route("/copies")
@signed_in
@doors.response(200, _listed("items", CopyLine))
def show_copies() -> Response:
    """抄送我的 Cases copied to me, unread ones first."""
    return answer({"items": my_copies(office(), current_actor())})


@doors.route("/cases/<number>/copy-read", methods=["POST"])
@signed_in
@doors.response(200, {"type": "object"})
def read_copy(number: str) -> Response:
    """已阅 I have read the copy of this case.

    Idempotency-Key: 同一编号同一内容只办一次 done once for one key.
    """
    wanted = ReadCopy(case_number=number, idempotency_key=idempotency_key())
    return answer(mark_copy_read(office(), current_actor(), wanted))


def _route(verb: Verb) -> None:
    """One POST route per verb; its body is the verb's own."""

    def act(body: dict[str, Any], number: str) -> Response:
        return answer(verb.run(office(), current_actor(), {"case_number": number}, body, idempotency_key()))

    act.__doc__ = verb.words()
    view = doors.arguments(verb.body, required=False)(doors.response(200, {"type": "object"})(act))
    doors.route(f"/cases/<number>/{verb.path}", methods=["POST"], endpoint=verb.action.value)(signed_in(view))


for _verb in CASE_VERBS:
    _route(_verb)
