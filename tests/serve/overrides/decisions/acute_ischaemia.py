"""Acute limb ischaemia."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import hours, numb, rests_badly, two_weeks, weak
from tests.serve.overrides.decisions.table import Patient, emergency, guard, urgent


@emergency("ALI-1")
def _(p: Patient) -> bool:
    if not hours(p):
        return False
    if not p["severe_pain"]:
        return False
    if p["cool_limb"] or p["pale_limb"] or p["blue_limb"] or p["pulses_reduced"]:
        return True
    return numb(p) or weak(p)


@emergency("ALI-2")
def _(p: Patient) -> bool:
    if hours(p) and (p["pulses_reduced"] or p["blue_limb"]):
        return True
    if hours(p) and (p["cool_limb"] or p["pale_limb"]):
        return True
    if p["colour_change_new"]:
        return p["cool_limb"] or p["pale_limb"]
    return False


@emergency("ALI-3")
def _(p: Patient) -> bool:
    if not two_weeks(p):
        return False
    perfusion = [p["cool_limb"], p["pale_limb"], p["pulses_reduced"]]
    if not any(perfusion):
        return False
    signs = sum(perfusion)
    signs += p["blue_limb"]
    signs += 1 if numb(p) else 0
    signs += 1 if weak(p) else 0
    signs += 1 if p["severe_pain"] or p["rest_pain"] else 0
    return signs > 1


@emergency("ALI-4")
def _(p: Patient) -> bool:
    return p["atrial_fibrillation"] and p["severe_pain"] and hours(p)


@emergency("ALI-5")
def _(p: Patient) -> bool:
    if p["blue_limb"] and p["cool_limb"]:
        if p["pulses_reduced"] or p["bruit"] or p["abi"] < 0.9:
            return True
        return p["atrial_fibrillation"] or p["cardiovascular_disease"]
    return False


@emergency("ALI-6")
def _(p: Patient) -> bool:
    if p["cool_limb"] + p["pale_limb"] + p["pulses_reduced"] < 2:
        return False
    if not (numb(p) or weak(p)):
        return False
    return p["severe_pain"] or rests_badly(p)


@urgent("ALI-7")
def _(p: Patient) -> bool:
    if two_weeks(p):
        return p["pulses_reduced"] or p["pale_limb"] or p["cool_limb"] or p["blue_limb"]
    return False


@guard("ALI-7")
def _(p: Patient) -> bool:
    return p["duration_days"] >= 90


@urgent("SUD-1")
def _(p: Patient) -> bool:
    return p["severe_pain"] and hours(p)


@guard("SUD-1")
def _(p: Patient) -> bool:
    if p["duration_days"] >= 90:
        return True
    if p["recent_leg_injury"] or p["pop_felt"]:
        return True
    if p["quality_cramping"] or p["muscle_spasm"]:
        return True
    return p["radiates_from_back"]


@urgent("ART-1")
def _(p: Patient) -> bool:
    if p["age_years"] >= 40:
        return False
    if p["abi"] < 0.9 or p["exercise_abi_drop"]:
        return True
    return p["bruit"] or p["pulses_reduced"]


@urgent("COL-1")
def _(p: Patient) -> bool:
    if p["colour_change_new"] and (hours(p) or numb(p) or p["severe_pain"]):
        return True
    if not p["blue_limb"]:
        return False
    if p["colour_change_new"] or p["cool_limb"] or p["severe_pain"]:
        return True
    return p["cardiovascular_disease"] or p["atrial_fibrillation"]
