"""The rule book of e-supervision (电子监察规则): which card is called for by what, with each city's own thresholds.

Rules are data: a trigger out of a closed set, a signal and numbers. What a trigger means is in `card_rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

from engine.definitions.bundle import read_vocabulary
from engine.definitions.yaml_reader import load_yaml
from engine.errors import DefinitionInvalid
from engine.policy.cards import CardThresholds
from engine.terms import ClockKind, Signal, Trigger

FILE = "forms/_shared/supervision.yaml"
CLOCK_TRIGGERS = frozenset({Trigger.CLOCK_NEAR, Trigger.CLOCK_PAST})
# Data for these comes later: until then a rule on them cannot be active.
SOURCELESS = frozenset(
    {Trigger.FEE, Trigger.SEAL, Trigger.EXCHANGE, Trigger.RECORD_CHANGED, Trigger.EVALUATION, Trigger.COMPLAINT}
)
_NEAR_KEYS = frozenset({"near_working_days", "near_rate", "near_rate_from"})
_RULE_KEYS = _NEAR_KEYS | {
    *("id", "title", "title_en", "trigger", "clocks", "only_inside_limit", "signal", "severity", "basis"),
    *("basis_is_example", "active", "inactive_because", "escalates_to", "escalate_after_working_days"),
}
_BOOK_KEYS = frozenset({"key", "title", "version", "light", "answer_working_days", "rules"})
_WORST_SEVERITY = 5
_MOST_DAYS = 60
EnumT = TypeVar("EnumT", bound=Enum)


@dataclass(frozen=True)
class NearThreshold:
    """When a limit is near: at most so many working days left, or this share of a limit that is long enough."""

    near_working_days: int = 1
    near_rate: Decimal = Decimal("0.2")
    near_rate_from: int = 10


@dataclass(frozen=True)
class Rule:
    """One rule (监察规则).

    clocks             which clocks a rule on time limits watches
    only_inside_limit  a step counts only while the case itself is inside its promised limit
    escalates_to       the signal once `escalate_after` working days more have passed
    severity           1…5, for sorting and scores
    """

    id: str
    title: str
    title_en: str
    trigger: Trigger
    signal: Signal
    severity: int
    basis: str
    basis_is_example: bool
    active: bool = True
    inactive_because: str = ""
    clocks: tuple[ClockKind, ...] = ()
    near: NearThreshold | None = None
    only_inside_limit: bool = False
    escalates_to: Signal | None = None
    escalate_after: int = 0


@dataclass(frozen=True)
class RuleBook:
    """Every rule with the thresholds of the light clerks see; `answer_working_days` to explain a card in."""

    version: str
    title: str
    light: CardThresholds
    answer_working_days: int
    rules: tuple[Rule, ...]

    @property
    def active(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.active)

    def find(self, rule_id: str) -> Rule | None:
        """The rule of a card; None when a later edition of the book dropped it."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)


def supplied_rule_book() -> RuleBook:
    """The rule book that ships: what holds where a city has loaded none."""
    path, content = read_vocabulary("supervision")
    return rule_book_from(load_yaml(content, path))


def rule_book_from(mapping: Any) -> RuleBook:
    """The rule book in a parsed `supervision.yaml`; DefinitionInvalid names the rule and what is wrong with it."""
    if not isinstance(mapping, Mapping):
        raise _invalid("", "监察规则应为一组字段。")
    _refuse_unknown(mapping, _BOOK_KEYS, "")
    version, entries = mapping.get("version"), mapping.get("rules")
    if not isinstance(version, str) or not version:
        raise _invalid("version", "监察规则须写明版本号（文字，加引号）。")
    if not isinstance(entries, list) or not entries:
        raise _invalid("rules", "监察规则没有列出任何规则。")
    rules = tuple(_rule(entry) for entry in entries)
    repeated = sorted({rule.id for rule in rules if sum(r.id == rule.id for r in rules) > 1})
    if repeated:
        raise _invalid("rules", f"规则编号重复：{'、'.join(repeated)}。")
    light = _near(mapping.get("light") or {}, "light")
    return RuleBook(
        version=version,
        title=str(mapping.get("title") or "电子监察规则"),
        light=CardThresholds(light.near_working_days, light.near_rate, light.near_rate_from),
        answer_working_days=_days(mapping.get("answer_working_days", 3), "answer_working_days", "说明期限"),
        rules=rules,
    )


