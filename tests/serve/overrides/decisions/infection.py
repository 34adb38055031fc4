"""Infection of skin, bone and deep tissue."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import hot, numb, two_weeks, weak
from tests.serve.overrides.decisions.table import Patient, emergency, guard, newly, old, urgent


def _newly_or_worse(p: Patient) -> bool:
    return p["worsening"] or newly(p)


old("INF-7", 90, _newly_or_worse)
old("INF-8", 90, lambda p: p["weight_loss"] or _newly_or_worse(p))


@emergency("INF-1")
def _(p: Patient) -> bool:
    if p["unwell"]:
        return p["fever"] or hot(p)
    return False


@emergency("INF-2")
def _(p: Patient) -> bool:
    if not p["fever"] or not hot(p):
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
    deep = p["swelling"] == "one" or p["tense_compartment"] or p["blue_limb"]
    if deep and (p["fever"] or p["unwell"]):
        return True
    if not p["redness"] or not (p["blue_limb"] or p["skin_break"]):
        return False
    return p["colour_change_new"] or p["worsening"] or two_weeks(p)


@emergency("INF-5")
def _(p: Patient) -> bool:
    if not p["fever"] or not p["site_low_back"]:
        return False
    if p["severe_pain"] or p["reflex_reduced"]:
        return True
    return numb(p) or weak(p)


@emergency("INF-11")
def _(p: Patient) -> bool:
    return (p["gangrene"] or p["skin_break"]) if p["unwell"] else False


@urgent("INF-6")
def _(p: Patient) -> bool:
    return p["fever"]


@urgent("INF-9")
def _(p: Patient) -> bool:
    return p["unwell"]


@urgent("INF-7")
def _(p: Patient) -> bool:
    if not p["redness"]:
        return False
    if p["swelling"] == "one" or p["skin_break"]:
        return True
    return p["tenderness"] or p["warmth"] or two_weeks(p)


@guard("INF-7")
def _(p: Patient) -> bool:
    if p["fever"]:
        return False
    if p["joint_swelling"] or p["skin_darkening"]:
        return True
    if p["warmth"]:
        return False
    return not p["worsening"] or (p["swelling"] == "none" and not p["skin_break"])


@urgent("INF-8", within="two days")
def _(p: Patient) -> bool:
    if p["bone_tenderness"]:
        if p["skin_break"] or p["redness"]:
            return True
        if p["immunosuppression"] and (p["night_pain"] or two_weeks(p)):
            return True
    if not p["inflammation_raised"]:
        return False
    if p["rash"] or p["night_sweats"] or p["weight_loss"]:
        return True
    if hot(p) and (p["worsening"] or p["severe_pain"]):
        return True
    if p["bone_tenderness"] and p["night_pain"]:
        return True
    return two_weeks(p) and (hot(p) or p["joint_swelling"] or p["bone_tenderness"])


@guard("INF-8")
def _(p: Patient) -> bool:
    if p["recent_leg_injury"] and not p["skin_break"]:
        return True
    if p["fever"]:
        return False
    if p["bony_enlargement"] or p["crepitus"]:
        return True
    return not (p["inflammation_raised"] or p["immunosuppression"] or p["nonhealing_sore"])
