"""The fixed table of rules: nothing outside this code adds, changes or switches off a rule."""

from serve.overrides.rule import Rule
from serve.overrides.rules import (
    acute_ischaemia,
    cancer,
    clots,
    critical_ischaemia,
    feet,
    infection,
    injuries,
    nerves,
    see_doctor,
)

_FIRST = ("PE-1", "CES-1")  # one sign alone raises them: the first to ask about
_MODULES = (
    clots,
    acute_ischaemia,
    critical_ischaemia,
    nerves,
    injuries,
    infection,
    feet,
    cancer,
    see_doctor,
)
RULES: tuple[Rule, ...] = tuple(
    sorted(
        (rule for module in _MODULES for rule in module.RULES),
        key=lambda rule: (rule.rank, rule.id not in _FIRST),
    )
)
"""Every rule, most urgent level first; within a level in the order that questions follow."""

__all__ = ["RULES"]
