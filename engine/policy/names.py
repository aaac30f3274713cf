"""Names of persons (姓名): the form in which they are compared, and their pinyin initials for quick search.

What was entered is kept as it is; nothing here is for display.
"""

from __future__ import annotations

import re
import unicodedata

from pypinyin import Style, lazy_pinyin

_DOT = "·"  # U+00B7, the only separator the joint notice of 2016 allows
_DOTS = dict.fromkeys(map(ord, "•・･‧⋅"), _DOT)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF21, 0xFF5B)} | {0x3000: " "}

# Full stops stand in for the separator only between Han characters; "J. Smith" keeps its own.
_HAN = r"[々〇㐀-䶿一-鿿豈-﫿\U00020000-\U0003FFFF]"
_STOP_BETWEEN_HAN = re.compile(rf"(?<={_HAN})\s*[.．。｡﹒]\s*(?={_HAN})")
_BLANK_BETWEEN_HAN = re.compile(rf"(?<={_HAN})\s+(?={_HAN})")
_SEPARATORS = re.compile(rf"\s*{_DOT}[\s{_DOT}]*")

_RUNS = re.compile(r"[a-z][a-z']*|[^\x00-\x7f]+")

# Surnames whose usual reading in pinyin tables is that of the common word.
_SURNAME_INITIALS = {
    "万俟": "mq",
    "尉迟": "yc",
    "澹台": "tt",
    "长孙": "zs",
    "单": "s",
    "区": "o",
    "仇": "q",
    "解": "x",
    "查": "z",
    "朴": "p",
    "盖": "g",
    "曾": "z",
    "种": "c",
    "翟": "z",
    "覃": "q",
    "乐": "y",
    "缪": "m",
    "员": "y",
    "秘": "b",
}


def normalise_name_for_matching(name: str) -> str:
    """The form under which two spellings of one name are the same (姓名比对).

    Separators become U+00B7, blanks between Han characters go, Latin letters become upper case. Composed by NFC;
    NFKC would also fold characters that only look alike.
    """
    text = unicodedata.normalize("NFC", name).translate(_DOTS).translate(_FULL_WIDTH)
    text = _STOP_BETWEEN_HAN.sub(_DOT, text.strip())
    text = _SEPARATORS.sub(_DOT, text).strip(_DOT)
    return " ".join(_BLANK_BETWEEN_HAN.sub("", text).split()).upper()


def pinyin_initials(name: str) -> str:
    """Lower-case first letters of a name's syllables and Latin words (拼音首字母), for search at the counter.

    A character without a known reading is left out, so that the others still find the person.
    """
    text = normalise_name_for_matching(name)
    surname = next((known for known in _SURNAME_INITIALS if text.startswith(known)), "")
    initials = [_SURNAME_INITIALS.get(surname, "")]
    for run in _RUNS.findall(text[len(surname) :].lower()):
        syllables = [run] if run.isascii() else lazy_pinyin(run, style=Style.FIRST_LETTER, errors="ignore")
        initials.extend(syllable[0] for syllable in syllables if syllable)
    return "".join(initials)
