"""Cancer in bone, spine or soft tissue."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import (
    cramps,
    had_cancer,
    rests_badly,
    two_weeks,
    unceasing,
    weak,
)
from tests.serve.overrides.decisions.table import Patient, guard, old, urgent


def _common_night_pain(p: Patient) -> bool:
    if cramps(p) or p["stocking_pattern"] or p["recent_leg_injury"]:
        return True
    return p["bony_enlargement"] or p["crepitus"] or p["known_arthritis"]


def _lately(p: Patient) -> bool:
    if p["worsening"] or p["weight_loss"]:
        return True
    return bool(p["changed_days"] < 28)


old("CAN-1", 90, _lately)
old("CAN-2", 90, lambda p: bool(p["changed_days"] < 28))


@urgent("CAN-1", within="two days")
def _(p: Patient) -> bool:
    if not had_cancer(p):
        return False
    if p["active_cancer"] and (p["weight_loss"] or p["bone_tenderness"] or rests_badly(p)):
        return True
    if not p["cancer_history"]:
        return False
    if p["weight_loss"] or p["bone_tenderness"]:
        return True
    if not p["night_pain"]:
        return False
    if p["site_low_back"] or p["site_thigh"] or p["site_hip_groin"]:
        return True
    return unceasing(p)


@guard("CAN-1")
def _(p: Patient) -> bool:
    if p["weight_loss"] or p["bone_tenderness"]:
        return False
    return _common_night_pain(p)


@urgent("CAN-2")
def _(p: Patient) -> bool:
    if not weak(p):
        return False
    if p["active_cancer"] and (p["worsening"] or two_weeks(p)):
        return True
    return p["cancer_history"] and p["worsening"] and two_weeks(p)


@urgent("CAN-3", within="two days")
def _(p: Patient) -> bool:
    if not p["weight_loss"]:
        return False
    if p["night_pain"]:
        return True
    others = p["worsening"] + p["bone_tenderness"] + p["lump"]
    return others + p["lost_appetite"] + p["night_sweats"] + unceasing(p) >= 2


@guard("CAN-3")
def _(p: Patient) -> bool:
    return not (p["lump"] or p["bone_tenderness"] or p["lost_appetite"] or p["night_sweats"])


@urgent("CAN-4", within="two days")
def _(p: Patient) -> bool:
    if not p["bone_tenderness"] or not p["night_pain"]:
        return False
    return p["lump"] or p["worsening"] or unceasing(p)


@guard("CAN-4")
def _(p: Patient) -> bool:
    if p["recent_leg_injury"] or p["training_increase"] or p["regular_sport"]:
        return True
    if p["crepitus"] or p["known_arthritis"] or p["tendon_tenderness"]:
        return True
    return bool(p["hip_part"] == "outer")


@urgent("CAN-5", within="two days")
def _(p: Patient) -> bool:
    if p["age_years"] >= 25 or not p["night_pain"]:
        return False
    if p["swelling"] == "one" or p["joint_swelling"] or p["lump"]:
        return True
    if not p["severe_pain"]:
        return False
    return p["worsening"] or p["bone_tenderness"] or unceasing(p)


@guard("CAN-5")
def _(p: Patient) -> bool:
    return p["side"] == "both" or p["recent_leg_injury"] or cramps(p)


@urgent("CAN-7", within="two days")
def _(p: Patient) -> bool:
    if not p["lump"]:
        return False
    return p["worsening"] + p["night_pain"] + p["bone_tenderness"] + p["weight_loss"] >= 2


@guard("CAN-7")
def _(p: Patient) -> bool:
    return p["varicose_veins"] or p["joint_swelling"] or p["bruising"]


@urgent("CAN-8", within="two days")
def _(p: Patient) -> bool:
    if not p["severe_pain"] or not p["night_pain"] or p["side"] != "one":
        return False
    return p["site_shin"] or p["site_thigh"] or p["site_hip_groin"]


@guard("CAN-8")
def _(p: Patient) -> bool:
    if _common_night_pain(p) or p["radiates_from_back"]:
        return True
    if p["regular_sport"] or p["training_increase"] or p["hip_part"] == "outer":
        return True
    return p["joint_motion_pain"] or p["reduced_motion"]
