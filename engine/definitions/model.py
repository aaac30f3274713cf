"""What a definition says once it is read: frozen values, no behaviour beyond look-ups.

A definition is one BPMN process, one declarative form/eligibility file and the shared parts both use. `ItemDefinition`
is built by `parse.parse_item(bundle)` only; everything else in the engine reads it and never changes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from engine.feel import Expression
from engine.terms import CaseKind, ConditionBasis, DayUnit, DefinitionKind, ItemType, Lane, LegalityStatus, Level, Stage


@dataclass(frozen=True)
class Source:
    """Where a piece of a definition was written: file name inside the bundle and line (1-based)."""

    file: str
    line: int


@dataclass(frozen=True)
class LegalBasis:
    """设定依据. `verified` is False until a lawyer or the city's legal office confirmed it."""

    title: str
    article: str = ""
    verified: bool = False


@dataclass(frozen=True)
class LimitRule:
    """A time limit as written: amount ≥ 0 and its unit."""

    amount: int
    unit: DayUnit


DEFERRED_LIMIT = LimitRule(10, DayUnit.WORKING_DAY)  # 容缺 documents where the item says nothing


CORRECTION_PROCEDURE = "correction"  # 受理后补正 (R5): started by hand only, once per case, where an item lists it


@dataclass(frozen=True)
class SpecialProcedure:
    """特别程序 that stops the clock (行政许可法 45 or local rule); `limit` bounds the procedure itself."""

    code: str
    title: str
    limit: LimitRule
    basis: str = ""


@dataclass(frozen=True)
class Limits:
    """法定、承诺、补正时限 and the procedures that are taken out of them.

    extension  the most a case may be extended by, in the limits' unit (延期); None: not at all
    deferred   until when documents that may follow must be handed in (容缺)
    """

    statutory: LimitRule
    promised: LimitRule
    correction: LimitRule
    special_procedures: tuple[SpecialProcedure, ...] = ()
    extension: LimitRule | None = None
    deferred: LimitRule = DEFERRED_LIMIT

    def procedure(self, code: str) -> SpecialProcedure | None:
        return next((p for p in self.special_procedures if p.code == code), None)


@dataclass(frozen=True)
class Choice:
    """One permitted value of a choice field; the value is the Chinese word itself."""

    value: str
    label_en: str = ""


