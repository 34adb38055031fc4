"""The diabetic or neuropathic foot: sores, infection, Charcot foot."""

from __future__ import annotations

from serve.overrides.logic import All, Any, Present
from serve.overrides.rule import Rule
from serve.overrides.signs import HOT, LOW_ABI, NUMB, ONE_SWOLLEN

_NUMB_FEET = Any(Present("sensation_loss"), Present("stocking_pattern"))

RULES = (
    Rule(
        id="FOT-1",
        level="emergency",
        when=All(
            Present("diabetes"),
            Present("nonhealing_sore"),
            Any(
                Present("pulses_reduced"),
                Present("cool_limb"),
                Present("pale_limb"),
                Present("blue_limb"),
                LOW_ABI,
                HOT,
            ),
        ),
        reason="A sore in diabetes with poor circulation or signs of infection: the foot is in "
        "danger",
        action="Go to the hospital's foot or vascular service now.",
        sources=("nice-ng19-limb-threat",),
        hazard="diabetic_foot",
    ),
    Rule(
        id="FOT-2",
        level="urgent",
        when=All(
            Present("diabetes"),
            Any(Present("nonhealing_sore"), Present("skin_break")),
            Any(Present("site_foot"), Present("site_heel"), NUMB),
        ),
        reason="A sore or wound on a diabetic foot",
        action="See a doctor or foot service today or on the next working day; keep weight off.",
        sources=("000-doctor-sores", "002-red-sores", "003-nerve-ulcers", "nice-ng19-active-foot"),
        hazard="diabetic_foot",
    ),
    Rule(
        id="FOT-3",
        level="urgent",
        when=All(
            Any(Present("site_foot"), Present("site_ankle")),
            Any(
                All(Any(Present("diabetes"), Present("neuropathy_risk"), _NUMB_FEET), HOT),
                All(_NUMB_FEET, Any(ONE_SWOLLEN, Present("joint_swelling"))),
            ),
        ),
        ask_if=Any(HOT, ONE_SWOLLEN, Present("joint_swelling")),
        reason="A hot or red foot or ankle where nerves may be damaged, or a swollen one without "
        "feeling: infection, or a Charcot foot that breaks without hurting",
        action="Take all weight off the foot and see a doctor today.",
        sources=("nice-ng19-charcot",),
        hazard="diabetic_foot",
    ),
)
