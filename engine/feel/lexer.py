"""Text to tokens, with a way out for every sign that belongs to another language."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.errors import ExpressionError
from engine.feel.foreign import FOREIGN_SIGNS

MOST_CHARACTERS = 2000
_LOGIC_WORDS = ("and", "or", "not", "in", "between", "if", "then", "else", "some", "every", "satisfies")
KEYWORDS = frozenset((*_LOGIC_WORDS, "true", "false", "null", "for", "return"))

_SPACE = re.compile(r"\s+")
_TOKEN = re.compile(
    r"""(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)
      | (?P<text>"(?:[^"\\]|\\.)*")
      | (?P<name>[^\W\d]\w*)
      | (?P<symbol>\.\.|<=|>=|!=|[-+*/()\[\]{},.<>=:?@])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPED = {'"': '"', "\\": "\\", "/": "/", "'": "'", "n": "\n", "t": "\t", "r": "\r"}
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or sign of an expression; `kind` is number, text, name, keyword, symbol or end."""

    kind: str
    text: str
    position: int


def complaint(source: str, position: int, message: str, hint: str = "") -> ExpressionError:
    """The error to raise for a place in the text: its line and column, what is wrong, the way out."""
    line, column = source.count("\n", 0, position) + 1, position - source.rfind("\n", 0, position)
    place = f"第 {column} 列" if "\n" not in source.strip() else f"第 {line} 行第 {column} 列"
    return ExpressionError(f"{place}：{message}", hint=hint, column=column, position=position)


def tokens(source: str) -> list[Token]:
    """All tokens of a text, closed by one of kind `end`; raises ExpressionError at the first foreign sign."""
    if len(source) > MOST_CHARACTERS:
        message = f"表达式有 {len(source)} 个字符，最多 {MOST_CHARACTERS} 个"
        raise complaint(source, MOST_CHARACTERS, message, "请拆成几个条件")
    found, place, end = [], 0, len(source)
    while place < end:
        if space := _SPACE.match(source, place):
            place = space.end()
            continue
        match = _TOKEN.match(source, place)
        _refuse_foreign_sign(source, place, match)
        assert match is not None
        kind, text = str(match.lastgroup), match.group()
        if kind == "number" and re.match(r"\w", source[match.end() : match.end() + 1]):
            raise complaint(source, place, f"数字 {text} 后面不能紧跟文字", "数字后不写单位，也不用科学记数法")
        found.append(Token("keyword" if text in KEYWORDS else kind, text, place))
        place = match.end()
    found.append(Token("end", "", end))
    return found


def _refuse_foreign_sign(source: str, place: int, match: re.Match[str] | None) -> None:
    if match is None or match.lastgroup == "symbol":
        for sign, hint in FOREIGN_SIGNS:
            if source.startswith(sign, place) and not source.startswith("!=", place):
                raise complaint(source, place, f"不认识的符号 {sign}", hint)
    if match is None:
        if source[place] == '"':
            raise complaint(source, place, "文字没有结束", '在末尾补上双引号 "')
        raise complaint(source, place, f"不认识的字符 {source[place]!r}", "请删去或改用英文符号")


def text_value(source: str, token: Token) -> str:
    """The characters a quoted text stands for, with its escapes resolved."""

    def resolved(match: re.Match[str]) -> str:
        code, sign = match.groups()
        if code:
            return chr(int(code, 16))
        if sign not in _ESCAPED:
            raise complaint(source, token.position + 1 + match.start(), f"不认识的转义 \\{sign}", "反斜杠本身写作 \\\\")
        return _ESCAPED[sign]

    value = _ESCAPE.sub(resolved, token.text[1:-1])
    if _UNSTORABLE.search(value):
        raise complaint(source, token.position, "文字里有不能存储的控制字符", "请删去")
    return value


def quoted(value: str) -> str:
    """The value as a text literal, the reverse of `text_value`."""
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
        value = value.replace(plain, escaped)
    return f'"{value}"'
