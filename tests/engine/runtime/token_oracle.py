"""An independent token game over blocks: what must be open after each step and each return. Knows no BPMN, no library.

A block that runs is a value: an open step is its name, a sequence (index, inner), a choice (index, inner), parallel ways a
list in which finished ones are DONE, a multi-instance step a frozenset, a called process a `Run`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from drawn_blocks import Block, Called, Guarded, Loop, Multi, Par, Seq, Step, Stop, Xor, children, names

DONE = None
Spot = tuple[tuple[str, ...], str, int | None]


class Refused(Exception):
    """There is no way straight back."""


class Stopped(Exception):
    """A terminate end was reached: the scope is over."""


@dataclass
class Run:
    """One scope that runs: its main line, and side paths of timers that do not interrupt."""

    body: Seq
    main: Any = DONE
    sides: list[tuple[Guarded, Any]] = field(default_factory=list)

    @property
    def over(self) -> bool:
        return self.main is DONE and not self.sides


def inside(block: Block, name: str, path: tuple[str, ...]) -> bool:
    """Does a block hold the step `name` behind the calls `path`? Side paths are not inside."""
    match block:
        case Step(own) | Multi(own):
            return own == name and not path
        case Guarded(own, _, way, interrupting):
            return (own == name and not path) or (interrupting and inside(way, name, path))
        case Called(own, body):
            return (
                bool(path)
                and path[0] == own
                and (inside(body, name, path[1:]) or side(body, name, path[1:]) is not None)
            )
    return any(inside(child, name, path) for child in children(block))


def side(block: Block, name: str, path: tuple[str, ...]) -> Guarded | None:
    """The guarded step of this scope whose side path holds the step."""
    if isinstance(block, Guarded):
        return block if not block.interrupting and inside(block.path, name, path) else None
    if isinstance(block, Called):
        return None
    return next((found for child in children(block) if (found := side(child, name, path))), None)


class Oracle:
    """The game of one case. `facts` and `results` decide choices, as in the process."""

    def __init__(self, process: Seq, facts: dict[str, Any]) -> None:
        self.facts, self.results = facts, {}
        self.root = Run(process)
        self.begin(self.root)

    # What is open

    def open(self) -> Counter[Spot]:
        return Counter(self.spots(self.root, ()))

    @property
    def over(self) -> bool:
        return self.root.over

    def spots(self, run: Run, path: tuple[str, ...]) -> list[Spot]:
        found = self.spots_of(run.body, run.main, path)
        for guard, active in run.sides:
            found += self.spots_of(guard.path, active, path)
        return found

    def spots_of(self, block: Block, active: Any, path: tuple[str, ...]) -> list[Spot]:
        if active is DONE:
            return []
        match block:
            case Step(name):
                return [(path, name, None)]
            case Multi(name):
                return [(path, name, index) for index in sorted(active)]
            case Seq(parts):
                return self.spots_of(parts[active[0]], active[1], path)
            case Xor(_, ways):
                return self.spots_of(ways[active[0]], active[1], path)
            case Par(_, ways):
                return [
                    spot for way, inner in zip(ways, active, strict=True) for spot in self.spots_of(way, inner, path)
                ]
            case Loop(_, body):
                return self.spots_of(body, active, path)
            case Called(name):
                return self.spots(active, (*path, name))
            case Guarded(name, timer, way):
                if active[0] == "path":
                    return self.spots_of(way, active[1], path)
                return [(path, name, None)] + ([(path, timer, None)] if active[0] == "armed" else [])
        raise AssertionError(block)

    # Moving on

    def begin(self, run: Run) -> None:
        try:
            run.main = self.enter(run.body, run)
        except Stopped:
            run.main, run.sides = DONE, []

    def enter(self, block: Block, run: Run) -> Any:
        match block:
            case Step(name):
                return name
            case Multi(name, count):
                self.results[name] = [None] * count
                return frozenset(range(count))
            case Guarded():
                return ("armed",)
            case Stop():
                raise Stopped
            case Seq():
                return self.proceed(block, 0, run)
            case Xor(_, ways):
                index = self.way(block)
                inner = self.enter(ways[index], run)
                return DONE if inner is DONE else (index, inner)
            case Par(_, ways):
                inner = [self.enter(way, run) for way in ways]
                return DONE if all(i is DONE for i in inner) else inner
            case Loop(_, body):
                return self.enter(body, run)
            case Called(_, body):
                called = Run(body)
                self.begin(called)
                return DONE if called.over else called
        raise AssertionError(block)

    def way(self, block: Xor) -> int:
        first = self.results.get(block.step) == "no" if block.step else self.facts.get(block.name) == 0
        return 0 if first else len(block.ways) - 1

    def proceed(self, block: Seq, index: int, run: Run) -> Any:
        """Enter the parts of a sequence from `index` on, through all that need nobody."""
        while index < len(block.parts):
            inner = self.enter(block.parts[index], run)
            if inner is not DONE:
                return (index, inner)
            index += 1
        return DONE

    def complete(self, spot: Spot, decision: str) -> None:
        """Complete the step or fire the timer at a spot."""
        self.touch(self.root, spot[0], spot[1], spot[2], decision)

    def touch(self, run: Run, path: tuple[str, ...], name: str, index: int | None, decision: str) -> None:
        try:
            guard = side(run.body, name, path)
            if guard:
                at = next(i for i, (g, a) in enumerate(run.sides) if g is guard and self.holds(g.path, a, name, path))
                moved = self.move(guard.path, run.sides[at][1], run, path, name, index, decision)
                run.sides[at : at + 1] = [] if moved is DONE else [(guard, moved)]
            else:
                run.main = self.move(run.body, run.main, run, path, name, index, decision)
        except Stopped:
            run.main, run.sides = DONE, []

    def holds(self, block: Block, active: Any, name: str, path: tuple[str, ...]) -> bool:
        return any(spot[1] == name for spot in self.spots_of(block, active, ()))

    def move(self, block: Block, active: Any, run: Run, path: Any, name: str, index: Any, decision: str) -> Any:
        rest = (path, name, index, decision)
        match block:
            case Step():
                self.record(name, decision)
                return DONE
            case Multi():
                self.results[name] = [decision if i == index else d for i, d in enumerate(self.results[name])]
                left = active - {index}
                return left or DONE
            case Guarded():
                return self.move_guarded(block, active, run, *rest)
            case Seq(parts):
                at, inner = active
                moved = self.move(parts[at], inner, run, *rest)
                return self.proceed(block, at + 1, run) if moved is DONE else (at, moved)
            case Xor(_, ways):
                moved = self.move(ways[active[0]], active[1], run, *rest)
                return DONE if moved is DONE else (active[0], moved)
            case Par(_, ways):
                inner = list(active)
                at = next(i for i, way in enumerate(ways) if self.mine(way, inner[i], path, name))
                inner[at] = self.move(ways[at], inner[at], run, *rest)
                return DONE if all(i is DONE for i in inner) else inner
            case Loop(own, body):
                moved = self.move(body, active, run, *rest)
                while moved is DONE and self.facts.get(own) == 0:
                    moved = self.enter(body, run)
                return moved
            case Called():
                self.touch(active, path[1:], name, index, decision)
                return DONE if active.over else active
        raise AssertionError(block)

    def mine(self, way: Block, active: Any, path: tuple[str, ...], name: str) -> bool:
        return any(spot[0] == path and spot[1] == name for spot in self.spots_of(way, active, ()))

    def move_guarded(
        self, block: Guarded, active: Any, run: Run, path: Any, name: str, index: Any, decision: str
    ) -> Any:
        if name == block.name:
            self.record(name, decision)
            return DONE
        if name != block.timer:
            moved = self.move(block.path, active[1], run, path, name, index, decision)
            return DONE if moved is DONE else ("path", moved)
        inner = self.enter(block.path, run)
        if block.interrupting:
            return DONE if inner is DONE else ("path", inner)
        if inner is not DONE:
            run.sides.append((block, inner))
        return ("fired",)

    def record(self, name: str, decision: str) -> None:
        if not name.startswith("wait"):
            self.results[name] = decision

    # Going back

    def back(self, name: str, path: tuple[str, ...], keep: bool) -> None:
        self.forget(self.root, self.root.body, name, path, keep)
        self.back_in(self.root, name, path, keep)

    def forget(self, run: Run | None, body: Seq, name: str, path: tuple[str, ...], keep: bool) -> None:
        """Drop the results that no longer hold, from the deepest open process on."""
        guard = side(body, name, path)
        line = guard.path if guard else body
        called = next((c for c in calls(line) if path and c.name == path[0]), None)
        inner = self.active_call(line, run.main, called) if run and called else None
        if inner is None:
            for gone in self.again(line, called.name if called else name, keep, called is None):
                self.results.pop(gone, None)
        if called:
            self.forget(inner, called.body, name, path[1:], keep)

    def back_in(self, run: Run, name: str, path: tuple[str, ...], keep: bool) -> None:
        """Return to a step of this scope, or of a process called from it."""
        guard = side(run.body, name, path)
        line = guard.path if guard else run.body
        called = next((c for c in calls(line) if path and c.name == path[0]), None)
        active = next((a for g, a in run.sides if g is guard), DONE) if guard else run.main
        if called is None or self.active_call(line, active, called) is None:
            goal = called.name if called else name
            run.sides = [(g, a) for g, a in run.sides if self.side_stays(g, guard, line, goal, keep)]
        try:
            placed = self.place(line, active, run, name, path, keep)
        except Stopped:
            run.main, run.sides = DONE, []
            return
        if guard:
            run.sides = [(g, a) for g, a in run.sides if g is not guard] + [(guard, placed)]
        else:
            run.main = placed

    def side_stays(self, g: Guarded, guard: Guarded | None, line: Block, goal: str, keep: bool) -> bool:
        if guard:
            return True
        return keep and g.name not in self.again_steps(line, goal)

    def resume(self, before: Oracle, spot: Spot, decision: str) -> None:
        """Complete a reopened step and go straight back to where the case was before the return; Refused if it cannot."""
        path, name, index = spot
        if index is not None and sum(s[:2] == spot[:2] for s in self.open()) > 1:
            return self.complete(spot, decision)
        if any(s[:2] == spot[:2] for s in before.open()):
            raise Refused
        past = before.copy()
        past.forget(past.root, past.root.body, name, path, keep=True)
        again = {n: d for n, d in before.results.items() if n not in past.results}
        decided = (
            [*self.results[name][:index], decision, *self.results[name][index + 1 :]] if index is not None else decision
        )
        self.results = {**again, **self.results, name: decided}
        self.restore(self.root, before.copy().root, name, path)

    def restore(self, run: Run, before: Run, name: str, path: tuple[str, ...]) -> None:
        """Put one scope back behind the step that was sent back to; beside it stays what is open now."""
        guard = side(run.body, name, path)
        if guard:
            old = [s for s in before.sides if s[0] is guard]
            at = next(i for i, (g, a) in enumerate(run.sides) if g is guard and self.holds(guard.path, a, name, path))
            run.sides[at : at + 1] = old
            if not old:
                raise Refused
            return
        called = next((c for c in calls(run.body) if path and c.name == path[0]), None)
        if called is None or self.active_call(run.body, before.main, called) is None:
            goal = called.name if called else name
            old = [s for s in before.sides if not self.side_stays(s[0], None, run.body, goal, keep=True)]
            if before.main is DONE and not old:
                raise Refused
            opened = {g.name for g, _ in run.sides}
            run.sides += [(g, a) for g, a in old if g.name != name or name not in opened]
        try:
            run.main = self.back_to(run.body, run.main, before.main, run, name, path)
        except Stopped:
            run.main, run.sides = DONE, []

    def back_to(self, block: Block, now: Any, then: Any, run: Run, name: str, path: tuple[str, ...]) -> Any:
        """A block that holds the step, as it was before the return but for parallel ways the return left alone."""
        match block:
            case Seq(parts) | Xor(_, parts):
                at = now[0]
                if then is DONE or then[0] != at:
                    self.check_left(parts[at], now[1], name, path)
                    return then
                moved = self.back_to(parts[at], now[1], then[1], run, name, path)
                if moved is not DONE:
                    return (at, moved)
                return self.proceed(block, at + 1, run) if isinstance(block, Seq) else DONE
            case Par(_, ways) if then is not DONE:
                at = next(i for i, way in enumerate(ways) if inside(way, name, path))
                after = list(now)
                after[at] = self.back_to(ways[at], now[at], then[at], run, name, path)
                return DONE if all(a is DONE for a in after) else after
            case Loop(own, body):
                moved = self.back_to(body, now, then, run, name, path)
                while moved is DONE and then is not DONE and self.facts.get(own) == 0:
                    moved = self.enter(body, run)
                return moved
            case Called() if then is not DONE:
                self.restore(now, then, name, path[1:])
                return DONE if now.over else now
            case Guarded(own, _, way) if own != name and then is not DONE and then[0] == "path":
                moved = self.back_to(way, now[1], then[1], run, name, path)
                return DONE if moved is DONE else ("path", moved)
        self.check_left(block, now, name, path)
        return then

    def check_left(self, block: Block, now: Any, name: str, path: tuple[str, ...]) -> None:
        """A block is left for what was open before: besides the step and its timer nothing may be open in it."""
        guard = next((g for g in guards(block) if g.name == name), None)
        allowed = {name, guard.timer if guard else name}
        if any(spot[1] not in allowed for spot in self.spots_of(block, now, ())):
            raise Refused

    def copy(self) -> Oracle:
        """The game at this moment, to go on apart."""
        twin = object.__new__(Oracle)
        twin.facts, twin.results, twin.root = self.facts, dict(self.results), apart(self.root)
        return twin

    def active_call(self, block: Block, active: Any, called: Called) -> Run | None:
        """The running process of a call, if it is open."""
        if active is DONE:
            return None
        match block:
            case Called():
                return active if block is called else None
            case Seq(parts) | Xor(_, parts):
                return self.active_call(parts[active[0]], active[1], called)
            case Par(_, ways):
                found = (self.active_call(w, a, called) for w, a in zip(ways, active, strict=True))
                return next((f for f in found if f), None)
            case Loop(_, body):
                return self.active_call(body, active, called)
        return None

    def place(self, block: Block, active: Any, run: Run, name: str, path: tuple[str, ...], keep: bool) -> Any:
        """A block with the target open anew: all before it done, nothing after it begun."""
        match block:
            case Step() | Multi():
                return self.enter(block, run)
            case Guarded(own, _, way):
                return self.enter(block, run) if own == name else ("path", self.place(way, DONE, run, name, path, keep))
            case Seq(parts):
                at = next(i for i, part in enumerate(parts) if inside(part, name, path))
                inner = active[1] if active is not DONE and active[0] == at else DONE
                return (at, self.place(parts[at], inner, run, name, path, keep))
            case Xor(_, ways):
                at = next(i for i, way in enumerate(ways) if inside(way, name, path))
                inner = active[1] if active is not DONE and active[0] == at else DONE
                return (at, self.place(ways[at], inner, run, name, path, keep))
            case Par(_, ways):
                return self.place_parallel(ways, active, run, name, path, keep)
            case Loop(_, body):
                return self.place(body, active, run, name, path, keep)
            case Called(_, body):
                called = active if active is not DONE else Run(body)
                self.back_in(called, name, path[1:], keep)
                return DONE if called.over else called
        raise AssertionError(block)

    def place_parallel(
        self, ways: Any, active: Any, run: Run, name: str, path: tuple[str, ...], keep: bool
    ) -> list[Any]:
        before = active if active is not DONE else [DONE] * len(ways)
        at = next(i for i, way in enumerate(ways) if inside(way, name, path))
        holds_call = path and self.open_call_in(ways[at], before[at], path[0])
        restart = not keep and not holds_call
        after = [self.enter(way, run) if restart and i != at else before[i] for i, way in enumerate(ways)]
        after[at] = self.place(ways[at], before[at], run, name, path, keep)
        return after

    def open_call_in(self, way: Block, active: Any, name: str) -> bool:
        called = next((c for c in calls(way) if c.name == name), None)
        return called is not None and self.active_call(way, active, called) is not None

    def again(self, block: Block, goal: str, keep: bool, whole: bool) -> set[str]:
        """Names of results that no longer hold when the case goes back to `goal`; of a call only what follows it."""
        steps = self.again_steps(block, goal)
        if not keep:
            steps |= self.beside(block, goal)
        own = next((set(names(c)) for c in calls(block) if c.name == goal), set())
        return steps if whole else steps - own

    def again_steps(self, block: Block, goal: str) -> set[str]:
        """The goal and every step after it, in order of work."""
        return self.onward(block, goal)[0]

    def onward(self, block: Block, goal: str) -> tuple[set[str], bool]:
        """Steps from the goal to the end of a block (none if it is not inside), and whether the way leads further."""
        match block:
            case Step(name) | Multi(name):
                return ({name} if name == goal else set()), True
            case Called(name):
                return (set(names(block)) if name == goal else set()), True
            case Guarded(name, interrupting=interrupting) if name == goal or not interrupting:
                return (set(names(block)) if name == goal else set()), True
            case Seq(parts):
                for at, part in enumerate(parts):
                    found, further = self.onward(part, goal)
                    if found:
                        return self.with_later(found, further, parts[at + 1 :])
                return set(), True
        return next((found for c in children(block) if (found := self.onward(c, goal))[0]), (set(), True))

    def with_later(self, found: set[str], further: bool, later: tuple[Block, ...]) -> tuple[set[str], bool]:
        later_names = {n for block in later for n in names(block)} if further else set()
        return found | later_names, further and not any(isinstance(block, Stop) for block in later)

    def beside(self, block: Block, goal: str) -> set[str]:
        """Steps in parallel ways around the goal."""
        found: set[str] = set()
        for child in children(block) if not isinstance(block, Called) else ():
            if self.again_steps(child, goal):
                found |= self.beside(child, goal)
                if isinstance(block, Par):
                    found |= {n for way in block.ways if way is not child for n in names(way)}
        return found


def calls(block: Block) -> list[Called]:
    """Calls of this scope, not those inside them nor in side paths."""
    if isinstance(block, Called):
        return [block]
    if isinstance(block, Guarded) and not block.interrupting:
        return []
    return [c for child in children(block) for c in calls(child)]


def guards(block: Block) -> list[Guarded]:
    """Every guarded step inside a block, called processes included."""
    found = [g for child in children(block) for g in guards(child)]
    return [block, *found] if isinstance(block, Guarded) else found


def apart(active: Any) -> Any:
    """What is open in a block or scope, copied; the blocks themselves are shared."""
    match active:
        case Run(body, main, sides):
            return Run(body, apart(main), [(guard, apart(inner)) for guard, inner in sides])
        case list() | tuple():
            return type(active)(map(apart, active))
    return active
