"""Values masked (脱敏): names, identity and phone numbers, for whoever is not signed in or has stated no purpose."""

from __future__ import annotations

import re
from typing import Any

from engine.policy.identifiers import mask_identity_number, mask_phone

_IDENTITY = re.compile(r"\d{17}[\dXx]|\d{15}")
_PHONE = re.compile(r"1[3-9]\d{9}")
_NUMBERS = re.compile(rf"(?<!\d)(?:{_IDENTITY.pattern}|{_PHONE.pattern})(?!\d)")


def mask_name(name: str) -> str:
    """A person's name with only its first character: 张**."""
    return name[:1] + "*" * (len(name) - 1)


def mask_value(value: Any) -> Any:
    """A value with every identity and phone number in it masked; lists and mappings part by part."""
    if isinstance(value, int) and not isinstance(value, bool):
        hidden = mask_value(str(value))
        return value if hidden == str(value) else hidden
    if isinstance(value, str):
        return _NUMBERS.sub(_mask_number, value)
    if isinstance(value, list):
        return [mask_value(part) for part in value]
    if isinstance(value, dict):
        return {name: mask_value(part) for name, part in value.items()}
    return value


def _mask_number(match: re.Match[str]) -> str:
    number = match[0]
    return mask_phone(number) if len(number) == 11 else mask_identity_number(number)
