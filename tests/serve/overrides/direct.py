"""Runs test functions one by one until one fails: what pytest does with them, without its start-up.

Only for tests that need no fixture. A function with an argument that no `parametrize` names is
refused, so that none is left out by mistake.
"""

from __future__ import annotations

import importlib
import inspect
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any


@dataclass(frozen=True)
class Call:
    """One test with its arguments."""

    test: Callable[..., None]
    arguments: dict[str, Any]

    def about(self, rule: str) -> bool:
        """Whether the test is given this rule."""
        return bool(rule) and getattr(self.arguments.get("rule"), "id", "") == rule


def run(modules: Iterable[str], first: str = "") -> int:
    """Runs every test of some modules, in their order; raises what the first that fails raises.

    In each module the tests of the rule `first` come first, then those without arguments. Gives
    the number of tests that passed.
    """
    warnings.simplefilter("error")  # as `pyproject.toml` asks of pytest
    passed = 0
    for module in modules:
        for call in sorted(calls(module), key=lambda c: (not c.about(first), bool(c.arguments))):
            call.test(**call.arguments)
            passed += 1
    return passed


def calls(module: str) -> Iterator[Call]:
    """Every test of a module, once for each of its arguments."""
    for name, function in vars(importlib.import_module(module)).items():
        if name.startswith("test_") and getattr(function, "__module__", "") == module:
            for arguments in _arguments(function):
                yield Call(function, arguments)


def _arguments(function: Callable[..., None]) -> Iterator[dict[str, Any]]:
    marks = getattr(function, "pytestmark", [])
    if {mark.name for mark in marks} - {"parametrize"}:
        raise TypeError(f"{function.__name__} has a mark other than parametrize")
    for row in product(*(_rows(*mark.args) for mark in marks)):
        arguments = {name: value for part in row for name, value in part.items()}
        if set(arguments) != set(inspect.signature(function).parameters):
            raise TypeError(f"{function.__name__} needs a fixture")
        yield arguments


def _rows(names: str | tuple[str, ...], values: Iterable[Any]) -> list[dict[str, Any]]:
    if isinstance(names, str):
        names = tuple(name.strip() for name in names.split(","))
    if len(names) == 1:
        return [{names[0]: value} for value in values]
    return [dict(zip(names, value, strict=True)) for value in values]
