"""Service items (事项): catalogue, guide, form, eligibility."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields, validate

from api.auth import current_actor, office, public, roles, signed_in
from api.rest.answers import answer
from api.rest.described import described
from api.rest.input import Doors, Input, Query, choice, text
from api.rest.recorded import record_person
from engine.queries.eligibility_check import eligibility_check
from engine.queries.item_catalogue import ItemCatalogue, item_catalogue
from engine.queries.item_form import ItemForm, item_form
from engine.queries.service_guide import ServiceGuide, service_guide
from engine.terms import DefinitionKind, Role

doors = Doors("items", __name__, url_prefix="/api/v1", description="事项目录、办事指南、申请表、资格预判")

DOCUMENT_MODES = ("paper", "upload", "share", "commitment")


def form_answers() -> fields.Dict:
    """Answers by field name, as the item's form asks for them."""
    return fields.Dict(
        keys=fields.String(validate=validate.Length(max=80)),
        required=True,
        metadata={
            "description": "按栏目名填写；栏目见 GET /items/{item}/form",
            "example": {
                "applicant_name": "李秀兰",
                "applicant_id": "990102196509080045",
                "applicant_phone": "13800000000",
            },
        },
    )


def documents_received(*, required: bool = False) -> fields.Dict:
    """Document id -> how it came."""
    offered = f"请从这些值中选择：{'、'.join(DOCUMENT_MODES)}。"
    default = {} if required else {"load_default": dict}
    return fields.Dict(
        keys=fields.String(validate=validate.Length(max=60)),
        values=fields.String(validate=validate.OneOf(DOCUMENT_MODES, error=offered)),
        required=required,
        metadata={"description": "材料编号 → 收取方式", "example": {"identity_card": "paper"}},
        **default,
    )


def region_code(description: str) -> fields.String:
    """A 12-digit region code, or nothing."""
    return fields.String(
        load_default="",
        validate=validate.Regexp(r"(\d{12})?$", error="区划代码应为12位数字。"),
        metadata={"description": description, "example": "990102001003"},
    )


class CatalogueQuery(Query):
    q = text(60, "名称、拼音首字母或编码", "zdsh")
    department = text(40, "部门（文件夹名）", "civil_affairs")
    theme = text(8, "主题编码", "JZ")
    kind = choice(list(DefinitionKind), "service_item 服务事项；certificate 证明")
    limit = fields.Integer(load_default=500, validate=validate.Range(1, 500, error="1至500。"))


class FormQuery(Query):
    """No identity number here: it would stand in every access log. Prefill is a POST."""


class PrefillBody(Input):
    applicant_id = text(18, "申请人身份证号", "990102196509080045", required=True)
    subject_id = text(18, "待办对象身份证号（替他人申请时）")


class EligibilityBody(Input):
    item = text(80, "事项键", "mz-001-subsistence-allowance", required=True)
    form = form_answers()
    documents = documents_received()
    home_region = region_code("申请人居住的社区；居民库中没有此人时必填")


_FOUND = described(ItemCatalogue)["properties"]
_CATALOGUE = {"type": "object", "properties": {"items": _FOUND["lines"], "total": _FOUND["total"]}}


@doors.route("/items")
@public
@doors.arguments(CatalogueQuery, location="query")
@doors.response(200, _CATALOGUE)
def list_items(query: dict[str, Any]) -> Response:
    """事项目录 Items in force."""
    found = item_catalogue(office(), query["q"], query["department"], query["theme"], query["kind"], query["limit"])
    counts = {"total": found.total, "by_department": found.by_department, "by_theme": found.by_theme}
    return answer({"items": found.lines, **counts})


@doors.route("/items/<item>")
@public
@doors.response(200, described(ServiceGuide))
def show_item(item: str) -> Response:
    """办事指南 Service guide, by key or catalogue code."""
    return answer(service_guide(office(), item))


@doors.route("/items/<item>/form")
@signed_in
@doors.arguments(FormQuery, location="query")
@doors.response(200, described(ItemForm))
def show_form(query: dict[str, Any], item: str) -> Response:
    """申请表 The applicant's sections of the form, empty."""
    return answer(item_form(office(), current_actor(), item))


@doors.route("/items/<item>/form/prefill", methods=["POST"])
@roles(Role.CLERK, Role.HANDLER)
@doors.arguments(PrefillBody)
@doors.response(200, described(ItemForm))
def prefill_form(body: dict[str, Any], item: str) -> Response:
    """信息预填 The form with what the registry knows of a person; recorded."""
    form = item_form(office(), current_actor(), item, body["applicant_id"], body["subject_id"])
    record_person("prefill_form", body["applicant_id"], {"item": item, "found": form.person_found})
    if body["subject_id"]:
        record_person("prefill_form", body["subject_id"], {"item": item, "as": "subject"})
    return answer(form)


@doors.route("/eligibility-checks", methods=["POST"])
@roles(Role.CLERK, Role.HANDLER)
@doors.arguments(EligibilityBody)
@doors.response(200, {"type": "object"})
def check_eligibility(body: dict[str, Any]) -> Response:
    """资格预判 Every condition judged with its reason, and the material list; nothing is stored."""
    checked = eligibility_check(
        office(), current_actor(), body["item"], body["form"], body["documents"], body["home_region"]
    )
    detail = {"item": body["item"], "found": checked.is_registered}
    record_person("check_eligibility", str(body["form"].get("applicant_id") or ""), detail)
    if subject := body["form"].get("subject_id"):
        record_person("check_eligibility", str(subject), {"item": body["item"], "as": "subject"})
    return answer(checked.to_dict())
