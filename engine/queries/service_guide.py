"""The service guide of an item (办事指南), in the order of GB/T 39046: what a resident must know before applying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.clock import local_date
from engine.definitions.model import Condition, DocumentRule, ItemDefinition, LegalBasis, Legality, SpecialProcedure
from engine.errors import NotFound
from engine.office import Office
from engine.office.shelves import ShelvedDefinition
from engine.policy.case_clocks import limit_of
from engine.queries.reading import reading, statement
from engine.records.definitions import DefinitionRecords
from engine.terms import CaseKind, DefinitionKind, ItemType, Lane, Level, Stage


@dataclass(frozen=True)
class GuideStep:
    """One step of the process as a resident reads it."""

    name: str
    lane: str
    stage: Stage | None
    limit: str


@dataclass(frozen=True)
class ServiceGuide:
    """The guide. Limits are in words; `legality` is given for certificates only."""

    key: str
    code: str
    title: str
    title_en: str
    short_title: str
    kind: DefinitionKind
    version: int
    department: str
    department_name: str
    theme: str
    item_type: ItemType
    case_kind: CaseKind
    applicant_kind: str
    conditions: tuple[Condition, ...]
    documents: tuple[DocumentRule, ...]
    promised_limit: str
    statutory_limit: str
    correction_limit: str
    special_procedures: tuple[SpecialProcedure, ...]
    fee: str
    fee_basis: str
    accept_level: Level
    decide_level: Level
    cross_city: bool
    online_depth: int
    visits: int
    steps: tuple[GuideStep, ...]
    result_kind: str
    result_title: str
    result_valid_months: int | None
    recertify: str
    legal_basis: tuple[LegalBasis, ...]
    legality: Legality | None
    remedies: tuple[str, ...]
    definition: ItemDefinition


REMEDIES = (
    "对决定不服的，可自收到决定书之日起六十日内申请行政复议，或者六个月内向人民法院提起行政诉讼。",
    "办理中的意见和投诉，可拨打12345政务服务便民热线，或使用“好差评”。",
)
_BY_CODE = "SELECT key FROM items WHERE key = :item OR code = upper(:item)"
_DEPARTMENT = "SELECT name FROM departments WHERE key = :key"


def service_guide(office: Office, item: str) -> ServiceGuide:
    """The guide of the version in force; `item` is the key or the catalogue code. Public."""
    with reading(office) as connection:
        key = connection.execute(statement(_BY_CODE), {"item": item}).scalar_one_or_none()
        if key is None:
            raise NotFound(f"没有编码或名称为“{item[:60]}”的事项，请核对。", en="no such item")
        today = local_date(office.clock.now())
        records = DefinitionRecords(connection)
        shelved = office.definitions.in_force(records, key, today)
        department = shelved.definition.department
        name = connection.execute(statement(_DEPARTMENT), {"key": department}).scalar_one_or_none()
        legality = office.references.legality(records, shelved.definition)
        return _guide(shelved, name or department, legality)


def _guide(shelved: ShelvedDefinition, department_name: str, legality: Legality | None) -> ServiceGuide:
    definition, limits, outcome = shelved.definition, shelved.definition.limits, shelved.definition.outcome
    same: dict[str, Any] = {name: getattr(definition, name) for name in _SAME}
    return ServiceGuide(
        **same,
        version=shelved.version,
        department_name=department_name,
        conditions=definition.eligibility,
        promised_limit=limit_of(limits.promised).label,
        statutory_limit=limit_of(limits.statutory).label,
        correction_limit=limit_of(limits.correction).label,
        special_procedures=limits.special_procedures,
        steps=_steps(definition),
        result_kind=outcome.kind,
        result_title=outcome.title,
        result_valid_months=outcome.valid_months,
        legality=legality,
        remedies=REMEDIES,
        definition=definition,
    )


_SAME = (
    *("key", "code", "title", "title_en", "short_title", "kind", "department", "theme", "item_type", "case_kind"),
    *("applicant_kind", "documents", "fee", "fee_basis", "accept_level", "decide_level", "cross_city", "online_depth"),
    *("visits", "recertify", "legal_basis"),
)


def _steps(definition: ItemDefinition) -> tuple[GuideStep, ...]:
    """User tasks and called stretches in drawn order, from left to right."""
    process = definition.process
    nodes = [n for n in process.nodes if n.kind in ("userTask", "callActivity")]
    nodes.sort(key=lambda n: (n.bounds.x, n.bounds.y) if n.bounds else (0.0, 0.0))
    found = []
    for node in nodes:
        drawn = process.lane_of(node)
        lane = drawn.name if drawn else Lane.SYSTEM.label
        found.append(GuideStep(node.name, lane, node.stage, limit_of(node.limit).label if node.limit else ""))
    return tuple(found)
