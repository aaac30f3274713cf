"""The API's description for people: OpenAPI 3.1 as JSON, and a local Swagger UI that needs no inline script."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import orjson
from flask import Blueprint, Response, current_app, render_template
from flask_smorest import Api
from marshmallow import Schema, fields

from api.auth import public
from api.errors import KINDS, MEDIA_TYPE

_CONVERTER = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
doors = Blueprint("api-docs", __name__, url_prefix="/api/v1")


class ProblemSchema(Schema):
    """RFC 9457; Chinese, or English when Accept-Language asks for it."""

    type = fields.String(metadata={"example": "urn:yimen:problem:form-invalid"})
    title = fields.String(metadata={"example": "填写有误"})
    status = fields.Integer(metadata={"example": 422})
    detail = fields.String(metadata={"example": "表单填写有误，请按提示更正。"})
    errors = fields.Dict(
        metadata={"description": "字段 → 消息", "example": {"applicant_id": ["公民身份号码校验位不符，请逐位核对。"]}}
    )
    way_out = fields.String(metadata={"example": "按提示更正后再提交。"})
    reference = fields.String(metadata={"description": "日志编号，报修时提供"})


class DescribedApi(Api):
    """flask-smorest's description without its error handler: errors leave through our own table."""

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """`api.errors.install_errors` does it."""


INFO = {
    "description": (
        "社区公共服务综合信息平台接口。错误为 application/problem+json（RFC 9457）。"
        "写操作可带 Idempotency-Key；待办的写操作可带 If-Match。\n\n"
        "Errors are application/problem+json; statuses: "
        + ", ".join(sorted({f"{kind.status} {kind.slug}" for kind in KINDS.values()}))
    )
}
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "POST /api/v1/sessions 的 token"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "yimen_session"},
}


def describe(spec: dict[str, Any], access: dict[tuple[str, str], bool]) -> dict[str, Any]:
    """The description with the security and the problem response of every operation; `access`: needs a session."""
    spec.setdefault("components", {})["securitySchemes"] = SECURITY
    problem = {"$ref": "#/components/schemas/Problem"}
    failed = {"description": "出错 Problem", "content": {MEDIA_TYPE: {"schema": problem}}}
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            needs_session = access[method, path]
            operation["security"] = [{"bearer": []}, {"cookie": []}] if needs_session else []
            kept = {code: told for code, told in operation["responses"].items() if code.startswith("2")}
            operation["responses"] = {**kept, "default": failed}
    return spec


@cache
def _described(api: DescribedApi) -> bytes:
    app = current_app
    access = {}
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        for method in rule.methods or ():
            path = _CONVERTER.sub(r"{\1}", rule.rule)
            access[method.lower(), path] = bool(getattr(view, "access", None) and view.access.needs_session)
    return orjson.dumps(describe(api.spec.to_dict(), access))


@doors.get("/openapi.json")
@public
def openapi() -> Response:
    """The description; made once per process."""
    api = current_app.extensions["yimen.described"]
    return Response(_described(api), mimetype="application/json")


@doors.get("/docs")
@public
def docs() -> str:
    """Swagger UI from our own files."""
    return render_template("api_docs.html.j2")
