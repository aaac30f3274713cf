"""Publishing a definition (发布): checked, its scenarios run, its texts frozen, its validity dated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError

from engine.clock import local_date
from engine.commands.verb import Answer, Desk, Request, verb
from engine.definitions.bundle import bundle_from_upload, bundle_to_zip
from engine.definitions.checks import run_all
from engine.definitions.findings import Finding, has_errors
from engine.definitions.model import ItemDefinition
from engine.definitions.parse import read_item
from engine.definitions.shared import load_shared
from engine.errors import CheckFailed, FormInvalid, ScenarioFailed, VersionOverlap
from engine.policy.names import pinyin_initials
from engine.runtime import compile_process
from engine.scenarios.runner import run_scenarios
from engine.terms import Role


@dataclass(frozen=True, kw_only=True)
class PublishDefinition(Request):
    """bundle_zip  the uploaded bundle; valid_from  first local day in force, today or later for people, any for supply"""

    bundle_zip: bytes
    valid_from: date
    reason: str
    if_absent: bool = False


@verb
def publish_definition(desk: Desk, request: PublishDefinition) -> Answer:
    """The published version. Raises CheckFailed with every finding, ScenarioFailed, VersionOverlap.

    if_absent  factory supply: a key the database already has becomes a draft, never a change of what is in force
    """
    if not desk.actor.is_system:
        desk.actor.post_with(Role.POLICY_OFFICER)
        _refuse_past(request.valid_from, local_date(desk.now))
    bundle = bundle_from_upload(request.bundle_zip)
    definition, findings = read_item(bundle)
    if definition is not None:
        findings = [*findings, *run_all(definition, load_shared())]
    if definition is None or has_errors(findings):
        raise CheckFailed(_summary(findings), key=bundle.key, findings=[f.to_dict() for f in findings])
    compile_process(bundle)
    _run_scenarios(bundle)
    item_id = desk.uow.definitions.add_item(_item_row(definition))
    versions = desk.uow.definitions.versions(item_id)
    same = next((v for v in versions if v.content_hash == bundle.content_hash and _stands(v, request)), None)
    if same is not None:
        return _answer(definition, same.id, same.version, "unchanged", findings)
    status = "draft" if request.if_absent and versions else "published"
    if status == "published":
        _end_earlier(desk, versions, request.valid_from)
        desk.uow.definitions.change_item(item_id, _item_row(definition))
    version = versions[0].version + 1 if versions else 1
    version_id = _add(desk, item_id, version, status, bundle_to_zip(bundle), bundle.content_hash, request)
    return _answer(definition, version_id, version, status, findings)


def _refuse_past(valid_from: date, today: date) -> None:
    if valid_from < today:
        raise FormInvalid(errors={"valid_from": [f"生效日期不能早于今天（{today}）。"]})


def _summary(findings: Sequence[Finding]) -> str:
    errors = [f for f in findings if f.level == "error"]
    return f"定义有{len(errors)}处错误，不能发布：{errors[0]}" if errors else CheckFailed.__doc__ or ""


def _run_scenarios(bundle: Any) -> None:
    failed = [story for story in run_scenarios(bundle) if not story.passed]
    if failed:
        raise ScenarioFailed(
            f"{len(failed)}个情景未通过：{failed[0].name}：{failed[0].reason}",
            key=bundle.key,
            failed=[s.to_dict() for s in failed],
        )


def _item_row(definition: ItemDefinition) -> dict[str, Any]:
    return {
        "key": definition.key,
        "code": definition.code,
        "kind": definition.kind,
        "department": definition.department,
        "title": definition.title,
        "title_en": definition.title_en,
        "initials": pinyin_initials(definition.title)[:200],
        "theme": definition.theme,
    }


def _stands(version: Row[Any], request: PublishDefinition) -> bool:
    """Whether this version makes publishing its own text again needless: supply is met by any version, drafts too."""
    if request.if_absent:
        return True
    return version.status == "published" and (version.valid_to is None or version.valid_to >= request.valid_from)


def _end_earlier(desk: Desk, versions: Sequence[Row[Any]], valid_from: date) -> None:
    """The version in force ends the day before the new one starts; running cases keep it."""
    for version in versions:
        if version.status == "published" and (version.valid_to is None or version.valid_to >= valid_from):
            if version.valid_from >= valid_from:
                raise VersionOverlap(
                    f"第{version.version}版自{version.valid_from}起有效，新版须在其后生效。", key=str(version.id)
                )
            desk.uow.definitions.change_version(version.id, {"valid_to": valid_from - timedelta(days=1)})


def _add(
    desk: Desk, item_id: int, version: int, status: str, archive: bytes, content_hash: str, request: PublishDefinition
) -> int:
    by = desk.actor.officer_id or None
    try:
        return desk.uow.definitions.add_version(
            {
                "item_id": item_id,
                "version": version,
                "status": status,
                "content_hash": content_hash,
                "bundle": archive,
                "valid_from": request.valid_from,
                "reason": request.reason,
                "created_at": desk.now,
                "created_by": by,
                "published_at": desk.now if status == "published" else None,
                "approved_by": by if status == "published" else None,
            }
        )
    except IntegrityError as error:
        raise VersionOverlap() from error


def _answer(
    definition: ItemDefinition, version_id: int, version: int, status: str, findings: Sequence[Finding]
) -> Answer:
    return {
        "key": definition.key,
        "code": definition.code,
        "title": definition.title,
        "version_id": version_id,
        "version": version,
        "status": status,
        "findings": [f.to_dict() for f in findings],
    }


@dataclass(frozen=True, kw_only=True)
class LoadReferenceText(Request):
    """name  calendar or parameters; the newest text of a name is in force"""

    name: str
    content: bytes
    content_hash: str
    if_absent: bool = False


@verb
def load_reference_text(desk: Desk, request: LoadReferenceText) -> Answer:
    """`loaded`, `unchanged`, or `kept` when factory supply meets a text the city already has."""
    if not desk.actor.is_system:
        desk.actor.post_with(Role.POLICY_OFFICER)
    current = desk.uow.definitions.reference_text(request.name)
    if current is not None and (current.content_hash == request.content_hash or request.if_absent):
        return {"status": "unchanged" if current.content_hash == request.content_hash else "kept", "id": current.id}
    by = desk.actor.officer_id or None
    text_id = desk.uow.definitions.add_reference_text(request.name, request.content_hash, request.content, desk.now, by)
    desk.office.references.forget()
    return {"status": "loaded", "id": text_id}
