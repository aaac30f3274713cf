"""Texts of a bundle to one `ItemDefinition`; every fault of form is collected with its file and line."""

from __future__ import annotations

from pathlib import PurePosixPath

from engine.definitions.bpmn_reader import read_process
from engine.definitions.bundle import ItemBundle
from engine.definitions.dmn_reader import read_tables
from engine.definitions.findings import Finding, Findings, has_errors, invalid
from engine.definitions.form_reader import read_documents, read_limits, read_sections
from engine.definitions.model import (
    Condition,
    DecisionTable,
    ItemDefinition,
    LegalBasis,
    Legality,
    Outcome,
    ProcessModel,
)
from engine.definitions.schema import FORM_FILE
from engine.definitions.shape_reader import Entry, ShapeReader
from engine.definitions.yaml_reader import read_yaml
from engine.terms import CaseKind


def parse_item(bundle: ItemBundle) -> ItemDefinition:
    """The definition in a bundle; raises the first fault with all of them in `.detail["findings"]`."""
    definition, findings = read_item(bundle)
    if definition is None:
        raise invalid(findings)
    return definition


def read_item(bundle: ItemBundle) -> tuple[ItemDefinition | None, list[Finding]]:
    """The definition and every fault of form found; None as soon as one of them is an error."""
    found = Findings(bundle.form_name)
    process, fragments = _processes(bundle, found)
    tables = _tables(bundle, found)
    scenarios = _scenario_names(bundle, found)
    node = read_yaml(bundle.form_text, found) if bundle.form_text else None
    if node is None:
        if not bundle.form_text:
            found.error("mirror.files", 0, "", f"缺少表单文件 {bundle.form_name}。", "请补充。")
        return None, found.found
    reader = ShapeReader(found)
    entry = reader.read(node, FORM_FILE)
    sections = read_sections(entry.get("form", []), bundle, found)
    documents = read_documents(entry.get("documents", []), bundle, found)
    if process is None or has_errors(found.found):
        return None, found.found
    definition = ItemDefinition(
        key=bundle.key,
        content_hash=bundle.content_hash,
        process=process,
        fragments=fragments,
        tables=tables,
        form=sections,
        documents=documents,
        limits=read_limits(entry["limits"]),
        legal_basis=tuple(LegalBasis(**basis) for basis in entry["legal_basis"]),
        eligibility=tuple(Condition(**condition, source=condition.source) for condition in entry["eligibility"]),
        outcome=_outcome(entry["outcome"]),
        legality=Legality(**entry["legality"]) if "legality" in entry else None,
        aliases=tuple(entry.get("aliases", ())),
        files={name: len(text) for name, text in bundle.texts.items()},
        scenario_names=scenarios,
        lines=reader.lines,
        separate_approval=entry.get("separate_approval", entry["case_kind"] == CaseKind.COMMITTED),
        **{name: entry[name] for name in _PLAIN_KEYS if name in entry},
    )
    return definition, found.found


_PLAIN_KEYS = (
    *("title", "title_en", "short_title", "code", "kind", "department", "theme", "item_type", "case_kind"),
    *("applicant_kind", "accept_level", "decide_level", "cross_city", "visits", "online_depth"),
    *("fee", "fee_basis", "valid_from", "change_note", "recertify"),
)


def _outcome(entry: Entry) -> Outcome:
    return Outcome(**entry, source=entry.source)


def _processes(bundle: ItemBundle, found: Findings) -> tuple[ProcessModel | None, dict[str, ProcessModel]]:
    main: ProcessModel | None = None
    fragments: dict[str, ProcessModel] = {}
    for name, text in bundle.process_texts.items():
        process = read_process(text, found.in_file(name))
        if name == bundle.process_name:
            main = process
        elif process is not None:
            fragments[PurePosixPath(name).stem] = process
    if bundle.process_name not in bundle.texts:
        found.error("mirror.files", 0, "", f"缺少流程图 {bundle.process_name}。", "请补充。")
    return main, fragments


def _tables(bundle: ItemBundle, found: Findings) -> dict[str, DecisionTable]:
    tables: dict[str, DecisionTable] = {}
    for name, text in bundle.table_texts.items():
        for table in read_tables(text, found.in_file(name)):
            if table.id in tables:
                found.in_file(name).error("table.id", table.line, table.id, f"决策“{table.id}”重复。", "请改名。")
            tables[table.id] = table
    return tables


def _scenario_names(bundle: ItemBundle, found: Findings) -> tuple[str, ...]:
    """Only the names; what a scenario says is read where it is run."""
    if not bundle.scenario_text:
        return ()
    node = read_yaml(bundle.scenario_text, found.in_file(bundle.scenario_name))
    entries = node.value if node and isinstance(node.value, list) else []
    names = [e.value["name"].value for e in entries if isinstance(e.value, dict) and "name" in e.value]
    return tuple(str(name) for name in names)
