"""Muscle in danger."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import cramps, hours, numb, two_weeks, unceasing, weak
from tests.serve.overrides.decisions.table import Patient, emergency, guard, old, urgent


def _hurt(p: Patient) -> bool:
    """Injured, or operated or confined with pain that does not let go."""
    if p["recent_leg_injury"]:
        return True
    if not p["recent_immobility"]:
        return False
    if p["worsening"] or p["night_pain"] or p["duration_days"] < 3:
        return True
    return unceasing(p)


@emergency("ACS-1")
def _(p: Patient) -> bool:
    if not p["tense_compartment"]:
        return False
    nerves = p["tingling"] or p["weakness"] or numb(p)
    if not nerves and not p["severe_pain"] and not p["stretch_pain"]:
        return False
    return unceasing(p) or _hurt(p)


@emergency("ACS-2")
def _(p: Patient) -> bool:
    if not p["severe_pain"] or not (p["quality_tight"] or p["stretch_pain"]):
        return False
    if not (p["pulses_reduced"] or p["pale_limb"] or p["tingling"] or numb(p)):
        return False
    return _hurt(p)


@emergency("ACS-4")
def _(p: Patient) -> bool:
    if not p["recent_leg_injury"] or not p["severe_pain"] or not p["worsening"]:
        return False
    if p["stretch_pain"] and unceasing(p):
        return True
    if not p["bruising"] and not p["muscle_tenderness"]:
        return False
    return p["duration_days"] < 1 or (hours(p) and unceasing(p))


old("ACS-3", 90)


@urgent("ACS-3")
def _(p: Patient) -> bool:
    return p["tense_compartment"] and (p["severe_pain"] or p["recent_leg_injury"])


@guard("ACS-3")
def _(p: Patient) -> bool:
    return p["relief_rest"]


@emergency("MYO-1")
def _(p: Patient) -> bool:
    if not p["dark_urine"]:
        return False
    if p["weak_on_rising"] or p["new_statin"] or p["creatine_kinase_raised"]:
        return True
    if p["training_increase"]:
        return True
    if not two_weeks(p):
        return False
    return p["muscle_tenderness"] or p["severe_pain"] or weak(p)


@urgent("MYO-2")
def _(p: Patient) -> bool:
    if not p["weak_on_rising"] and not weak(p):
        return False
    enzyme, sore = p["creatine_kinase_raised"], p["muscle_tenderness"]
    if p["new_statin"] and (enzyme or sore):
        return True
    if p["side"] != "both":
        return False
    if enzyme:
        return True
    return p["inflammation_raised"] and (sore or p["site_thigh"])


@guard("MYO-2")
def _(p: Patient) -> bool:
    return p["starts_hours_after_exercise"] and not p["dark_urine"]


@urgent("ELE-1")
def _(p: Patient) -> bool:
    if not p["electrolyte_abnormal"] and not p["electrolyte_high"]:
        return False
    if p["unwell"] or p["syncope_or_haemoptysis"]:
        return True
    if p["muscle_spasm"] and p["upper_limb_symptoms"]:
        return True
    return (p["weak_on_rising"] or cramps(p)) if weak(p) else False