@dataclass(frozen=True)
class FormField:
    """One question of a form. `provided_by` is "applicant" or "staff"; `prefill` a fact path such as resident.name."""

    name: str
    label: str
    type: str
    required: bool = False
    label_en: str = ""
    unit: str = ""
    hint: str = ""
    prefill: str = ""
    choices: tuple[Choice, ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    max_length: int | None = None
    show_if: Expression | None = None
    provided_by: str = "applicant"
    source: Source | None = field(default=None, compare=False)


@dataclass(frozen=True)
class FormSection:
    """A group of questions. A step shows a section by naming its id in the diagram (`yimen:form`)."""

    id: str
    title: str
    fields: tuple[FormField, ...]
    title_en: str = ""
    provided_by: str = "applicant"


@dataclass(frozen=True)
class Condition:
    """One eligibility rule (受理条件): met only when `when` is true; null means unknown and goes to a person."""

    id: str
    text: str
    when: Expression
    basis: ConditionBasis
    refusal: str
    way_out: str
    article: str = ""
    evidence: str = ""
    source: Source | None = field(default=None, compare=False)


@dataclass(frozen=True)
class DocumentRule:
    """One line of the material list (申请材料). `licence` names an electronic licence that replaces it.

    `provided_by` is applicant, staff (made by the office) or data_share (fetched from another department).
    """

    id: str
    title: str
    form: str
    required: bool
    when: Expression | None = None
    licence: str = ""
    deferrable: bool = False
    commitment: bool = False
    copies: int = 1
    how_to: str = ""
    basis: str = ""
    provided_by: str = "applicant"
    source: Source | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Outcome:
    """审批结果. `certificate` is the key of a face under certificates/types; `facts` feed that face."""

    kind: str
    title: str
    licence: str = ""
    certificate: str = ""
    facts: Mapping[str, Expression] = field(default_factory=dict)
    valid_months: int | None = None
    valid_days: int | None = None
    source: Source | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Legality:
    """May this certificate be issued, on what basis, and who else is competent if not (certificates only)."""

    status: LegalityStatus
    basis: str = ""
    competent_body: str = ""
    alternative: str = ""


@dataclass(frozen=True)
class DecisionChoice:
    """One button a step offers: code (stored, compared in gateways) and label."""

    code: str
    label: str


@dataclass(frozen=True)
class Bounds:
    """A rectangle of the diagram, in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class LaneModel:
    """A drawn lane; `lane` is None where a fragment takes the caller's lane."""

    id: str
    name: str
    lane: Lane | None
    department: str = ""
    bounds: Bounds | None = None


@dataclass(frozen=True)
class NodeModel:
    """One drawn element. `kind` is the BPMN tag (userTask, exclusiveGateway …).

    department_limits  the own limit of each of the `departments`; None where the step's holds, empty when none has one
    no_answer          the decision recorded when the step's limit passes without one
    event              "timer" or "terminate"
    parent             the embedded sub-process around it
    cardinality        the number of instances of a multi-instance step
    label              where an external label is drawn
    """

    id: str
    kind: str
    name: str
    lane_id: str = ""
    stage: Stage | None = None
    limit: LimitRule | None = None
    counted: bool = True
    procedure: str = ""
    department: str = ""
    departments: tuple[str, ...] = ()
    department_limits: tuple[LimitRule | None, ...] = ()
    no_answer: str = ""
    level: Level | None = None
    form: str = ""
    guide: str = ""
    decisions: tuple[DecisionChoice, ...] = ()
    service: str = ""
    decision_table: str = ""
    called: str = ""
    caller_lane: Lane | None = None
    attached_to: str = ""
    outcome: str = ""
    default_flow: str = ""
    event: str = ""
    bounds: Bounds | None = None
    parent: str = ""
    cardinality: int | None = None
    interrupting: bool = True
    label: Bounds | None = None
    source: Source | None = field(default=None, compare=False)


@dataclass(frozen=True)
class FlowModel:
    """One sequence flow with its condition and drawn way points."""

    id: str
    source_id: str
    target_id: str
    name: str = ""
    condition: Expression | None = None
    waypoints: tuple[tuple[float, float], ...] = ()
    label: Bounds | None = None
    source: Source | None = field(default=None, compare=False)


@dataclass(frozen=True)
class ProcessModel:
    """One drawn process or fragment, as data for checks, drawings and step facts (not for running)."""

    id: str
    name: str
    file: str
    lanes: tuple[LaneModel, ...]
    nodes: tuple[NodeModel, ...]
    flows: tuple[FlowModel, ...]

    @cached_property
    def by_id(self) -> dict[str, NodeModel]:
        return {n.id: n for n in self.nodes}

    @cached_property
    def lane_by_id(self) -> dict[str, LaneModel]:
        return {lane.id: lane for lane in self.lanes}

    @cached_property
    def flow_by_id(self) -> dict[str, FlowModel]:
        return {f.id: f for f in self.flows}

    def node(self, node_id: str) -> NodeModel:
        return self.by_id[node_id]

    @cached_property
    def outgoing(self) -> dict[str, tuple[FlowModel, ...]]:
        """Flows leaving each node, in drawn order; every node has an entry."""
        found: dict[str, list[FlowModel]] = {n.id: [] for n in self.nodes}
        for flow in self.flows:
            found.setdefault(flow.source_id, []).append(flow)
        return {node_id: tuple(flows) for node_id, flows in found.items()}

    @cached_property
    def incoming(self) -> dict[str, tuple[FlowModel, ...]]:
        """Flows entering each node; every node has an entry."""
        found: dict[str, list[FlowModel]] = {n.id: [] for n in self.nodes}
        for flow in self.flows:
            found.setdefault(flow.target_id, []).append(flow)
        return {node_id: tuple(flows) for node_id, flows in found.items()}

    def children(self, parent: str) -> tuple[NodeModel, ...]:
        """Nodes drawn directly in an embedded sub-process ("" = the process itself)."""
        return tuple(n for n in self.nodes if n.parent == parent)

    def lane_of(self, node: NodeModel) -> LaneModel | None:
        return self.lane_by_id.get(node.lane_id)


@dataclass(frozen=True)
class DecisionTable:
    """A DMN decision table, read; cells are compiled expressions. Run by `engine.runtime.decisions`.

    `inputs` pair a label with its expression, `outputs` a name with its type (string number boolean date).
    """

    id: str
    name: str
    file: str
    hit_policy: str
    inputs: tuple[tuple[str, Expression], ...]
    outputs: tuple[tuple[str, str], ...]
    rules: tuple[DecisionRule, ...]
    line: int = 0


@dataclass(frozen=True)
class DecisionRule:
    """One row: input cells (None = any), output cells, annotation."""

    inputs: tuple[Expression | None, ...]
    outputs: tuple[Expression | None, ...]
    annotation: str = ""
    line: int = 0


@dataclass(frozen=True)
class ItemDefinition:
    """A service item (事项) or certificate type (证明), complete and checked for form (not yet for sense).

    `files` gives the size in bytes of every text it was read from, `lines` where a key such as `limits.promised` is.
    """

    key: str
    code: str
    title: str
    kind: DefinitionKind
    department: str
    item_type: ItemType
    case_kind: CaseKind
    applicant_kind: str
    accept_level: Level
    decide_level: Level
    limits: Limits
    legal_basis: tuple[LegalBasis, ...]
    eligibility: tuple[Condition, ...]
    form: tuple[FormSection, ...]
    documents: tuple[DocumentRule, ...]
    outcome: Outcome
    process: ProcessModel
    fragments: Mapping[str, ProcessModel]
    tables: Mapping[str, DecisionTable]
    content_hash: str
    title_en: str = ""
    short_title: str = ""
    theme: str = ""
    fee: str = "免费"
    visits: int = 0
    online_depth: int = 1
    cross_city: bool = False
    separate_approval: bool = False
    recertify: str = ""
    legality: Legality | None = None
    aliases: tuple[str, ...] = ()
    fee_basis: str = ""
    files: Mapping[str, int] = field(default_factory=dict, compare=False)
    scenario_names: tuple[str, ...] = field(default=(), compare=False)
    lines: Mapping[str, Source] = field(default_factory=dict, compare=False)
    valid_from: date | None = None
    change_note: str = ""

    @cached_property
    def fields(self) -> dict[str, FormField]:
        """Every field of every section by name."""
        return {f.name: f for s in self.form for f in s.fields}

    @cached_property
    def rule_facts(self) -> frozenset[str]:
        """Dotted fact paths that rules, documents, fields, gateways and tables read; only these stand in clear columns."""
        found: set[str] = set()
        for condition in self.eligibility:
            found |= condition.when.names
        for document in self.documents:
            found |= document.when.names if document.when else set()
        for form_field in self.fields.values():
            found |= form_field.show_if.names if form_field.show_if else set()
        for process in self.processes:
            for flow in process.flows:
                found |= flow.condition.names if flow.condition else set()
        for table in self.tables.values():
            for _, head in table.inputs:
                found |= head.names
            for rule in table.rules:
                for cell in (*rule.inputs, *rule.outputs):
                    found |= cell.names - {"?"} if cell else set()
        return frozenset(found)

    @cached_property
    def declared_facts(self) -> frozenset[str]:
        """`rule_facts` and what the outcome's face reads."""
        return self.rule_facts.union(*(expression.names for expression in self.outcome.facts.values()))

    def at(self, key: str) -> Source:
        """Where a key of the form file stands; the nearest written parent if it is left out."""
        while key and key not in self.lines:
            key = key.rpartition(".")[0]
        return self.lines.get(key, Source(self.process.file, 1))

    @property
    def processes(self) -> tuple[ProcessModel, ...]:
        """The item's own process first, then every fragment it calls."""
        return (self.process, *self.fragments.values())

    @cached_property
    def has_timers(self) -> bool:
        """Whether any diagram of the item waits for a date; most do not, and their steps need not look for one."""
        kinds = {"intermediateCatchEvent", "boundaryEvent"}
        return any(n.kind in kinds or n.no_answer for p in self.processes for n in p.nodes)

    @cached_property
    def delivers(self) -> bool:
        """Whether a step hands the result over (送达); without one nothing could end the clock of delivery."""
        return any(node.stage is Stage.DELIVER for process in self.processes for node in process.nodes)

    def section(self, section_id: str) -> FormSection | None:
        return next((s for s in self.form if s.id == section_id), None)

    def condition(self, condition_id: str) -> Condition:
        return next(c for c in self.eligibility if c.id == condition_id)

    def process_of(self, process_id: str) -> ProcessModel:
        return self.process if process_id == self.process.id else self.fragments[process_id]
