"""Injuries."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import had_cancer, hours, numb, rests_badly
from tests.serve.overrides.decisions.table import Patient, emergency, guard, urgent


@emergency("ACS-1")
def _(p: Patient) -> bool:
    if not p["tense_compartment"]:
        return False
    nerves = numb(p) or p["tingling"] or p["weakness"]
    if not (p["severe_pain"] or p["stretch_pain"] or nerves):
        return False
    if p["constant_pain"] or p["rest_pain"]:
        return True
    return p["recent_immobility"] or p["recent_leg_injury"]


@emergency("ACS-2")
def _(p: Patient) -> bool:
    if not p["severe_pain"]:
        return False
    if not (p["recent_leg_injury"] or p["recent_immobility"]):
        return False
    if p["quality_tight"] or p["stretch_pain"]:
        if p["pulses_reduced"] or p["pale_limb"]:
            return True
        return p["tingling"] or numb(p)
    return False


@emergency("FRX-1")
def _(p: Patient) -> bool:
    if p["recent_leg_injury"] and p["unable_to_bear_weight"]:
        if p["age_years"] >= 65:
            return True
        return p["site_hip_groin"] or p["bone_fragility_risk"]
    return False


@urgent("ACS-3")
def _(p: Patient) -> bool:
    return p["tense_compartment"] and (p["severe_pain"] or p["recent_leg_injury"])


@guard("ACS-3")
def _(p: Patient) -> bool:
    return p["relief_rest"]


@urgent("FRX-2")
def _(p: Patient) -> bool:
    return p["unable_to_bear_weight"]


@urgent("FRX-3")
def _(p: Patient) -> bool:
    return p["bone_tenderness"] and p["recent_leg_injury"]


@urgent("FRX-4")
def _(p: Patient) -> bool:
    if not p["bone_fragility_risk"] and not had_cancer(p):
        return False
    if not p["recent_leg_injury"] and not hours(p):
        return False
    if p["limp"] or p["localised"]:
        return True
    return p["severe_pain"] or p["bone_tenderness"]


@guard("FRX-4")
def _(p: Patient) -> bool:
    return p["duration_days"] >= 90


@urgent("FRX-5")
def _(p: Patient) -> bool:
    if not p["site_hip_groin"] or not p["worse_impact"]:
        return False
    if p["training_increase"] or p["regular_sport"] or p["bone_fragility_risk"]:
        return p["limp"] or rests_badly(p)
    return False


@urgent("FRX-6")
def _(p: Patient) -> bool:
    if p["age_years"] >= 16:
        return False
    if not p["reduced_motion"] and not p["limp"]:
        return False
    return p["site_knee"] or p["site_thigh"] or p["site_hip_groin"]


@urgent("TEN-1")
def _(p: Patient) -> bool:
    if p["site_achilles"]:
        if p["pop_felt"]:
            return True
        if p["onset"] == "sudden" and (p["bruising"] or p["weakness"]):
            return True
    if p["pop_felt"] and p["weakness"]:
        return p["site_knee"] or p["site_calf"]
    return False
