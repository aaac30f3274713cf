"""Words of the pages in the reader's language: Chinese unless English was asked for (`?lang=en`, kept in a cookie)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from flask import has_request_context, request

from engine.clock import LOCAL_ZONE
from engine.terms import DayUnit, Term

Language = Literal["zh", "en"]
WEEKDAYS = "一二三四五六日"


def language() -> Language:
    """The reader's language: of the address first, then of the cookie, else Chinese."""
    if not has_request_context():
        return "zh"
    asked = request.args.get("lang") or request.cookies.get("lang")
    return "en" if asked == "en" else "zh"


def html_language() -> str:
    """The language as `<html lang>` wants it."""
    return "en" if language() == "en" else "zh-CN"


def t(zh: str, en: str) -> str:
    """One of two wordings, by the reader's language; an empty English falls back to the Chinese."""
    return en if language() == "en" and en else zh


def term(word: Term | None) -> str:
    """A word of the glossary in the reader's language; "" for none."""
    return t(word.label, word.label_en) if word is not None else ""


def day(value: date | datetime | None) -> str:
    """A date written out: 2026年11月21日, or 21 Nov 2026; an instant by its date in Asia/Shanghai."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(LOCAL_ZONE).date()
    return t(f"{value.year}年{value.month}月{value.day}日", f"{value.day} {value:%b} {value.year}")


def day_with_weekday(value: date | datetime | None) -> str:
    """A date with its day of the week: 2026年11月21日 星期六."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(LOCAL_ZONE).date()
    return t(f"{day(value)} 星期{WEEKDAYS[value.weekday()]}", f"{value:%A}, {day(value)}")


def moment(value: datetime | None) -> str:
    """An instant as 2026-11-21 09:35 in Asia/Shanghai."""
    return f"{value.astimezone(LOCAL_ZONE):%Y-%m-%d %H:%M}" if value else ""


def short_moment(value: datetime | None) -> str:
    """An instant as 11-21 09:35 in Asia/Shanghai, for lists of recent things."""
    return f"{value.astimezone(LOCAL_ZONE):%m-%d %H:%M}" if value else ""


def english_amount(amount: int, unit: DayUnit) -> str:
    """An amount with its unit in English: 1 working day, 2 working days."""
    return f"{amount} {unit.label_en.removesuffix('s') if amount == 1 else unit.label_en}"


def remaining(left: int, *, stopped: bool = False, unit: DayUnit = DayUnit.WORKING_DAY) -> str:
    """What is left of a limit in words; `left` counts units and is negative once overdue."""
    if stopped:
        return t("时限中止", "Clock stopped")
    if left < 0:
        return t(f"超期 {-left} {unit.label}", f"{english_amount(-left, unit)} overdue")
    if left == 0:
        return t("今日到期", "Due today") if unit is not DayUnit.HOUR else t("即将到期", "Due within the hour")
    return t(f"剩 {left} {unit.label}", f"{english_amount(left, unit)} left")
