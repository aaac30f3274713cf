"""What several signatures on one step come to (会签、或签、票签): the outcome as soon as no further signature can change it.

The first of a step's decisions is the affirmative one. `all` is affirmative only if everybody chose it, `any` takes the
first signature for everybody, a share is affirmative once so large a part of all signers chose it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.errors import FormInvalid

ALL, ANY, SHARE = "all", "any", "share"
_SHARE_TEXT = re.compile(r"share:([01]\.[0-9]{2})")
_LEAST, _MOST = Decimal("0.50"), Decimal(1)
_WORDS = {ALL: "会签（全部同意方为同意）", ANY: "或签（一人签署即可）"}


@dataclass(frozen=True)
class SigningRule:
    """How signatures are counted. `share` counts for SHARE only: above 0.50, at most 1.00, of all signers."""

    kind: str
    share: Decimal = _MOST

    @property
    def label(self) -> str:
        return _WORDS.get(self.kind, f"票签（{self.share:.0%}以上同意方为同意）")


def signing_rule(text: str) -> SigningRule:
    """The rule a step's `sign_rule` names: all, any or share:0.67. Raises FormInvalid on anything else."""
    if text in (ALL, ANY):
        return SigningRule(text)
    named = _SHARE_TEXT.fullmatch(text)
    share = Decimal(named[1]) if named else Decimal(0)
    if not _LEAST < share <= _MOST:
        raise FormInvalid(errors={"rule": ["请选择：全部同意、一人即可，或同意比例（大于0.50，不超过1.00）。"]})
    return SigningRule(SHARE, share)


def outcome(rule: SigningRule, choices: Sequence[str], votes: Sequence[str], waiting: int) -> str | None:
    """The choice that stands whatever the waiting signers choose; None while they can still change it.

    choices  codes of the step's decisions as drawn; none: the step only asks for signatures, which are ""
    votes    in the order they were cast, which matters to 或签 alone
    Short of its share the affirmative loses to the most frequent other choice, ties to the one drawn first.
    """
    if rule.kind == ANY:
        return votes[0] if votes else None
    affirmative, *others = choices or ("",)
    counted, needed = Counter(votes), rule.share * (len(votes) + waiting)
    if votes and counted[affirmative] >= needed:
        return affirmative
    if counted[affirmative] + waiting >= needed or not others:
        return None
    leader = max(others, key=lambda choice: (counted[choice], -others.index(choice)))
    behind = (choice for choice in others if choice != leader)
    return leader if all(_stays_ahead(others, counted, leader, choice, waiting) for choice in behind) else None


def _stays_ahead(others: list[str], counted: Counter[str], leader: str, rival: str, waiting: int) -> bool:
    lead = counted[leader] - counted[rival] - waiting
    return lead > 0 or (lead == 0 and others.index(leader) < others.index(rival))
