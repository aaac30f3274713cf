"""What is entered about a body, checked (单位信息)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.commands.organisation.admin_desk import AdminDesk, require_filled, wrong
from engine.policy.identifiers import uscc_is_valid


@dataclass(frozen=True, kw_only=True)
class BodyEntries:
    """Name, credit code, seal and telephones of a body."""

    name: str
    short_name: str
    uscc: str
    seal_name: str = ""
    address: str = ""
    phone: str = ""
    complaint_phone: str = ""


def body_values(admin: AdminDesk, entries: BodyEntries, key: int | None = None) -> dict[str, Any]:
    """The columns. FormInvalid for an empty name, a wrong credit code, or a name or code another body has."""
    require_filled(name=entries.name, short_name=entries.short_name, uscc=entries.uscc)
    values = {field: str(getattr(entries, field)).strip() for field in BodyEntries.__dataclass_fields__}
    values["uscc"] = values["uscc"].upper()
    if not uscc_is_valid(values["uscc"]):
        raise wrong("uscc", "统一社会信用代码应为18位且校验位相符，请核对。", "The credit code is not valid.")
    for field, words in (("name", "已有同名单位，请核对。"), ("uscc", "该统一社会信用代码已有单位使用，请核对。")):
        if admin.staff.is_taken("organisation", key, **{field: values[field]}):
            raise wrong(field, words, f"Another organisation has this {field}.")
    return values
