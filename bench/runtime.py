"""What one step costs: `complete()` from bytes to bytes against the same step of stock SpiffWorkflow kept in memory.

The process has twelve steps, a parallel stretch and an exclusive gateway; the stock side runs with Python conditions and
never saves. Run: python -m bench.runtime
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.util.task import TaskState

from engine.runtime import compile_process, complete, open_tokens, start

FLOWS = """start accept; accept review; review xor; xor review; xor check; check fork; fork civil; fork housing;
fork security; civil visit; visit join; housing join; security join; join deliberate; deliberate publicise;
publicise decide; decide issue; issue deliver; deliver end"""
RETURNING = ("xor", "review")
ROUNDS = 100


@dataclass(frozen=True)
class _Bundle:
    process_id: str
    process_texts: dict[str, bytes]
    content_hash: str
    table_texts: dict[str, bytes] = field(default_factory=dict)


def _diagram(condition: str) -> bytes:
    pairs = [tuple(part.split()) for part in FLOWS.replace("\n", " ").split(";")]
    nodes = dict.fromkeys(name for pair in pairs for name in pair)
    xml = ['<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:bench">']
    xml.append('<b:process id="bench" isExecutable="true">')
    for node in nodes:
        ends = "".join(f"<b:incoming>f_{s}_{t}</b:incoming>" for s, t in pairs if t == node)
        ends += "".join(f"<b:outgoing>f_{s}_{t}</b:outgoing>" for s, t in pairs if s == node)
        default = ' default="f_xor_check"' if node == "xor" else ""
        tags = {"start": "startEvent", "end": "endEvent", "xor": "exclusiveGateway"}
        tag = tags.get(node, "parallelGateway" if node in ("fork", "join") else "userTask")
        xml.append(f'<b:{tag} id="{node}"{default}>{ends}</b:{tag}>')
    for source, target in pairs:
        inner = f"<b:conditionExpression>{condition}</b:conditionExpression>" if (source, target) == RETURNING else ""
        name = f"f_{source}_{target}"
        xml.append(f'<b:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inner}</b:sequenceFlow>')
    return "".join([*xml, "</b:process></b:definitions>"]).encode()


def stock_steps() -> list[float]:
    """Seconds of each step of one case in stock SpiffWorkflow, in memory."""
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(_diagram('review == "again"')))
    workflow = BpmnWorkflow(parser.get_spec("bench"))
    workflow.do_engine_steps()
    seconds = []
    while ready := workflow.get_tasks(state=TaskState.READY, manual=True):
        began = perf_counter()
        ready[0].set_data(**{ready[0].task_spec.name: "ok"})
        ready[0].run()
        workflow.do_engine_steps()
        seconds.append(perf_counter() - began)
    return seconds


def our_steps() -> tuple[list[float], list[int]]:
    """Seconds of each `complete()` of one case, and the bytes of each state."""
    text = _diagram('review = "again"')
    process = compile_process(_Bundle("bench", {"bench.bpmn": text}, hashlib.sha256(text).hexdigest()))
    advance = start(process, {})
    seconds, sizes = [], [len(advance.state)]
    while not advance.ended:
        token = open_tokens(process, advance.state)[0]
        began = perf_counter()
        advance = complete(process, advance.state, token.id, "ok", {})
        seconds.append(perf_counter() - began)
        sizes.append(len(advance.state))
    return seconds, sizes


def main() -> None:
    """Print the median step of both, their ratio, and the largest state."""
    stock = median(s for _ in range(ROUNDS) for s in stock_steps()) * 1e6
    runs = [our_steps() for _ in range(ROUNDS)]
    ours = median(s for seconds, _ in runs for s in seconds) * 1e6
    worst = max(s for seconds, _ in runs for s in seconds) * 1e6
    print(f"stock SpiffWorkflow step in memory  {stock:8.0f} us")
    print(f"complete() from bytes to bytes      {ours:8.0f} us   ({ours / stock:.2f} x, slowest {worst:.0f} us)")
    print(f"largest state                       {max(runs[0][1]):8d} bytes")


if __name__ == "__main__":
    main()
