"""Where a parser stands in the tokens, and how it complains about what stands there."""

from __future__ import annotations

from difflib import get_close_matches

from engine.errors import ExpressionError
from engine.feel.foreign import FOREIGN_WORDS
from engine.feel.functions import FUNCTIONS
from engine.feel.lexer import Token, complaint, tokens

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")


class Cursor:
    """A place in the tokens of a text."""

    def __init__(self, source: str) -> None:
        self.source, self.tokens, self.index = source, tokens(source), 0

    @property
    def here(self) -> Token:
        """The token to be read next."""
        return self.tokens[self.index]

    def at(self, *texts: str) -> bool:
        """Does one of these signs or keywords stand here?"""
        return self.here.kind in ("symbol", "keyword") and self.here.text in texts

    def take(self) -> Token:
        """The token here, moving on; the end is never passed."""
        token = self.here
        self.index += token.kind != "end"
        return token

    def skip(self, text: str) -> bool:
        """Move past a sign or keyword if it stands here."""
        found = self.at(text)
        self.index += found
        return found

    def expect(self, *texts: str) -> Token:
        """The sign or keyword that must stand here."""
        if not self.at(*texts):
            raise self.unexpected("，此处应为 " + " 或 ".join(texts))
        return self.take()

    def expect_end(self) -> None:
        """Complain unless the text is used up."""
        if self.here.kind != "end":
            raise self.unexpected()

    def word(self) -> str:
        """The name here; after a point or in a context a keyword is a name too."""
        if self.here.kind not in ("name", "keyword"):
            raise self.unexpected("，此处应为名称")
        return self.take().text

    def error(self, position: int, message: str, hint: str = "") -> ExpressionError:
        """The error to raise for a place in the text."""
        return complaint(self.source, position, message, hint)

    def unexpected(self, wanted: str = "") -> ExpressionError:
        """The error for a token that cannot stand here."""
        token = self.here
        if token.kind == "end":
            return self.error(token.position, "表达式没有写完" + wanted, "请补全")
        return self.error(token.position, f"此处不能写 {token.text}{wanted}", self.way_out(token))

    def way_out(self, token: Token) -> str:
        """What the author probably meant."""
        previous = self.tokens[self.index - 1] if self.index else None
        if token.text in FOREIGN_WORDS:
            return FOREIGN_WORDS[token.text]
        if token.text in COMPARISONS:
            return "比较不能连写；区间写作 x between a and b 或 x in [a..b)"
        if token.text == "[":
            return "不支持按条件或序号取列表项，请用 some 或 every … satisfies …"
        if token.text in ("for", "return"):
            return "不支持 for，请用 some 或 every … satisfies …"
        if token.text == "?":
            return "? 只用于决策表的单元格"
        if token.text == "not":
            return "不在其中写作 not(x in [a, b])"
        if previous is not None and previous.text == "not":
            return "否定写作 not(条件)"
        if previous is not None and (near := get_close_matches(f"{previous.text} {token.text}", FUNCTIONS, n=1)):
            return f"是否想写 {FUNCTIONS[near[0]].usage}？"
        return "请检查是否少了 and、or、运算符或括号"
