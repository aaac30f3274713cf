"""The form file's schema, declared once: the checker walks it, the editor and docs/definition-format.md list it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.terms import (
    CaseKind,
    ConditionBasis,
    DayUnit,
    DefinitionKind,
    ItemType,
    LegalityStatus,
    Level,
    Term,
)

FIELD_TYPES: Mapping[str, str] = {
    "string": "单行文字",
    "text": "多行文字",
    "integer": "整数",
    "decimal": "小数（金额、面积等）",
    "date": "日期",
    "boolean": "是或否",
    "choice": "单选",
    "id_number": "公民身份号码",
    "phone": "电话",
    "region": "行政区划代码",
    "attachment": "附件",
    "person_list": "人员名单",
    "bank_account": "银行账号",
}
APPLICANT_KINDS: Mapping[str, str] = {"natural_person": "自然人", "organisation": "法人或其他组织", "both": "均可"}
DOCUMENT_FORMS: Mapping[str, str] = {"original": "原件", "copy": "复印件", "electronic": "电子件"}
OUTCOME_KINDS: Mapping[str, str] = {
    "licence": "证照",
    "document": "文书",
    "record": "登记备案",
    "service": "服务",
    "payment": "资金",
}
FIELD_PROVIDERS: Mapping[str, str] = {"applicant": "申请人填写", "staff": "工作人员填写"}
DOCUMENT_PROVIDERS: Mapping[str, str] = {**FIELD_PROVIDERS, "data_share": "部门共享取得"}


@dataclass(frozen=True)
class Text:
    """A line or paragraph; `pattern` is a full match."""

    max_length: int = 500
    pattern: str = ""
    pattern_hint: str = ""


@dataclass(frozen=True)
class Whole:
    """An integer from `minimum` to `maximum`."""

    minimum: int = 0
    maximum: int = 100_000


@dataclass(frozen=True)
class Number:
    """An exact number."""


@dataclass(frozen=True)
class Scalar:
    """Any text, number, date, flag or list of them."""


@dataclass(frozen=True)
class Flag:
    """true or false."""


@dataclass(frozen=True)
class Day:
    """A date YYYY-MM-DD."""


@dataclass(frozen=True)
class Feel:
    """A FEEL expression."""


@dataclass(frozen=True)
class Choices:
    """One word of a closed list: a glossary enumeration or a mapping from word to Chinese label."""

    words: type[Term] | Mapping[str, str]

    def labels(self) -> dict[str, str]:
        if isinstance(self.words, Mapping):
            return dict(self.words)
        return {member.value: member.label for member in self.words}


@dataclass(frozen=True)
class ListOf:
    """A list; `minimum` entries at least."""

    entry: Shape
    minimum: int = 0


@dataclass(frozen=True)
class MapOf:
    """Free names, each with a value of one shape."""

    value: Shape


@dataclass(frozen=True)
class Key:
    """One key of a record: name, shape, Chinese explanation."""

    name: str
    shape: Shape
    label: str
    required: bool = False


@dataclass(frozen=True)
class Record:
    """A record with a closed set of keys. `variants` picks another record when its key is written (`use`)."""

    keys: tuple[Key, ...]
    variants: tuple[tuple[str, Record], ...] = ()

    def key(self, name: str) -> Key | None:
        return next((k for k in self.keys if k.name == name), None)


Shape = Text | Whole | Number | Scalar | Flag | Day | Feel | Choices | ListOf | MapOf | Record

NAME = Text(60, r"[a-z][a-z0-9_]*", "名称只用小写英文字母、数字和下划线，以字母开头。")
LINE = Text(200)
PARAGRAPH = Text(2000)

LIMIT = Record(
    (
        Key("amount", Whole(0, 1000), "数量", True),
        Key("unit", Choices(DayUnit), "单位", True),
    )
)
FIELD = Record(
    (
        Key("name", NAME, "字段名，表达式中写作 form.字段名", True),
        Key("label", LINE, "显示名称", True),
        Key("label_en", LINE, "英文名称"),
        Key("type", Choices(FIELD_TYPES), "类型", True),
        Key("required", Flag(), "是否必填"),
        Key("choices", ListOf(LINE, 1), "单选的选项"),
        Key("unit", Text(20), "计量单位"),
        Key("hint", LINE, "填写提示"),
        Key("prefill", Text(80), "预填的事实路径，如 resident.name"),
        Key("min", Number(), "最小值"),
        Key("max", Number(), "最大值"),
        Key("max_length", Whole(1, 10_000), "最多字数"),
        Key("show_if", Feel(), "满足条件才显示"),
    )
)
GROUP_USE = Record(
    (
        Key("use", NAME, "引用共享字段组 forms/_shared/field_groups/名称.yaml，成为同名的一节", True),
        Key("title", LINE, "改写节标题"),
        Key("only", ListOf(NAME, 1), "只取这些字段"),
        Key("optional", ListOf(NAME, 1), "这些字段改为选填"),
        Key("labels", MapOf(LINE), "改写字段的显示名称"),
    )
)
SECTION = Record(
    (
        Key("id", NAME, "节的标识，流程图中以 yimen:form 引用", True),
        Key("title", LINE, "节标题", True),
        Key("title_en", LINE, "英文节标题"),
        Key("provided_by", Choices(FIELD_PROVIDERS), "由谁填写，默认申请人"),
        Key("fields", ListOf(FIELD, 1), "字段", True),
    ),
    (("use", GROUP_USE),),
)
CONDITION = Record(
    (
        Key("id", NAME, "条件标识", True),
        Key("text", PARAGRAPH, "条件原文", True),
        Key("when", Feel(), "条件表达式，为真即符合", True),
        Key("basis", Choices(ConditionBasis), "判断依据", True),
        Key("refusal", PARAGRAPH, "不符合时告知的理由", True),
        Key("way_out", PARAGRAPH, "不符合时可走的其他途径", True),
        Key("article", LINE, "法条"),
        Key("evidence", LINE, "佐证材料；仅凭申报的条件必须写明"),
    )
)
_DOCUMENT_KEYS = (
    Key("required", Flag(), "是否必要"),
    Key("when", Feel(), "满足条件才需要"),
    Key("licence", Text(10), "可替代的电子证照代码"),
    Key("deferrable", Flag(), "可容缺后补"),
    Key("commitment", Flag(), "可以书面承诺代替（告知承诺制）"),
    Key("copies", Whole(1, 20), "份数"),
    Key("how_to", PARAGRAPH, "如何取得"),
    Key("basis", LINE, "要求提供的依据"),
    Key("provided_by", Choices(DOCUMENT_PROVIDERS), "由谁提供，默认申请人"),
)
DOCUMENT_USE = Record(
    (
        Key("use", NAME, "引用共享材料 forms/_shared/documents/名称.yaml", True),
        Key("id", NAME, "改写材料标识，默认与引用的名称相同"),
        Key("title", LINE, "改写材料名称"),
        Key("form", Choices(DOCUMENT_FORMS), "改写材料形式"),
        *_DOCUMENT_KEYS,
    )
)
DOCUMENT = Record(
    (
        Key("id", NAME, "材料标识", True),
        Key("title", LINE, "材料名称", True),
        Key("form", Choices(DOCUMENT_FORMS), "材料形式", True),
        *_DOCUMENT_KEYS,
    ),
    (("use", DOCUMENT_USE),),
)
PROCEDURE = Record(
    (
        Key("code", NAME, "特别程序代码，流程图中以 yimen:procedure 引用", True),
        Key("title", LINE, "名称", True),
        Key("limit", LIMIT, "本程序自身的期限", True),
        Key("basis", LINE, "不计入时限的依据"),
    )
)
LIMITS = Record(
    (
        Key("statutory", LIMIT, "法定办结时限", True),
        Key("promised", LIMIT, "承诺办结时限", True),
        Key("correction", LIMIT, "补正时限", True),
        Key("deferred", LIMIT, "容缺材料的补交时限，默认 10 个工作日"),
        Key("extension", LIMIT, "最多可延长的时间；不写即不得延期"),
        Key("special_procedures", ListOf(PROCEDURE), "不计入时限的特别程序"),
    )
)
OUTCOME = Record(
    (
        Key("kind", Choices(OUTCOME_KINDS), "结果类型", True),
        Key("title", LINE, "结果名称", True),
        Key("licence", Text(10), "结果证照代码"),
        Key("certificate", Text(100), "证面样式的键（certificates/types）"),
        Key("valid_months", Whole(1, 600), "有效月数"),
        Key("valid_days", Whole(1, 3660), "有效天数"),
        Key("facts", MapOf(Feel()), "证面用到的内容，名称: 表达式"),
    )
)
LEGALITY = Record(
    (
        Key("status", Choices(LegalityStatus), "出具依据状态", True),
        Key("basis", PARAGRAPH, "出具依据"),
        Key("competent_body", LINE, "有权机关"),
        Key("alternative", PARAGRAPH, "替代办法"),
    )
)
BASIS = Record(
    (
        Key("title", LINE, "法律、法规、文件名称", True),
        Key("article", LINE, "条款"),
        Key("verified", Flag(), "法制机构是否已核验"),
    )
)
FORM_FILE = Record(
    (
        Key("title", LINE, "事项名称", True),
        Key("title_en", LINE, "英文名称", True),
        Key("short_title", Text(20), "简称"),
        Key("aliases", ListOf(LINE), "别名，供检索和禁止出具清单比对"),
        Key("code", Text(10, r"[A-Z]{2}-\d{3}|ZM-[A-Z]{2}-\d{2}", "应如 MZ-001 或 ZM-MS-01。"), "目录编码", True),
        Key("kind", Choices(DefinitionKind), "定义类别", True),
        Key("department", NAME, "主管部门文件夹名", True),
        Key("theme", Text(4), "主题代码"),
        Key("item_type", Choices(ItemType), "事项类型", True),
        Key("case_kind", Choices(CaseKind), "办件类型", True),
        Key("applicant_kind", Choices(APPLICANT_KINDS), "申请主体", True),
        Key("accept_level", Choices(Level), "受理层级", True),
        Key("decide_level", Choices(Level), "决定层级", True),
        Key("cross_city", Flag(), "是否全市通办"),
        Key("separate_approval", Flag(), "经办与审批须由不同人员"),
        Key("visits", Whole(0, 3), "到现场次数", True),
        Key("online_depth", Whole(1, 5), "网上办理深度 1 至 5 级", True),
        Key("fee", LINE, "收费，免费或标准", True),
        Key("fee_basis", LINE, "收费依据；收费的必须写明"),
        Key("valid_from", Day(), "生效日期"),
        Key("change_note", LINE, "变更说明"),
        Key("legal_basis", ListOf(BASIS, 1), "设定依据", True),
        Key("limits", LIMITS, "时限", True),
        Key("form", ListOf(SECTION, 1), "申请表，按节", True),
        Key("eligibility", ListOf(CONDITION), "受理条件", True),
        Key("documents", ListOf(DOCUMENT), "申请材料", True),
        Key("outcome", OUTCOME, "办理结果", True),
        Key("recertify", LINE, "定期复核说明"),
        Key("legality", LEGALITY, "出具依据（证明必填）"),
    )
)
FIELD_GROUP_FILE = Record(
    (
        Key("title", LINE, "节标题", True),
        Key("title_en", LINE, "英文节标题"),
        Key("fields", ListOf(FIELD, 1), "字段", True),
    )
)
DOCUMENT_FILE = Record(
    (Key("title", LINE, "材料名称", True), Key("form", Choices(DOCUMENT_FORMS), "材料形式", True), *_DOCUMENT_KEYS)
)


def schema_document(record: Record = FORM_FILE) -> list[dict[str, Any]]:
    """The schema as plain data, one entry per key in file order, for the editor and the manual."""
    return _document(record, "")


def _document(record: Record, prefix: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    for name in ("", *(variant for variant, _ in record.variants)):
        chosen = dict(record.variants).get(name, record)
        for key in chosen.keys:
            path = f"{prefix}{key.name}"
            if any(entry["path"] == path for entry in entries):
                continue
            entries.append({"path": path, "required": key.required, "label": key.label, **_describe(key.shape)})
            inner = key.shape.entry if isinstance(key.shape, ListOf) else key.shape
            if isinstance(inner, Record):
                entries += _document(inner, f"{path}[]." if isinstance(key.shape, ListOf) else f"{path}.")
    return entries


def _describe(shape: Shape) -> dict[str, Any]:
    if isinstance(shape, Choices):
        return {"type": "choice", "values": shape.labels()}
    if isinstance(shape, ListOf):
        return {"type": "list", "of": _describe(shape.entry)["type"]}
    if isinstance(shape, MapOf):
        return {"type": "map", "of": _describe(shape.value)["type"]}
    return {"type": type(shape).__name__.lower()}
