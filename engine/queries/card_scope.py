"""Which cards (监察牌) an actor may see: supervisors those of their region and department, everybody else their own."""

from __future__ import annotations

from typing import Any

from engine.policy.actors import Actor
from engine.policy.card_life import CARD_READERS
from engine.queries.scope import region_bounds


def cards_within(actor: Actor, *, own_only: bool = False) -> tuple[str, dict[str, Any]]:
    """SQL condition over `cards AS k` and its parameters; `own_only`: those issued to the actor or a post of theirs."""
    if actor.is_system and not own_only:
        return "TRUE", {}
    parts = ["k.officer_id = :own_officer", "k.post_id = ANY(:own_posts)"]
    values: dict[str, Any] = {"own_officer": actor.officer_id, "own_posts": list(actor.post_ids)}
    supervising = [post.scope for post in actor.posts if post.roles & CARD_READERS] if not own_only else []
    for n, scope in enumerate(one for one in supervising if one):
        low, high = f"card_low_{n}", f"card_high_{n}"
        values[low], values[high] = region_bounds(scope.region_prefix)
        part = f"k.region_code >= CAST(:{low} AS bpchar) AND k.region_code <= CAST(:{high} AS bpchar)"
        if scope.department is not None:
            values[f"card_department_{n}"] = scope.department
            part += f" AND k.department = :card_department_{n}"
        parts.append(f"({part})")
    return f"({' OR '.join(parts)})", values
