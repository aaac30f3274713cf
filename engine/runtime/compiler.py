"""A bundle's diagrams and tables made ready to run, once per content."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any, Protocol

from engine.definitions.bpmn_reader import read_process
from engine.definitions.dmn_reader import read_tables
from engine.definitions.findings import Findings, has_errors, invalid
from engine.definitions.model import DecisionTable, ProcessModel
from engine.errors import DefinitionInvalid
from engine.runtime.admission import check_calls, flow_graphs
from engine.runtime.graph import FlowGraph
from engine.runtime.marking import Marking, Path, Place
from engine.runtime.specification import inner_scope, specification
from engine.runtime.tokens import TokenKind

KEPT_PROCESSES = 512


class ProcessBundle(Protocol):
    """What a process is compiled from: the diagrams (main and fragments) and decision tables by file name."""

    @property
    def content_hash(self) -> str: ...

    @property
    def process_id(self) -> str: ...

    @property
    def process_texts(self) -> Mapping[str, bytes]: ...

    @property
    def table_texts(self) -> Mapping[str, bytes]: ...


@dataclass(frozen=True, eq=False)
class CompiledProcess:
    """A process (流程) with its fragments and tables, shared by all its cases and threads."""

    process_id: str
    content_hash: str
    models: Mapping[str, ProcessModel]
    graphs: Mapping[str, FlowGraph]
    tables: Mapping[str, DecisionTable]

    @cached_property
    def specifications(self) -> Mapping[str, Any]:
        """The library's specification of each scope."""
        return {s: specification(self.models[g.process], g, self.tables) for s, g in self.graphs.items()}

    def graph(self, path: Path) -> FlowGraph:
        """The scope a path of calls and sub-processes leads to; KeyError if it leads nowhere."""
        graph = self.graphs[self.process_id]
        for node in path:
            graph = self.graphs[inner_scope(graph, self.models[graph.process].by_id[node])]
        return graph

    def kind(self, path: Path, node: str) -> TokenKind:
        """Who moves a token on from a step or timer."""
        return _KINDS[self.graph(path).kinds[node]]

    def draws(self, marking: Marking) -> bool:
        """Does a state belong to this process: is every spot its tokens stand on drawn here?"""
        try:
            standing = all(self._draws_place(place) for place in marking.places)
            return standing and all(a.join in self.graph(a.path).outgoing[a.source] for a in marking.arrivals)
        except (LookupError, TypeError):
            return False

    def _draws_place(self, place: Place) -> bool:
        graph = self.graph(place.path)
        count = self.models[graph.process].node(place.node).cardinality
        fits = place.instance is None if count is None else place.instance in range(count)
        return fits and graph.kinds[place.node] in _KINDS

    def step_of(self, place: Place) -> str:
        """The step a token stands on or, for the timer of a step, belongs to."""
        return self.graph(place.path).step_of(place.node)

    def with_decision(self, results: Mapping[str, Any], place: Place, decision: str | None) -> dict[str, Any]:
        """Results after the step at a place was decided; without a decision only a multi-instance step leaves a trace."""
        count = self.models[self.graph(place.path).process].node(place.node).cardinality
        if place.instance is None or count is None:
            return dict(results) if decision is None else {**results, place.node: decision}
        decisions = list(results.get(place.node) or [None] * count)
        decisions[place.instance] = decision
        return {**results, place.node: decisions}

    def lasting_end(self, reached: str | None, then: str | None) -> str | None:
        """The end event that counts when a case reached two: the later one, unless only the earlier has an outcome."""
        if reached is None or then is None:
            return then or reached
        node = self.models[self.process_id].node
        return reached if node(reached).outcome and not node(then).outcome else then

    def position(self, path: Path, node: str) -> tuple[int, ...]:
        """Where a node is in the drawing, calls on the way included; sorts nodes of all scopes in diagram order."""
        spots = (*path, node)
        return tuple(self.graph(spots[:depth]).order[spot] for depth, spot in enumerate(spots))

    def result_names(self, graph: FlowGraph, nodes: Iterable[str]) -> frozenset[str]:
        """Names under which nodes leave results, those inside called processes included."""
        names: set[str] = set()
        for node in map(self.models[graph.process].node, nodes):
            if node.kind in ("callActivity", "subProcess"):
                inner = self.graphs[inner_scope(graph, node)]
                names |= self.result_names(inner, inner.kinds)
            elif node.kind == "businessRuleTask":
                names |= {name for name, _ in self.tables[node.decision_table].outputs}
            else:
                names.add(node.id)
        return frozenset(names)


_KINDS = {
    "userTask": TokenKind.HUMAN,
    "serviceTask": TokenKind.MACHINE,
    "intermediateCatchEvent": TokenKind.TIMER,
    "boundaryEvent": TokenKind.TIMER,
}

_kept: OrderedDict[tuple[str, str], CompiledProcess] = OrderedDict()
_kept_lock = Lock()


def compile_process(bundle: ProcessBundle) -> CompiledProcess:
    """The process of a bundle, ready to run; DefinitionInvalid names file and line of what cannot be run.

    The most recently used processes are kept by content hash.
    """
    key = (bundle.content_hash, bundle.process_id)
    with _kept_lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    compiled = _compile(bundle)
    with _kept_lock:
        _kept[key] = compiled
        if len(_kept) > KEPT_PROCESSES:
            _kept.popitem(last=False)
    return compiled


def _compile(bundle: ProcessBundle) -> CompiledProcess:
    models = _models(bundle.process_texts)
    if bundle.process_id not in models:
        file = next(iter(bundle.process_texts), "")
        raise DefinitionInvalid(
            f"没有标识为“{bundle.process_id}”的流程。", file=file, hint="流程标识应与事项编码一致。"
        )
    tables = _tables(bundle.table_texts)
    graphs = {graph.scope: graph for model in models.values() for graph in flow_graphs(model)}
    check_calls(models, graphs, tables)
    return CompiledProcess(bundle.process_id, bundle.content_hash, models, graphs, tables)


def _models(texts: Mapping[str, bytes]) -> dict[str, ProcessModel]:
    models: dict[str, ProcessModel] = {}
    for file, text in texts.items():
        found = Findings(file)
        model = read_process(text, found)
        if model is None or has_errors(found.found):
            raise invalid(found.found)
        if model.id in models:
            raise DefinitionInvalid(f"流程标识“{model.id}”重复。", file=file, key=model.id, hint="请改用不同的标识。")
        models[model.id] = model
    return models


def _tables(texts: Mapping[str, bytes]) -> dict[str, DecisionTable]:
    tables: dict[str, DecisionTable] = {}
    for file, text in texts.items():
        found = Findings(file)
        for table in read_tables(text, found):
            if table.id in tables:
                found.error("table.id", table.line, table.id, f"决策标识“{table.id}”重复。", "请改用不同的标识。")
            tables[table.id] = table
        if has_errors(found.found):
            raise invalid(found.found)
    return tables
