"""The diabetic or neuropathic foot: sores, infection, Charcot foot."""

from __future__ import annotations

from serve.overrides.logic import All, Any, Present
from serve.overrides.rule import Rule
from serve.overrides.signs import (
    FOR_MONTHS,
    HOT,
    LOW_ABI,
    NUMB,
    ONE_SWOLLEN,
)

_NUMB_FEET = Any(Present("sensation_loss"), Present("stocking_pattern"), Present("numbness"))
_FOOT = Any(Present("site_foot"), Present("site_ankle"))

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
        action="Go to the hospital's foot or vascular service.",
        sources=("nice-ng19-limb-threat",),
        hazard="diabetic_foot",
    ),
    Rule(
        id="FOT-2",
        level="urgent",
        within="two days",
        when=All(
            Present("diabetes"),
            Any(
                All(
                    Any(Present("nonhealing_sore"), Present("skin_break")),
                    Any(Present("site_foot"), Present("site_heel")),
                ),
                All(Present("nonhealing_sore"), NUMB),
            ),
        ),
        reason="A sore or wound on a diabetic foot",
        action="See a doctor or foot service, on the next working day at the latest; keep weight "
        "off.",
        sources=("000-doctor-sores", "002-red-sores", "003-nerve-ulcers", "nice-ng19-active-foot"),
        hazard="diabetic_foot",
    ),
    Rule(
        id="FOT-3",
        level="urgent",
        when=All(
            _FOOT,
            Any(
                All(Any(Present("diabetes"), _NUMB_FEET), HOT),
                All(
                    Any(ONE_SWOLLEN, Present("joint_swelling")),
                    Any(
                        All(
                            Present("sensation_loss"), Any(Present("diabetes"), Present("painless"))
                        ),
                        All(Present("diabetes"), Present("painless")),
                    ),
                ),
            ),
        ),
        unless=Any(
            Present("skin_darkening"),
            Present("varicose_veins"),
            Present("recent_leg_injury"),
        ),
        old=FOR_MONTHS,
        ask_if=Any(HOT, ONE_SWOLLEN, Present("joint_swelling")),
        reason="A hot or red foot or ankle in diabetes or where feeling is lost, or a swollen one "
        "that hardly hurts: infection, or a Charcot foot that breaks without hurting",
        action="Take all weight off the foot and see a doctor.",
        sources=("nice-ng19-charcot",),
        hazard="diabetic_foot",
    ),
)
