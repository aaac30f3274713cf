"""Random processes as nested blocks, and how they are drawn as BPMN. The oracle interprets the blocks, not the drawing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from bpmn_builder import Special, boundary, call, compiled, diagram, multi, sub
from hypothesis import strategies as st

from engine.runtime import CompiledProcess


@dataclass(frozen=True)
class Step:
    """One user task, service task or waiting timer, told by its name."""

    name: str


@dataclass(frozen=True)
class Multi:
    name: str
    count: int


@dataclass(frozen=True)
class Guarded:
    """A user task with a boundary timer: `path` replaces it if interrupting, else runs beside all that follows."""

    name: str
    timer: str
    path: Seq
    interrupting: bool


@dataclass(frozen=True)
class Seq:
    parts: tuple[Block, ...]


@dataclass(frozen=True)
class Xor:
    """The first way whose condition holds; the last is the default. `step`: decide by its result, else by a fact."""

    name: str
    ways: tuple[Block, ...]
    step: str = ""


@dataclass(frozen=True)
class Par:
    name: str
    ways: tuple[Block, ...]


@dataclass(frozen=True)
class Loop:
    name: str
    body: Seq


@dataclass(frozen=True)
class Called:
    """A call activity with a fragment of its own, or an embedded sub-process."""

    name: str
    body: Seq
    embedded: bool


@dataclass(frozen=True)
class Stop:
    """A terminate end event."""

    name: str


Block = Step | Multi | Guarded | Seq | Xor | Par | Loop | Called | Stop


def children(block: Block) -> tuple[Block, ...]:
    """Blocks directly inside a block, called ones included."""
    match block:
        case Seq(parts):
            return parts
        case Xor(ways=ways) | Par(ways=ways):
            return ways
        case Loop(body=body) | Called(body=body):
            return (body,)
        case Guarded(path=path):
            return (path,)
    return ()


def names(block: Block) -> Iterator[str]:
    """Every step inside a block that leaves a result."""
    if isinstance(block, Step | Multi | Guarded):
        yield block.name
    for child in children(block):
        yield from names(child)


def grown(random: Random) -> Seq:
    """A structured process of modest size, as chance will have it."""
    return _Grower(random).seq(depth=3, least=1)


def processes() -> st.SearchStrategy[Seq]:
    """Structured processes of modest size."""
    return st.randoms(use_true_random=False).map(grown)


@dataclass
class _Grower:
    random: Random
    count: int = 0
    steps: list[str] = field(default_factory=list)

    def name(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def seq(self, depth: int, least: int = 0, plain: bool = False, steps_first: bool = False) -> Seq:
        size = self.random.randint(max(least, steps_first), 3 if depth > 1 else 2)
        first = (self.step(),) if steps_first else ()
        return Seq(first + tuple(self.block(depth, plain) for _ in range(size - len(first))))

    def step(self) -> Step:
        step = Step(self.name(self.random.choice(["s", "s", "s", "machine", "wait"])))
        self.steps.append(step.name)
        return step

    def block(self, depth: int, plain: bool) -> Block:
        kinds = ["step", "step"] if plain or self.count > 30 else ["step", "multi", "guarded"]
        if depth > 1 and not plain and self.count < 25:
            kinds += ["xor", "par", "par", "loop", "called"]
        kind = self.random.choice(kinds)
        return getattr(self, f"_{kind}")(depth - 1)

    def _step(self, depth: int) -> Block:
        return self.step()

    def _multi(self, depth: int) -> Block:
        return Multi(self.name("m"), self.random.randint(1, 3))

    def _guarded(self, depth: int) -> Block:
        interrupting = self.random.random() < 0.5
        return Guarded(self.name("g"), self.name("timer"), self.seq(1, least=1, plain=True), interrupting)

    def _xor(self, depth: int) -> Block:
        by_step = self.random.choice(["", *self.steps])
        name = self.name("xor")
        first = self.seq(depth, least=1)
        if self.random.randint(0, 5) == 0:
            first = Seq((*first.parts, Stop(self.name("stop"))))
        return Xor(name, (first, self.seq(depth)), by_step)

    def _par(self, depth: int) -> Block:
        name = self.name("and")
        ways = [self.seq(depth, least=1) for _ in range(self.random.randint(1, 2))]
        return Par(name, (*ways, self.seq(depth)))

    def _loop(self, depth: int) -> Block:
        return Loop(self.name("xor"), self.seq(depth, steps_first=True))

    def _called(self, depth: int) -> Block:
        return Called(self.name("c"), self.seq(depth), self.random.random() < 0.5)


def drawn(process: Seq) -> CompiledProcess:
    """A block process as BPMN, compiled."""
    drawing = _Drawing()
    drawing.whole(process)
    return compiled(drawing.text(), *drawing.fragments, **drawing.specials)


class _Drawing:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.specials: dict[str, Special] = {}
        self.fragments: list[bytes] = []

    def text(self) -> str:
        return "\n".join(self.lines)

    def whole(self, body: Seq) -> None:
        last, condition = self.draw(body, "start", "")
        self.flow(last, "end", condition)

    def flow(self, source: str, target: str, condition: str) -> None:
        if source:
            self.lines.append(f"{source} > {target}" + (f" if {condition}" if condition else ""))

    def draw(self, block: Block, source: str, condition: str) -> tuple[str, str]:
        """Draw a block behind `source`; returns where and under which condition the way goes on, "" if it ends."""
        match block:
            case Seq(parts):
                for part in parts:
                    source, condition = self.draw(part, source, condition)
                return source, condition
            case Stop(name):
                self.flow(source, name, condition)
                return "", ""
            case Xor() | Par():
                return self.gateway(block, source, condition)
            case Loop(name, body):
                self.flow(source, name, condition)
                last, inner = self.draw(body, name, "")
                self.flow(last, f"{name}out", inner)
                self.flow(f"{name}out", name, f"{name} = 0")
                return f"{name}out", ""
        self.flow(source, block.name, condition)
        return self.activity(block)

    def gateway(self, block: Xor | Par, source: str, condition: str) -> tuple[str, str]:
        self.flow(source, block.name, condition)
        for index, way in enumerate(block.ways):
            guard = f'{block.step} = "no"' if isinstance(block, Xor) and block.step else f"{block.name} = {index}"
            chosen = isinstance(block, Xor) and index < len(block.ways) - 1
            last, inner = self.draw(way, block.name, guard if chosen else "")
            self.flow(last, f"{block.name}join", inner)
        return f"{block.name}join", ""

    def activity(self, block: Block) -> tuple[str, str]:
        match block:
            case Multi(name, count):
                self.specials[name] = multi(count)
            case Called(name, body, embedded):
                self.called(name, body, embedded)
            case Guarded(name, timer, path, interrupting):
                self.specials[timer] = boundary(name, interrupting)
                last, _ = self.draw(path, timer, "")
                if interrupting:
                    self.flow(name, f"xor{name}", "")
                    self.flow(last, f"xor{name}", "")
                    return f"xor{name}", ""
                self.flow(last, f"end{timer}", "")
        return block.name, ""

    def called(self, name: str, body: Seq, embedded: bool) -> None:
        inner = _Drawing()
        inner.whole(body)
        if embedded:
            self.specials[name] = sub(
                inner.text().replace("start", f"start{name}").replace("end", f"end{name}"), **inner.specials
            )
            self.fragments += inner.fragments
        else:
            text = diagram(f"of_{name}", inner.text(), **inner.specials)
            self.specials[name] = call(f"of_{name}")
            self.fragments += [text, *inner.fragments]
