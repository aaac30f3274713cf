"""Definitions (事项定义): list, read, check, publish."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, request
from marshmallow import fields, validate

from api.auth import current_actor, office, roles, signed_in
from api.rest.answers import answer, file_answer, idempotency_key
from api.rest.described import described
from api.rest.input import Doors, Input, Query, text
from engine.commands.publish_definition import PublishDefinition, publish_definition
from engine.definitions.bundle import MAX_ZIP_BYTES
from engine.errors import FormInvalid
from engine.queries.definition_check import check_upload
from engine.queries.definitions_list import DefinitionFile, DefinitionLine, definition_file, definitions_list
from engine.terms import Role

doors = Doors("definitions", __name__, url_prefix="/api/v1", description="事项定义：列表、检查、发布")


class ListQuery(Query):
    department = text(40, "部门", "civil_affairs")


class VersionQuery(Query):
    version = fields.Integer(
        load_default=None, validate=validate.Range(min=1), metadata={"description": "缺省为现行版本"}
    )


class PublishForm(Input):
    valid_from = fields.Date(required=True, metadata={"description": "生效日期", "example": "2026-04-01"})
    reason = text(500, "发布理由", "调整低保标准", required=True)
    csrf_token = text(64, "网页会话的防伪标记")


_LIST = {"type": "object", "properties": {"items": {"type": "array", "items": described(DefinitionLine)}}}


@doors.route("/definitions")
@signed_in
@doors.arguments(ListQuery, location="query")
@doors.response(200, _LIST)
def list_definitions(query: dict[str, Any]) -> Response:
    """定义列表 Every item with its versions, newest first."""
    return answer({"items": definitions_list(office(), query["department"])})


@doors.route("/definitions/<key>")
@signed_in
@doors.arguments(VersionQuery, location="query")
@doors.response(200, described(DefinitionFile))
def show_definition(query: dict[str, Any], key: str) -> Response:
    """定义文件 One version with its texts."""
    found = definition_file(office(), key, query["version"])
    return answer({"definition": found.line, "version": found.version, "texts": found.texts})


@doors.route("/definitions/<key>/bundle")
@signed_in
@doors.arguments(VersionQuery, location="query")
@doors.response(200, content_type="application/zip")
def show_bundle(query: dict[str, Any], key: str) -> Response:
    """下载 All texts of one version as a ZIP, as uploads are expected."""
    found = definition_file(office(), key, query["version"])
    return file_answer(found.bundle_zip, f"{key}-v{found.version.version}.zip", "application/zip")


@doors.route("/definitions/checks", methods=["POST"])
@roles(Role.POLICY_OFFICER)
@doors.response(200, {"type": "object"})
def check_definition() -> Response:
    """检查 Findings and scenario results of an uploaded bundle (application/zip, or `file` of multipart/form-data)."""
    return answer(check_upload(_bundle()).to_dict())


@doors.route("/definitions", methods=["POST"])
@roles(Role.POLICY_OFFICER)
@doors.arguments(PublishForm, location="form", content_type="multipart/form-data")
@doors.response(201, {"type": "object"})
def publish(form: dict[str, Any]) -> Response:
    """发布 Publish a bundle from a day on: checked, its scenarios run, frozen. Multipart: file, valid_from, reason."""
    valid_from: date = form["valid_from"]
    wanted = PublishDefinition(
        bundle_zip=_bundle(), valid_from=valid_from, reason=form["reason"], idempotency_key=idempotency_key()
    )
    done = publish_definition(office(), current_actor(), wanted)
    return answer(done, 201 if done["status"] == "published" else 200, location=f"/api/v1/definitions/{done['key']}")


def _bundle() -> bytes:
    upload = request.files.get("file")
    content = upload.read(MAX_ZIP_BYTES + 1) if upload else request.get_data(cache=False)
    if not content:
        raise FormInvalid(
            "请上传定义包（ZIP）。", en="Send the bundle as ZIP.", errors={"file": ["请上传定义包（ZIP）。"]}
        )
    return content
