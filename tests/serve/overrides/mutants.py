"""Small changes to the source of the overrides, each of which some test must notice."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import inf, nextafter
from pathlib import Path

ROOT = Path(__file__).parents[3]
RULE_MODULES = (
    *sorted((ROOT / "serve/overrides/rules").glob("*.py")),
    ROOT / "serve/overrides/signs.py",
)
CODE_MODULES = tuple(
    ROOT / path
    for path in (
        "serve/overrides/logic.py",
        "serve/overrides/rule.py",
        "serve/overrides/compiled.py",
        "serve/overrides/blocking.py",
        "serve/overrides/asking.py",
        "serve/overrides/evaluate.py",
        "serve/vectorised.py",
    )
)
WORDS: Mapping[str, tuple[str, ...]] = {
    "onset": ("sudden", "days", "gradual"),
    "side": ("one", "both"),
    "smoking": ("never", "former", "current", "ever"),
    "swelling": ("none", "one", "both"),
}
LEVELS = ("emergency", "urgent", "routine")
JOINS = ("All", "Any", "Count")
ASKING = ("ask_if", "ask_after")
TEXTS = ("reason", "action", "sources", "hazard")
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


@dataclass(frozen=True)
class Mutant:
    """One changed module: where, what changed, and the whole new source."""

    path: Path
    line: int
    change: str
    source: str
    rule: str = ""  # the id of the rule it is in
    text: bool = False  # whether only words for people change

    @property
    def module(self) -> str:
        """The dotted name of the module."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def name(self) -> str:
        """What a person needs to find it: stable while the line's text is."""
        return f"{self.path.relative_to(ROOT)}: {self.change}"


Change = tuple[str, Callable[[ast.AST], None]]
"""What a change is called, and how it is made to a copy of the node."""


def all_mutants() -> Iterator[Mutant]:
    """Every mutant of every module, each with a name of its own."""
    named: Counter[str] = Counter()
    for path in (*RULE_MODULES, *CODE_MODULES):
        changes = rule_changes if path in RULE_MODULES else code_changes
        for mutant in _mutants(path, changes):
            named[mutant.name] += 1
            again = named[mutant.name]
            yield replace(mutant, change=f"{mutant.change} ({again})") if again > 1 else mutant


def _mutants(path: Path, changes: Callable[[ast.AST], Iterator[Change]]) -> Iterator[Mutant]:
    tree = ast.parse(path.read_text())
    rules = _rule_lines(tree)
    skipped = _skipped(tree)
    for number, node in enumerate(ast.walk(tree)):
        if node in skipped:
            continue
        for name, change in changes(node):
            changed = copy.deepcopy(tree)
            change(next(n for i, n in enumerate(ast.walk(changed)) if i == number))
            line = getattr(node, "lineno", 0)
            source = ast.unparse(ast.fix_missing_locations(changed))
            rule = next((rule for lines, rule in rules if line in lines), "")
            told = f"{rule}: {name}" if rule else name
            yield Mutant(path, line, told, source, rule, name.startswith("text"))


def _rule_lines(tree: ast.AST) -> list[tuple[range, str]]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in ("Rule", "_see"):
            first = node.keywords[0].value if node.keywords else node.args[0]
            if isinstance(first, ast.Constant):
                name = first.value if _called(node) == "Rule" else f"SEE-{first.value}"
                found.append((range(node.lineno, (node.end_lineno or 0) + 1), str(name)))
    return found


