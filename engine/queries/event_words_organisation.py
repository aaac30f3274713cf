"""What events say that came from a change of the organisation: title, sentence (zh and en each) and tone."""

from __future__ import annotations

ORGANISATION_WORDS: dict[str, tuple[str, str, str, str, str]] = {
    "region_changed": (
        "区划调整",
        "Region changed",
        "因区划调整，承办地改为新的区划。",
        "The case moved to the region that took over.",
        "grey",
    ),
}
