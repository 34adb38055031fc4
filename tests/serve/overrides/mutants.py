"""Small changes to the source of the overrides, each of which some test must notice."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.serve.overrides.code_changes import code_changes
from tests.serve.overrides.edits import Change, called
from tests.serve.overrides.rule_changes import rule_changes

ROOT = Path(__file__).parents[3]
TABLE = ROOT / "serve/overrides/rules/__init__.py"
RULE_MODULES = (
    *sorted({*(ROOT / "serve/overrides/rules").glob("*.py")} - {TABLE}),
    ROOT / "serve/overrides/signs.py",
)
WORD_MODULES = (ROOT / "serve/overrides/hazard_log/page.py",)
CODE_MODULES = (
    *(ROOT / f"serve/overrides/{name}.py" for name in ("logic", "rule")),
    TABLE,
    *(ROOT / f"serve/overrides/{name}.py" for name in ("compiled", "cut_sets", "asking")),
    ROOT / "serve/overrides/evaluate.py",
    ROOT / "serve/overrides/matrix/states.py",
)
TYPES = ("Block", "Codes", "Decide", "Ints", "Mask", "Matrix", "States", "Words", "__all__")


@dataclass(frozen=True)
class Mutant:
    """One changed module: where, what changed, and the whole new source."""

    path: Path
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


def all_mutants() -> Iterator[Mutant]:
    """Every mutant of every module, each with a name and a source of its own."""
    named: Counter[str] = Counter()
    for path in (*RULE_MODULES, *CODE_MODULES, *WORD_MODULES):
        seen = {ast.unparse(ast.parse(path.read_text()))}
        for mutant in _mutants(path, rule_changes if path in RULE_MODULES else code_changes):
            if mutant.source in seen:
                continue
            seen.add(mutant.source)
            named[mutant.name] += 1
            again = named[mutant.name]
            yield replace(mutant, change=f"{mutant.change} ({again})") if again > 1 else mutant


def _mutants(path: Path, changes: Callable[[ast.AST], Iterator[Change]]) -> Iterator[Mutant]:
    text = path.read_text()
    tree = ast.parse(text)
    rules = _rule_lines(tree)
    skipped = _skipped(tree)
    for number, node in enumerate(ast.walk(tree)):
        for name, edit in changes(node) if node not in skipped else ():
            line = getattr(node, "lineno", 0)
            told = name
            if isinstance(node, ast.Constant):
                told = f"{name} in {text.splitlines()[line - 1].split('#')[0].strip()[:60]}"
            rule = next((rule for lines, rule in rules if line in lines), "")
            told = f"{rule}: {told}" if rule else told
            words = name.startswith("text") or path in WORD_MODULES
            yield Mutant(path, told, _edited(text, number, edit), rule, words)


def _edited(text: str, number: int, edit: Callable[[ast.AST], None]) -> str:
    """The source with one node edited, given by its place in a walk of the tree."""
    tree = ast.parse(text)
    edit(next(node for place, node in enumerate(ast.walk(tree)) if place == number))
    return ast.unparse(ast.fix_missing_locations(tree))


def _rule_lines(tree: ast.AST) -> list[tuple[range, str]]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in ("Rule", "_see"):
            first = node.keywords[0].value if node.keywords else node.args[0]
            if isinstance(first, ast.Constant):
                name = first.value if called(node) == "Rule" else f"SEE-{first.value}"
                found.append((range(node.lineno, (node.end_lineno or 0) + 1), str(name)))
    return found


def _skipped(tree: ast.AST) -> set[ast.AST]:
    """What changes nothing at run time, cannot be changed in a way that runs, or is a message.

    Docstrings, annotations, types, imports, decorators, assertions and what an error says.
    """
    parts = [part for node in ast.walk(tree) for part in _skipped_of(node) if part is not None]
    return {inside for part in parts for inside in ast.walk(part)}


def _skipped_of(node: ast.AST) -> Iterator[ast.AST | None]:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Assert() | ast.Raise():
            yield node
        case ast.Expr(value=ast.Constant()) | ast.AnnAssign(annotation=ast.Name(id="TypeAlias")):
            yield node
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            yield node
        case ast.Assign(targets=[ast.Name(id=name)]) if name in TYPES:
            yield node
        case ast.AnnAssign() | ast.arg():
            yield node.annotation
        case ast.FunctionDef():
            yield from (node.returns, *node.decorator_list)
        case ast.ClassDef():
            yield from node.decorator_list
        case ast.Call(func=ast.Name(id="isinstance")):
            yield node.args[1]
