"""The table that the decisions are entered in, and where numbers change their meaning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Patient = Mapping[str, Any]
Decision = Callable[[Patient], bool]

WHEN: dict[str, Decision] = {}
UNLESS: dict[str, Decision] = {}
LEVEL: dict[str, str] = {}

BANDS: dict[str, tuple[float, ...]] = {
    "abi": (0.4, 0.9),
    "age_years": (16.0, 25.0, 40.0, 65.0),
    "calf_difference_cm": (3.0,),
    "duration_days": (1.0, 14.0, 28.0, 42.0, 90.0),
    "severity": (8.0,),
    "temperature_c": (38.0,),
    "walking_distance_m": (10.0,),
}
"""Where each number changes its meaning: a value at the number belongs to the band above it."""


def emergency(rule: str) -> Callable[[Decision], Decision]:
    """Enter a decision in the table as an emergency."""
    return _entry(rule, "emergency")


def urgent(rule: str) -> Callable[[Decision], Decision]:
    """Enter a decision in the table as urgent."""
    return _entry(rule, "urgent")


def routine(rule: str) -> Callable[[Decision], Decision]:
    """Enter a decision in the table as routine."""
    return _entry(rule, "routine")


def _entry(rule: str, level: str) -> Callable[[Decision], Decision]:
    def enter(decide: Decision) -> Decision:
        WHEN[rule] = decide
        LEVEL[rule] = level
        return decide

    return enter


def guard(rule: str) -> Callable[[Decision], Decision]:
    """Enter what holds a rule back."""

    def enter(decide: Decision) -> Decision:
        UNLESS[rule] = decide
        return decide

    return enter
