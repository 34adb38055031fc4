"""Injuries."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import had_cancer, hours, rests_badly
from tests.serve.overrides.decisions.table import Patient, emergency, guard, lowering, old, urgent

old("FRX-2", 28)
old("FRX-3", 28)
old("FRX-4", 28)
old("FRX-5", 90)
old("FRX-10", 90)
old("TEN-1", 90)


def _cannot_stand_after_injury(p: Patient) -> bool:
    return p["unable_to_bear_weight"] and p["recent_leg_injury"]


@emergency("FRX-1")
def _(p: Patient) -> bool:
    return p["site_hip_groin"] and _cannot_stand_after_injury(p)


@emergency("FRX-7")
def _(p: Patient) -> bool:
    if not _cannot_stand_after_injury(p):
        return False
    return p["bone_fragility_risk"] or p["age_years"] >= 65


@lowering("FRX-7", "FRX-8")
def _(p: Patient) -> bool:
    if p["site_ankle"] or p["site_foot"] or p["site_heel"]:
        return True
    return p["site_knee"] and not p["site_hip_groin"]


@urgent("FRX-9")
def _(p: Patient) -> bool:
    if p["age_years"] < 75 or not p["recent_leg_injury"]:
        return False
    return p["hip_part"] == "groin" or p["site_hip_groin"]


@urgent("FRX-2")
def _(p: Patient) -> bool:
    return p["unable_to_bear_weight"]


@guard("FRX-2")
def _(p: Patient) -> bool:
    if p["recent_leg_injury"]:
        return False
    if p["radiates_from_back"]:
        return True
    return not (p["bone_tenderness"] or p["bone_fragility_risk"] or p["site_hip_groin"])


@urgent("FRX-3")
def _(p: Patient) -> bool:
    return p["bone_tenderness"] and p["recent_leg_injury"]


@urgent("FRX-4", within="two days")
def _(p: Patient) -> bool:
    if not p["bone_fragility_risk"] and not had_cancer(p):
        return False
    if not p["recent_leg_injury"] and not hours(p):
        return False
    if p["bone_tenderness"]:
        return True
    return p["severe_pain"] and (p["localised"] or p["limp"])


@guard("FRX-4")
def _(p: Patient) -> bool:
    return p["muscle_spasm"] or p["radiates_from_back"]


@urgent("FRX-5", within="two days")
def _(p: Patient) -> bool:
    if not p["site_hip_groin"] or not p["worse_impact"]:
        return False
    if p["training_increase"] or p["bone_fragility_risk"]:
        return p["limp"] or rests_badly(p)
    return p["limp"] and p["regular_sport"]


@guard("FRX-5")
def _(p: Patient) -> bool:
    if p["hip_part"] == "outer" or p["pop_felt"]:
        return True
    if p["known_arthritis"] or p["bony_enlargement"] or p["crepitus"]:
        return True
    return p["bruising"] or p["muscle_tenderness"]


@urgent("FRX-6")
def _(p: Patient) -> bool:
    if p["age_years"] >= 16:
        return False
    if not p["reduced_motion"] and not p["limp"]:
        return False
    return p["site_knee"] or p["site_thigh"] or p["site_hip_groin"]


@urgent("FRX-10", within="two days")
def _(p: Patient) -> bool:
    if not p["site_hip_groin"] or not p["severe_pain"] or not p["reduced_motion"]:
        return False
    return p["bone_fragility_risk"] or p["harmful_medicine"] or p["immunosuppression"]


@urgent("TEN-1")
def _(p: Patient) -> bool:
    if p["squeeze_test_positive"] or p["tendon_gap"]:
        return True
    abrupt = p["onset"] == "sudden"
    at_the_cord = p["site_heel"] or p["site_calf"] or p["site_achilles"]
    if p["push_off_lost"] and at_the_cord:
        return True
    if p["site_achilles"]:
        if p["pop_felt"]:
            return True
        if abrupt and (p["bruising"] or p["weakness"]):
            return True
    return p["pop_felt"] and p["weakness"] and p["site_knee"]


@guard("TEN-1")
def _(p: Patient) -> bool:
    if p["radiates_from_back"]:
        return True
    return not (p["tendon_gap"] or p["squeeze_test_positive"])
