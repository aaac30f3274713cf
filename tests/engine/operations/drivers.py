"""How each verb is driven: how a case is brought to the first point where it is allowed, and how it is tried from anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Row

from engine.clock import local_date
from engine.commands.accept_case import AcceptCase, accept_case
from engine.commands.accept_on_commitment import AcceptOnCommitment, accept_on_commitment
from engine.commands.accept_with_gaps import AcceptWithGaps, accept_with_gaps
from engine.commands.add_signer import AddSigner, add_signer
from engine.commands.answer_supervision import AnswerSupervision, answer_supervision
from engine.commands.archive_case import ArchiveCase, archive_case
from engine.commands.claim_work_item import ClaimWorkItem, claim_work_item, release_work_item
from engine.commands.close_supervision import CloseSupervision, close_supervision
from engine.commands.complete_work_item import CompleteWorkItem, complete_work_item
from engine.commands.copy_case import CopyCase, copy_case
from engine.commands.delegate_work_item import (
    DelegateWorkItem,
    RecallDelegation,
    delegate_work_item,
    recall_delegation,
)
from engine.commands.deliver_case import DeliverCase, deliver_case
from engine.commands.extend_limit import ExtendLimit, extend_limit
from engine.commands.hand_back import HandBack, hand_back
from engine.commands.hand_over_documents import (
    HandOverDocuments,
    ReceiveDocuments,
    hand_over_documents,
    receive_documents,
)
from engine.commands.merge_case import MergeCase, merge_case
from engine.commands.order_supervision import OrderSupervision, order_supervision
from engine.commands.record_service import RecordService, record_service
from engine.commands.refuse_acceptance import RefuseAcceptance, refuse_acceptance
from engine.commands.reject_case import RejectCase, reject_case
from engine.commands.remove_signer import RemoveSigner, remove_signer
from engine.commands.request_correction import RequestCorrection, request_correction
from engine.commands.return_case import ReturnCase, return_case
from engine.commands.settle_commitment import SettleCommitment, settle_commitment
from engine.commands.sign_work_item import SignWorkItem, sign_work_item
from engine.commands.special_procedure import EndProcedure, StartProcedure, end_procedure, start_procedure
from engine.commands.start_joint_signing import StartJointSigning, start_joint_signing
from engine.commands.supply_correction import SupplyCorrection, supply_correction
from engine.commands.supply_deferred import SupplyDeferred, supply_deferred
from engine.commands.take_back_step import TakeBackStep, take_back_step
from engine.commands.terminate_case import TerminateCase, terminate_case
from engine.commands.transfer_work_item import TransferWorkItem, transfer_work_item
from engine.commands.urge_case import UrgeCase, urge_case
from engine.commands.void_case import VoidCase, void_case
from engine.commands.withdraw_case import WithdrawCase, withdraw_case
from engine.errors import CaseworkError
from engine.policy.actors import Actor
from engine.policy.operations import RULES, Action, Holder
from engine.queries.candidates import Purpose
from engine.queries.notice_view import handover_page
from tests.engine.operations.scene import Scene, Try
from tests.shapes import MULTI_INSTANCE

REASON, LAW = "情况有变", "《示例办法》第九条"
LATER = "income_statement"
ONE_MISSING = {"identity_card": "paper"}

Hand = Row[Any]
Ready = Callable[[Scene], object]


@dataclass(frozen=True)
class Driver:
    """`ready` brings a new case to where the verb is first allowed; `asked` makes the command and its request."""

    ready: Ready
    asked: Callable[..., tuple[Callable[..., Any], Any]]


def tries(scene: Scene, action: Action) -> Iterator[Try]:
    """Every attempt worth making: each work item there is with its holder, or the case with the best officer for it."""
    driver, holder = DRIVERS[action], RULES[action].holder
    if action is Action.TAKE_OVER:
        slip, actor = scene.slip()
        yield Try(action, actor, 0, _verb(scene, actor, *driver.asked(scene, slip)))
    elif holder is Holder.SCOPE:
        actor = scene.in_scope(action)
        yield Try(action, actor, 0, _verb(scene, actor, *driver.asked(scene, actor)))
    elif holder is Holder.LAST_DOER:
        for token, actor in [*scene.done_steps()] or [("0", scene.actor("street"))]:
            yield Try(action, actor, token, _verb(scene, actor, *driver.asked(scene, token)))
    else:
        for item, actor in scene.hands():
            yield Try(action, actor, item.id, _verb(scene, actor, *driver.asked(scene, item, actor)))


def _verb(scene: Scene, actor: Actor, command: Callable[..., Any], request: Any) -> Callable[[], Any]:
    return partial(command, scene.office, actor, request)


def do(scene: Scene, action: Action) -> Any:
    """The verb done by the first who may; the last refusal if nobody may."""
    refusal: CaseworkError | None = None
    for one in tries(scene, action):
        try:
            return one.attempt()
        except CaseworkError as error:
            refusal = error
    assert refusal is not None, f"nobody to try {action.label}"
    raise refusal


# --- where a verb is first allowed ------------------------------------------------------------------------------------


def _received(scene: Scene) -> None:
    scene.received()


def _one_missing(scene: Scene) -> None:
    scene.received(documents=ONE_MISSING)


def _accepted(scene: Scene) -> None:
    scene.received().story.accept()


def _after(*actions: Action, begin: Ready = _received) -> Ready:
    def ready(scene: Scene) -> None:
        begin(scene)
        for action in actions:
            do(scene, action)

    return ready


def _until(*nodes: str) -> Ready:
    def ready(scene: Scene) -> None:
        _accepted(scene)
        scene.story.on_to(*nodes)

    return ready


def _just_done(scene: Scene) -> None:
    """A step of one officer is done and the next one untouched: several departments at once are not taken back."""
    _accepted(scene)
    if scene.story.key == MULTI_INSTANCE:
        scene.story.on_to("opinion")
    scene.story.step_on()


# --- what is asked ----------------------------------------------------------------------------------------------------


def _item(command: Callable[..., Any], request: Callable[..., Any], **values: Any) -> Callable[..., Any]:
    """A verb on a work item that needs nothing else."""
    return lambda scene, item, actor: (command, request(work_item_id=item.id, **values))


def _case(command: Callable[..., Any], request: Callable[..., Any], **values: Any) -> Callable[..., Any]:
    """A verb on a case that needs nothing else."""
    return lambda scene, actor: (command, request(case_number=scene.story.number, **values))


def _complete(scene: Scene, item: Hand, actor: Actor) -> Any:
    return complete_work_item, CompleteWorkItem(work_item_id=item.id, decision=scene.decision(item))


def _transfer(scene: Scene, item: Hand, actor: Actor) -> Any:
    post_id, officer_id = scene.colleague(item, actor, Purpose.HOLD)
    wanted = TransferWorkItem(work_item_id=item.id, post_id=post_id, officer_id=officer_id, reason=REASON)
    return transfer_work_item, wanted


def _delegate(scene: Scene, item: Hand, actor: Actor) -> Any:
    _, officer_id = scene.colleague(item, actor, Purpose.HELP)
    return delegate_work_item, DelegateWorkItem(work_item_id=item.id, officer_id=officer_id, note="请核实")


def _add_signer(place: str) -> Callable[..., Any]:
    def asked(scene: Scene, item: Hand, actor: Actor) -> Any:
        _, officer_id = scene.colleague(item, actor, Purpose.HELP)
        return add_signer, AddSigner(work_item_id=item.id, place=place, officers=(officer_id,))

    return asked


def _remove_signer(scene: Scene, item: Hand, actor: Actor) -> Any:
    return remove_signer, RemoveSigner(work_item_id=item.id, signer=scene.signer(item), reason=REASON)


def _start_signing(rule: str) -> Callable[..., Any]:
    def asked(scene: Scene, item: Hand, actor: Actor) -> Any:
        _, officer_id = scene.colleague(item, actor, Purpose.DECIDE)
        return start_joint_signing, StartJointSigning(work_item_id=item.id, rule=rule, officers=(officer_id,))

    return asked


def _sign(scene: Scene, item: Hand, actor: Actor) -> Any:
    decision = scene.decision(item) if item.part == "joint" else "agree"
    return sign_work_item, SignWorkItem(work_item_id=item.id, decision=decision)


def _return(scene: Scene, item: Hand, actor: Actor) -> Any:
    target = scene.target(item, actor)
    node, path = (target.node_id, target.path) if target else ("accept", ())
    return return_case, ReturnCase(work_item_id=item.id, target=node, path=path, reason=REASON)


def _take_back(scene: Scene, token: str) -> Any:
    return take_back_step, TakeBackStep(case_number=scene.story.number, token=token)


def _approved(command: Callable[..., Any], request: Callable[..., Any], **values: Any) -> Callable[..., Any]:
    """A verb on a work item that another officer approved."""
    return lambda scene, item, actor: (
        command,
        request(work_item_id=item.id, reason=REASON, approver_id=scene.approver(actor), **values),
    )


def _request_correction(scene: Scene, item: Hand, actor: Actor) -> Any:
    return request_correction, RequestCorrection(work_item_id=item.id, remarks="请更正联系电话。")


def _supply_correction(scene: Scene, item: Hand, actor: Actor) -> Any:
    return supply_correction, SupplyCorrection(work_item_id=item.id, note="已更正")


def _void(scene: Scene, actor: Actor) -> Any:
    wanted = VoidCase(case_number=scene.story.number, reason=REASON, approver_id=scene.approver(actor))
    return void_case, wanted


def _merge(scene: Scene, actor: Actor) -> Any:
    return merge_case, MergeCase(case_number=scene.story.number, into=scene.twin.number, reason="同一申请")


def _end_procedure(scene: Scene, actor: Actor) -> Any:
    return end_procedure, EndProcedure(case_number=scene.story.number, suspension_id=scene.suspension())


def _copy(scene: Scene, actor: Actor) -> Any:
    return copy_case, CopyCase(case_number=scene.story.number, officers=(scene.approver(actor),))


def _answer(scene: Scene, actor: Actor) -> Any:
    number, order = scene.story.number, scene.order("issued")
    return answer_supervision, AnswerSupervision(case_number=number, order_id=order, answer="已在办理")


def _close_order(scene: Scene, actor: Actor) -> Any:
    number, order = scene.story.number, scene.order("answered")
    return close_supervision, CloseSupervision(case_number=number, order_id=order, satisfied=True)


def _serve(scene: Scene, actor: Actor) -> Any:
    today, recipient = local_date(scene.office.clock.now()), scene.story.case().applicant_name
    wanted = {"notice": scene.notice(), "mode": "direct", "served_on": today, "recipient": recipient}
    return record_service, RecordService(case_number=scene.story.number, **wanted)


def _hand_over(scene: Scene, actor: Actor) -> Any:
    page = handover_page(scene.office, actor, scene.story.number)
    (mine, _), others = page.my_posts[0], [post for post, _ in page.other_posts]
    wanted = {"from_post_id": mine, "to_post_id": others[0], "documents": ("identity_card",)}
    return hand_over_documents, HandOverDocuments(case_number=scene.story.number, **wanted)


def _take_over(scene: Scene, slip: int) -> Any:
    return receive_documents, ReceiveDocuments(handover_id=slip)


DRIVERS: dict[Action, Driver] = {
    Action.ACCEPT: Driver(_received, _item(accept_case, AcceptCase)),
    Action.ACCEPT_WITH_GAPS: Driver(_one_missing, _item(accept_with_gaps, AcceptWithGaps, deferred=(LATER,))),
    Action.ACCEPT_ON_COMMITMENT: Driver(
        _one_missing, _item(accept_on_commitment, AcceptOnCommitment, committed=(LATER,))
    ),
    Action.REFUSE_ACCEPTANCE: Driver(
        _received, _item(refuse_acceptance, RefuseAcceptance, reason=REASON, legal_basis=LAW)
    ),
    Action.REQUEST_CORRECTION: Driver(_received, _request_correction),
    Action.SUPPLY_CORRECTION: Driver(_after(Action.REQUEST_CORRECTION), _supply_correction),
    Action.SUPPLY_DEFERRED: Driver(
        _after(Action.ACCEPT_WITH_GAPS, begin=_one_missing),
        _case(supply_deferred, SupplyDeferred, documents={LATER: "paper"}),
    ),
    Action.SETTLE_COMMITMENT: Driver(
        _after(Action.ACCEPT_ON_COMMITMENT, begin=_one_missing),
        _case(settle_commitment, SettleCommitment, document=LATER, result="kept", note="已核实"),
    ),
    Action.CLAIM: Driver(_received, _item(claim_work_item, ClaimWorkItem)),
    Action.RELEASE: Driver(_after(Action.CLAIM), _item(release_work_item, ClaimWorkItem)),
    Action.COMPLETE: Driver(_accepted, _complete),
    Action.TRANSFER: Driver(_received, _transfer),
    Action.DELEGATE: Driver(_accepted, _delegate),
    Action.HAND_BACK: Driver(_after(Action.DELEGATE, begin=_accepted), _item(hand_back, HandBack, opinion="收入属实")),
    Action.RECALL: Driver(_after(Action.DELEGATE, begin=_accepted), _item(recall_delegation, RecallDelegation)),
    Action.ADD_SIGNER_BEFORE: Driver(_accepted, _add_signer("before")),
    Action.ADD_SIGNER_AFTER: Driver(_accepted, _add_signer("after")),
    Action.REMOVE_SIGNER: Driver(_after(Action.ADD_SIGNER_BEFORE, begin=_accepted), _remove_signer),
    Action.SIGN_JOINTLY: Driver(_accepted, _start_signing("all")),
    Action.VOTE: Driver(_accepted, _start_signing("share:0.67")),
    Action.SIGN: Driver(_after(Action.ADD_SIGNER_BEFORE, begin=_accepted), _sign),
    Action.RETURN: Driver(_accepted, _return),
    Action.TAKE_BACK: Driver(_just_done, _take_back),
    Action.REJECT: Driver(_until("decide"), _item(reject_case, RejectCase, reason=REASON, legal_basis=LAW)),
    Action.WITHDRAW: Driver(_received, _case(withdraw_case, WithdrawCase, asked_by="王秀英", reason=REASON)),
    Action.VOID: Driver(_received, _void),
    Action.TERMINATE: Driver(_accepted, _case(terminate_case, TerminateCase, reason=REASON, legal_basis=LAW)),
    Action.MERGE: Driver(_received, _merge),
    Action.START_PROCEDURE: Driver(_accepted, _approved(start_procedure, StartProcedure, procedure="publicity")),
    Action.END_PROCEDURE: Driver(_after(Action.START_PROCEDURE, begin=_accepted), _end_procedure),
    Action.EXTEND: Driver(_accepted, _approved(extend_limit, ExtendLimit, amount=5)),
    Action.COPY: Driver(_received, _copy),
    Action.URGE: Driver(_received, _case(urge_case, UrgeCase)),
    Action.SUPERVISE: Driver(_received, _case(order_supervision, OrderSupervision, matter="请说明进展")),
    Action.ANSWER_SUPERVISION: Driver(_after(Action.SUPERVISE), _answer),
    Action.CLOSE_SUPERVISION: Driver(_after(Action.SUPERVISE, Action.ANSWER_SUPERVISION), _close_order),
    Action.SERVE: Driver(_after(Action.REQUEST_CORRECTION), _serve),
    Action.HAND_OVER: Driver(_received, _hand_over),
    Action.TAKE_OVER: Driver(_after(Action.HAND_OVER), _take_over),
    Action.DELIVER: Driver(_until("deliver"), _item(deliver_case, DeliverCase, recipient="王秀英", mode="counter")),
    Action.ARCHIVE: Driver(_after(Action.WITHDRAW), _case(archive_case, ArchiveCase)),
}
