"""Joints that may be infected."""

from __future__ import annotations

from serve.overrides.logic import All, Any, AtLeast, Below, Is, Present, absent
from serve.overrides.rule import Rule
from serve.overrides.signs import (
    FEVER,
    FOR_MONTHS,
    FOR_WEEKS,
    HOT,
    IN_DAYS,
    NOT_FEVERISH,
    SEVERE,
    UNCEASING,
)

_JOINT = (
    "Go to an emergency department to have the joint tapped, before antibiotics where you are "
    "well; in sepsis antibiotics do not wait."
)
_TAP = "See a doctor to have the joint examined and, if in doubt, tapped."

RULES = (
    Rule(
        id="JNT-1",
        level="emergency",
        when=All("joint_swelling", Any(FEVER, "unwell")),
        reason="A swollen joint with fever or illness: infected until shown otherwise",
        action=_JOINT,
        sources=("bsr-2006-hot-joint", "001-fever-infection"),
        hazard="septic_joint",
    ),
    Rule(
        id="JNT-2",
        level="emergency",
        when=All(
            "joint_swelling",
            HOT,
            Any(
                "unable_to_bear_weight",
                "skin_break",
                All("immunosuppression", Any(IN_DAYS, "worsening", Is("side", "one"))),
            ),
        ),
        reason="A hot, swollen joint that cannot carry weight, near a wound, or new or on one side "
        "in someone open to infection: infected until shown otherwise, even without fever",
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
                "unable_to_bear_weight",
                All("reduced_motion", "joint_motion_pain"),
                All(Below("age_years", 16), Any("limp", "reduced_motion", "joint_motion_pain")),
            ),
        ),
        reason="Fever with a joint that cannot be moved, a leg that cannot be stood on, or a child "
        "that limps: joint or bone may be infected",
        action=_JOINT,
        sources=(
            "001-fever-infection",
            "bsr-2006-hot-joint",
            "guideline: Kocher criteria, the child's septic hip",
        ),
        hazard="septic_joint",
    ),
    Rule(
        id="JNT-4",
        level="urgent",
        when=All("joint_swelling", HOT),
        unless=All(AtLeast("duration_days", 28), NOT_FEVERISH, absent("unwell")),
        old=FOR_MONTHS,
        reason="A hot, swollen joint: it may be infected, whatever arthritis is known",
        action=_TAP,
        sources=("bsr-2006-hot-joint",),
        hazard="septic_joint",
    ),
    Rule(
        id="JNT-5",
        level="urgent",
        within="two days",
        when=All("joint_swelling", Any(IN_DAYS, "swelling_sudden"), SEVERE, UNCEASING),
        unless=Any(
            "recent_leg_injury",
            All(absent("warmth"), absent("redness"), absent("inflammation_raised")),
        ),
        old=FOR_MONTHS,
        reason="A joint newly swollen within two weeks that hurts severely, or at rest and is "
        "stiff, and no injury explains it: it may be infected",
        action=_TAP,
        sources=("bsr-2006-hot-joint",),
        hazard="septic_joint",
    ),
    Rule(
        id="INF-10",
        level="urgent",
        when=All("warmth", IN_DAYS, Any(SEVERE, "joint_motion_pain", "immunosuppression")),
        unless=Present("recent_leg_injury"),
        old=FOR_WEEKS,
        reason="Newly warm, with severe pain, pain on moving the joint or weak defences, and no "
        "injury explains it: joint or deep tissue may be infected",
        action="See a doctor; go to an emergency department with fever, shivering or confusion.",
        sources=("bsr-2006-hot-joint", "004-dvt-warmth-redness"),
        hazard="septic_joint",
    ),
)
