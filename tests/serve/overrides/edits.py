"""Small edits to one node of a syntax tree, from which mutants are made."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

Edit = Callable[[ast.AST], None]
"""Changes a node in place."""
Change = tuple[str, Edit]
"""What a change is called, and the edit that makes it."""

OPPOSITE: Mapping[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}


def called(node: ast.AST) -> str:
    """The name of what a node calls, empty where it calls nothing by name."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def drop(field: str, place: int) -> Edit:
    """Leaves out one item of a list."""
    return lambda node: getattr(node, field).pop(place)


def drop_of_value(place: int) -> Edit:
    """Leaves out one item of the list that a name is given."""
    return lambda node: node.value.elts.pop(place)  # type: ignore[attr-defined]


def set_name(name: str) -> Edit:
    """Calls something else."""

    def change(node: ast.AST) -> None:
        assert isinstance(node, ast.Call)
        if isinstance(node.func, ast.Attribute):
            node.func.attr = name
        else:
            node.func = ast.Name(name, ast.Load())

    return change


def add_to_first(step: int) -> Edit:
    """Adds to the first argument."""

    def change(node: ast.AST) -> None:
        node.args[0].value += step  # type: ignore[attr-defined]

    return change


def set_last(value: float | str) -> Edit:
    """Replaces the last argument."""

    def change(node: ast.AST) -> None:
        node.args[-1] = ast.Constant(value)  # type: ignore[attr-defined]

    return change


def set_last_to(expression: str) -> Edit:
    """Replaces the last argument by an expression."""

    def change(node: ast.AST) -> None:
        node.args[-1] = ast.parse(expression, mode="eval").body  # type: ignore[attr-defined]

    return change


def set_field(place: int, value: str) -> Edit:
    """Replaces the value of a keyword."""

    def change(node: ast.AST) -> None:
        node.keywords[place].value = ast.Constant(value)  # type: ignore[attr-defined]

    return change


def reword(field: str, place: int) -> Edit:
    """The first words for people inside the node, changed."""

    def change(node: ast.AST) -> None:
        part = getattr(node, field)[place]
        for inside in ast.walk(part):
            if isinstance(inside, ast.Constant) and isinstance(inside.value, str):
                inside.value = f"XX{inside.value}"
                return
        getattr(node, field)[place] = _named_text(part)

    return change


def _named_text(part: ast.AST) -> ast.AST:
    """A constant by name, such as `_TODAY`, replaced by other words."""
    words = ast.Constant("XX")
    return ast.keyword(part.arg, words) if isinstance(part, ast.keyword) else words


def swap(field: str, place: int | None = None) -> Edit:
    """Replaces an operator by its opposite."""

    def change(node: ast.AST) -> None:
        if place is None:
            setattr(node, field, OPPOSITE[type(getattr(node, field))]())
        else:
            operators = getattr(node, field)
            operators[place] = OPPOSITE[type(operators[place])]()

    return change


def unsign(node: ast.AST) -> None:
    """Undoes a sign by applying it twice."""
    assert isinstance(node, ast.UnaryOp)
    node.operand = ast.UnaryOp(node.op, node.operand)


def set_test(value: bool) -> Edit:
    """Makes a condition constant."""

    def change(node: ast.AST) -> None:
        node.test = ast.Constant(value)  # type: ignore[attr-defined]

    return change


def set_guard(value: bool) -> Edit:
    """Makes the condition of a case constant."""

    def change(node: ast.AST) -> None:
        node.guard = ast.Constant(value)  # type: ignore[attr-defined]

    return change


def set_value(value: float | bool) -> Edit:
    """Replaces a constant."""

    def change(node: ast.AST) -> None:
        node.value = value  # type: ignore[attr-defined]

    return change


def return_none(node: ast.AST) -> None:
    """Returns nothing."""
    node.value = ast.Constant(None)  # type: ignore[attr-defined]
