"""Going straight back after a return (退回后直接返回): which tokens stay, which come back, and which enter a join again.

Worked out on the markings now and before the return. Soundness follows from that of both: behind the reopened step the
case is put back as it was, beside it as it is now, and the two meet only at joins whose arrivals are compared here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from engine.errors import ActionNotAllowed
from engine.runtime.compiler import CompiledProcess
from engine.runtime.graph import Regions, SideBranch
from engine.runtime.marking import Arrival, Entry, Marking, Place
from engine.runtime.reopen import plan_return, regions_around


def plan_resume(
    process: CompiledProcess, now: Marking, done: Place, before: Marking
) -> tuple[Marking, tuple[Entry, ...]]:
    """The tokens once the reopened step is done and gone, and the entries of branches that had come to a join."""
    kept, _ = plan_return(process, before, done.node, done.path, keep_parallel=True)
    places = [p for p in before.places if p not in kept.places]
    arrivals = [a for a in before.arrivals if a not in kept.arrivals]
    _check_somewhere(places, arrivals, done)
    lent = set(kept.arrivals) - set(before.arrivals)
    staying = _without_step(process, now, done)
    _check_fits(staying, lent, done, before)
    anew = _sides(process, staying, done)
    back = [p for p in places if anew.isdisjoint(_around(process, p, done))]
    waiting = [a for a in arrivals if anew.isdisjoint(_around(process, a, done))]
    cleared = {n: v for n, v in before.results.items() if n not in kept.results and n != done.node}
    marking = Marking(
        now.serial + len(back),
        (*staying.places, *(Place(now.serial + i, p.node, p.path, p.instance) for i, p in enumerate(back))),
        tuple(a for a in staying.arrivals if a not in lent),
        {**cleared, **now.results},
        process.lasting_end(before.end_node, now.end_node),
    )
    return marking, tuple(Entry(a.join, a.path, a.source) for a in waiting)


def _without_step(process: CompiledProcess, now: Marking, done: Place) -> Marking:
    """The marking without the step and the timers attached to it."""
    timers = process.graph(done.path).attached.get(done.node, ())
    places = tuple(p for p in now.places if p.id != done.id and (p.path != done.path or p.node not in timers))
    return Marking(now.serial, places, now.arrivals)


def _check_somewhere(places: Sequence[Place], arrivals: Sequence[Arrival], done: Place) -> None:
    """The return cancelled something, and not the very step it opened anew."""
    if not places and not arrivals:
        raise ActionNotAllowed("退回时没有取消其他环节，无处可直接返回；办完后按流程继续。")
    if any((p.path, p.node) == (done.path, done.node) for p in places):
        raise ActionNotAllowed("退回时本环节尚未办完，不能直接返回；办完后按流程继续。")


def _check_fits(staying: Marking, lent: Collection[Arrival], done: Place, before: Marking) -> None:
    """The arrivals the return lent are still there to be taken away, and a call that was closed can be left again."""
    if not set(lent).issubset(staying.arrivals):
        raise ActionNotAllowed("退回后另一分支又有环节重新办理，不能直接返回；办完后按流程继续。")
    depth = before.open_depth(done.path)
    closed = done.path[: depth + 1]
    others = [t for t in staying.tokens if t not in lent]
    if depth < len(done.path) and any(t.path[: depth + 1] == closed for t in others):
        raise ActionNotAllowed("子流程内还有未办结的环节，不能直接返回；办完后按流程继续。")


def _sides(process: CompiledProcess, staying: Marking, done: Place) -> set[SideBranch]:
    """Side branches that timers of the step opened since the return: it closed all earlier ones."""
    around = [region for item in staying.tokens for region in _around(process, item, done)]
    return {r for r in around if isinstance(r, SideBranch) and r.step == done.node}


def _around(process: CompiledProcess, item: Place | Arrival, done: Place) -> Regions:
    """The regions around a token within the scope of the step; none outside of it."""
    inside = item.path[: len(done.path)] == done.path
    return regions_around(process.graph(done.path), done.path, item) if inside else ()
