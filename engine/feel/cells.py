"""Cells of DMN decision tables, read as conditions on the tested value `?`."""

from __future__ import annotations

from collections.abc import Callable

from engine.feel import nodes
from engine.feel.lexer import Token
from engine.feel.nodes import Node
from engine.feel.parser import Parser, checked


def parse_unary_tree(source: str) -> Node:
    """The tree of a cell."""
    return checked(source, _CellParser(source).cell())


class _CellParser(Parser):
    def atom_readers(self) -> dict[str, Callable[[Token], Node]]:
        return {**super().atom_readers(), "?": lambda token: nodes.Input(position=token.position)}

    def cell(self) -> Node:
        if self.here.kind == "end" or (self.at("-") and self.tokens[self.index + 1].kind == "end"):
            return nodes.Wildcard(position=self.here.position)
        return self.negated_cell() or self.cell_tests()

    def negated_cell(self) -> Node | None:
        """`not(...)` around the whole cell; `not(a) and b` is an ordinary expression, so step back."""
        start, position = self.index, self.here.position
        if not self.at("not") or self.tokens[self.index + 1].text != "(":
            return None
        self.index += 2
        tests = self.more(self.test(), self.test)
        if self.skip(")") and self.here.kind == "end":
            return nodes.Not(_any_test(tests, position), position=position)
        self.index = start
        return None

    def cell_tests(self) -> Node:
        position = self.here.position
        tests = self.more(self.test(), self.test)
        self.expect_end()
        return _any_test(tests, position)


def _any_test(tests: tuple[Node, ...], position: int) -> Node:
    """One condition on `?` that holds when one of the tests does."""
    asking = [test for test in tests if _asks(test)]
    plain = tuple(test for test in tests if not _asks(test))
    if plain:
        asking.insert(0, nodes.In(nodes.Input(position=position), plain, position=position))
    return asking[0] if len(asking) == 1 else nodes.Or(tuple(asking), position=position)


def _asks(test: Node) -> bool:
    """Is a cell's test a condition that names the tested value itself?"""
    if isinstance(test, nodes.Range | nodes.UnaryCompare):
        return False
    return any(isinstance(node, nodes.Input) for node in nodes.walk(test))
