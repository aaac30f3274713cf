"""What an officer sees of an application: answers with their labels, numbers that name persons masked (脱敏)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.definitions.model import FormField, FormSection
from engine.policy.identifiers import mask_identity_number, mask_phone
from engine.queries.masking import mask_value


@dataclass(frozen=True)
class AnswerLine:
    """One question with its answer; `is_masked` tells that part of the value is hidden."""

    name: str
    label: str
    label_en: str
    value: Any
    unit: str
    is_masked: bool


@dataclass(frozen=True)
class AnswerSection:
    """The answers of one section of the form."""

    id: str
    title: str
    title_en: str
    lines: tuple[AnswerLine, ...]


_MASKS: Mapping[str, Callable[[str], str]] = {
    "id_number": mask_identity_number,
    "phone": mask_phone,
    "bank_account": lambda text: "*" * max(len(text) - 4, 0) + text[-4:],
}


def answer_sections(
    sections: Sequence[FormSection], answers: Mapping[str, Any], *, reveal: bool = False
) -> tuple[AnswerSection, ...]:
    """The sections that have answers. `reveal` shows whole numbers: the door must have recorded the reason."""
    found = []
    for section in sections:
        lines = tuple(_line(f, answers[f.name], reveal) for f in section.fields if f.name in answers)
        if lines:
            found.append(AnswerSection(section.id, section.title, section.title_en, lines))
    return tuple(found)


def masked(field_type: str, value: Any) -> Any:
    """A value of a form field fit for a list."""
    if field_type == "person_list" and isinstance(value, list):
        return [{name: _masked_by_name(name, part) for name, part in person.items()} for person in value]
    mask = _MASKS.get(field_type)
    return mask(str(value)) if mask and value else mask_value(value)


def _line(form_field: FormField, value: Any, reveal: bool) -> AnswerLine:
    shown = value if reveal else masked(form_field.type, value)
    return AnswerLine(
        form_field.name, form_field.label, form_field.label_en, shown, form_field.unit, is_masked=shown != value
    )


def _masked_by_name(name: str, value: Any) -> Any:
    if name.endswith("id") or "id_number" in name:
        return mask_identity_number(str(value))
    return mask_phone(str(value)) if "phone" in name else mask_value(value)
