"""Clots of leg and lung."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import long_vein_disease, prone_to_clots, two_weeks
from tests.serve.overrides.decisions.table import Patient, emergency, guard, urgent


@emergency("PE-1")
def _(p: Patient) -> bool:
    if p["syncope_or_haemoptysis"]:
        return True
    if p["breathlessness"]:
        return True
    return p["chest_pain"]


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


@urgent("DVT-2")
def _(p: Patient) -> bool:
    if p["calf_difference_cm"] >= 3:
        return True
    if p["swelling"] != "one":
        return False
    for sign in ("deep_calf_tenderness", "quality_throbbing", "redness", "warmth"):
        if p[sign]:
            return True
    return False


@guard("DVT-2")
def _(p: Patient) -> bool:
    return p["bruising"] or p["pop_felt"] or long_vein_disease(p)


@urgent("DVT-3")
def _(p: Patient) -> bool:
    if p["swelling"] != "one":
        return False
    if p["swelling_sudden"] or p["site_calf"]:
        return True
    if p["site_leg"] or p["site_thigh"]:
        return two_weeks(p)
    return False


@guard("DVT-3")
def _(p: Patient) -> bool:
    if p["duration_days"] >= 90:
        return True
    return p["recent_leg_injury"] or p["bruising"] or p["pop_felt"] or p["joint_swelling"]


@urgent("DVT-4")
def _(p: Patient) -> bool:
    return prone_to_clots(p) if p["swelling"] == "one" else False


@guard("DVT-4")
def _(p: Patient) -> bool:
    return long_vein_disease(p)


@urgent("DVT-5")
def _(p: Patient) -> bool:
    if not prone_to_clots(p):
        return False
    if p["deep_calf_tenderness"]:
        return True
    return two_weeks(p) if p["site_calf"] else False


@guard("DVT-5")
def _(p: Patient) -> bool:
    if p["training_increase"] or p["recent_leg_injury"] or p["duration_days"] >= 90:
        return True
    return p["pop_felt"] or p["bruising"]


@urgent("DVT-6")
def _(p: Patient) -> bool:
    if not p["d_dimer_raised"]:
        return False
    if p["swelling"] == "one" or p["calf_difference_cm"] >= 3:
        return True
    if p["deep_calf_tenderness"]:
        return True
    return two_weeks(p) and (p["site_leg"] or p["site_calf"] or p["site_thigh"])


@urgent("DVT-7")
def _(p: Patient) -> bool:
    if p["varicose_veins"] and p["redness"] and two_weeks(p):
        return p["tenderness"] or p["warmth"]
    return False
