"""What clients send: schemas that refuse unknown fields and say in Chinese what is wrong with which field."""

from __future__ import annotations

from datetime import date
from typing import Any, NoReturn

import orjson
from flask import Request, request
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, ValidationError, fields, missing, validate
from webargs.flaskparser import FlaskParser

from api.sound_input import require_sound
from engine.errors import FormInvalid

_MESSAGES = {
    "required": "请填写。",
    "null": "请填写。",
    "invalid": "格式不对。",
    "validator_failed": "格式不对。",
    "invalid_utf8": "须为 UTF-8 文字。",
    "too_large": "数值过大。",
    "type": "格式不对。",
    "format": "格式不对。",
}


class Input(Schema):
    """A body or query that is exactly what is described."""

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": "没有这一栏，请删去。", "type": "应为一组字段。"}  # noqa: RUF012 - marshmallow's own name

    def on_bind_field(self, field_name: str, field_obj: fields.Field) -> None:
        known = {name: text for name, text in _MESSAGES.items() if name in field_obj.error_messages}
        field_obj.error_messages = {**field_obj.error_messages, **known}


class Query(Input):
    """The query of an address; `lang` is always understood."""

    lang = fields.String(metadata={"description": "zh 或 en；语言 language of messages", "example": "zh"})


def text(most: int, description: str, example: str = "", *, required: bool = False, **options: Any) -> fields.String:
    """A text field of at most `most` characters."""
    checks = [validate.Length(max=most, error="最多{max}个字符。")]
    if required:
        checks.insert(0, validate.Length(min=1, error="请填写。"))
    else:
        options.setdefault("load_default", "")
    metadata = {"description": description, **({"example": example} if example else {})}
    return fields.String(required=required, validate=checks, metadata=metadata, **options)


def day(description: str, **options: Any) -> fields.Date:
    """A local date within the years that instants can be made of."""
    years = validate.Range(date(1950, 1, 1), date(2200, 12, 31), error="日期应在1950年至2200年之间。")
    options.setdefault("load_default", None)
    return fields.Date(validate=years, metadata={"description": description, "example": "2026-03-01"}, **options)


def choice(values: Any, description: str, example: str = "", *, required: bool = False) -> fields.String:
    """One of the values of a vocabulary."""
    offered = [str(value) for value in values]
    allowed = validate.OneOf(offered if required else ["", *offered], error=f"请从这些值中选择：{'、'.join(offered)}。")
    metadata = {"description": description, "example": example or offered[0]}
    default = {} if required else {"load_default": ""}
    return fields.String(required=required, validate=allowed, metadata=metadata, **default)


class PageQuery(Query):
    """Keyset paging: `cursor` as a former page gave it."""

    cursor = fields.String(load_default=None, validate=validate.Length(max=400, error="翻页标记无效。"))
    limit = fields.Integer(
        load_default=20, validate=validate.Range(1, 100, error="每页1至100条。"), metadata={"example": 20}
    )


class _Parser(FlaskParser):
    """Reads arguments; what is wrong becomes our own error, so that it leaves through the table of problems."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"query": RAISE, "json": RAISE, "form": RAISE, "files": RAISE}  # noqa: RUF012

    def handle_error(self, error: ValidationError, req: Any, schema: Schema, **options: Any) -> NoReturn:
        by_location = error.normalized_messages()
        found = next(iter(by_location.values())) if len(by_location) == 1 else by_location
        raise FormInvalid(
            "提交的内容有误，请按提示更正。",
            en="Some entries are not valid.",
            errors=found if isinstance(found, dict) else {"body": found},
        ) from error

    def _raw_load_json(self, req: Request) -> Any:
        return _parsed(req) if req.is_json else missing


def json_body() -> dict[str, Any]:
    """The body as fields, for the one route whose schema depends on its address."""
    body = _parsed(request) if request.is_json else {}
    if not isinstance(body, dict):
        raise FormInvalid(
            "请求内容应为一组字段。", en="The body must be an object.", errors={"body": ["应为一组字段。"]}
        )
    return body


def _parsed(req: Request) -> Any:
    """The JSON of a body; orjson bounds the depth and takes no NaN."""
    try:
        body = orjson.loads(req.get_data())
    except orjson.JSONDecodeError as error:
        raise FormInvalid(
            "请求内容不是有效的 JSON。", en="The body is not valid JSON.", errors={"body": ["不是有效的 JSON。"]}
        ) from error
    require_sound(body)
    return body


class Doors(Blueprint):
    """A group of routes with our parser."""

    ARGUMENTS_PARSER = _Parser()
