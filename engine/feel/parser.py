"""Tokens to a syntax tree, by recursive descent; chains of the same operator are read in a loop, not by recursion.

Grammar, loosest first: if, some/every; or; and; comparison, between, in; + -; * /; unary minus; member; atom.
Every refusal names the column and the way out.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from difflib import get_close_matches

from engine.errors import ExpressionError
from engine.feel import nodes, values
from engine.feel.cursor import COMPARISONS, Cursor
from engine.feel.foreign import FOREIGN_VALUES, FOREIGN_WORDS
from engine.feel.functions import FUNCTIONS, Function
from engine.feel.lexer import KEYWORDS, Token, complaint, text_value
from engine.feel.nodes import Node

MOST_NESTED = 40
MOST_LEVELS = 100
MOST_ITEMS = 300
MOST_QUANTIFIERS = 2

# Functions of several words, longest first, so that "years and months duration" wins over its parts.
_LONG_NAMES = sorted((name.split() for name in FUNCTIONS if " " in name), key=len, reverse=True)


def parse_tree(source: str) -> Node:
    """The tree of a full expression."""
    parser = Parser(source)
    if parser.here.kind == "end":
        raise complaint(source, 0, "表达式是空的", "写一个条件，恒成立写作 true")
    tree = parser.expression()
    parser.expect_end()
    return checked(source, tree)


def checked(source: str, tree: Node) -> Node:
    """The tree, if it is not too high and its ranges stand where ranges may."""
    if nodes.height(tree) > MOST_LEVELS:
        raise complaint(source, tree.position, "表达式嵌套太深", "请拆成几个条件")
    for parent, part in [(None, tree), *((node, part) for node in nodes.walk(tree) for part in nodes.children(node))]:
        if isinstance(part, nodes.Range) and not isinstance(parent, nodes.In):
            raise complaint(source, part.position, "区间只能写在 in 之后", "如 applicant.age in [18..60)")
    return tree


class Parser(Cursor):
    """Reads a full expression."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.depth = 0
        self.bound: list[str] = []
        self.readers = self.atom_readers()

    # Expressions

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > MOST_NESTED:
            raise self.error(self.here.position, f"括号或嵌套超过 {MOST_NESTED} 层", "请拆成几个条件")
        if self.at("if"):
            tree = self.choice()
        elif self.at("some", "every"):
            tree = self.quantified()
        else:
            tree = self.disjunction()
        self.depth -= 1
        return tree

    def choice(self) -> Node:
        position = self.take().position
        condition = self.expression()
        self.expect("then")
        then = self.expression()
        self.expect("else")
        return nodes.If(condition, then, self.expression(), position=position)

    def quantified(self) -> Node:
        token = self.take()
        name_token = self.here
        name = self.word()
        if name in self.bound or name in KEYWORDS:
            raise self.error(name_token.position, f"变量名 {name} 已被使用", "换一个名称")
        if len(self.bound) == MOST_QUANTIFIERS:
            raise self.error(token.position, f"some、every 最多嵌套 {MOST_QUANTIFIERS} 层", "请拆成几个条件")
        self.expect("in")
        source = self.expression()
        self.expect("satisfies")
        self.bound.append(name)
        condition = self.expression()
        self.bound.pop()
        return nodes.Quantified(token.text == "every", name, source, condition, position=token.position)

    def disjunction(self) -> Node:
        return self.joined("or", self.conjunction, nodes.Or)

    def conjunction(self) -> Node:
        return self.joined("and", self.comparison, nodes.And)

    def joined(self, word: str, part: Callable[[], Node], kind: type[nodes.And] | type[nodes.Or]) -> Node:
        position, parts = self.here.position, [part()]
        while self.skip(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else kind(tuple(parts), position=position)

    def comparison(self) -> Node:
        position, left = self.here.position, self.sum()
        if self.at(*COMPARISONS):
            tree: Node = nodes.Compare(self.take().text, left, self.sum(), position=position)
        elif self.skip("between"):
            low = self.sum()
            self.expect("and")
            tree = nodes.Between(left, low, self.sum(), position=position)
        elif self.skip("in"):
            tree = nodes.In(left, self.tests_after_in(), position=position)
        else:
            return left
        if self.at(*COMPARISONS, "in", "between"):
            raise self.unexpected()
        return tree

    def tests_after_in(self) -> tuple[Node, ...]:
        if self.at("("):
            opening = self.take()
            first = self.test()
            if self.skip(".."):
                return (self.range_from(opening, first),)
            tests = self.more(first, self.test)
            self.expect(")")
            return tests
        return (self.unary_compare() if self.at(*COMPARISONS) else self.sum(),)

    def test(self) -> Node:
        return self.unary_compare() if self.at(*COMPARISONS) else self.expression()

    def unary_compare(self) -> Node:
        token = self.take()
        return nodes.UnaryCompare(token.text, self.sum(), position=token.position)

    def more(self, first: Node, part: Callable[[], Node]) -> tuple[Node, ...]:
        found = [first]
        while self.skip(","):
            if len(found) == MOST_ITEMS:
                raise self.error(self.here.position, f"列表超过 {MOST_ITEMS} 项", "请改用政策参数中的列表")
            found.append(part())
        return tuple(found)

    def sum(self) -> Node:
        return self.chain(("+", "-"), self.product, nodes.Sum)

    def product(self) -> Node:
        return self.chain(("*", "/"), self.signed, nodes.Product)

    def chain(self, signs: tuple[str, str], part: Callable[[], Node], kind: type[nodes.Chain]) -> Node:
        position, operands = self.here.position, [part()]
        operators: list[str] = []
        while self.at(*signs):
            operators.append(self.take().text)
            operands.append(part())
        return kind(tuple(operators), tuple(operands), position=position) if operators else operands[0]

    def signed(self) -> Node:
        signs = []
        while self.at("-"):
            signs.append(self.take().position)
        if signs and self.here.kind == "number":
            tree = self.number(sign="-", position=signs.pop())
            tree = self.members(tree)
        else:
            tree = self.members(self.atom())
        for position in reversed(signs):
            tree = nodes.Negate(tree, position=position)
        return tree

    def members(self, tree: Node) -> Node:
        while self.skip("."):
            tree = nodes.Property(tree, self.word(), position=tree.position)
        return tree

    # Atoms

    def atom(self) -> Node:
        token = self.here
        if token.kind == "number":
            return self.number()
        if token.kind == "text":
            return nodes.Text(text_value(self.source, self.take()), position=token.position)
        if function := self.function_ahead():
            return self.call(function)
        if token.kind == "name":
            return self.path()
        reader = self.readers.get(token.text) if token.kind in ("symbol", "keyword") else None
        if reader is None:
            raise self.unexpected()
        self.take()
        return reader(token)

    def atom_readers(self) -> dict[str, Callable[[Token], Node]]:
        """What reads each sign or keyword that can begin a value."""
        return {
            "(": self.bracketed,
            "[": self.bracketed,
            "]": self.bracketed,
            "{": self.context,
            "@": self.at_literal,
            "not": self.negation,
            "null": lambda token: nodes.Null(position=token.position),
            "true": lambda token: nodes.Boolean(True, position=token.position),
            "false": lambda token: nodes.Boolean(False, position=token.position),
        }

    def number(self, sign: str = "", position: int | None = None) -> Node:
        token = self.take()
        if sum(map(str.isdigit, token.text)) > values.DIGITS:
            raise self.error(token.position, f"数字超过 {values.DIGITS} 位", "请缩短")
        value = Decimal(sign + token.text) if "." in token.text else int(sign + token.text)
        return nodes.Number(value, position=token.position if position is None else position)

    def path(self) -> Node:
        first = self.here
        if first.text in FOREIGN_VALUES:
            raise self.error(first.position, f"不认识 {first.text}", FOREIGN_VALUES[first.text])
        names = [self.take().text]
        if self.at("("):
            raise self.unknown_function(first)
        while self.skip("."):
            names.append(self.word())
        kind = nodes.Variable if names[0] in self.bound else nodes.Path
        if len(names) > 2 and names[-1] in nodes.DATE_PROPERTIES:
            day = kind(tuple(names[:-1]), position=first.position)
            return nodes.Property(day, names[-1], position=first.position)
        return kind(tuple(names), position=first.position)

    def bracketed(self, opening: Token) -> Node:
        """A parenthesised expression, a list, or a range: told apart by what follows the first part."""
        if opening.text == "[" and self.skip("]"):
            return nodes.ListLiteral((), position=opening.position)
        first = self.expression()
        if opening.text == "]" or self.at(".."):
            self.expect("..")
            return self.range_from(opening, first)
        if opening.text == "(":
            self.expect(")")
            return first
        items = self.more(first, self.expression)
        self.expect("]")
        return nodes.ListLiteral(items, position=opening.position)

    def range_from(self, opening: Token, low: Node) -> Node:
        high = self.expression()
        closing = self.expect("]", ")", "[")
        return nodes.Range(low, high, opening.text == "[", closing.text == "]", position=opening.position)

    def context(self, opening: Token) -> Node:
        entries: dict[str, Node] = {}
        while not self.skip("}"):
            if entries:
                self.expect(",")
            token = self.here
            key = text_value(self.source, self.take()) if token.kind == "text" else self.word()
            if key in entries:
                raise self.error(token.position, f"名称 {key} 重复", "换一个名称")
            self.expect(":")
            entries[key] = self.expression()
        return nodes.ContextLiteral(tuple(entries.items()), position=opening.position)

    def at_literal(self, sign: Token) -> Node:
        token = self.here
        if token.kind != "text":
            raise self.unexpected("，@ 之后应为日期或时长的文字")
        text = text_value(self.source, self.take())
        return self.temporal(text, "duration" if text.lstrip("-").startswith("P") else "date", sign.position)

    def temporal(self, text: str, kind: str, position: int) -> Node:
        if kind == "date":
            day = values.as_date(text)
            if day is None:
                raise self.error(position, f"没有 {text} 这个日期", '日期写作 date("2026-01-31")')
            return nodes.Date(day, position=position)
        duration = values.as_duration(text)
        if duration is None:
            raise self.error(position, f"{text} 不是时长", '年月写作 duration("P1Y2M")，日数写作 duration("P5D")')
        return nodes.Duration(duration, position=position)

    def negation(self, word: Token) -> Node:
        self.expect("(")
        operand = self.expression()
        self.expect(")")
        return nodes.Not(operand, position=word.position)

    # Functions

    def function_ahead(self) -> Function | None:
        """The function whose name and opening parenthesis stand here."""
        if self.here.kind not in ("name", "keyword"):
            return None
        for words in _LONG_NAMES:
            ahead = self.tokens[self.index : self.index + len(words) + 1]
            if [token.text for token in ahead] == [*words, "("]:
                return FUNCTIONS[" ".join(words)]
        return FUNCTIONS.get(self.here.text) if self.tokens[self.index + 1].text == "(" else None

    def call(self, function: Function) -> Node:
        position = self.here.position
        self.index += len(function.name.split()) + 1
        arguments: tuple[Node, ...] = ()
        if not self.at(")"):
            arguments = self.more(self.expression(), self.expression)
        self.expect(")")
        self.check_arity(function, len(arguments), position)
        if function.name in ("date", "duration") and len(arguments) == 1 and isinstance(arguments[0], nodes.Text):
            return self.temporal(arguments[0].value, function.name, position)
        return nodes.Call(function.name, arguments, position=position)

    def check_arity(self, function: Function, given: int, position: int) -> None:
        if given < function.least or (function.most is not None and given > function.most):
            message = f"函数 {function.name} 要 {function.arity_text}参数，这里有 {given} 个"
            raise self.error(position, message, f"写作 {function.usage}")

    def unknown_function(self, token: Token) -> ExpressionError:
        if token.text in FOREIGN_WORDS:
            return self.error(token.position, f"不认识的函数 {token.text}", FOREIGN_WORDS[token.text])
        spaced = token.text.replace("_", " ")
        near = get_close_matches(spaced, FUNCTIONS, n=1, cutoff=0.8)
        hint = f"是否想写 {near[0]}？" if near else ""
        return self.error(token.position, f"不认识的函数 {token.text}", hint + "可用的有 " + "、".join(FUNCTIONS))