def _skipped(tree: ast.AST) -> set[ast.AST]:
    """What changes nothing at run time: docstrings, annotations, imports, and dataclass options."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            parts = [node]
        elif isinstance(node, ast.AnnAssign | ast.arg):
            parts = [node.annotation]
        elif isinstance(node, ast.FunctionDef):
            parts = [node.returns, *node.decorator_list]
        elif isinstance(node, ast.ClassDef):
            parts = [*node.decorator_list]
        elif isinstance(node, ast.Import | ast.ImportFrom | ast.Assert | ast.Raise) or (
            isinstance(node, ast.Assign) and _is_type(node)
        ):
            parts = [node]
        for part in filter(None, parts):
            skipped.update(ast.walk(part))
    return skipped


def _is_type(node: ast.Assign) -> bool:
    name = node.targets[0]
    return isinstance(name, ast.Name) and name.id in (
        "Block", "Codes", "Decide", "Mask", "Matrix", "States", "__all__",
    )  # fmt: skip


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


# ---- Changes to the table of rules


def rule_changes(node: ast.AST) -> Iterator[Change]:
    """What can be changed about a rule or a sign."""
    if isinstance(node, ast.Call):
        yield from _join_changes(node)
        yield from _test_changes(node)
        yield from _field_changes(node)
    if isinstance(node, ast.Tuple) and all(_called(item) in ("Rule", "_see") for item in node.elts):
        for place in range(len(node.elts)):
            yield f"rule {place} left out", _drop("elts", place)


def _join_changes(node: ast.Call) -> Iterator[Change]:
    called = _called(node)
    if called not in JOINS:
        return
    parts = [i for i, part in enumerate(node.args) if not isinstance(part, ast.Constant)]
    for place in parts if len(parts) > 1 else ():
        part = ast.unparse(node.args[place])[:60]
        yield f"{called} at column {node.col_offset} without {part}", _drop("args", place)
    if called != "Count":
        other = "Any" if called == "All" else "All"
        yield f"{called}({ast.unparse(node.args[0])[:40]}, ...) as {other}", _set_name(other)
    else:
        for step in (-1, 1):
            yield f"Count {step:+}", _add_to_first(step)


def _test_changes(node: ast.Call) -> Iterator[Change]:
    called, text = _called(node), ast.unparse(node)
    if called in ("AtLeast", "Below"):
        other = "Below" if called == "AtLeast" else "AtLeast"
        yield f"{text} as {other}", _set_name(other)
    if called in ("AtLeast", "Below", "Derived"):
        number = node.args[-1]
        assert isinstance(number, ast.Constant)
        value = float(number.value)  # type: ignore[arg-type]
        for near in (value + 1, value - 1, nextafter(value, inf), nextafter(value, -inf)):
            yield f"{text} at {near!r}", _set_last(near)
    if called == "Is":
        finding, word = (part.value for part in node.args)  # type: ignore[attr-defined]
        for other in WORDS[finding]:
            if other != word:
                yield f"{text} as {other}", _set_last(other)


def _field_changes(node: ast.Call) -> Iterator[Change]:
    if _called(node) == "_see":
        for place in range(2, len(node.args)):
            yield f"text argument {place}", _reword("args", place)
    if _called(node) != "Rule":
        return
    for place, field in enumerate(node.keywords):
        if field.arg in ("unless", *ASKING):
            yield f"without {field.arg}", _drop("keywords", place)
        if field.arg == "level" and isinstance(field.value, ast.Constant):
            for level in LEVELS:
                if level != field.value.value:
                    yield f"level {level}", _set_field(place, level)
        if field.arg in TEXTS:
            yield f"text {field.arg}", _reword("keywords", place)


# ---- Changes to code


def code_changes(node: ast.AST) -> Iterator[Change]:
    """What can be changed about a line of code."""
    text = "" if isinstance(node, ast.Module) else ast.unparse(node)[:70]
    yield from _operator_changes(node, text)
    if isinstance(node, ast.If | ast.IfExp):
        test = ast.unparse(node.test)[:70]
        for value in (True, False):
            yield f"if {test} as {value}", _set_test(value)
    if isinstance(node, ast.comprehension):
        for place, condition in enumerate(node.ifs):
            yield f"for ... without if {ast.unparse(condition)[:60]}", _drop("ifs", place)
    if isinstance(node, ast.Constant):
        yield from _constant_changes(node)
    if isinstance(node, ast.Return) and node.value is not None:
        yield f"{text} as None", _return_none
    if isinstance(node, ast.Set):
        for place, item in enumerate(node.elts):
            yield f"set without {ast.unparse(item)}", _drop("elts", place)


def _operator_changes(node: ast.AST, text: str) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            if type(operator) in OPPOSITE:
                yield f"comparison {place} of {text}", _swap("ops", place)
    if isinstance(node, ast.BoolOp | ast.BinOp | ast.AugAssign) and type(node.op) in OPPOSITE:
        yield f"operator of {text}", _swap("op")
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub | ast.Invert):
        yield f"sign of {text}", _unsign


def _constant_changes(node: ast.Constant) -> Iterator[Change]:
    if isinstance(node.value, bool):
        yield f"{node.value} as {not node.value}, line {node.lineno}", _set_value(not node.value)
    elif isinstance(node.value, int | float):
        for step in (-1, 1):
            told = f"{node.value}{step:+} at {node.lineno}:{node.col_offset}"
            yield told, _set_value(node.value + step)


# ---- How changes are made


def _drop(field: str, place: int) -> Callable[[ast.AST], None]:
    return lambda node: getattr(node, field).pop(place)


def _set_name(name: str) -> Callable[[ast.AST], None]:
    def change(node: ast.AST) -> None:
        assert isinstance(node, ast.Call)
        if isinstance(node.func, ast.Attribute):
            node.func.attr = name
        else:
            node.func = ast.Name(name, ast.Load())

    return change


def _add_to_first(step: int) -> Callable[[ast.AST], None]:
    def change(node: ast.AST) -> None:
        node.args[0].value += step  # type: ignore[attr-defined]

    return change


def _set_last(value: float | str) -> Callable[[ast.AST], None]:
    def change(node: ast.AST) -> None:
        node.args[-1] = ast.Constant(value)  # type: ignore[attr-defined]

    return change


def _set_field(place: int, value: str) -> Callable[[ast.AST], None]:
    def change(node: ast.AST) -> None:
        node.keywords[place].value = ast.Constant(value)  # type: ignore[attr-defined]

    return change


def _reword(field: str, place: int) -> Callable[[ast.AST], None]:
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


def _swap(field: str, place: int | None = None) -> Callable[[ast.AST], None]:
    def change(node: ast.AST) -> None:
        if place is None:
            setattr(node, field, OPPOSITE[type(getattr(node, field))]())
        else:
            operators = getattr(node, field)
            operators[place] = OPPOSITE[type(operators[place])]()

    return change


def _unsign(node: ast.AST) -> None:
    assert isinstance(node, ast.UnaryOp)
    node.op = ast.UAdd()
    if not isinstance(node.operand, ast.Constant):
        node.op = ast.Not()
        node.operand = ast.UnaryOp(ast.Not(), node.operand)


def _set_test(value: bool) -> Callable[[ast.AST], None]:
    def change(node: ast.AST) -> None:
        node.test = ast.Constant(value)  # type: ignore[attr-defined]

    return change


def _set_value(value: float | bool) -> Callable[[ast.AST], None]:
    def change(node: ast.AST) -> None:
        node.value = value  # type: ignore[attr-defined]

    return change


def _return_none(node: ast.AST) -> None:
    node.value = ast.Constant(None)  # type: ignore[attr-defined]
