"""The fixed table of rules: nothing outside this code adds, changes or switches off a rule."""

from collections.abc import Iterator
from types import ModuleType

from serve.overrides.rule import Rule
from serve.overrides.rules import (
    acute_ischaemia,
    arteries,
    cancer,
    clots,
    critical_ischaemia,
    feet,
    infection,
    injuries,
    joints,
    muscles,
    nerves,
    see_doctor,
    spine,
)

_FIRST = ("PE-1", "CES-1")  # one sign alone raises them: the first to ask about
_MODULES = (
    clots,
    acute_ischaemia,
    arteries,
    critical_ischaemia,
    spine,
    nerves,
    muscles,
    injuries,
    joints,
    infection,
    feet,
    cancer,
    see_doctor,
)


def _with_lowered(module: ModuleType) -> Iterator[Rule]:
    """Each rule of a module, and the urgent rule that speaks where an emergency is lowered."""
    for rule in module.RULES:
        yield rule
        if rule.lowered is not None:
            yield rule.lowered


RULES: tuple[Rule, ...] = tuple(
    sorted(
        (rule for module in _MODULES for rule in _with_lowered(module)),
        key=lambda rule: (rule.rank, bool(rule.instead), rule.id not in _FIRST),
    )
)
"""Every rule, most urgent level first; within a level in the order that questions follow, and
last those that speak instead of an emergency and ask nothing."""

__all__ = ["RULES"]
