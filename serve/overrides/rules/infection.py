"""Infection of joint, bone, skin and deep tissue, and sepsis."""

from __future__ import annotations

from serve.overrides.logic import All, Any, Present
from serve.overrides.rule import Rule
from serve.overrides.signs import (
    AT_REST,
    FEVER,
    FOR_MONTHS,
    HOT,
    IN_DAYS,
    NUMB,
    ONE_SWOLLEN,
    SEVERE,
    WEAK,
)

_NOW = "Go to an emergency department now; infection of this kind spreads within hours."
_JOINT = "Go to an emergency department now to have the joint tapped before antibiotics are given."
_TODAY = "See a doctor today; at once with fever, shivering, confusion or spreading redness."

RULES = (
    Rule(
        id="JNT-1",
        level="emergency",
        when=All(Present("joint_swelling"), Any(FEVER, Present("unwell"))),
        reason="A swollen joint with fever or illness: infected until proven otherwise",
        action=_JOINT,
        sources=("bsr-2006-hot-joint", "001-fever-infection"),
        hazard="septic_joint",
    ),
    Rule(
        id="JNT-2",
        level="emergency",
        when=All(
            Present("joint_swelling"),
            HOT,
            Any(
                Present("unable_to_bear_weight"),
                Present("immunosuppression"),
                Present("skin_break"),
            ),
        ),
        reason="A hot, swollen joint that cannot carry weight, or in someone open to infection: "
        "infected until proven otherwise, even without fever",
        action=_JOINT,
        sources=("bsr-2006-hot-joint",),
        hazard="septic_joint",
    ),
    Rule(
        id="JNT-3",
        level="emergency",
        when=All(
            FEVER,
            Any(
                Present("unable_to_bear_weight"),
                All(Present("reduced_motion"), Present("joint_motion_pain")),
            ),
        ),
        reason="Fever with a joint that cannot be moved or a leg that cannot be stood on: joint "
        "or bone may be infected",
        action=_JOINT,
        sources=("001-fever-infection", "bsr-2006-hot-joint"),
        hazard="septic_joint",
    ),
    Rule(
        id="INF-1",
        level="emergency",
        when=All(Present("unwell"), Any(FEVER, HOT)),
        reason="Ill (lethargic, confused, fast pulse or low pressure) with fever or a hot, red "
        "leg: this may be sepsis",
        action=_NOW,
        sources=(
            "001-fever-infection",
            "nice-ng19-spreading-cellulitis",
            "guideline: NICE NG51, suspected sepsis",
        ),
        hazard="deep_infection",
    ),
    Rule(
        id="INF-2",
        level="emergency",
        when=All(
            FEVER,
            HOT,
            Any(
                Present("worsening"),
                SEVERE,
                Present("blue_limb"),
                Present("diabetes"),
            ),
        ),
        reason="Fever with a hot or red leg that is spreading, very painful or discoloured, or in "
        "diabetes: deep infection",
        action=_NOW,
        sources=("001-fever-infection", "nice-ng19-spreading-cellulitis"),
        hazard="deep_infection",
    ),
    Rule(
        id="INF-3",
        level="emergency",
        when=All(
            FEVER,
            Any(
                Present("skin_break"),
                Present("nonhealing_sore"),
                Present("bone_tenderness"),
                Present("immunosuppression"),
            ),
        ),
        reason="Fever with a wound, a sore, a tender bone or weak defences: infection may have "
        "reached bone or blood",
        action=_NOW,
        sources=("001-fever-infection", "nice-ng19-limb-threat"),
        hazard="deep_infection",
    ),
    Rule(
        id="INF-4",
        level="emergency",
        when=All(
            SEVERE,
            Any(FEVER, Present("unwell")),
            Any(ONE_SWOLLEN, Present("blue_limb"), Present("tense_compartment")),
        ),
        reason="Severe pain in a swollen, blue or tense leg with fever or illness: infection that "
        "kills tissue",
        action=_NOW,
        sources=("001-fever-infection", "guideline: NICE NG51, suspected sepsis"),
        hazard="deep_infection",
    ),
    Rule(
        id="INF-5",
        level="emergency",
        when=All(
            FEVER,
            Present("site_low_back"),
            Any(SEVERE, WEAK, NUMB, Present("reflex_reduced")),
        ),
        reason="Fever with back pain that is severe or comes with weakness or numbness: infection "
        "in the spine",
        action="Go to an emergency department now for blood cultures and an MRI of the spine.",
        sources=(
            "001-fever-infection",
            "judgement: fever and back pain with a deficit is a spinal abscess until excluded",
        ),
        hazard="deep_infection",
    ),
    Rule(
        id="JNT-4",
        level="urgent",
        when=All(Present("joint_swelling"), HOT),
        reason="A hot, swollen joint: it may be infected, whatever arthritis is known",
        action="See a doctor today to have the joint examined and, if in doubt, tapped.",
        sources=("bsr-2006-hot-joint",),
        hazard="septic_joint",
    ),
    Rule(
        id="JNT-5",
        level="urgent",
        when=All(Present("joint_swelling"), IN_DAYS, AT_REST),
        unless=Any(Present("recent_leg_injury"), FOR_MONTHS),
        reason="A joint newly swollen within two weeks that hurts at rest, and no injury explains "
        "it: it may be infected",
        action="See a doctor today to have the joint examined and, if in doubt, tapped.",
        sources=("bsr-2006-hot-joint",),
        hazard="septic_joint",
    ),
    Rule(
        id="INF-6",
        level="urgent",
        when=FEVER,
        reason="Fever or chills with leg pain",
        action=_TODAY,
        sources=("001-fever-infection",),
        hazard="deep_infection",
    ),
    Rule(
        id="INF-9",
        level="urgent",
        when=Present("unwell"),
        unless=FOR_MONTHS,
        reason="Ill in general (lethargic, confused, fast pulse or low pressure) with leg pain",
        action=_TODAY,
        sources=("001-fever-infection", "guideline: NICE NG51, suspected sepsis"),
        hazard="deep_infection",
    ),
    Rule(
        id="INF-7",
        level="urgent",
        when=All(
            Present("redness"),
            Any(
                Present("warmth"),
                Present("tenderness"),
                Present("skin_break"),
                ONE_SWOLLEN,
                IN_DAYS,
            ),
        ),
        unless=All(Present("skin_darkening"), FOR_MONTHS),
        reason="Red skin that is new, warm, tender, broken or swollen: infection or a clot",
        action=_TODAY,
        sources=("004-dvt-warmth-redness", "nhs-one-leg-clot", "001-fever-infection"),
        hazard="deep_infection",
    ),
    Rule(
        id="INF-10",
        level="urgent",
        when=All(
            Present("warmth"),
            IN_DAYS,
            Any(SEVERE, Present("joint_motion_pain"), Present("immunosuppression")),
        ),
        unless=Any(Present("recent_leg_injury"), FOR_MONTHS),
        reason="Newly warm, with severe pain, pain on moving the joint or weak defences, and no "
        "injury explains it: joint or deep tissue may be infected",
        action=_TODAY,
        sources=("bsr-2006-hot-joint", "004-dvt-warmth-redness"),
        hazard="septic_joint",
    ),
    Rule(
        id="INF-8",
        level="urgent",
        when=Any(
            All(
                Present("inflammation_raised"),
                Any(
                    Present("joint_swelling"),
                    HOT,
                    Present("bone_tenderness"),
                    Present("night_pain"),
                    Present("weight_loss"),
                ),
            ),
            All(
                Present("bone_tenderness"),
                Any(Present("redness"), Present("skin_break"), Present("immunosuppression")),
            ),
        ),
        reason="Raised inflammation with a swollen joint, a hot leg, a tender bone, night pain or "
        "weight loss; or a tender bone that is red, near a wound or in weak defences",
        action=_TODAY,
        sources=("bsr-2006-hot-joint", "judgement: infection, cancer or vasculitis comes first"),
        hazard="deep_infection",
    ),
)
