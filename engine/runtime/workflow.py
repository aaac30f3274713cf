"""Start a case's process, complete its steps, fire its timers, close it: pure functions from state to state.

Facts are handed in at each call and never stored. When a call raises, the caller's state is unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from SpiffWorkflow.exceptions import SpiffWorkflowException

from engine.errors import ActionNotAllowed, ProcessError, StaleVersion, StateUnreadable
from engine.runtime.codec import decode, encode
from engine.runtime.compiler import CompiledProcess
from engine.runtime.earlier import sends_back
from engine.runtime.marking import Entry, Marking, Path, Place
from engine.runtime.reopen import plan_return
from engine.runtime.resume import plan_resume
from engine.runtime.tokens import Advance, Token, TokenKind
from engine.runtime.tree import CaseTree

Facts = Mapping[str, Any]


def start(process: CompiledProcess, facts: Facts) -> Advance:
    """A new case's process, moved on to its first steps."""
    entry = Entry(process.graph(()).start)
    return _advance(process, Marking(), Marking(), facts, lambda tree: tree.enter(entry))


def complete(process: CompiledProcess, state: bytes, token: str, decision: str | None, facts: Facts) -> Advance:
    """The process after a human or machine step was completed (办结环节).

    `decision` is stored under the step's node id (for a multi-instance step, in its list); None leaves no trace.
    Raises StaleVersion when the token is no longer open.
    """
    marking = decode(state)
    place = _open_step(process, marking, token)
    decided = replace(marking, results=process.with_decision(marking.results, place, decision))
    return _advance(process, marking, decided, facts, lambda tree: tree.complete(place))


def fire(process: CompiledProcess, state: bytes, token: str, facts: Facts) -> Advance:
    """The process after a timer's due row came up (定时到期). Raises StaleVersion when the timer is no longer open."""
    marking = decode(state)
    place = _open_place(process, marking, token)
    if process.kind(place.path, place.node) is not TokenKind.TIMER:
        raise ActionNotAllowed("这个环节不是定时事件。")
    return _advance(process, marking, marking, facts, lambda tree: tree.fire(place))


def reopen(
    process: CompiledProcess,
    state: bytes,
    target: str,
    facts: Facts,
    path: tuple[str, ...] = (),
    *,
    keep_parallel: bool = True,
) -> Advance:
    """The process sent back (退回) to the step `target` in the scope `path`, which is opened anew.

    Cancelled is every open token that comes before or after the target; what runs beside it stays: other branches of a
    parallel gateway around the target (open steps stay open, finished branches stay finished and are not waited for) and
    the side branch of a non-interrupting timer whose step is not done again. With `keep_parallel=False` those branches
    start again from their first node and side branches are closed. Callers' tokens outside `path` are touched only if
    the process `path` leads to is not open: then the call activity itself is the target one level up, and its process is
    entered at `target`. Results of all nodes that follow the target are cleared, inside called processes too.

    The caller offers only steps that were reached before. Raises ActionNotAllowed if `target` is not a step.
    """
    marking = decode(state)
    _check_places(process, marking)
    kept, entries = plan_return(process, marking, target, path, keep_parallel=keep_parallel)
    return _advance(process, marking, kept, facts, lambda tree: tree.enter(*entries))


def resume(
    process: CompiledProcess, state: bytes, token: str, decision: str | None, before: bytes, facts: Facts
) -> Advance:
    """The process after the step a return opened was done again and the case went straight back (退回后直接返回).

    `token` is the step `reopen` opened with `keep_parallel=True`, `before` the state that return was asked for in. The
    step is completed with its decision, and what the return cancelled is open again under new token ids: steps with the
    timers they had then, instances still open, branches waiting at a join, called processes. Branches beside the step
    stay where they are now. Results the return cleared hold again, except where the step or a branch decided anew. The
    side branch of a timer that went off on the step meanwhile takes the place of the earlier one.

    Of a multi-instance step the last instance goes back; earlier ones are only completed. Raises StaleVersion when the
    token is no longer open, and ActionNotAllowed when there is no way straight back, where `complete` goes on instead:
    the return cancelled nothing or the same step, a step of a branch that had come to a join was opened again meanwhile,
    or the called process the case would leave has other open tokens.
    """
    marking, earlier = decode(state), decode(before)
    place = _open_step(process, marking, token)
    if not process.draws(earlier):
        raise ActionNotAllowed("退回前的记录与现在的流程不符，不能直接返回；办完后按流程继续。")
    decided = replace(marking, results=process.with_decision(marking.results, place, decision))
    if any(p.node == place.node and p.path == place.path and p.instance != place.instance for p in marking.places):
        return _advance(process, marking, decided, facts, lambda tree: tree.complete(place))
    restored, entries = plan_resume(process, decided, place, earlier)
    return _advance(process, marking, restored, facts, lambda tree: tree.enter(*entries))


