"""What points at an open flag, written a second time.

`ASK_IF` answers for a complete patient, as the decisions do; a flag is asked about where every way
to fill the blanks points at it. `ASK_AFTER` names the hazard whose rules must have fired.
"""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import had_cancer, weak
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
    "COL-1": "acute_ischaemia",
}

ALARMS = """
    abi active_cancer blue_limb bone_tenderness calf_difference_cm cancer_history colour_change_new
    cool_limb d_dimer_raised deep_calf_tenderness fever foot_drop gangrene inflammation_raised
    joint_swelling nonhealing_sore pale_limb pulses_reduced redness rest_pain swelling
    swelling_sudden tense_compartment unable_to_bear_weight unwell warmth weight_loss
"""
HINTS = """
    bruit constant_pain distance_shrinking electrolyte_abnormal night_pain numbness pop_felt
    reflex_reduced sensation_loss severe_pain skin_break unsteady upper_limb_symptoms weakness
"""
NOT_ASKED = """
    abi age_years d_dimer_raised electrolyte_abnormal exercise_abi_drop inflammation_raised side
    site_achilles site_ankle site_calf site_foot site_heel site_hip_groin site_knee site_leg
    site_low_back site_thigh
"""


def _enter(rule: str, decide: Decision) -> None:
    ASK_IF[rule] = decide


def _saddle(p: Patient) -> bool:
    if p["side"] == "both" and weak(p):
        return True
    return p["slr_positive"] or p["foot_drop"] or p["radiates_from_back"] or p["site_low_back"]


def _tendon(p: Patient) -> bool:
    if p["pop_felt"]:
        return True
    return p["site_achilles"] and p["onset"] == "sudden"


def _claudicant(p: Patient) -> bool:
    return p["relief_standing"] or p["distance_shrinking"]


def _weak_bone(p: Patient) -> bool:
    return had_cancer(p) or p["bone_fragility_risk"]


def _swollen_foot(p: Patient) -> bool:
    if p["joint_swelling"] or p["swelling"] == "one":
        return True
    return p["redness"] or p["warmth"]


_enter("CES-1", _saddle)
_enter("TEN-1", _tendon)
_enter("CLI-7", _claudicant)
_enter("FRX-4", _weak_bone)
_enter("CAN-2", had_cancer)
_enter("FOT-3", _swollen_foot)