def _rule(entry: Any) -> Rule:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("id"), str) or not entry["id"]:
        raise _invalid("rules", "每条规则须写明编号 id。")
    key: str = entry["id"]
    if len(key) > 8:
        raise _invalid(key, f"规则编号“{key}”超过8个字符。")
    _refuse_unknown(entry, _RULE_KEYS, key)
    for name, word in (("title", "名称 title"), ("basis", "依据 basis")):
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            raise _invalid(key, f"规则{key}须写明{word}。")
    trigger = _one_of(Trigger, entry.get("trigger"), key, "触发情形 trigger")
    clocks = tuple(_one_of(ClockKind, name, key, "时限 clocks") for name in entry.get("clocks") or ())
    escalates = entry.get("escalates_to")
    rule = Rule(
        id=key,
        title=entry["title"],
        title_en=str(entry.get("title_en") or entry["title"]),
        trigger=trigger,
        signal=_one_of(Signal, entry.get("signal"), key, "信号 signal"),
        severity=_severity(entry.get("severity", 1), key),
        basis=entry["basis"],
        basis_is_example=_flag(entry.get("basis_is_example", False), key, "basis_is_example"),
        active=_flag(entry.get("active", True), key, "active"),
        inactive_because=str(entry.get("inactive_because") or ""),
        clocks=clocks,
        near=_near({n: entry[n] for n in _NEAR_KEYS & entry.keys()}, key) if trigger is Trigger.CLOCK_NEAR else None,
        only_inside_limit=_flag(entry.get("only_inside_limit", False), key, "only_inside_limit"),
        escalates_to=_one_of(Signal, escalates, key, "升级后的信号 escalates_to") if escalates else None,
        escalate_after=_days(entry["escalate_after_working_days"], key, "升级天数") if escalates else 0,
    )
    _check(rule, entry)
    return rule


def _check(rule: Rule, entry: Mapping[str, Any]) -> None:
    """What only several keys together can get wrong."""
    if rule.trigger in CLOCK_TRIGGERS and not rule.clocks:
        raise _invalid(rule.id, f"规则{rule.id}按时限触发，须写明看哪些时限 clocks。")
    if rule.trigger not in CLOCK_TRIGGERS and rule.clocks:
        raise _invalid(rule.id, f"规则{rule.id}不按时限触发，不能写 clocks。")
    if rule.trigger is not Trigger.CLOCK_NEAR and _NEAR_KEYS & entry.keys():
        raise _invalid(rule.id, f"规则{rule.id}不是“时限临近”，不能写 near_ 门槛。")
    if rule.escalates_to and (rule.trigger is not Trigger.CLOCK_PAST or not graver(rule.escalates_to, rule.signal)):
        raise _invalid(rule.id, f"规则{rule.id}的升级只用于“超过时限”，且须比原信号更重。")
    if rule.active and rule.trigger in SOURCELESS:
        raise _invalid(rule.id, f"规则{rule.id}（{rule.trigger.label}）的数据来源尚未接入，不能启用。")
    if not rule.active and not rule.inactive_because:
        raise _invalid(rule.id, f"规则{rule.id}未启用，须写明原因 inactive_because。")


_GRAVITY = {Signal.WARNING: 0, Signal.YELLOW: 1, Signal.RED: 2}


def graver(one: Signal, other: Signal) -> bool:
    """Whether a signal weighs more than another: 预警 < 黄牌 < 红牌."""
    return _GRAVITY[one] > _GRAVITY[other]


def _near(given: Mapping[str, Any], key: str) -> NearThreshold:
    _refuse_unknown(given, _NEAR_KEYS, key)
    rate = given.get("near_rate", Decimal("0.2"))
    if isinstance(rate, bool) or not isinstance(rate, int | float | Decimal) or not 0 <= rate <= 1:
        raise _invalid(key, "临近到期的比例 near_rate 须在0至1之间（例如0.2），不要写百分数。")
    return NearThreshold(
        _days(given.get("near_working_days", 1), key, "near_working_days"),
        Decimal(str(rate)),
        _days(given.get("near_rate_from", 10), key, "near_rate_from"),
    )


def _days(value: Any, key: str, word: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_DAYS:
        raise _invalid(key, f"{word}须为0至{_MOST_DAYS}的整数（工作日）。")
    return value


def _severity(value: Any, key: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _WORST_SEVERITY:
        raise _invalid(key, f"规则{key}的轻重 severity 须为1至{_WORST_SEVERITY}。")
    return value


def _flag(value: Any, key: str, name: str) -> bool:
    if not isinstance(value, bool):
        raise _invalid(key, f"{name} 须为 true 或 false。")
    return value


def _one_of(kind: type[EnumT], value: Any, key: str, word: str) -> EnumT:
    try:
        return kind(value)
    except ValueError:
        offered = "、".join(str(member.value) for member in kind)
        raise _invalid(key, f"规则{key}的{word}“{value}”不在可选范围：{offered}。") from None


def _refuse_unknown(given: Mapping[str, Any], known: frozenset[str], key: str) -> None:
    unknown = sorted(str(name) for name in given.keys() - known)
    if unknown:
        raise _invalid(key, f"{f'规则{key}' if key else '监察规则'}中没有“{'、'.join(unknown)}”这一栏。")


def _invalid(key: str, message: str) -> DefinitionInvalid:
    return DefinitionInvalid(message, file=FILE, key=key)