def cancel(process: CompiledProcess, state: bytes) -> Advance:
    """The process with every token closed (撤回、作废); results stay."""
    before = decode(state)
    after = Marking(before.serial, results=before.results, end_node=before.end_node)
    return _difference(process, before, after)


def open_tokens(process: CompiledProcess, state: bytes) -> tuple[Token, ...]:
    """The open steps and pending timers of a case, in the order of the diagram."""
    marking = decode(state)
    _check_places(process, marking)
    return _tokens(process, marking.places)


def earlier_steps(
    process: CompiledProcess, state: bytes, done: Collection[tuple[Path, str]], token: str | None = None
) -> tuple[tuple[Path, str], ...]:
    """Of the steps done before (path, node), those a return (退回) makes sense to, in the order of the diagram.

    A step is offered if the return would take `token` along and the way leads on from the step to it again, loops
    included; never a step that is open, nor one of a branch beside the token. Without a token any open token or branch
    waiting at a join will do. Raises StaleVersion when the token is no longer open.
    """
    marking = decode(state)
    _check_places(process, marking)
    movers = marking.tokens if token is None else (_open_place(process, marking, token),)
    closed = set(done) - {(p.path, process.step_of(p)) for p in marking.places}
    offered = (step for step in closed if sends_back(process, marking, movers, *step))
    return tuple(sorted(offered, key=lambda step: process.position(*step)))


def results(process: CompiledProcess, state: bytes) -> dict[str, Any]:
    """Decisions of steps by node id and outputs of decision tables by name."""
    return dict(decode(state).results)


def _advance(
    process: CompiledProcess, before: Marking, kept: Marking, facts: Facts, move: Callable[[CaseTree], None]
) -> Advance:
    """Move the tokens of `kept` and tell the difference to `before`."""
    _check_places(process, kept)
    with _library_errors():
        tree = CaseTree(process, kept, facts)
        move(tree)
        after = tree.marking()
    return _difference(process, before, after)


def _difference(process: CompiledProcess, before: Marking, after: Marking) -> Advance:
    was, now = {p.id for p in before.places}, {p.id for p in after.places}
    opened = _tokens(process, tuple(p for p in after.places if p.id not in was))
    closed = tuple(str(p.id) for p in before.places if p.id not in now)
    return Advance(encode(after), opened, closed, not after.places, after.end_node)


def _tokens(process: CompiledProcess, places: tuple[Place, ...]) -> tuple[Token, ...]:
    in_order = sorted(places, key=lambda p: (p.path, process.graph(p.path).order[p.node], p.instance or 0))
    return tuple(
        Token(str(p.id), p.node, process.graph(p.path).process, p.path, process.kind(p.path, p.node), p.instance)
        for p in in_order
    )


def _open_place(process: CompiledProcess, marking: Marking, token: str) -> Place:
    _check_places(process, marking)
    place = marking.place(token)
    if place is None:
        raise StaleVersion(token=token)
    return place


def _open_step(process: CompiledProcess, marking: Marking, token: str) -> Place:
    place = _open_place(process, marking, token)
    if process.kind(place.path, place.node) is TokenKind.TIMER:
        raise ActionNotAllowed("定时事件到期后由系统触发，不能由人办结。")
    return place


def _check_places(process: CompiledProcess, marking: Marking) -> None:
    if not process.draws(marking):
        raise StateUnreadable("流程状态与流程版本不符，技术人员会处理。")


@contextmanager
def _library_errors() -> Iterator[None]:
    try:
        yield
    except SpiffWorkflowException as error:
        raise ProcessError(en=str(error)) from error
