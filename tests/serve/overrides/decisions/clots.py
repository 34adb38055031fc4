"""Clots of leg and lung."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import (
    bled_or_torn,
    cramps,
    hot,
    prone_to_clots,
    two_weeks,
)
from tests.serve.overrides.decisions.table import Patient, emergency, guard, lowering, old, urgent


def _sudden_chest(p: Patient) -> bool:
    return p["syncope_or_haemoptysis"] or p["breathlessness_new"]


def _chest(p: Patient) -> bool:
    if p["chest_pain"] or _sudden_chest(p):
        return True
    if not p["breathlessness"]:
        return False
    return p["recent_immobility"] or p["active_cancer"] or _swollen_or_tender(p)


def _swollen_or_tender(p: Patient) -> bool:
    if p["deep_calf_tenderness"] or p["swelling_sudden"]:
        return True
    return p["swelling"] == "one" or p["calf_difference_cm"] >= 3


def _soft_leg(p: Patient) -> bool:
    return p["site_calf"] or p["site_thigh"] or p["site_leg"]


def _new_leg_pain(p: Patient) -> bool:
    return two_weeks(p) if _soft_leg(p) else False


old("PE-1", 90)
old("PE-5", 90)


@emergency("PE-1")
def _(p: Patient) -> bool:
    return _chest(p)


@lowering("PE-1", "PE-4")
def _(p: Patient) -> bool:
    if p["breathlessness_new"] or p["syncope_or_haemoptysis"]:
        return False
    return p["swelling"] == "none" and not p["deep_calf_tenderness"]


@urgent("PE-5")
def _(p: Patient) -> bool:
    return p["breathlessness"]


@guard("PE-5")
def _(p: Patient) -> bool:
    return not p["breathlessness_new"]


@emergency("PE-2")
def _(p: Patient) -> bool:
    if not p["unwell"]:
        return False
    if p["swelling"] != "one" and p["calf_difference_cm"] < 3:
        return False
    if p["deep_calf_tenderness"] or p["swelling_sudden"]:
        return True
    return prone_to_clots(p)


@emergency("DVT-1")
def _(p: Patient) -> bool:
    if p["swelling"] != "one" or not p["blue_limb"]:
        return False
    return p["swelling_sudden"] or p["severe_pain"]


def _normal_d_dimer(p: Patient) -> bool:
    if p["d_dimer_raised"] or p["pregnancy_or_oestrogen"]:
        return False
    if p["active_cancer"] or p["previous_dvt"]:
        return False
    if not p["recent_immobility"]:
        return True
    return not p["deep_calf_tenderness"] and p["calf_difference_cm"] < 3


old("DVT-2", 90)
old("DVT-3", 90)
old("DVT-4", 90)
old("DVT-5", 28)
old("DVT-6", 28)
old("DVT-7", 28)
old("DVT-8", 28)


@urgent("DVT-2")
def _(p: Patient) -> bool:
    if p["calf_difference_cm"] >= 3:
        return True
    if p["swelling"] != "one":
        return False
    return p["quality_throbbing"] or p["deep_calf_tenderness"] or hot(p)


@guard("DVT-2")
def _(p: Patient) -> bool:
    if bled_or_torn(p) or _normal_d_dimer(p):
        return True
    return p["joint_swelling"] and not p["deep_calf_tenderness"]


@urgent("DVT-3")
def _(p: Patient) -> bool:
    if p["swelling_sudden"]:
        return True
    if p["swelling"] != "one":
        return False
    return p["site_calf"] or _new_leg_pain(p)


@guard("DVT-3")
def _(p: Patient) -> bool:
    if p["recent_leg_injury"] or bled_or_torn(p) or p["joint_swelling"]:
        return True
    return p["swelling"] == "both" or _normal_d_dimer(p)


@urgent("DVT-4")
def _(p: Patient) -> bool:
    return prone_to_clots(p) if p["swelling"] == "one" else False


@guard("DVT-4")
def _(p: Patient) -> bool:
    if _normal_d_dimer(p):
        return True
    if not p["joint_swelling"] or p["deep_calf_tenderness"]:
        return False
    return bool(p["calf_difference_cm"] < 3)


@urgent("DVT-5")
def _(p: Patient) -> bool:
    if p["deep_calf_tenderness"]:
        return True
    if not p["site_calf"] or not prone_to_clots(p):
        return False
    return two_weeks(p)


@guard("DVT-5")
def _(p: Patient) -> bool:
    if p["training_increase"] or p["recent_leg_injury"] or bled_or_torn(p):
        return True
    if _normal_d_dimer(p):
        return True
    if p["deep_calf_tenderness"]:
        return False
    return p["swelling"] == "none" or cramps(p)


@urgent("DVT-6")
def _(p: Patient) -> bool:
    if not p["d_dimer_raised"]:
        return False
    if p["swelling"] == "one" or p["calf_difference_cm"] >= 3 or p["swelling_sudden"]:
        return True
    return p["deep_calf_tenderness"] or _new_leg_pain(p)


@guard("DVT-6")
def _(p: Patient) -> bool:
    if p["recent_leg_injury"] or bled_or_torn(p) or p["joint_swelling"]:
        return True
    return p["swelling"] == "none" and not p["deep_calf_tenderness"]


@urgent("DVT-7")
def _(p: Patient) -> bool:
    if p["varicose_veins"] and p["redness"] and two_weeks(p):
        return p["tenderness"] or p["warmth"]
    return False


@urgent("DVT-8")
def _(p: Patient) -> bool:
    if p["swelling"] != "both" or not two_weeks(p):
        return False
    return p["organ_failure"] or p["active_cancer"] or p["breathlessness"]
