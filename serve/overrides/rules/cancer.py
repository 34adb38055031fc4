"""Cancer in bone, spine or soft tissue."""

from __future__ import annotations

from serve.overrides.logic import All, Any, Below, Count, Is, absent
from serve.overrides.rule import Rule
from serve.overrides.signs import (
    AT_REST,
    CANCER,
    CRAMP,
    FOR_MONTHS,
    IN_DAYS,
    ONE_SWOLLEN,
    SEVERE,
    UNCEASING,
    WEAK,
)

_BLOODS = "Speak to a doctor to arrange an urgent X-ray and blood tests."
_WORN = Any(
    "known_arthritis",
    "crepitus",
    "bony_enlargement",
    CRAMP,
    "stocking_pattern",
    "recent_leg_injury",
)
"""What pain at night is mostly due to, cancer in the past or not."""

RULES = (
    Rule(
        id="CAN-1",
        level="urgent",
        within="two days",
        when=Any(
            All("active_cancer", Any(AT_REST, "bone_tenderness", "weight_loss")),
            All(
                "cancer_history",
                Any(
                    "bone_tenderness",
                    "weight_loss",
                    All(
                        "night_pain",
                        Any("site_hip_groin", "site_low_back", "site_thigh", UNCEASING),
                    ),
                ),
            ),
        ),
        unless=All(absent("bone_tenderness"), absent("weight_loss"), _WORN),
        old=FOR_MONTHS,
        changed=Any(Below("changed_days", 28), "worsening", "weight_loss"),
        reason="Pain at rest or at night, a tender bone or weight loss in someone who has cancer "
        "or has had it: it may have spread",
        action=_BLOODS,
        sources=("scottish-bone-pain", "guideline: NICE NG234", "guideline: NICE NG12"),
        hazard="cancer",
    ),
    Rule(
        id="CAN-2",
        level="urgent",
        when=All(
            WEAK,
            Any(
                All("active_cancer", Any("worsening", IN_DAYS)),
                All("cancer_history", "worsening", IN_DAYS),
            ),
        ),
        old=FOR_MONTHS,
        changed=Below("changed_days", 28),
        ask_if=CANCER,
        reason="New or growing weakness in someone who has cancer or has had it",
        action="See a doctor to have strength, reflexes and spine examined.",
        sources=("guideline: NICE NG234",),
        hazard="cancer",
    ),
    Rule(
        id="CAN-3",
        level="urgent",
        within="two days",
        when=All(
            "weight_loss",
            Any(
                "night_pain",
                Count(
                    2,
                    UNCEASING,
                    "worsening",
                    "bone_tenderness",
                    "lost_appetite",
                    "night_sweats",
                    "lump",
                ),
            ),
        ),
        unless=All(
            absent("bone_tenderness"),
            absent("lost_appetite"),
            absent("night_sweats"),
            absent("lump"),
        ),
        reason="Unintended weight loss with pain at night, or with two of pain at rest, "
        "worsening, a tender bone, a lump, lost appetite and night sweats",
        action=_BLOODS,
        sources=("scottish-bone-pain", "nice-ng12-bone-sarcoma"),
        hazard="cancer",
    ),
    Rule(
        id="CAN-4",
        level="urgent",
        within="two days",
        when=All("bone_tenderness", "night_pain", Any(UNCEASING, "worsening", "lump")),
        unless=Any(
            "regular_sport",
            "training_increase",
            "recent_leg_injury",
            Is("hip_part", "outer"),
            "tendon_tenderness",
            "known_arthritis",
            "crepitus",
        ),
        reason="A tender bone that hurts at night, and at rest or more and more, without load or "
        "injury or a worn joint",
        action=_BLOODS,
        sources=("scottish-bone-pain", "guideline: NICE NG12"),
        hazard="cancer",
    ),
    Rule(
        id="CAN-5",
        level="urgent",
        within="two days",
        when=All(
            Below("age_years", 25),
            "night_pain",
            Any(
                ONE_SWOLLEN,
                "joint_swelling",
                "lump",
                All(SEVERE, Any(UNCEASING, "bone_tenderness", "worsening")),
            ),
        ),
        unless=Any(CRAMP, "recent_leg_injury", Is("side", "both")),
        reason="Night pain with swelling, or severe pain that stays, before the age of 25: bone "
        "tumours grow at this age",
        action="Speak to a doctor to arrange an X-ray.",
        sources=("scottish-bone-pain", "nice-ng12-bone-sarcoma"),
        hazard="cancer",
    ),
    Rule(
        id="CAN-7",
        level="urgent",
        within="two days",
        when=All("lump", Count(2, "worsening", "night_pain", "bone_tenderness", "weight_loss")),
        unless=Any("bruising", "joint_swelling", "varicose_veins"),
        reason="A lump with two of worsening, night pain, a tender bone and lost weight: a growth "
        "of bone or soft tissue",
        action="Speak to a doctor to arrange an ultrasound or X-ray.",
        sources=("nice-ng12-bone-sarcoma",),
        hazard="cancer",
    ),
    Rule(
        id="CAN-8",
        level="urgent",
        within="two days",
        when=All(
            SEVERE,
            "night_pain",
            Is("side", "one"),
            Any("site_hip_groin", "site_thigh", "site_shin"),
        ),
        unless=Any(
            _WORN,
            "radiates_from_back",
            "regular_sport",
            "training_increase",
            "reduced_motion",
            "joint_motion_pain",
            Is("hip_part", "outer"),
        ),
        reason="Severe pain of hip, thigh or shin on one side at night that no joint, cramp, sport "
        "or injury explains: a disease of the bone",
        action=_BLOODS,
        sources=("004-night-pain", "scottish-bone-pain"),
        hazard="cancer",
    ),
)
