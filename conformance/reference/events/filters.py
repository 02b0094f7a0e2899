"""Which rows a filter of a query keeps: the syntax tree of the SDKs, evaluated on one row."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING

from conformance.reference.bodies import invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Row = Mapping[str, object]
    Test = Callable[[Row], bool]

ORDER: dict[str, Callable[[int], bool]] = {
    "lt": lambda sign: sign < 0,
    "le": lambda sign: sign <= 0,
    "gt": lambda sign: sign > 0,
    "ge": lambda sign: sign >= 0,
}
JOINS = {"and": all, "or": any}


def compiled(tree: object) -> Test:
    """Return the test that a filter's syntax tree stands for, or refuse one we do not know."""
    if tree is None:
        return lambda _: True
    if not isinstance(tree, dict):
        raise invalid("Expected a filter expression", "filter")
    op = tree.get("op")
    if op in JOINS:
        join, tests = JOINS[op], [compiled(each) for each in _children(tree)]
        return lambda row: join(test(row) for test in tests)
    if op == "not":
        test = compiled(tree.get("expr"))
        return lambda row: not test(row)
    return _comparison(str(op), tree)


def value_of(tree: object) -> Callable[[Row], object]:
    """Return how a literal or a field of a row is read."""
    if isinstance(tree, dict) and tree.get("op") == "literal":
        constant = tree.get("value")
        return lambda _: constant
    if isinstance(tree, dict) and tree.get("op") == "ident" and isinstance(tree.get("name"), list):
        path = [str(each) for each in tree["name"]]
        return lambda row: _walk(row, path)
    raise invalid("Expected a literal or a field", "filter")


def _comparison(op: str, tree: Mapping[str, object]) -> Test:
    if op in ("isnull", "isnotnull"):
        read = value_of(tree.get("expr"))
        return lambda row: (read(row) is None) is (op == "isnull")
    left, right = value_of(tree.get("left")), value_of(tree.get("right"))
    compare = _COMPARISONS.get(op)
    if compare is None:
        raise invalid(f"The operator {op!r} is not known", "filter")
    return lambda row: compare(left(row), right(row))


def _children(tree: Mapping[str, object]) -> list[object]:
    children = tree.get("children")
    if isinstance(children, list):
        return children
    return [tree.get("left"), tree.get("right")]


def _walk(row: object, path: list[str]) -> object:
    for name in path:
        row = row.get(name) if isinstance(row, dict) else None
    return row


def _ordered(op: str) -> Callable[[object, object], bool]:
    def compare(left: object, right: object) -> bool:
        if isinstance(left, (int, float)) and isinstance(right, (int, float)):
            return ORDER[op]((left > right) - (left < right))
        if isinstance(left, str) and isinstance(right, str):
            return ORDER[op]((left > right) - (left < right))
        return False

    return compare


def _like(left: object, right: object) -> bool:
    if not isinstance(left, str) or not isinstance(right, str):
        return False
    pattern = "".join({"%": ".*", "_": "."}.get(each, re.escape(each)) for each in right)
    return re.fullmatch(pattern, left, re.IGNORECASE | re.DOTALL) is not None


def _includes(left: object, right: object) -> bool:
    wanted = right if isinstance(right, list) else [right]
    return isinstance(left, list) and all(each in left for each in wanted)


_COMPARISONS: dict[str, Callable[[object, object], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    **{op: _ordered(op) for op in ORDER},
    "like": _like,
    "ilike": _like,
    "includes": _includes,
    "in": lambda left, right: isinstance(right, list) and left in right,
}
