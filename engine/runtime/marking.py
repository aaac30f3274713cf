"""The state of a running process as a marking: where tokens stand, never how they came there.

A marking does not grow with the number of returns and knows nothing of SpiffWorkflow; `tree.py` builds the library's
objects from it for the length of one call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """An open token: its number in the case, the node it stands on and the calls that lead there."""

    id: int
    node: str
    path: Path = ()
    instance: int | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A token that came from `source` to the parallel gateway `join` and waits there for the other branches."""

    join: str
    source: str
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A token about to enter `node`; `source` is the node it comes from where a join must know it."""

    node: str
    path: Path = ()
    source: str | None = None


@dataclass(frozen=True)
class Marking:
    """All of a case's control flow; `serial` is the next free token number. No places means that the process ended."""

    serial: int = 1
    places: tuple[Place, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    results: Mapping[str, Any] = field(default_factory=dict)
    end_node: str | None = None

    def place(self, token: str) -> Place | None:
        """The open token with this id."""
        return next((p for p in self.places if str(p.id) == token), None)

    @property
    def tokens(self) -> tuple[Place | Arrival, ...]:
        """Every token: open ones, then those that wait at a join."""
        return (*self.places, *self.arrivals)

    def open_depth(self, path: Path) -> int:
        """How many calls of a path are open: hold a token, be it in a process called from there."""
        depths = range(1, len(path) + 1)
        return max((d for d in depths if any(t.path[:d] == path[:d] for t in self.tokens)), default=0)
