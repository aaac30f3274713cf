"""The algebra of operations (操作代数): every verb officers can use on a case, in one table.

A row says who may, in which status, on which part of which step, under which further conditions, and what the verb then
does: to the branch it stands on, to each clock, to the log and on paper. `policy/actions` enforces the left half; the
right half is what `docs/operations.md` prints and the tests hold the commands to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.terms import CaseStatus, ClockKind, Part, Role, Stage, Term, WorkItemStatus

if TYPE_CHECKING:
    from engine.policy.actions import Situation


class Action(Term):
    """A verb an officer can use on a case."""

    ACCEPT = "accept", "受理"
    ACCEPT_WITH_GAPS = "accept_with_gaps", "容缺受理", "Accept with documents to follow"
    ACCEPT_ON_COMMITMENT = "accept_on_commitment", "告知承诺受理", "Accept on a written commitment"
    REFUSE_ACCEPTANCE = "refuse_acceptance", "不予受理"
    REQUEST_CORRECTION = "request_correction", "一次性告知补正", "Request correction"
    SUPPLY_CORRECTION = "supply_correction", "收取补正材料", "Supply correction"
    SUPPLY_DEFERRED = "supply_deferred", "收取容缺材料", "Supply deferred documents"
    SETTLE_COMMITMENT = "settle_commitment", "核查承诺", "Check a commitment"
    CLAIM = "claim", "领取"
    RELEASE = "release", "退回待领", "Release"
    COMPLETE = "complete", "办理"
    TRANSFER = "transfer", "转办"
    DELEGATE = "delegate", "委派"
    HAND_BACK = "hand_back", "交回"
    RECALL = "recall", "收回委派", "Recall a delegation"
    ADD_SIGNER_BEFORE = "add_signer_before", "前加签", "Ask for a signature before"
    ADD_SIGNER_AFTER = "add_signer_after", "后加签", "Ask for a signature after"
    REMOVE_SIGNER = "remove_signer", "减签", "Remove a signer"
    SIGN_JOINTLY = "sign_jointly", "会签", "Sign jointly"
    VOTE = "vote", "票签", "Decide by vote"
    SIGN = "sign", "签署意见", "Sign"
    RETURN = "return", "退回"
    TAKE_BACK = "take_back", "收回已办", "Take back"
    REJECT = "reject", "驳回"
    WITHDRAW = "withdraw", "撤回申请", "Withdraw the application"
    VOID = "void", "作废"
    TERMINATE = "terminate", "终止"
    MERGE = "merge", "并案"
    START_PROCEDURE = "start_procedure", "启动特别程序", "Start special procedure"
    END_PROCEDURE = "end_procedure", "结束特别程序", "End special procedure"
    EXTEND = "extend", "延期"
    COPY = "copy", "抄送"
    URGE = "urge", "催办"
    SUPERVISE = "supervise", "督办"
    ANSWER_SUPERVISION = "answer_supervision", "答复督办", "Answer a supervision order"
    CLOSE_SUPERVISION = "close_supervision", "办结督办", "Close a supervision order"
    SERVE = "serve", "登记文书送达", "Record a service"
    HAND_OVER = "hand_over", "移交材料", "Hand over papers"
    TAKE_OVER = "take_over", "接收材料", "Take over papers"
    DELIVER = "deliver", "送达"
    ARCHIVE = "archive", "归档"


class Holder(Term):
    """How the actor must stand to the step."""

    WORK_ITEM = "work_item", "承办岗位"
    SCOPE = "scope", "辖区内岗位"
    LAST_DOER = "last_doer", "刚办完该环节的人员"


class Branch(Term):
    """How far a verb reaches in the process."""

    NOTHING = "nothing", "不动流程"
    WORK_ITEMS = "work_items", "只动本环节的待办", "Only the work items of the step"
    STEP = "step", "本环节办结，沿流程前进", "The step is done and the flow moves on"
    EARLIER = "earlier", "本分支退到先前环节，并行分支不动", "Back to an earlier step; parallel branches stay"
    WHOLE = "whole", "全部环节关闭", "Every open step is closed"


class Effect(Term):
    """What a verb does to a clock; a clock that is not named goes on as it was."""

    STARTS = "starts", "起算"
    STOPS = "stops", "停表"
    RESUMES = "resumes", "恢复"
    LENGTHENS = "lengthens", "延长"
    ENDS = "ends", "终止计算"
    RESTARTS = "restarts", "重新起算"


@dataclass(frozen=True)
class Condition:
    """A further condition: its code in verdicts and tests, why it refuses, and the test itself."""

    code: str
    reason: str
    holds: Callable[[Situation], bool]


@dataclass(frozen=True)
class ActionRule:
    """One row of the table.

    `event` is the event's kind, `notice` the counter document written (empty: none), `ends_case` whether it closes it.
    """

    statuses: frozenset[CaseStatus]
    holder: Holder
    event: str
    stages: frozenset[Stage] | None = None
    not_stages: frozenset[Stage] = frozenset()
    roles: frozenset[Role] = frozenset()
    parts: frozenset[Part] = frozenset({Part.MAIN})
    work_statuses: frozenset[WorkItemStatus] = frozenset({WorkItemStatus.OPEN, WorkItemStatus.CLAIMED})
    conditions: tuple[Condition, ...] = ()
    branch: Branch = Branch.NOTHING
    clocks: Mapping[ClockKind, Effect] = field(default_factory=dict)
    notice: str = ""
    ends_case: bool = False


_RECEIVED = frozenset({CaseStatus.RECEIVED})
_CORRECTION = frozenset({CaseStatus.CORRECTION})
_IN_HAND = frozenset({CaseStatus.IN_PROCESS, CaseStatus.SUSPENDED})
_DECIDED = frozenset({CaseStatus.DECIDED})
_RUNNING = _IN_HAND | _DECIDED
_BEFORE_DECISION = _RECEIVED | _CORRECTION | _IN_HAND
_OPEN = _BEFORE_DECISION | _DECIDED
_CLOSED = frozenset({CaseStatus.CLOSED})

_ACCEPT_STAGE = frozenset({Stage.ACCEPT})
_COUNTER_STAGES = frozenset({Stage.ACCEPT, Stage.DELIVER})
_CLERK = frozenset({Role.CLERK})
_APPROVER = frozenset({Role.APPROVER})
_SUPERVISOR = frozenset({Role.SUPERVISOR})
_STAFF = frozenset({Role.CLERK, Role.HANDLER, Role.APPROVER})
_EVERY_PART = frozenset(Part)
_SIGNERS = frozenset({Part.BEFORE, Part.AFTER, Part.JOINT})
_UNTIL_DONE = frozenset({WorkItemStatus.OPEN, WorkItemStatus.CLAIMED, WorkItemStatus.WAITING})

_NO_SIGNERS = Condition(
    "signers_pending", "该环节还有加签、会签或委派未办结；请等待其办结，或先减签、收回。", lambda s: not s.signers
)
_SIGNERS_PENDING = Condition("no_signers", "该环节没有待签署的人员。", lambda s: s.signers > 0)
_NOT_JOINT = Condition("joint_running", "该环节正在会签，不能再转办、委派或加签；请先减签。", lambda s: not s.sign_rule)
_NOT_SENDER = Condition(
    "decided_before", "该环节已签署主办意见，正在等待后加签；请先减签。", lambda s: not s.has_signed
)
_DELEGATED = Condition("not_delegated", "该环节没有委派他人办理。", lambda s: s.delegated)
_NOT_DELEGATED = Condition("delegated", "该环节已委派他人，请用“收回委派”。", lambda s: not s.delegated)
_NO_CONFLICT = Condition(
    "conflict_of_interest",
    "申请人是您本人或您申报的近亲属，依法应当回避；请转由其他人员办理。",
    lambda s: not s.conflict,
)
_SEPARATE = Condition(
    "separation",
    "您已办理过该件的其他环节，不能再由您作出决定；请由其他审批人员办理。",
    lambda s: not s.handled_before or s.stage is not Stage.DECIDE,
)
_SEPARATE_VOICES = Condition(
    "separation",
    "您已办理过该件的其他环节，不能再参与作出决定；请由主办人员减签后另请他人。",
    lambda s: not s.handled_before or s.stage is not Stage.DECIDE or s.part is not Part.JOINT,
)
_ALONE_ON_STEP = Condition(
    "signers_pending",
    "该环节已请他人签署或委派他人，不能退回待领；请指定承办人员转办，或先减签。",
    lambda s: s.part is not Part.MAIN or not (s.signers or s.sign_rule),
)
_NOT_CORRECTED = Condition(
    "corrected_before",
    "该件已一次性告知过补正；再次告知须写明首次未告知的理由。",
    lambda s: not s.corrected or s.reasoned,
)
_NOT_EXTENDED = Condition("extended_before", "该件已延期一次，不得再次延期。", lambda s: not s.extended)
_MAY_EXTEND = Condition("no_extension", "该事项没有规定可以延期。", lambda s: s.may_extend)
_NOT_EXPIRED = Condition("expired", "期限已经届满，不得再延期。", lambda s: not s.expired)
_GAPS_OPEN = Condition("no_gaps", "该件没有待补交的容缺材料。", lambda s: s.deferred_open + s.deferred_late > 0)
_COMMITMENTS_OPEN = Condition("no_commitments", "该件没有待核查的承诺。", lambda s: s.commitments_open > 0)
_NOT_URGED = Condition("urged_today", "今天已催办过该件；同一办件每个工作日只催办一次。", lambda s: not s.urged_today)
_ORDER_OPEN = Condition("no_order", "该件没有待答复的督办。", lambda s: s.orders_open > 0)
_ORDER_ANSWERED = Condition("no_answer", "该件没有已答复、待办结的督办。", lambda s: s.orders_answered > 0)
_NOTHING_ISSUED = Condition(
    "certificate_in_force", "该件的证明（证照）已制发；请先撤销或换发证照，再作废办件。", lambda s: not s.issued
)
_SETTLED = Condition(
    "unsettled",
    "该件还有未了事项（容缺材料、承诺核查、督办或监察牌），处理后才能归档。",
    lambda s: not (s.deferred_open or s.commitments_open or s.orders_open or s.orders_answered or s.cards_open),
)
_HAS_EARLIER = Condition(
    "first_step",
    "没有可以退回的先前环节：这是第一个环节，或者决定已经作出（决定之前的环节不再退回）。",
    lambda s: s.has_earlier,
)

# Codes of the conditions that ask for what hangs on a case beside its steps; a command reads it only for them.
MATTERS = frozenset({"no_gaps", "no_commitments", "no_order", "no_answer", "unsettled", "certificate_in_force"})

_ENDS_ALL = {
    ClockKind.PROMISED: Effect.ENDS,
    ClockKind.STATUTORY: Effect.ENDS,
    ClockKind.STEP: Effect.ENDS,
    ClockKind.PROCEDURE: Effect.ENDS,
}
_ACCEPTED = {
    ClockKind.ACCEPTANCE: Effect.ENDS,
    ClockKind.PROMISED: Effect.STARTS,
    ClockKind.STATUTORY: Effect.STARTS,
    ClockKind.STEP: Effect.STARTS,
}

RULES: dict[Action, ActionRule] = {
    # --- at the counter ---
    Action.ACCEPT: ActionRule(
        _RECEIVED,
        Holder.WORK_ITEM,
        "case_accepted",
        stages=_ACCEPT_STAGE,
        roles=_CLERK,
        conditions=(_NO_CONFLICT,),
        branch=Branch.STEP,
        clocks=_ACCEPTED,
        notice="acceptance",
    ),
    Action.ACCEPT_WITH_GAPS: ActionRule(
        _RECEIVED,
        Holder.WORK_ITEM,
        "case_accepted",
        stages=_ACCEPT_STAGE,
        roles=_CLERK,
        conditions=(_NO_CONFLICT,),
        branch=Branch.STEP,
        clocks={**_ACCEPTED, ClockKind.DEFERRED: Effect.STARTS},
        notice="gap_commitment",
    ),
    Action.ACCEPT_ON_COMMITMENT: ActionRule(
        _RECEIVED,
        Holder.WORK_ITEM,
        "case_accepted",
        stages=_ACCEPT_STAGE,
        roles=_CLERK,
        conditions=(_NO_CONFLICT,),
        branch=Branch.STEP,
        clocks=_ACCEPTED,
        notice="commitment",
    ),
    Action.REFUSE_ACCEPTANCE: ActionRule(
        _RECEIVED,
        Holder.WORK_ITEM,
        "acceptance_refused",
        stages=_ACCEPT_STAGE,
        roles=_CLERK,
        conditions=(_NO_CONFLICT,),
        branch=Branch.WHOLE,
        clocks={ClockKind.ACCEPTANCE: Effect.ENDS},
        notice="refusal_of_acceptance",
        ends_case=True,
    ),
    Action.REQUEST_CORRECTION: ActionRule(
        _RECEIVED,
        Holder.WORK_ITEM,
        "correction_requested",
        stages=_ACCEPT_STAGE,
        roles=_CLERK,
        conditions=(_NO_CONFLICT, _NOT_CORRECTED),
        clocks={ClockKind.ACCEPTANCE: Effect.ENDS, ClockKind.CORRECTION: Effect.STARTS},
        notice="one_time_notice",
    ),
    Action.SUPPLY_CORRECTION: ActionRule(
        _CORRECTION,
        Holder.WORK_ITEM,
        "correction_supplied",
        stages=_ACCEPT_STAGE,
        roles=_CLERK,
        clocks={ClockKind.CORRECTION: Effect.ENDS, ClockKind.ACCEPTANCE: Effect.RESTARTS},
        conditions=(_NO_CONFLICT,),
    ),
    Action.SUPPLY_DEFERRED: ActionRule(
        _RUNNING | _CLOSED,
        Holder.SCOPE,
        "deferred_supplied",
        roles=_CLERK,
        conditions=(_NO_CONFLICT, _GAPS_OPEN),
        clocks={ClockKind.DEFERRED: Effect.ENDS},
    ),
    Action.SETTLE_COMMITMENT: ActionRule(
        _RUNNING | _CLOSED,
        Holder.SCOPE,
        "commitment_settled",
        roles=_STAFF,
        conditions=(_NO_CONFLICT, _COMMITMENTS_OPEN),
    ),
    # --- one's own work item ---
    Action.CLAIM: ActionRule(
        _OPEN,
        Holder.WORK_ITEM,
        "work_item_claimed",
        parts=_EVERY_PART,
        work_statuses=frozenset({WorkItemStatus.OPEN}),
        conditions=(_NO_CONFLICT,),
        branch=Branch.WORK_ITEMS,
    ),
    Action.RELEASE: ActionRule(
        _OPEN,
        Holder.WORK_ITEM,
        "work_item_released",
        parts=_EVERY_PART,
        work_statuses=frozenset({WorkItemStatus.CLAIMED}),
        conditions=(_ALONE_ON_STEP,),
        branch=Branch.WORK_ITEMS,
    ),
    Action.COMPLETE: ActionRule(
        _RUNNING,
        Holder.WORK_ITEM,
        "work_item_completed",
        not_stages=frozenset({Stage.DELIVER}),
        roles=_STAFF,
        conditions=(_NO_CONFLICT, _SEPARATE),
        branch=Branch.STEP,
        clocks={ClockKind.STEP: Effect.ENDS},
    ),
    Action.TRANSFER: ActionRule(
        _RECEIVED | _RUNNING,
        Holder.WORK_ITEM,
        "work_item_transferred",
        roles=_STAFF,
        conditions=(_NOT_JOINT,),
        branch=Branch.WORK_ITEMS,
    ),
    Action.DELEGATE: ActionRule(
        _RUNNING,
        Holder.WORK_ITEM,
        "work_item_delegated",
        not_stages=_COUNTER_STAGES,
        roles=_STAFF,
        conditions=(_NOT_JOINT, _NO_SIGNERS),
        branch=Branch.WORK_ITEMS,
    ),
    Action.HAND_BACK: ActionRule(
        _RUNNING,
        Holder.WORK_ITEM,
        "work_item_handed_back",
        roles=_STAFF,
        parts=frozenset({Part.DELEGATE}),
        conditions=(_NO_CONFLICT,),
        branch=Branch.WORK_ITEMS,
    ),
    Action.RECALL: ActionRule(
        _RUNNING,
        Holder.WORK_ITEM,
        "delegation_recalled",
        work_statuses=_UNTIL_DONE,
        conditions=(_DELEGATED,),
        branch=Branch.WORK_ITEMS,
    ),
    # --- several hands on one step ---
    Action.ADD_SIGNER_BEFORE: ActionRule(
        _RUNNING,
        Holder.WORK_ITEM,
        "signer_added",
        not_stages=_COUNTER_STAGES,
        roles=_STAFF,
        work_statuses=_UNTIL_DONE,
        conditions=(_NO_CONFLICT, _NOT_JOINT, _NOT_DELEGATED, _NOT_SENDER),
        branch=Branch.WORK_ITEMS,
    ),
    Action.ADD_SIGNER_AFTER: ActionRule(
        _RUNNING,
        Holder.WORK_ITEM,
        "signer_added",
        not_stages=_COUNTER_STAGES,
        roles=_STAFF,
        work_statuses=frozenset({WorkItemStatus.OPEN, WorkItemStatus.CLAIMED}),
        conditions=(_NOT_JOINT, _NO_CONFLICT, _SEPARATE),
        branch=Branch.WORK_ITEMS,
    ),
    Action.REMOVE_SIGNER: ActionRule(
        _RUNNING,
        Holder.WORK_ITEM,
        "signer_removed",
        roles=_STAFF,
        work_statuses=_UNTIL_DONE,
        conditions=(_NOT_DELEGATED, _SIGNERS_PENDING),
        branch=Branch.WORK_ITEMS,
    ),
    Action.SIGN_JOINTLY: ActionRule(
        _RUNNING,
        Holder.WORK_ITEM,
        "joint_signing_started",
        not_stages=_COUNTER_STAGES,
        roles=_STAFF,
        conditions=(_NO_CONFLICT, _NOT_JOINT, _NO_SIGNERS),
        branch=Branch.WORK_ITEMS,
    ),
    Action.VOTE: ActionRule(
        _RUNNING,
        Holder.WORK_ITEM,
        "joint_signing_started",
        not_stages=_COUNTER_STAGES,
        roles=_STAFF,
        conditions=(_NO_CONFLICT, _NOT_JOINT, _NO_SIGNERS),
        branch=Branch.WORK_ITEMS,
    ),
    Action.SIGN: ActionRule(
        _RUNNING,
        Holder.WORK_ITEM,
        "work_item_signed",
        roles=_STAFF,
        parts=_SIGNERS,
        conditions=(_NO_CONFLICT, _SEPARATE_VOICES),
        branch=Branch.WORK_ITEMS,
    ),
    # --- back, and out ---
    Action.RETURN: ActionRule(
        _RUNNING,
        Holder.WORK_ITEM,
        "case_returned",
        not_stages=_ACCEPT_STAGE,
        roles=_STAFF,
        work_statuses=_UNTIL_DONE,
        conditions=(_NO_CONFLICT, _HAS_EARLIER),
        branch=Branch.EARLIER,
        clocks={ClockKind.STEP: Effect.RESTARTS},
    ),
    Action.TAKE_BACK: ActionRule(
        _IN_HAND,
        Holder.LAST_DOER,
        "step_taken_back",
        branch=Branch.EARLIER,
        clocks={ClockKind.STEP: Effect.RESTARTS},
    ),
    Action.REJECT: ActionRule(
        _IN_HAND,
        Holder.WORK_ITEM,
        "case_rejected",
        stages=frozenset({Stage.DECIDE}),
        roles=_APPROVER,
        conditions=(_NO_CONFLICT, _SEPARATE),
        branch=Branch.WHOLE,
        clocks=_ENDS_ALL,
        notice="refusal",
        ends_case=True,
    ),
    Action.WITHDRAW: ActionRule(
        _BEFORE_DECISION,
        Holder.SCOPE,
        "case_withdrawn",
        roles=_CLERK,
        branch=Branch.WHOLE,
        clocks={**_ENDS_ALL, ClockKind.ACCEPTANCE: Effect.ENDS, ClockKind.CORRECTION: Effect.ENDS},
        notice="withdrawal",
        ends_case=True,
        conditions=(_NO_CONFLICT,),
    ),
    Action.VOID: ActionRule(
        _OPEN,
        Holder.SCOPE,
        "case_voided",
        roles=_APPROVER,
        conditions=(_NO_CONFLICT, _NOTHING_ISSUED),
        branch=Branch.WHOLE,
        clocks={**_ENDS_ALL, ClockKind.ACCEPTANCE: Effect.ENDS, ClockKind.CORRECTION: Effect.ENDS},
        ends_case=True,
    ),
    Action.TERMINATE: ActionRule(
        _IN_HAND,
        Holder.SCOPE,
        "case_terminated",
        roles=_APPROVER,
        branch=Branch.WHOLE,
        clocks=_ENDS_ALL,
        notice="termination",
        ends_case=True,
        conditions=(_NO_CONFLICT,),
    ),
    Action.MERGE: ActionRule(
        _BEFORE_DECISION,
        Holder.SCOPE,
        "case_merged",
        roles=_STAFF,
        branch=Branch.WHOLE,
        clocks={**_ENDS_ALL, ClockKind.ACCEPTANCE: Effect.ENDS, ClockKind.CORRECTION: Effect.ENDS},
        ends_case=True,
        conditions=(_NO_CONFLICT,),
    ),
    # --- clocks ---
    Action.START_PROCEDURE: ActionRule(
        frozenset({CaseStatus.IN_PROCESS}),
        Holder.WORK_ITEM,
        "procedure_ordered",
        roles=_STAFF,
        work_statuses=_UNTIL_DONE,
        clocks={
            ClockKind.PROMISED: Effect.STOPS,
            ClockKind.STATUTORY: Effect.STOPS,
            ClockKind.PROCEDURE: Effect.STARTS,
        },
        notice="special_procedure",
        conditions=(_NO_CONFLICT,),
    ),
    Action.END_PROCEDURE: ActionRule(
        frozenset({CaseStatus.SUSPENDED}),
        Holder.SCOPE,
        "procedure_closed",
        roles=_STAFF,
        clocks={
            ClockKind.PROMISED: Effect.RESUMES,
            ClockKind.STATUTORY: Effect.RESUMES,
            ClockKind.PROCEDURE: Effect.ENDS,
        },
        conditions=(_NO_CONFLICT,),
    ),
    Action.EXTEND: ActionRule(
        _IN_HAND,
        Holder.WORK_ITEM,
        "limit_extended",
        roles=_STAFF,
        work_statuses=_UNTIL_DONE,
        conditions=(_NO_CONFLICT, _MAY_EXTEND, _NOT_EXTENDED, _NOT_EXPIRED),
        clocks={ClockKind.PROMISED: Effect.LENGTHENS, ClockKind.STATUTORY: Effect.LENGTHENS},
        notice="extension",
    ),
    # --- telling others ---
    Action.COPY: ActionRule(_OPEN | _CLOSED, Holder.SCOPE, "case_copied", roles=_STAFF | _SUPERVISOR),
    Action.URGE: ActionRule(_OPEN, Holder.SCOPE, "case_urged", roles=_STAFF | _SUPERVISOR, conditions=(_NOT_URGED,)),
    Action.SUPERVISE: ActionRule(
        _OPEN,
        Holder.SCOPE,
        "supervision_ordered",
        roles=_SUPERVISOR,
        clocks={ClockKind.REPLY: Effect.STARTS},
        notice="supervision_order",
    ),
    Action.ANSWER_SUPERVISION: ActionRule(
        _OPEN | _CLOSED,
        Holder.SCOPE,
        "supervision_answered",
        roles=_STAFF,
        conditions=(_NO_CONFLICT, _ORDER_OPEN),
        clocks={ClockKind.REPLY: Effect.ENDS},
    ),
    Action.CLOSE_SUPERVISION: ActionRule(
        _OPEN | _CLOSED,
        Holder.SCOPE,
        "supervision_closed",
        roles=_SUPERVISOR,
        conditions=(_ORDER_ANSWERED,),
    ),
    # --- papers ---
    Action.SERVE: ActionRule(_OPEN | _CLOSED, Holder.SCOPE, "notice_served", roles=_STAFF, notice="service_return"),
    Action.HAND_OVER: ActionRule(
        _OPEN | _CLOSED, Holder.SCOPE, "documents_handed_over", roles=_STAFF, notice="handover_slip"
    ),
    Action.TAKE_OVER: ActionRule(_OPEN | _CLOSED, Holder.SCOPE, "documents_received", roles=_STAFF),
    # --- the end ---
    Action.DELIVER: ActionRule(
        _RUNNING,
        Holder.WORK_ITEM,
        "work_item_completed",
        stages=frozenset({Stage.DELIVER}),
        roles=_STAFF,
        branch=Branch.STEP,
        clocks={ClockKind.DELIVERY: Effect.ENDS, ClockKind.STEP: Effect.ENDS},
        conditions=(_NO_CONFLICT,),
    ),
    Action.ARCHIVE: ActionRule(
        _CLOSED,
        Holder.SCOPE,
        "case_archived",
        roles=_STAFF,
        conditions=(_SETTLED,),
    ),
}
