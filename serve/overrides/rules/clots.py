"""Clots: pulmonary embolism, deep vein thrombosis, inflamed surface veins."""

from __future__ import annotations

from serve.overrides.logic import All, Any, Is, Not, Present, absent
from serve.overrides.rule import Lowering, Rule
from serve.overrides.signs import (
    BLEEDING_OR_TEAR,
    CLOT_RISK,
    CRAMP,
    FOR_MONTHS,
    FOR_WEEKS,
    HOT,
    IN_DAYS,
    ONE_SWOLLEN,
    SEVERE,
    THREE_CM,
)

_NOW = (
    "Call an ambulance; do not drive. Tell them that a clot in the lungs is suspected; the heart "
    "may be the cause as well."
)
_SCAN = (
    "See a doctor for a clot score, D-dimer (not in pregnancy) and ultrasound, with the result "
    "within 4 hours or treatment until it is there. Do not massage the leg."
)
_SUDDEN_CHEST = Any("breathlessness_new", "syncope_or_haemoptysis")
_NEW_CALF = All(IN_DAYS, Any("site_calf", "site_leg", "site_thigh"))
_SWOLLEN_OR_TENDER = Any(ONE_SWOLLEN, THREE_CM, "swelling_sudden", "deep_calf_tenderness")
_CHEST = Any(
    "chest_pain",
    _SUDDEN_CHEST,
    All("breathlessness", Any(_SWOLLEN_OR_TENDER, "recent_immobility", "active_cancer")),
)
"""What a clot in the lung does; breathlessness where it is new or beside what clots come with."""
_NO_D_DIMER = All(
    absent("d_dimer_raised"),
    absent("active_cancer"),
    absent("previous_dvt"),
    absent("pregnancy_or_oestrogen"),
    Any(absent("recent_immobility"), All(absent("deep_calf_tenderness"), Not(THREE_CM))),
)
"""A normal D-dimer where the clot score is low and it is a test: no clot is looked for (NG158)."""

