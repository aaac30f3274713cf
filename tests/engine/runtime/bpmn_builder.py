"""BPMN texts for tests from a few lines: `start > a > xor`, `xor > b if a = "ok"`, `xor > c`.

The kind of a node follows from its name (start…, end…, stop…, xor…, and…, machine…, wait…, else a user task) unless a
special element is given for it. A flow out of an `xor…` without a condition is its default.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from xml.sax.saxutils import escape

from engine.runtime import CompiledProcess, compile_process

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:yimen="urn:yimen:bpmn:1" '
    'targetNamespace="urn:yimen" id="d">'
)
_TIMER = "<bpmn:timerEventDefinition><bpmn:timeDuration>P7D</bpmn:timeDuration></bpmn:timerEventDefinition>"
_PREFIXES = {
    "start": "startEvent",
    "end": "endEvent",
    "stop": "endEvent",
    "xor": "exclusiveGateway",
    "and": "parallelGateway",
    "machine": "serviceTask",
    "wait": "intermediateCatchEvent",
}


@dataclass(frozen=True)
class Bundle:
    """The least a process is compiled from."""

    process_id: str
    process_texts: Mapping[str, bytes]
    table_texts: Mapping[str, bytes] = field(default_factory=dict)

    @cached_property
    def content_hash(self) -> str:
        parts = (*self.process_texts.items(), *self.table_texts.items())
        return hashlib.sha256(repr(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Special:
    """An element that its name does not tell: `tag`, attributes, inner text."""

    tag: str
    attributes: str = ""
    inner: str = ""


def multi(count: int | str) -> Special:
    """A multi-instance user task."""
    inner = f"<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>{count}</bpmn:loopCardinality>"
    return Special("userTask", "", inner + "</bpmn:multiInstanceLoopCharacteristics>")


def call(process: str) -> Special:
    """A call activity."""
    return Special("callActivity", f'calledElement="{process}"')


def rule(table: str) -> Special:
    """A business rule task."""
    return Special("businessRuleTask", f'yimen:decisionRef="{table}"')


def boundary(step: str, interrupting: bool = True) -> Special:
    """A timer attached to a step."""
    text = "true" if interrupting else "false"
    return Special("boundaryEvent", f'attachedToRef="{step}" cancelActivity="{text}"', _TIMER)


def end(outcome: str) -> Special:
    """An end event with an outcome."""
    return Special("endEvent", f'yimen:outcome="{outcome}"')


def sub(flows: str, **specials: Special) -> Special:
    """An embedded sub-process."""
    return Special("subProcess", "", scope(flows, specials))


def diagram(process_id: str, flows: str, **specials: Special) -> bytes:
    """The text of one BPMN file."""
    body = scope(flows, specials)
    text = f'{HEAD}<bpmn:process id="{process_id}" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'
    return text.encode()


def scope(flows: str, specials: Mapping[str, Special]) -> str:
    """Nodes and flows of a process or sub-process as XML."""
    drawn: list[tuple[str, str, str]] = []
    for line in filter(None, (part.strip() for part in flows.replace(";", "\n").splitlines())):
        chain, _, condition = line.partition(" if ")
        names = [name.strip() for name in chain.split(">")]
        for index, pair in enumerate(pairwise(names)):
            drawn.append((*pair, condition if index == 0 else ""))
    nodes = list(dict.fromkeys([name for flow in drawn for name in flow[:2]] + list(specials)))
    defaults = {source: f"f_{source}_{target}" for source, target, c in drawn if source.startswith("xor") and not c}
    xml = [_node(name, specials.get(name), defaults.get(name), _ends(name, drawn)) for name in nodes]
    return "".join(xml + [_flow(*flow) for flow in drawn])


def _ends(name: str, drawn: list[tuple[str, str, str]]) -> str:
    incoming = "".join(f"<bpmn:incoming>f_{s}_{t}</bpmn:incoming>" for s, t, _ in drawn if t == name)
    return incoming + "".join(f"<bpmn:outgoing>f_{s}_{t}</bpmn:outgoing>" for s, t, _ in drawn if s == name)


def _node(name: str, special: Special | None, default: str | None, ends: str) -> str:
    if special:
        return f'<bpmn:{special.tag} id="{name}" {special.attributes}>{ends}{special.inner}</bpmn:{special.tag}>'
    tag = next((tag for prefix, tag in _PREFIXES.items() if name.startswith(prefix)), "userTask")
    inner = {"intermediateCatchEvent": _TIMER}.get(tag, "")
    if name.startswith("stop"):
        inner = "<bpmn:terminateEventDefinition/>"
    attribute = f'default="{default}"' if default else ""
    return f'<bpmn:{tag} id="{name}" {attribute}>{ends}{inner}</bpmn:{tag}>'


def _flow(source: str, target: str, condition: str) -> str:
    inner = f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>" if condition else ""
    name = f"f_{source}_{target}"
    return f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'


def compiled(
    flows: str, *fragments: bytes, tables: Mapping[str, bytes] | None = None, **specials: Special
) -> CompiledProcess:
    """The process `main` drawn by `flows`, with fragments it calls."""
    texts = {"main.bpmn": diagram("main", flows, **specials)}
    texts |= {f"fragment_{index}.bpmn": text for index, text in enumerate(fragments)}
    return compile_process(Bundle("main", texts, tables or {}))
