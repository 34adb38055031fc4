"""What can be changed about a line of code."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from tests.serve.overrides.edits import (
    OPPOSITE,
    Change,
    drop,
    drop_of_value,
    return_none,
    set_guard,
    set_last_to,
    set_name,
    set_test,
    set_value,
    swap,
    unsign,
)

SWAPPED: Mapping[str, str] = {"all": "any", "any": "all", "max": "min", "min": "max"}


def code_changes(node: ast.AST) -> Iterator[Change]:
    """What can be changed about a line of code."""
    text = "" if isinstance(node, ast.Module) else ast.unparse(node)[:70]
    yield from _operator_changes(node, text)
    yield from _condition_changes(node)
    if isinstance(node, ast.Constant):
        yield from _constant_changes(node)
    if isinstance(node, ast.Return) and node.value is not None:
        yield f"{text} as None", return_none
    if isinstance(node, ast.Set):
        for place, item in enumerate(node.elts):
            yield f"set without {ast.unparse(item)}", drop("elts", place)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        yield from _table_changes(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        yield from _call_changes(node, text)


def _table_changes(node: ast.Assign | ast.AnnAssign) -> Iterator[Change]:
    """Each entry of a tuple that has a name."""
    name = node.targets[0] if isinstance(node, ast.Assign) else node.target
    if isinstance(name, ast.Name) and isinstance(node.value, ast.Tuple):
        for place, item in enumerate(node.value.elts):
            yield f"{name.id} without {ast.unparse(item)[:60]}", drop_of_value(place)


def _call_changes(node: ast.Call, text: str) -> Iterator[Change]:
    assert isinstance(node.func, ast.Name)
    if node.func.id in SWAPPED:
        other = SWAPPED[node.func.id]
        yield f"{text} by {other}", set_name(other)
    if node.func.id == "isinstance":
        members = ast.unparse(node.args[1]).split(" | ")
        for left_out in members if len(members) > 1 else ():
            union = " | ".join(member for member in members if member != left_out)
            yield f"{text} without {left_out}", set_last_to(union)


def _condition_changes(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.If | ast.IfExp):
        test = ast.unparse(node.test)[:70]
        for value in (True, False):
            yield f"if {test} as {value}", set_test(value)
    if isinstance(node, ast.match_case) and node.guard is not None:
        for value in (True, False):
            yield f"case if {ast.unparse(node.guard)} as {value}", set_guard(value)
    if isinstance(node, ast.comprehension):
        for place, condition in enumerate(node.ifs):
            yield f"for ... without if {ast.unparse(condition)[:60]}", drop("ifs", place)


def _operator_changes(node: ast.AST, text: str) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            if type(operator) in OPPOSITE:
                yield f"comparison {place} of {text}", swap("ops", place)
    if isinstance(node, ast.BoolOp | ast.BinOp | ast.AugAssign) and type(node.op) in OPPOSITE:
        yield f"operator of {text}", swap("op")
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub | ast.Invert):
        yield f"sign of {text}", unsign


def _constant_changes(node: ast.Constant) -> Iterator[Change]:
    if isinstance(node.value, bool):
        yield f"{node.value} as {not node.value}", set_value(not node.value)
    elif isinstance(node.value, int | float):
        for step in (-1, 1):
            yield f"{node.value} {step:+}", set_value(node.value + step)
