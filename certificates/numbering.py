"""How certificate and document numbers are written; the counter itself belongs to the database."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"(?P<short_name>\D+?)〔(?P<year>\d{4})〕(?P<serial>[1-9]\d*)号")


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """A number such as 阳光居证〔2026〕128号: the body's short name with the kind of document, the year, the serial.

    GB/T 9704-2012, 7.2.5: four-digit year in 〔〕, the serial without leading zeros and without 第.
    """

    short_name: str
    year: int
    serial: int

    def __str__(self) -> str:
        return f"{self.short_name}〔{self.year}〕{self.serial}号"


def document_number(text: str) -> DocumentNumber | None:
    """The parts of a written number, or None if it is not one."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return None
    return DocumentNumber(match["short_name"], int(match["year"]), int(match["serial"]))
