"""Checks answers against the fields of a definition; every message is Chinese and names what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from engine.definitions.model import FormField, FormSection
from engine.errors import FormInvalid
from engine.policy.identifiers import resident_id_problem

PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}")
ACCOUNT = re.compile(r"\d{12,30}")
# Values of these types never stand in clear columns, whatever a rule names.
MOST_DIGITS, MOST_DECIMALS, MOST_COLUMNS = 15, 18, 20
PERSONAL_TYPES = frozenset({"id_number", "phone", "bank_account", "person_list", "attachment"})
_MESSAGES = {"required": "请填写。", "null": "请填写。", "invalid": "格式不对。", "type": "格式不对。"}


def check_answers(
    sections: Sequence[FormSection], answers: Mapping[str, Any], today: date, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """The answers in their proper types; hidden fields are dropped, empty ones left out.

    Raises FormInvalid with `errors`: field name -> list of Chinese messages.
    """
    given = {name: _clean(value) for name, value in answers.items()}
    visible = [f for s in sections for f in s.fields if _is_shown(f, {**facts, "form": given})]
    known = {f.name for s in sections for f in s.fields}
    stray = {name: ["没有这一栏，请删去。"] for name in given if name not in known}
    wanted = {f.name: given[f.name] for f in visible if given.get(f.name) is not None}
    if not visible and not stray:
        return {}
    schema = Schema.from_dict({f.name: _field(f, today) for f in visible})(unknown=RAISE)
    try:
        accepted: dict[str, Any] = schema.load(wanted)
    except ValidationError as error:
        told = error.messages if isinstance(error.messages, dict) else {}
        raise FormInvalid(errors={**told, **stray}) from error
    if stray:
        raise FormInvalid(errors=stray)
    return accepted


def plain_answers(sections: Sequence[FormSection], accepted: Mapping[str, Any]) -> dict[str, Any]:
    """The accepted answers that rules may see in clear: everything but numbers and lists that name persons."""
    types = {f.name: f.type for s in sections for f in s.fields}
    return {name: value for name, value in accepted.items() if types.get(name) not in PERSONAL_TYPES}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    return None if value == [] else value


def _is_shown(form_field: FormField, facts: Mapping[str, Any]) -> bool:
    return form_field.show_if is None or form_field.show_if.evaluate(facts) is True


def _field(form_field: FormField, today: date) -> fields.Field[Any]:
    checks = _validators(form_field, today)
    options: dict[str, Any] = {"required": form_field.required, "error_messages": _MESSAGES, "validate": checks}
    match form_field.type:
        case "integer":
            return fields.Integer(**options)
        case "decimal":
            return fields.Decimal(allow_nan=False, **options)
        case "date":
            return fields.Date(format="iso", **options)
        case "boolean":
            return fields.Boolean(**options)
        case "person_list":
            return fields.List(fields.Dict(), **options)
        case "attachment":
            return fields.String(**options)
        case _:
            return fields.String(**options)


def _validators(form_field: FormField, today: date) -> list[Any]:
    checks: list[Any] = []
    if form_field.choices:
        values = [choice.value for choice in form_field.choices]
        checks.append(validate.OneOf(values, error=f"请从这些选项中选择：{'、'.join(values)}。"))
    if form_field.minimum is not None or form_field.maximum is not None:
        checks.append(_range(form_field.minimum, form_field.maximum, form_field.unit))
    match form_field.type:
        case "id_number":
            checks.append(lambda text: _refuse(resident_id_problem(text, today)))
        case "phone":
            checks.append(lambda text: _refuse(None if PHONE.fullmatch(text) else "请填写11位手机号或带区号的座机号。"))
        case "bank_account":
            checks.append(lambda text: _refuse(None if ACCOUNT.fullmatch(text) else "请填写12至30位数字的账号。"))
        case "integer" | "decimal":
            checks.append(_refuse_boundless)
        case "string":
            checks.append(validate.Length(max=form_field.max_length or 200, error="最多填写{max}个字。"))
        case "text":
            checks.append(validate.Length(max=form_field.max_length or 2000, error="最多填写{max}个字。"))
        case "person_list":
            checks += [validate.Length(max=30, error="最多填写{max}人。"), _refuse_nested]
        case "region" | "attachment" | "choice":
            checks.append(validate.Length(max=200, error="最多填写{max}个字。"))
    return checks


def _range(low: Decimal | None, high: Decimal | None, unit: str) -> Any:
    def check(value: Any) -> None:
        if low is not None and value < low:
            raise ValidationError(f"不能小于{low}{unit}。")
        if high is not None and value > high:
            raise ValidationError(f"不能大于{high}{unit}。")

    return check


def _refuse_boundless(value: int | Decimal) -> None:
    """A number of a form is one people write down: an exponent of a million digits would fill the memory later."""
    number = Decimal(value)
    if number and (number.adjusted() >= MOST_DIGITS or int(number.as_tuple().exponent) < -MOST_DECIMALS):
        raise ValidationError(f"整数最多{MOST_DIGITS}位，小数最多{MOST_DECIMALS}位。")


def _refuse_nested(people: list[dict[Any, Any]]) -> None:
    for person in people:
        if len(person) > MOST_COLUMNS or any(_is_long(part) for pair in person.items() for part in pair):
            raise ValidationError("名单的每一栏应为200字以内的文字。")


def _is_long(part: Any) -> bool:
    return isinstance(part, list | dict) or len(str(part)) > 200


def _refuse(problem: str | None) -> None:
    if problem:
        raise ValidationError(problem)
