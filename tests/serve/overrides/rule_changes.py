"""What can be changed about the table of rules and its signs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from math import inf, nextafter

from tests.serve.overrides.edits import (
    Change,
    add_to_first,
    called,
    drop,
    reword,
    set_field,
    set_last,
    set_name,
)

WORDS: Mapping[str, tuple[str, ...]] = {
    "hip_part": ("groin", "outer", "back"),
    "onset": ("sudden", "days", "gradual"),
    "side": ("one", "both"),
    "smoking": ("never", "former", "current", "ever"),
    "swelling": ("none", "one", "both"),
}
LEVELS = ("emergency", "urgent", "routine")
JOINS = ("All", "Any", "Count")
ASKING = ("ask_if", "ask_after")
TEXTS = ("reason", "action", "sources", "hazard")


def rule_changes(node: ast.AST) -> Iterator[Change]:
    """What can be changed about a rule or a sign."""
    if isinstance(node, ast.Call):
        yield from _join_changes(node)
        yield from _test_changes(node)
        yield from _field_changes(node)
    if isinstance(node, ast.Tuple) and all(called(item) in ("Rule", "_see") for item in node.elts):
        for place in range(len(node.elts)):
            yield f"rule {place} left out", drop("elts", place)


def _join_changes(node: ast.Call) -> Iterator[Change]:
    name = called(node)
    if name not in JOINS:
        return
    parts = range(name == "Count", len(node.args))  # the first of a count is its number
    for place in parts if len(parts) > 1 else ():
        part = ast.unparse(node.args[place])[:60]
        yield f"{name} at column {node.col_offset} without {part}", drop("args", place)
    if name != "Count":
        other = "Any" if name == "All" else "All"
        yield f"{name}({ast.unparse(node.args[0])[:40]}, ...) as {other}", set_name(other)
    else:
        for step in (-1, 1):
            yield f"Count {step:+}", add_to_first(step)


def _test_changes(node: ast.Call) -> Iterator[Change]:
    name, text = called(node), ast.unparse(node)
    if name in ("AtLeast", "Below"):
        other = "Below" if name == "AtLeast" else "AtLeast"
        yield f"{text} as {other}", set_name(other)
    if name in ("AtLeast", "Below", "Derived"):
        number = node.args[-1]
        assert isinstance(number, ast.Constant)
        value = float(number.value)  # type: ignore[arg-type]
        for near in (value + 1, value - 1, nextafter(value, inf), nextafter(value, -inf)):
            yield f"{text} at {near!r}", set_last(near)
    if name == "Is":
        finding, word = (part.value for part in node.args)  # type: ignore[attr-defined]
        for other in WORDS[finding]:
            if other != word:
                yield f"{text} as {other}", set_last(other)


def _field_changes(node: ast.Call) -> Iterator[Change]:
    if called(node) == "_see":
        for place in range(2, len(node.args)):
            yield f"text argument {place}", reword("args", place)
    if called(node) != "Rule":
        return
    for place, field in enumerate(node.keywords):
        if field.arg in ("unless", "old", "lowering", "within", *ASKING):
            yield f"without {field.arg}", drop("keywords", place)
        if field.arg == "level" and isinstance(field.value, ast.Constant):
            for level in LEVELS:
                if level != field.value.value:
                    yield f"level {level}", set_field(place, level)
        if field.arg in TEXTS:
            yield f"text {field.arg}", reword("keywords", place)
