"""Jinja2 templates of faces and notices: escaped, sandboxed, and strict about every name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from certificates.errors import FaceInvalid
from engine.clock import LOCAL_ZONE, local_date
from engine.policy.identifiers import mask_identity_number

DASH = "—"
_DIGITS = "〇一二三四五六七八九"


def as_date(value: Any) -> date:
    """A local date from a date, an aware instant or ISO text."""
    if isinstance(value, datetime):
        return local_date(value)
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def ymd(value: Any) -> str:
    """2026年11月21日, the form official documents use (GB/T 9704: Arabic digits, no leading zeros)."""
    day = as_date(value)
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_date(value: Any) -> str:
    """二〇二六年十一月二十一日, for licences in the traditional style."""
    day = as_date(value)
    return "".join(_DIGITS[int(digit)] for digit in str(day.year)) + f"年{_up_to_99(day.month)}月{_up_to_99(day.day)}日"


def _up_to_99(number: int) -> str:
    if number < 10:
        return _DIGITS[number]
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def yuan(amount: Any) -> str:
    """An amount in yuan with two decimals and thousands marks: 1,280.00."""
    return f"{Decimal(str(amount)):,.2f}"


def minute(value: datetime | str) -> str:
    """2026年11月21日10时20分 in local time, from an aware instant or its ISO text."""
    local = (value if isinstance(value, datetime) else datetime.fromisoformat(value)).astimezone(LOCAL_ZONE)
    return f"{ymd(value)}{local.hour}时{local.minute:02d}分"


FILTERS: Mapping[str, Callable[[Any], str]] = {
    "ymd": ymd,
    "chinese_date": chinese_date,
    "masked": mask_identity_number,
    "yuan": yuan,
    "minute": minute,
}


class Missing(jinja2.Undefined):
    """A fact nobody gave: printed as a dash, empty as a list, false in a condition."""

    def __str__(self) -> str:
        return DASH

    def __getattr__(self, name: str) -> Missing:
        if name.startswith("__"):
            raise AttributeError(name)
        return self


def _dash(value: Any) -> Any:
    return DASH if value is None or value == "" or isinstance(value, Missing) else value


def _or_dash(print_value: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: DASH if _dash(value) == DASH else print_value(value)


def environment(texts: Mapping[str, str], *, gaps: bool = False) -> jinja2.Environment:
    """Templates by name; unknown names in them are errors.

    gaps  a fact that is missing or empty is printed as a dash instead
    """
    made = ImmutableSandboxedEnvironment(
        loader=jinja2.DictLoader(dict(texts)),
        autoescape=True,
        undefined=Missing if gaps else jinja2.StrictUndefined,
        finalize=_dash if gaps else None,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update({name: _or_dash(told) if gaps else told for name, told in FILTERS.items()})
    return made


def filled(templates: jinja2.Environment, name: str, values: Mapping[str, Any]) -> str:
    """The template's XML with its values; `FaceInvalid` names the template and what is wrong in it."""
    try:
        return templates.get_template(name).render(values)
    except jinja2.TemplateSyntaxError as error:
        raise FaceInvalid(f"模板写法有误：{error.message}", file=name, line=error.lineno) from error
    except jinja2.UndefinedError as error:
        raise FaceInvalid(f"模板用到了没有提供的数据：{error.message}", file=name) from error
    except (jinja2.TemplateError, ArithmeticError, TypeError, ValueError) as error:
        raise FaceInvalid(f"模板中的数据无法按要求的格式打印：{error}", file=name) from error


def fact_names(source: str, name: str) -> frozenset[str]:
    """The facts a template prints, so that nothing else is attached to the certificate."""
    try:
        parsed = environment({}).parse(source)
    except jinja2.TemplateSyntaxError as error:
        raise FaceInvalid(f"模板写法有误：{error.message}", file=name, line=error.lineno) from error
    accesses = parsed.find_all(jinja2.nodes.Getattr)
    return frozenset(
        access.attr for access in accesses if isinstance(access.node, jinja2.nodes.Name) and access.node.name == "facts"
    )
