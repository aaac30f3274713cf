"""One search box (搜索框): a case number, a name, pinyin initials or a whole identity number, told apart by their form."""

from __future__ import annotations

import re
from typing import Any

from engine.office import Office
from engine.policy.identifiers import identity_number_for_matching

CASE_NUMBER_DIGITS = 22  # a whole one, as scanned from a receipt: the unique index finds it
_IDENTITY = re.compile(r"[0-9]{17}[0-9X]")
_DIGITS = re.compile(r"\d{4,30}")
_INITIALS = re.compile(r"[A-Za-z]{1,20}")


def applicant_filter(office: Office, q: str) -> tuple[list[str], dict[str, Any]]:
    """Conditions over `cases AS c` and their parameters; none for an empty text.

    An identity number is looked up whole and only through the blind index.
    """
    text = "".join(q.split())
    if not text:
        return [], {}
    if _IDENTITY.fullmatch(number := identity_number_for_matching(text)):
        index = office.sealer.blind_index(number)
        return ["(c.applicant_index = :q_index OR c.number = :q)"], {"q_index": index, "q": text}
    if _DIGITS.fullmatch(text):
        if len(text) == CASE_NUMBER_DIGITS:
            return ["c.number = :q"], {"q": text}
        if len(text) >= 12:
            return ["c.number LIKE :q"], {"q": f"{text}%"}
        return ["reverse(c.number) LIKE :q"], {"q": f"{text[::-1]}%"}
    if _INITIALS.fullmatch(text):
        lowered = text.lower()
        return ["(c.applicant_initials LIKE :q OR upper(c.applicant_name) LIKE :q_name)"], {
            "q": f"{lowered}%",
            "q_name": f"{text.upper()}%",
        }
    # The index is over upper case, for the initials above; it finds few, of which the second condition keeps the exact.
    return ["(upper(c.applicant_name) LIKE upper(CAST(:q AS text)) AND c.applicant_name LIKE :q)"], {
        "q": _literal(q.strip()) + "%"
    }


def _literal(text: str) -> str:
    """The text with LIKE's own signs taken literally."""
    return re.sub(r"([\\%_])", r"\\\1", text)
