"""Definitions (事项定义) for officers: list, one version in full, an uploaded bundle checked, and published."""

from __future__ import annotations

import base64
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, render_template, request
from flask.typing import ResponseReturnValue

from api.auth import current_actor, roles, signed_in
from api.rest.answers import file_answer
from api.web import frame
from api.web.submitted import whole_number
from api.web.wording import t
from engine.clock import local_date
from engine.commands.publish_definition import PublishDefinition, publish_definition
from engine.definitions.model import ItemDefinition
from engine.errors import CheckFailed, DefinitionError, FormInvalid, NotFound, ScenarioFailed, VersionOverlap
from engine.policy.names import pinyin_initials
from engine.queries.definition_check import CheckReport, check_upload
from engine.queries.definitions_list import DefinitionLine, definition_file, definitions_list
from engine.terms import Role

pages = Blueprint("definitions_pages", __name__)
LARGEST_BUNDLE_BYTES = 2 * 1024 * 1024
LINES_PER_PAGE = 50


@pages.get("/definitions")
@signed_in
def definitions() -> str:
    """Every item with its versions."""
    frame.at(frame.DEFINITIONS)
    q, start = request.args.get("q", "")[:60].strip(), whole_number(request.args.get("from")) or 0
    lines = [line for line in definitions_list(frame.office()) if _matches(line, q)]
    template = "definitions/list.html.j2" if frame.is_fragment() else "definitions/definitions.html.j2"
    return render_template(
        template,
        entries=[_entry(line) for line in lines[start : start + LINES_PER_PAGE]],
        total=len(lines),
        start=start,
        step=LINES_PER_PAGE,
        q=q,
        may_publish=Role.POLICY_OFFICER in current_actor().roles,
    )


def _matches(line: DefinitionLine, q: str) -> bool:
    return not q or q in line.title or q.upper() in line.code or q.lower() in pinyin_initials(line.title)


def _entry(line: DefinitionLine) -> dict[str, Any]:
    in_force, draft = line.in_force, line.draft
    chips = [(t(f"现行第{in_force.version}版", f"version {in_force.version} in force"), "green")] if in_force else []
    chips += [(t(f"草稿第{draft.version}版", f"draft {draft.version}"), "yellow")] if draft else []
    planned = [v for v in line.versions if v.state == "planned"]
    chips += [
        (t(f"第{v.version}版{v.valid_from}起", f"version {v.version} from {v.valid_from}"), "blue") for v in planned
    ]
    return {
        "href": f"/definitions/{line.key}",
        "title": line.title,
        "code": line.code,
        "department": line.department,
        "kind": line.kind,
        "chips": chips,
    }


@pages.get("/definitions/<key>")
@signed_in
def show(key: str) -> str:
    """One version: diagram, rules, documents, steps, texts."""
    frame.at(frame.DEFINITIONS)
    file = definition_file(frame.office(), key, whole_number(request.args.get("version")))
    return render_template(
        "definitions/definition.html.j2", file=file, item=file.definition, actors=_actors(file.definition)
    )


def _actors(item: ItemDefinition) -> dict[str, str]:
    """Lane name by step id, for the step list."""
    found = {node.id: item.process.lane_of(node) for node in item.process.nodes}
    return {node_id: lane.name for node_id, lane in found.items() if lane}


@pages.get("/definitions/<key>/bundle.zip")
@signed_in
def bundle(key: str) -> Response:
    """All texts of a version, as an upload is expected to be."""
    file = definition_file(frame.office(), key, whole_number(request.args.get("version")))
    return file_answer(file.bundle_zip, f"{key}-v{file.version.version}.zip", "application/zip")


@pages.get("/definitions/<key>/texts/<path:name>")
@signed_in
def text(key: str, name: str) -> Response:
    """One text of a version, as it stands."""
    file = definition_file(frame.office(), key, whole_number(request.args.get("version")))
    if name not in file.texts:
        raise NotFound("这一版里没有这个文件。", en="no such file in this version")
    return Response(file.texts[name], mimetype="text/plain", content_type="text/plain; charset=utf-8")


@pages.post("/definitions/checks")
@roles(Role.POLICY_OFFICER)
def check() -> ResponseReturnValue:
    """The findings on an uploaded bundle; if nothing forbids it, the form that publishes exactly these texts."""
    frame.at(frame.DEFINITIONS)
    content = _uploaded()
    try:
        report = check_upload(content)
    except DefinitionError as refusal:
        return _check_page(None, b"", refusal=str(refusal)), 422
    return _check_page(report, content), 422 if report.has_errors else 200


@pages.post("/definitions/publish")
@roles(Role.POLICY_OFFICER)
def publish() -> ResponseReturnValue:
    """The published version; the bundle that was checked comes back with the form."""
    frame.at(frame.DEFINITIONS)
    content = _sent_back(request.form.get("bundle", ""))
    typed = {name: request.form.get(name, "").strip()[:500] for name in ("valid_from", "reason")}
    errors = {name: message for name, message in _MANDATORY.items() if not typed[name]}
    try:
        valid_from = date.fromisoformat(typed["valid_from"]) if typed["valid_from"] else date.min
    except ValueError:
        errors["valid_from"], valid_from = _MANDATORY["valid_from"], date.min
    if errors:
        return _check_page(check_upload(content), content, typed=typed, errors=errors), 422
    asked = PublishDefinition(bundle_zip=content, valid_from=valid_from, reason=typed["reason"])
    try:
        answer = publish_definition(frame.office(), current_actor(), asked)
    except (CheckFailed, ScenarioFailed, VersionOverlap) as refusal:
        return _check_page(check_upload(content), content, typed=typed, errors={"valid_from": str(refusal)}), 422
    flash(_published(answer), "success")
    return frame.go(f"/definitions/{answer['key']}?version={answer['version']}")


_MANDATORY = {"valid_from": "请填写生效日期。", "reason": "请写明发布理由。"}


def _published(answer: dict[str, Any]) -> str:
    if answer["status"] == "unchanged":
        return t("内容与现行版本相同，没有另发新版。", "The texts are those in force; nothing was published.")
    return t(f"已发布第{answer['version']}版。", f"Version {answer['version']} is published.")


def _uploaded() -> bytes:
    upload = request.files.get("file")
    content = upload.read(LARGEST_BUNDLE_BYTES + 1) if upload else b""
    if not content or len(content) > LARGEST_BUNDLE_BYTES:
        message = "请选择一个不超过2MB的定义包（ZIP）。"
        raise FormInvalid(message, en="Choose a bundle (ZIP) of at most 2 MB.", errors={"file": [message]})
    return content


def _sent_back(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise FormInvalid("定义包没有传完整，请重新上传。", en="The bundle is incomplete; upload it again.") from error


def _check_page(report: CheckReport | None, content: bytes, **values: Any) -> str:
    shown: dict[str, Any] = {"typed": {}, "errors": {}, "refusal": "", **values}
    today = local_date(frame.office().clock.now())
    return render_template(
        "definitions/check.html.j2", report=report, bundle=base64.b64encode(content).decode(), today=today, **shown
    )
