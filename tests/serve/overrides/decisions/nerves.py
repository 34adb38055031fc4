"""Nerves."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import (
    back,
    four_weeks,
    hours,
    numb,
    tired_or_torn,
    two_sided,
    two_weeks,
    weak,
    well_fed,
)
from tests.serve.overrides.decisions.table import Patient, emergency, guard, lowering, old, urgent


def _in_two_weeks(p: Patient) -> bool:
    return bool(p["changed_days"] < 14)


old("GBS-1", 90)
old("STR-1", 28)
old("BLD-1", 28)
old("BLD-3", 28)
old("NEU-1", 90, lambda p: p["worsening"] or bool(p["changed_days"] < 28))
old("NEU-2", 90, _in_two_weeks)
old("NEU-3", 42, _in_two_weeks)
old("NEU-4", 28)
old("NEU-5", 90, _in_two_weeks)


@emergency("GBS-1")
def _(p: Patient) -> bool:
    if not weak(p) or not two_sided(p) or not four_weeks(p):
        return False
    if p["reflex_reduced"]:
        return True
    if not (p["unsteady"] or p["tingling"] or numb(p)):
        return False
    return p["upper_limb_symptoms"] or p["stocking_pattern"] or p["worsening"]


@lowering("GBS-1", "NEU-6")
def _(p: Patient) -> bool:
    return not p["reflex_reduced"]


@emergency("STR-1")
def _(p: Patient) -> bool:
    return p["upper_limb_symptoms"] and weak(p) and hours(p)


@lowering("STR-1", "STR-2")
def _(p: Patient) -> bool:
    return p["side"] == "both" and p["starts_hours_after_exercise"]


def _may_bleed(p: Patient) -> bool:
    if not p["blood_thinner"] or not weak(p):
        return False
    return p["site_thigh"] or p["site_hip_groin"] or p["site_low_back"]


@urgent("BLD-3")
def _(p: Patient) -> bool:
    return _may_bleed(p)


@guard("BLD-3")
def _(p: Patient) -> bool:
    return p["relief_bending_forward"] and p["radiates_from_back"]


@emergency("BLD-1")
def _(p: Patient) -> bool:
    if not _may_bleed(p):
        return False
    if p["worsening"] and p["severe_pain"]:
        return True
    return two_weeks(p)


@lowering("BLD-1", "BLD-2")
def _(p: Patient) -> bool:
    return p["relief_bending_forward"] and p["radiates_from_back"]


@urgent("NEU-1")
def _(p: Patient) -> bool:
    return p["foot_drop"]


@urgent("NEU-2")
def _(p: Patient) -> bool:
    if not p["weakness"] and not p["weak_on_rising"]:
        return False
    if hours(p):
        return True
    if p["side"] == "both" and four_weeks(p):
        return True
    if not p["worsening"]:
        return False
    if p["onset"] == "days" or p["duration_days"] < 42 or p["changed_days"] < 14:
        return True
    return p["side"] == "both" and p["duration_days"] < 70


@guard("NEU-2")
def _(p: Patient) -> bool:
    if tired_or_torn(p):
        return True
    if not (p["reflex_reduced"] or p["foot_drop"] or p["sensation_loss"]):
        return True
    if p["side"] == "both":
        return False
    if p["tendon_tenderness"] or p["muscle_tenderness"]:
        return True
    return p["joint_motion_pain"] or p["resisted_pain"]


@urgent("NEU-3", within="two days")
def _(p: Patient) -> bool:
    if not weak(p):
        return False
    if not (p["tingling"] or p["reflex_reduced"] or numb(p)):
        return False
    if p["giving_way"] and (p["recent_immobility"] or p["blood_thinner"]):
        return True
    if not four_weeks(p):
        return False
    return p["giving_way"] or p["worsening"] or p["severe_pain"]


@guard("NEU-3")
def _(p: Patient) -> bool:
    return tired_or_torn(p)


@urgent("NEU-4")
def _(p: Patient) -> bool:
    return numb(p) if hours(p) else False


@guard("NEU-4")
def _(p: Patient) -> bool:
    if p["stocking_pattern"] or p["recent_leg_injury"] or back(p):
        return True
    return well_fed(p) and not p["weakness"] and not p["upper_limb_symptoms"]


@guard("NEU-5")
def _(p: Patient) -> bool:
    if p["weakness"] or p["unsteady"]:
        return False
    return not p["upper_limb_symptoms"] and not p["recent_infection"]


@urgent("NEU-5")
def _(p: Patient) -> bool:
    if not p["reflex_reduced"] or not two_sided(p):
        return False
    if weak(p) and p["worsening"]:
        return True
    if four_weeks(p):
        return p["unsteady"] or p["tingling"] or numb(p)
    return False
