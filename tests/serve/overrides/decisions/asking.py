"""What points at an open flag, written a second time.

`ASK_IF` answers for a complete patient, as the decisions do; a flag is asked about where every way
to fill the blanks points at it. `ASK_AFTER` names the hazard whose rules must have fired; where a
flag has both, either will do.
"""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import at_arterial_risk, back, had_cancer, numb, weak
from tests.serve.overrides.decisions.table import Decision, Patient

ASK_IF: dict[str, Decision] = {}
ASK_AFTER = {
    "PE-1": "thrombosis",
    "ALI-1": "acute_ischaemia",
    "ALI-2": "acute_ischaemia",
    "ALI-3": "acute_ischaemia",
    "ALI-4": "acute_ischaemia",
    "ALI-5": "acute_ischaemia",
    "ALI-6": "acute_ischaemia",
    "ALI-7": "acute_ischaemia",
    "ALI-13": "acute_ischaemia",
    "ALI-14": "acute_ischaemia",
    "COL-1": "acute_ischaemia",
    "COL-2": "acute_ischaemia",
}

ALARMS = """
    abi active_cancer blue_limb bone_tenderness calf_difference_cm cancer_history colour_change_new
    cool_limb d_dimer_raised deep_calf_tenderness fever foot_drop gangrene inflammation_raised
    joint_swelling nonhealing_sore pale_limb pulses_reduced redness rest_pain swelling
    swelling_sudden tense_compartment unable_to_bear_weight unwell warmth weight_loss
"""
HINTS = """
    bruit constant_pain dark_urine distance_shrinking electrolyte_abnormal electrolyte_high
    night_pain numbness pop_felt reflex_reduced sensation_loss severe_pain skin_break unsteady
    upper_limb_symptoms urinary_hesitancy weakness
"""
NOT_ASKED = """
    abi age_years creatine_kinase_raised d_dimer_raised electrolyte_abnormal electrolyte_high
    exercise_abi_drop hip_part inflammation_raised side site_achilles site_ankle site_calf site_foot
    site_heel site_hip_groin site_knee site_leg site_low_back site_thigh squeeze_test_positive
"""


def _enter(rule: str, decide: Decision) -> None:
    ASK_IF[rule] = decide


def _saddle(p: Patient) -> bool:
    if p["side"] == "both" and weak(p) and numb(p):
        return True
    return p["slr_positive"] or p["foot_drop"] or back(p)


def _tendon(p: Patient) -> bool:
    if p["pop_felt"]:
        return True
    return p["site_achilles"] and p["onset"] == "sudden"


def _claudicant(p: Patient) -> bool:
    return p["relief_standing"]


def _weak_bone(p: Patient) -> bool:
    return had_cancer(p) or p["bone_fragility_risk"]


def _swollen_foot(p: Patient) -> bool:
    if p["joint_swelling"] or p["swelling"] == "one":
        return True
    return p["redness"] or p["warmth"]


def _chest(p: Patient) -> bool:
    if p["chest_pain"] or p["syncope_or_haemoptysis"]:
        return True
    return p["breathlessness"] or p["breathlessness_new"]


def _starved_foot(p: Patient) -> bool:
    if p["site_foot"] or p["site_leg"] or p["site_heel"]:
        return True
    return at_arterial_risk(p)


def _aneurysm(p: Patient) -> bool:
    return p["age_years"] >= 60 and p["severe_pain"] and back(p)


def _broken_muscle(p: Patient) -> bool:
    if p["new_statin"] or p["creatine_kinase_raised"]:
        return True
    return p["muscle_tenderness"] and p["severe_pain"] and p["training_increase"]


_enter("CES-1", _saddle)
_enter("CES-8", _saddle)
_enter("TEN-1", _tendon)
_enter("CLI-7", _claudicant)
_enter("FRX-4", _weak_bone)
_enter("CAN-2", had_cancer)
_enter("FOT-3", _swollen_foot)
_enter("PE-1", _chest)
_enter("CLI-1", _starved_foot)
_enter("AAA-1", _aneurysm)
_enter("AAA-3", _aneurysm)
_enter("MYO-1", _broken_muscle)
