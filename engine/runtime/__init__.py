"""Running processes: the only door to SpiffWorkflow. Pure functions from state to state, nothing reads a clock.

A case keeps a small state blob; the process it belongs to is compiled from its pinned bundle and shared.
"""

from engine.runtime.compiler import CompiledProcess, ProcessBundle, compile_process
from engine.runtime.decisions import decide
from engine.runtime.tokens import Advance, Token, TokenKind
from engine.runtime.workflow import (
    cancel,
    complete,
    earlier_steps,
    fire,
    open_tokens,
    reopen,
    results,
    resume,
    start,
)

__all__ = [
    "Advance",
    "CompiledProcess",
    "ProcessBundle",
    "Token",
    "TokenKind",
    "cancel",
    "compile_process",
    "complete",
    "decide",
    "earlier_steps",
    "fire",
    "open_tokens",
    "reopen",
    "results",
    "resume",
    "start",
]
