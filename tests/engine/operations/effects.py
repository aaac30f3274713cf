"""The right half of the table held against what a verb did: branch, clocks, event, notice, end."""

from __future__ import annotations

from collections.abc import Iterator

from engine.policy.operations import RULES, Action, ActionRule, Branch, Effect
from engine.terms import ClockKind
from tests.engine.operations.standing import Standing

# What may follow from any verb beside its own event.
_CONSEQUENCES = {"procedure_started", "procedure_ended", "card_changed"}
# A holder who decides while others still sign closes nothing yet: the event is that of a signature.
SIGNED_ONLY = "work_item_signed"
_PAPER_OF_A_DECISION = {"grant", "refusal", "acceptance"}
# Papers that are printed from the record when somebody asks for them, not numbered and kept as notices.
_PRINTED = {"service_return", "handover_slip"}
_CASE_CLOCKS = frozenset(ClockKind) - {ClockKind.STEP, ClockKind.PROCEDURE, ClockKind.REPLY}


def disagreements(action: Action, before: Standing, after: Standing) -> list[str]:
    """Where a verb did otherwise than its row of the table says; empty if nowhere."""
    rule = RULES[action]
    new_events = after.events[len(before.events) :]
    waits = action is Action.COMPLETE and new_events[:1] == (SIGNED_ONLY,)
    return [
        *_of_events(rule, new_events, waits),
        *_of_notices(rule, before, after),
        *(_of_branch(action, rule, before, after) if not waits else ()),
        *(line for kind, effect in rule.clocks.items() if not waits for line in _of_clock(kind, effect, before, after)),
        *(_of_other_clocks(rule, before, after)),
        *(["办件应当结案"] if rule.ends_case and after.case.status != "closed" else []),
    ]


def _of_events(rule: ActionRule, new: tuple[str, ...], waits: bool) -> Iterator[str]:
    own = SIGNED_ONLY if waits else rule.event
    if new[:1] != (own,) or not set(new[1:]) <= _CONSEQUENCES:
        yield f"事件应为{own}，实为{'、'.join(new)}"


def _of_notices(rule: ActionRule, before: Standing, after: Standing) -> Iterator[str]:
    new, flows = set(after.notices[len(before.notices) :]), _steps_closed(before, after)
    if rule.notice and rule.notice not in new | _PRINTED:
        yield f"应制发{rule.notice}"
    others = new - {rule.notice}
    if others and not (flows and others <= _PAPER_OF_A_DECISION):
        yield f"多制发了{'、'.join(sorted(others))}"


def _steps_closed(before: Standing, after: Standing) -> bool:
    return bool(before.open_steps.keys() - after.open_steps.keys())


def _of_branch(action: Action, rule: ActionRule, before: Standing, after: Standing) -> Iterator[str]:
    closed, opened = before.open_steps.keys() - after.open_steps.keys(), after.open_steps.keys() - before.open_steps
    touched = before.holders != after.holders
    match rule.branch:
        case Branch.NOTHING:
            wrong = bool(closed or opened or touched)
        case Branch.WORK_ITEMS:
            # The last signature, or the last signer struck off, may close the step.
            may_close = action in (Action.SIGN, Action.REMOVE_SIGNER)
            wrong = not touched or (bool(closed or opened) and not may_close)
        case Branch.STEP:
            wrong = not closed
        case Branch.EARLIER:
            wrong = not closed or not opened
        case Branch.WHOLE:
            wrong = bool(after.open_steps)
    if wrong:
        yield f"流程应为“{rule.branch.label}”，实际关闭{sorted(closed)}、打开{sorted(opened)}"


def _of_clock(kind: ClockKind, effect: Effect, before: Standing, after: Standing) -> Iterator[str]:
    if not _has_happened(kind, effect, before, after):
        yield f"{kind.label}应当{effect.label}"


def _has_happened(kind: ClockKind, effect: Effect, before: Standing, after: Standing) -> bool:
    if kind is ClockKind.STEP:
        return _of_steps(effect, before, after)
    if kind is ClockKind.PROCEDURE or kind is ClockKind.REPLY:
        old, new = (s.procedures if kind is ClockKind.PROCEDURE else s.orders for s in (before, after))
        if after.case.status == "closed" and kind is ClockKind.PROCEDURE:
            return not new
        return new > old if effect is Effect.STARTS else new < old
    was, is_ = before.clocks.get(kind), after.clocks.get(kind)
    state = is_[0] if is_ else "ended"
    match effect:
        case Effect.STARTS:
            return was is None and state in ("running", "standing")
        case Effect.STOPS:
            return state == "standing"
        case Effect.RESUMES:
            return state == ("standing" if after.procedures else "running")
        case Effect.ENDS:
            return state == "ended"
        case Effect.LENGTHENS:
            return was is not None and is_ is not None and is_[1] > was[1]
        case Effect.RESTARTS:
            return was is None and state == "running"


def _of_steps(effect: Effect, before: Standing, after: Standing) -> bool:
    closed, opened = before.open_steps.keys() - after.open_steps.keys(), after.open_steps.keys() - before.open_steps
    return bool({Effect.ENDS: closed, Effect.STARTS: opened, Effect.RESTARTS: opened}[effect])


def _of_other_clocks(rule: ActionRule, before: Standing, after: Standing) -> Iterator[str]:
    """A clock that the table does not name goes on as it was, as long as the flow stands still."""
    if _steps_closed(before, after) or rule.ends_case:
        return
    for kind in _CASE_CLOCKS - rule.clocks.keys():
        if before.clocks.get(kind) != after.clocks.get(kind):
            yield f"{kind.label}不应变动"
    if ClockKind.REPLY not in rule.clocks and before.orders != after.orders:
        yield "督办答复期限不应变动"
    if ClockKind.PROCEDURE not in rule.clocks and before.procedures != after.procedures:
        yield "特别程序不应变动"
