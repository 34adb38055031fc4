"""The table that the decisions are entered in, and where numbers change their meaning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Patient = Mapping[str, Any]
Decision = Callable[[Patient], bool]

WHEN: dict[str, Decision] = {}
UNLESS: dict[str, Decision] = {}
OLD: dict[str, tuple[Decision, Decision]] = {}
"""What holds a rule back as old, and the change that takes this away."""
LOWERED: dict[str, str] = {}
"""Emergencies that recorded normal signs lower, and the urgent rule that speaks instead."""
LEVEL: dict[str, str] = {}
WITHIN: dict[str, str] = {}
"""Time frames other than the first of a level: now, today, two weeks."""

BANDS: dict[str, tuple[float, ...]] = {
    "abi": (0.4, 0.905, 1.4),
    "age_years": (16.0, 25.0, 40.0, 60.0, 65.0, 75.0),
    "calf_difference_cm": (3.0,),
    "changed_days": (1.0, 14.0, 28.0),
    "duration_days": (1.0, 3.0, 14.0, 28.0, 42.0, 70.0, 90.0),
    "severity": (8.0,),
    "temperature_c": (38.0,),
    "walking_distance_m": (10.0,),
}
"""Where each number changes its meaning: a value at the number belongs to the band above it."""


def emergency(rule: str) -> Callable[[Decision], Decision]:
    """Enter a decision in the table as an emergency."""
    return _entry(rule, "emergency", "")


def urgent(rule: str, within: str = "") -> Callable[[Decision], Decision]:
    """Enter a decision in the table as urgent."""
    return _entry(rule, "urgent", within)


def routine(rule: str, within: str = "") -> Callable[[Decision], Decision]:
    """Enter a decision in the table as routine."""
    return _entry(rule, "routine", within)


def _entry(rule: str, level: str, within: str) -> Callable[[Decision], Decision]:
    def enter(decide: Decision) -> Decision:
        WHEN[rule] = decide
        LEVEL[rule] = level
        if within:
            WITHIN[rule] = within
        return decide

    return enter


def guard(rule: str) -> Callable[[Decision], Decision]:
    """Enter what holds a rule back."""

    def enter(decide: Decision) -> Decision:
        UNLESS[rule] = decide
        return decide

    return enter


def newly(p: Patient) -> bool:
    """What is old has changed within two weeks: by date, swelling, colour or breath."""
    if p["changed_days"] < 14 or p["swelling_sudden"]:
        return True
    return p["colour_change_new"] or p["breathlessness_new"]


def old(rule: str, days: float, changed: Decision = newly) -> None:
    """Enter that a complaint of so many days holds a rule back unless it has changed."""
    OLD[rule] = (lambda p: bool(p["duration_days"] >= days), changed)


def lowering(rule: str, instead: str) -> Callable[[Decision], Decision]:
    """Enter what lowers an emergency, and the urgent rule that speaks where it does."""

    def enter(decide: Decision) -> Decision:
        UNLESS[rule] = UNLESS[instead] = decide
        WHEN[instead] = WHEN[rule]
        LEVEL[instead] = "urgent"
        LOWERED[rule] = instead
        if rule in OLD:
            OLD[instead] = OLD[rule]
        return decide

    return enter
