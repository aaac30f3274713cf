"""A condition as a set of demands: `not` pushed down to single comparisons, ranges seen as two bounds."""

from __future__ import annotations

from collections.abc import Iterator

from engine.feel import nodes
from engine.feel.nodes import Node

_OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "=": "!=", "!=": "="}


def affirmed(node: Node, wanted: bool) -> Node:
    """The same condition (its opposite, if not wanted) with `not` only where nothing simpler says it."""
    if isinstance(node, nodes.Not):
        return affirmed(node.operand, not wanted)
    if isinstance(node, nodes.And | nodes.Or):
        kind = nodes.And if isinstance(node, nodes.And) is wanted else nodes.Or
        return kind(tuple(affirmed(operand, wanted) for operand in node.operands), position=node.position)
    if isinstance(node, nodes.In) and len(node.tests) == 1 and isinstance(node.tests[0], nodes.UnaryCompare):
        test = node.tests[0]
        node = nodes.Compare(test.operator, node.operand, test.right, position=node.position)
    if wanted:
        return node
    if isinstance(node, nodes.Compare):
        return nodes.Compare(_OPPOSITE[node.operator], node.left, node.right, position=node.position)
    if bounds := bounds_of(node):
        return nodes.Or(tuple(affirmed(bound, False) for bound in bounds), position=node.position)
    return nodes.Not(node, position=node.position)


def bounds_of(node: Node) -> tuple[nodes.Compare, ...]:
    """The two comparisons a range stands for; empty for anything else."""
    if isinstance(node, nodes.Between):
        low_operator, high_operator, operand, low, high = ">=", "<=", node.operand, node.low, node.high
    elif isinstance(node, nodes.In) and len(node.tests) == 1 and isinstance(node.tests[0], nodes.Range):
        test = node.tests[0]
        low_operator, high_operator = (">=" if test.low_closed else ">"), ("<=" if test.high_closed else "<")
        operand, low, high = node.operand, test.low, test.high
    else:
        return ()
    if isinstance(low, nodes.Null) or isinstance(high, nodes.Null):
        return ()
    return (
        nodes.Compare(low_operator, operand, low, position=node.position),
        nodes.Compare(high_operator, operand, high, position=node.position),
    )


def leaves_of(tree: Node) -> Iterator[Node]:
    if isinstance(tree, nodes.And | nodes.Or):
        for operand in tree.operands:
            yield from leaves_of(operand)
    else:
        yield tree
