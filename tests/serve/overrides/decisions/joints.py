"""Joints that may be infected."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import hot, two_weeks, unceasing
from tests.serve.overrides.decisions.table import Patient, emergency, guard, old, urgent

old("JNT-4", 90)
old("JNT-5", 90)
old("INF-10", 28)


@emergency("JNT-1")
def _(p: Patient) -> bool:
    return (p["unwell"] or p["fever"]) if p["joint_swelling"] else False


@emergency("JNT-2")
def _(p: Patient) -> bool:
    if not p["joint_swelling"] or not hot(p):
        return False
    if p["skin_break"] or p["unable_to_bear_weight"]:
        return True
    if not p["immunosuppression"]:
        return False
    return p["side"] == "one" or p["worsening"] or two_weeks(p)


@emergency("JNT-3")
def _(p: Patient) -> bool:
    if not p["fever"]:
        return False
    if p["unable_to_bear_weight"]:
        return True
    if p["age_years"] < 16:
        return p["limp"] or p["joint_motion_pain"] or p["reduced_motion"]
    return p["joint_motion_pain"] and p["reduced_motion"]


@urgent("JNT-4")
def _(p: Patient) -> bool:
    return hot(p) if p["joint_swelling"] else False


@guard("JNT-4")
def _(p: Patient) -> bool:
    return p["duration_days"] >= 28 and not p["fever"] and not p["unwell"]


@urgent("JNT-5", within="two days")
def _(p: Patient) -> bool:
    if not p["joint_swelling"] or not p["severe_pain"] or not unceasing(p):
        return False
    return p["swelling_sudden"] or two_weeks(p)


@guard("JNT-5")
def _(p: Patient) -> bool:
    if p["recent_leg_injury"]:
        return True
    return not (p["inflammation_raised"] or hot(p))


@urgent("INF-10")
def _(p: Patient) -> bool:
    if not p["warmth"] or not two_weeks(p):
        return False
    return p["immunosuppression"] or p["joint_motion_pain"] or p["severe_pain"]


@guard("INF-10")
def _(p: Patient) -> bool:
    return p["recent_leg_injury"]
