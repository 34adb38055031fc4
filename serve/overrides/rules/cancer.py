"""Cancer in bone, spine or soft tissue."""

from __future__ import annotations

from serve.overrides.logic import All, Any, Below, Count, Is, Present, absent
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
    Present("known_arthritis"),
    Present("crepitus"),
    Present("bony_enlargement"),
    CRAMP,
    Present("stocking_pattern"),
    Present("recent_leg_injury"),
)
"""What pain at night is mostly due to, cancer in the past or not."""

RULES = (
    Rule(
        id="CAN-1",
        level="urgent",
        within="two days",
        when=Any(
            All(
                Present("active_cancer"),
                Any(AT_REST, Present("bone_tenderness"), Present("weight_loss")),
            ),
            All(
                Present("cancer_history"),
                Any(
                    Present("bone_tenderness"),
                    Present("weight_loss"),
                    All(
                        Present("night_pain"),
                        Any(
                            Present("site_hip_groin"),
                            Present("site_low_back"),
                            Present("site_thigh"),
                            UNCEASING,
                        ),
                    ),
                ),
            ),
        ),
        unless=All(absent("bone_tenderness"), absent("weight_loss"), _WORN),
        old=FOR_MONTHS,
        changed=Any(Below("changed_days", 28), Present("worsening"), Present("weight_loss")),
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
                All(Present("active_cancer"), Any(Present("worsening"), IN_DAYS)),
                All(Present("cancer_history"), Present("worsening"), IN_DAYS),
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
            Present("weight_loss"),
            Any(
                Present("night_pain"),
                Count(
                    2,
                    UNCEASING,
                    Present("worsening"),
                    Present("bone_tenderness"),
                    Present("lost_appetite"),
                    Present("night_sweats"),
                    Present("lump"),
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
        when=All(
            Present("bone_tenderness"),
            Present("night_pain"),
            Any(UNCEASING, Present("worsening"), Present("lump")),
        ),
        unless=Any(
            Present("regular_sport"),
            Present("training_increase"),
            Present("recent_leg_injury"),
            Is("hip_part", "outer"),
            Present("tendon_tenderness"),
            Present("known_arthritis"),
            Present("crepitus"),
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
            Present("night_pain"),
            Any(
                ONE_SWOLLEN,
                Present("joint_swelling"),
                Present("lump"),
                All(SEVERE, Any(UNCEASING, Present("bone_tenderness"), Present("worsening"))),
            ),
        ),
        unless=Any(CRAMP, Present("recent_leg_injury"), Is("side", "both")),
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
        when=All(
            Present("lump"),
            Count(
                2,
                Present("worsening"),
                Present("night_pain"),
                Present("bone_tenderness"),
                Present("weight_loss"),
            ),
        ),
        unless=Any(Present("bruising"), Present("joint_swelling"), Present("varicose_veins")),
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
            Present("night_pain"),
            Is("side", "one"),
            Any(Present("site_hip_groin"), Present("site_thigh"), Present("site_shin")),
        ),
        unless=Any(
            _WORN,
            Present("radiates_from_back"),
            Present("regular_sport"),
            Present("training_increase"),
            Present("reduced_motion"),
            Present("joint_motion_pain"),
            Is("hip_part", "outer"),
        ),
        reason="Severe pain of hip, thigh or shin on one side at night that no joint, cramp, sport "
        "or injury explains: a disease of the bone",
        action=_BLOODS,
        sources=("004-night-pain", "scottish-bone-pain"),
        hazard="cancer",
    ),
)
