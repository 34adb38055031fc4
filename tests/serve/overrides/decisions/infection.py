"""Infection."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import numb, rests_badly, two_weeks, weak
from tests.serve.overrides.decisions.table import Patient, emergency, guard, urgent


@emergency("JNT-1")
def _(p: Patient) -> bool:
    return (p["unwell"] or p["fever"]) if p["joint_swelling"] else False


@emergency("JNT-2")
def _(p: Patient) -> bool:
    if not p["joint_swelling"]:
        return False
    if not p["redness"] and not p["warmth"]:
        return False
    return p["skin_break"] or p["immunosuppression"] or p["unable_to_bear_weight"]


@emergency("JNT-3")
def _(p: Patient) -> bool:
    if not p["fever"]:
        return False
    if p["unable_to_bear_weight"]:
        return True
    return p["joint_motion_pain"] and p["reduced_motion"]


@emergency("INF-1")
def _(p: Patient) -> bool:
    if p["unwell"]:
        return p["redness"] or p["warmth"] or p["fever"]
    return False


@emergency("INF-2")
def _(p: Patient) -> bool:
    if not p["fever"]:
        return False
    if not p["warmth"] and not p["redness"]:
        return False
    if p["diabetes"] or p["blue_limb"]:
        return True
    return p["severe_pain"] or p["worsening"]


@emergency("INF-3")
def _(p: Patient) -> bool:
    if not p["fever"]:
        return False
    if p["immunosuppression"] or p["bone_tenderness"]:
        return True
    return p["nonhealing_sore"] or p["skin_break"]


@emergency("INF-4")
def _(p: Patient) -> bool:
    if not p["severe_pain"]:
        return False
    if not p["fever"] and not p["unwell"]:
        return False
    if p["swelling"] == "one":
        return True
    return p["tense_compartment"] or p["blue_limb"]


@emergency("INF-5")
def _(p: Patient) -> bool:
    if not p["fever"] or not p["site_low_back"]:
        return False
    if p["severe_pain"] or p["reflex_reduced"]:
        return True
    return numb(p) or weak(p)


@urgent("JNT-4")
def _(p: Patient) -> bool:
    return (p["redness"] or p["warmth"]) if p["joint_swelling"] else False


@urgent("JNT-5")
def _(p: Patient) -> bool:
    return rests_badly(p) if p["joint_swelling"] and two_weeks(p) else False


@guard("JNT-5")
def _(p: Patient) -> bool:
    return p["duration_days"] >= 90 or p["recent_leg_injury"]


@urgent("INF-10")
def _(p: Patient) -> bool:
    if not p["warmth"] or not two_weeks(p):
        return False
    return p["immunosuppression"] or p["joint_motion_pain"] or p["severe_pain"]


@guard("INF-10")
def _(p: Patient) -> bool:
    return p["duration_days"] >= 90 or p["recent_leg_injury"]


@urgent("INF-6")
def _(p: Patient) -> bool:
    return p["fever"]


@urgent("INF-7")
def _(p: Patient) -> bool:
    if not p["redness"]:
        return False
    if p["swelling"] == "one" or two_weeks(p):
        return True
    return p["skin_break"] or p["tenderness"] or p["warmth"]


@guard("INF-7")
def _(p: Patient) -> bool:
    return p["skin_darkening"] if p["duration_days"] >= 90 else False


@urgent("INF-8")
def _(p: Patient) -> bool:
    hot = p["warmth"] or p["redness"]
    open_to_it = p["redness"] or p["skin_break"] or p["immunosuppression"]
    if p["bone_tenderness"] and open_to_it:
        return True
    if not p["inflammation_raised"]:
        return False
    if hot or p["joint_swelling"] or p["bone_tenderness"]:
        return True
    return p["weight_loss"] or p["night_pain"]


@urgent("INF-9")
def _(p: Patient) -> bool:
    return p["unwell"]


@guard("INF-9")
def _(p: Patient) -> bool:
    return p["duration_days"] >= 90
