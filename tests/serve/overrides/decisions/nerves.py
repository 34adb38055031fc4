"""Nerves, spine and salts."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import (
    four_weeks,
    had_cancer,
    hours,
    numb,
    two_weeks,
    weak,
)
from tests.serve.overrides.decisions.table import Patient, emergency, guard, urgent


@emergency("CES-1")
def _(p: Patient) -> bool:
    return p["bladder_bowel_change"] or p["saddle_numbness"]


@emergency("CES-2")
def _(p: Patient) -> bool:
    if p["side"] != "both":
        return False
    if not p["radiates_from_back"] and not p["site_low_back"]:
        return False
    if not two_weeks(p):
        return False
    return weak(p) or numb(p) or p["reflex_reduced"]


@emergency("CES-3")
def _(p: Patient) -> bool:
    if not had_cancer(p):
        return False
    if not p["radiates_from_back"] and not p["site_low_back"]:
        return False
    if not weak(p) and not p["unsteady"]:
        return False
    if p["active_cancer"] or p["night_pain"] or p["worsening"]:
        return True
    return two_weeks(p)


@emergency("GBS-1")
def _(p: Patient) -> bool:
    if not weak(p) or not four_weeks(p):
        return False
    if p["side"] == "both" or p["stocking_pattern"] or p["upper_limb_symptoms"]:
        if p["reflex_reduced"] or p["unsteady"]:
            return True
        return numb(p) or p["tingling"]
    return False


@urgent("NEU-1")
def _(p: Patient) -> bool:
    return p["foot_drop"]


@urgent("NEU-2")
def _(p: Patient) -> bool:
    if not p["weakness"]:
        return False
    if p["onset"] == "sudden":
        return True
    growing = p["onset"] == "days" or p["duration_days"] < 42
    if p["worsening"] and growing:
        return True
    return four_weeks(p) if p["side"] == "both" else False


@guard("NEU-2")
def _(p: Patient) -> bool:
    if p["duration_days"] >= 90:
        return True
    if p["starts_hours_after_exercise"] or p["training_increase"]:
        return True
    return p["pop_felt"] or p["recent_leg_injury"]


@urgent("NEU-3")
def _(p: Patient) -> bool:
    if not p["weakness"]:
        return False
    if not numb(p) and not p["tingling"] and not p["reflex_reduced"]:
        return False
    return p["severe_pain"] or p["giving_way"] or two_weeks(p)


@guard("NEU-3")
def _(p: Patient) -> bool:
    return p["duration_days"] >= 90


@urgent("NEU-4")
def _(p: Patient) -> bool:
    return numb(p) if hours(p) else False


@guard("NEU-4")
def _(p: Patient) -> bool:
    if p["site_low_back"] or p["radiates_from_back"]:
        return True
    return p["duration_days"] >= 90 or p["recent_leg_injury"]


@urgent("NEU-5")
def _(p: Patient) -> bool:
    if not p["reflex_reduced"]:
        return False
    if p["side"] != "both" and not p["stocking_pattern"] and not p["upper_limb_symptoms"]:
        return False
    if weak(p) and (p["worsening"] or p["unsteady"]):
        return True
    if four_weeks(p):
        return numb(p) or p["tingling"] or p["unsteady"]
    return False


@guard("NEU-5")
def _(p: Patient) -> bool:
    return p["duration_days"] >= 90


@urgent("CES-4")
def _(p: Patient) -> bool:
    if p["side"] == "both" and two_weeks(p):
        return p["radiates_from_back"] or p["site_low_back"]
    return False


@guard("CES-4")
def _(p: Patient) -> bool:
    return p["duration_days"] >= 90


@urgent("ELE-1")
def _(p: Patient) -> bool:
    if not p["electrolyte_abnormal"]:
        return False
    if weak(p) or p["unwell"]:
        return True
    return p["tingling"] or p["muscle_spasm"] or p["quality_cramping"]
