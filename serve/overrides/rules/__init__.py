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
        key=lambda rule: (rule.rank, not rule.ask_if and not rule.ask_after),
    )
)
"""Every rule, most urgent level first; within a level the flags that one sign alone raises."""

__all__ = ["RULES"]