RULES = (
    Rule(
        id="PE-1",
        level="emergency",
        when=_CHEST,
        old=FOR_MONTHS,
        lowering=Lowering(
            id="PE-4",
            by=All(
                Is("swelling", "none"),
                absent("deep_calf_tenderness"),
                absent("breathlessness_new"),
                absent("syncope_or_haemoptysis"),
            ),
            reason="Chest pain or breathlessness beside an old complaint of the leg without change "
            "on record, or with neither swelling nor tenderness of the leg, no new breathlessness "
            "and no faint",
            action="See a doctor; call an ambulance if it is new, severe or getting worse.",
        ),
        ask_if=Any(_SUDDEN_CHEST, "chest_pain", "breathlessness"),
        ask_after="thrombosis",
        reason="Chest pain, new breathlessness, fainting or coughed blood beside leg symptoms, or "
        "breathlessness beside signs or risks of a clot: a clot may have reached the lungs, or the "
        "heart may be ill",
        action=_NOW,
        sources=(
            "004-pe-emergency",
            "004-dvt-embolism",
            "nhs-clot-with-chest-symptoms",
            "miniati-2012-any-of-four",
        ),
        hazard="embolism",
    ),
    Rule(
        id="PE-5",
        level="urgent",
        when=Present("breathlessness"),
        unless=absent("breathlessness_new"),
        old=FOR_MONTHS,
        reason="Breathlessness beside leg symptoms that is not said to be old: a clot may have "
        "reached the lungs, or the heart may be ill",
        action="See a doctor; call an ambulance if it is new, severe or getting worse.",
        sources=(
            "004-pe-emergency",
            "miniati-2012-any-of-four",
            "judgement: breathlessness of old lung or heart disease is no sign of a clot",
        ),
        hazard="embolism",
    ),
    Rule(
        id="PE-2",
        level="emergency",
        when=All(
            "unwell",
            Any(ONE_SWOLLEN, THREE_CM),
            Any("swelling_sudden", "deep_calf_tenderness", CLOT_RISK),
        ),
        reason="Unwell (faint, fast pulse or low pressure) with signs of a clot in the leg: it "
        "may have reached the lungs",
        action=_NOW,
        sources=("004-dvt-embolism", "wells-pe-score"),
        hazard="embolism",
    ),
    Rule(
        id="DVT-1",
        level="emergency",
        when=All(ONE_SWOLLEN, "blue_limb", Any(SEVERE, "swelling_sudden")),
        reason="One leg swollen and blue, suddenly or with severe pain: a clot that blocks the "
        "whole leg may threaten it",
        action="Go to an emergency department; keep the leg raised.",
        sources=(
            "004-dvt-sudden-swelling",
            "004-sudden-discoloration",
            "judgement: phlegmasia needs a vascular surgeon within hours",
        ),
        hazard="thrombosis",
    ),
    Rule(
        id="DVT-2",
        level="urgent",
        when=Any(THREE_CM, All(ONE_SWOLLEN, Any(HOT, "deep_calf_tenderness", "quality_throbbing"))),
        unless=Any(
            BLEEDING_OR_TEAR, All("joint_swelling", absent("deep_calf_tenderness")), _NO_D_DIMER
        ),
        old=FOR_MONTHS,
        reason="One leg swollen, with warmth, redness, throbbing or a tender, thicker calf: this "
        "may be a clot in a deep vein",
        action=_SCAN,
        sources=(
            "001-dvt-one-sided-swelling",
            "001-dvt-warmth-redness",
            "001-dvt-throbbing",
            "004-dvt-one-leg",
            "nice-ng158-wells-likely",
            "nhs-one-leg-clot",
        ),
        hazard="thrombosis",
    ),
    Rule(
        id="DVT-3",
        level="urgent",
        when=Any("swelling_sudden", All(ONE_SWOLLEN, Any("site_calf", _NEW_CALF))),
        unless=Any(
            Is("swelling", "both"),
            "recent_leg_injury",
            BLEEDING_OR_TEAR,
            "joint_swelling",
            _NO_D_DIMER,
        ),
        old=FOR_MONTHS,
        reason="A leg suddenly or newly swollen, or one calf swollen and sore, and no injury or "
        "joint explains it: this may be a clot in a deep vein",
        action=_SCAN,
        sources=("004-dvt-sudden-swelling", "004-dvt-one-leg", "nhs-one-leg-clot"),
        hazard="thrombosis",
    ),
    Rule(
        id="DVT-4",
        level="urgent",
        when=All(ONE_SWOLLEN, CLOT_RISK),
        unless=Any(
            _NO_D_DIMER,
            All("joint_swelling", absent("deep_calf_tenderness"), Not(THREE_CM)),
        ),
        old=FOR_MONTHS,
        reason="One leg swollen in someone prone to clots (cancer, bed rest, surgery or travel, "
        "an earlier clot, pregnancy or oestrogen)",
        action=_SCAN,
        sources=("001-dvt-one-sided-swelling", "nice-ng158-wells-likely"),
        hazard="thrombosis",
    ),
    Rule(
        id="DVT-5",
        level="urgent",
        when=Any("deep_calf_tenderness", All(CLOT_RISK, "site_calf", IN_DAYS)),
        unless=Any(
            BLEEDING_OR_TEAR,
            "recent_leg_injury",
            "training_increase",
            All(Any(CRAMP, Is("swelling", "none")), absent("deep_calf_tenderness")),
            _NO_D_DIMER,
        ),
        old=FOR_WEEKS,
        reason="Tenderness along the deep veins, or new calf pain in someone prone to clots, and "
        "no injury, training or cramp explains it",
        action=_SCAN,
        sources=("nice-ng158-wells-likely", "nice-ng158-wells-unlikely"),
        hazard="thrombosis",
    ),
    Rule(
        id="DVT-6",
        level="urgent",
        when=All("d_dimer_raised", Any(_SWOLLEN_OR_TENDER, _NEW_CALF)),
        unless=Any(
            BLEEDING_OR_TEAR,
            "recent_leg_injury",
            "joint_swelling",
            All(Is("swelling", "none"), absent("deep_calf_tenderness")),
        ),
        old=FOR_WEEKS,
        reason="A raised D-dimer with swelling, a tender calf or new pain of the leg: a clot is "
        "not ruled out",
        action=_SCAN,
        sources=("nice-ng158-wells-unlikely", "guideline: Oudega primary-care rule"),
        hazard="thrombosis",
    ),
    Rule(
        id="DVT-7",
        level="urgent",
        when=All("varicose_veins", "redness", Any("warmth", "tenderness"), IN_DAYS),
        old=FOR_WEEKS,
        reason="A red, sore varicose vein, new within days: an inflamed vein can hold or spread a "
        "clot",
        action="See a doctor for an ultrasound of the leg's veins.",
        sources=("nhs-one-leg-clot",),
        hazard="thrombosis",
    ),
    Rule(
        id="DVT-8",
        level="urgent",
        when=All(
            Is("swelling", "both"), IN_DAYS, Any("active_cancer", "organ_failure", "breathlessness")
        ),
        old=FOR_WEEKS,
        reason="Both legs swollen within days in cancer, in failure of heart, kidney or liver, or "
        "with breathlessness: clots on both sides, or water that the body cannot clear",
        action="See a doctor for weight, blood tests and, if in doubt, an ultrasound.",
        sources=(
            "004-dvt-sudden-swelling",
            "judgement: new swelling of both legs is failure that gets worse, or a clot high up",
        ),
        hazard="thrombosis",
    ),
)
