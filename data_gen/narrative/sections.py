"""The order in which a narrative tells the findings, and of what subject."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from data_gen.narrative.opening import QUALITIES, sites
from data_gen.vocabulary.finding import Asked
from data_gen.vocabulary.load import Vocabulary

About = Literal["complaint", "symptoms", "limb", "history", "examination", "tests"]
Sections = tuple[tuple[About, tuple[str, ...]], ...]

_CHARACTER = """
    localised hip_part thigh_part knee_part shin_part heel_part foot_part radiates_from_back
    worsening changed_days constant_pain rest_pain night_pain
"""
_PATTERN = """
    starts_immediately walking_distance_m exercise_minutes distance_shrinking
    starts_hours_after_exercise predictable_distance first_step_pain
    worse_walking worse_movement worse_uphill worse_stairs worse_impact worse_standing
    worse_sitting worse_bending_forward worse_bending_back worse_cough worse_leg_raised
    evening_worse warms_up relief_rest relief_standing relief_sitting relief_bending_forward
    relief_leg_raised relief_leg_down relief_walking relief_within_minutes relief_minutes
"""
_SYMPTOMS = """
    unwell fever temperature_c chest_pain breathlessness breathlessness_new
    syncope_or_haemoptysis weight_loss lost_appetite night_sweats dark_urine saddle_numbness
    bladder_bowel_change seat_feels_different bladder_feeling_lost urinary_hesitancy
    sexual_change farthest_walk_m quality_heavy quality_tight numbness tingling allodynia
    weakness weak_on_rising foot_drop push_off_lost stocking_pattern upper_limb_symptoms
    stiff_shoulders unsteady urge_to_move swelling swelling_sudden lump swollen_toes rash
    morning_stiffness stiff_after_rest joint_swelling giving_way pop_felt muscle_spasm limp
    unable_to_bear_weight
"""
_LIMB = """
    cool_limb pale_limb warmth redness bruising blue_limb colour_change_new hair_loss_shiny_skin
    skin_darkening varicose_veins nonhealing_sore gangrene
"""
_HISTORY = """
    smoking obesity sedentary regular_sport prolonged_standing training_increase
    recent_leg_injury previous_leg_injury same_before recent_immobility recent_infection
    skin_break fluid_or_salt_loss
    previous_dvt bmi diabetes hypertension high_cholesterol cardiovascular_disease
    leg_graft_or_stent
    atrial_fibrillation organ_failure active_cancer cancer_history back_disorder known_arthritis
    gait_abnormality pregnancy_or_oestrogen bone_fragility_risk neuropathy_risk immunosuppression
    harmful_medicine new_statin blood_thinner
"""
_EXAMINATION = """
    pulses_reduced sensation_loss reflex_reduced reduced_motion slr_positive bruit pulsating_lump
    muscle_wasting
    calf_difference_cm deep_calf_tenderness muscle_tenderness tendon_tenderness bone_tenderness
    tendon_gap squeeze_test_positive diffuse_shin_tenderness heel_tenderness tenderness
    tense_compartment crepitus bony_enlargement joint_motion_pain stretch_pain resisted_pain
"""
_TESTS = """
    abi exercise_abi_drop d_dimer_raised inflammation_raised electrolyte_abnormal electrolyte_high
    creatine_kinase_raised
"""

_SECTIONS: Sections = (
    ("complaint", ("severity", "severe_pain", *QUALITIES, *_CHARACTER.split())),
    ("complaint", tuple(_PATTERN.split())),
    ("symptoms", tuple(_SYMPTOMS.split())),
    ("limb", tuple(_LIMB.split())),
    ("history", tuple(_HISTORY.split())),
    ("examination", tuple(_EXAMINATION.split())),
    ("tests", tuple(_TESTS.split())),
)
_IN_OPENING = ("age_years", "sex", "painless", "side", "onset", "duration_days")
# A finding that none of them names is told last in the section of its kind.
_BY_ASKED: dict[Asked, int] = {
    "identity": 4,
    "habit": 4,
    "site": 0,
    "pain": 1,
    "symptom": 2,
    "sign": 5,
    "test": 6,
}


@lru_cache(maxsize=4)
def sections(vocabulary: Vocabulary) -> Sections:
    """Every finding that the opening does not always tell, by the subject of its sentence."""
    told = [(about, list(findings)) for about, findings in _SECTIONS]
    told[0][1][2 + len(QUALITIES) : 2 + len(QUALITIES)] = sites(vocabulary)
    named = {*_IN_OPENING, *(finding for _, findings in told for finding in findings)}
    for finding in vocabulary.findings:
        if finding.id not in named:
            told[_BY_ASKED[finding.asked]][1].append(finding.id)
    return tuple((about, tuple(findings)) for about, findings in told)


@lru_cache(maxsize=4)
def told_first(vocabulary: Vocabulary) -> frozenset[str]:
    """What is part of the opening where it is present; absent, it is told in its section."""
    return frozenset((*sites(vocabulary), *QUALITIES, "severe_pain", "worsening"))
