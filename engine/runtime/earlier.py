"""Which earlier steps a case can be sent back to (可退回的环节): the return itself is asked, so that both always agree."""

from __future__ import annotations

from collections.abc import Collection

from engine.runtime.compiler import CompiledProcess
from engine.runtime.marking import Arrival, Marking, Path, Place
from engine.runtime.reopen import plan_return


def sends_back(
    process: CompiledProcess, marking: Marking, movers: Collection[Place | Arrival], path: Path, node: str
) -> bool:
    """Would a return to this step take one of the movers along, and from a spot the step leads to again?"""
    kept, _ = plan_return(process, marking, node, path, keep_parallel=True)
    staying = set(kept.tokens)
    return any(mover not in staying and _leads_to(process, path, node, mover) for mover in movers)


def _leads_to(process: CompiledProcess, path: Path, node: str, mover: Place | Arrival) -> bool:
    """Is there a way from a step on to a token elsewhere, within a scope both are in or around a call both are in?"""
    here, there = (*path, node), (*mover.path, _spot(process, mover))
    shared = next((i for i, (a, b) in enumerate(zip(here, there, strict=False)) if a != b), len(here))
    if shared == len(here):
        return True
    return any(there[depth] in process.graph(path[:depth]).ahead(here[depth]) for depth in range(shared + 1))


def _spot(process: CompiledProcess, mover: Place | Arrival) -> str:
    """The node a token stands on; for the timer of a step the step."""
    return mover.join if isinstance(mover, Arrival) else process.step_of(mover)
