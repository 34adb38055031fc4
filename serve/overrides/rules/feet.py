"""The diabetic or neuropathic foot: sores, infection, Charcot foot."""

from __future__ import annotations

from serve.overrides.logic import All, Any
from serve.overrides.rule import Rule
from serve.overrides.signs import (
    FOR_MONTHS,
    HOT,
    LOW_ABI,
    NUMB,
    ONE_SWOLLEN,
)

_NUMB_FEET = Any("sensation_loss", "stocking_pattern", "numbness")
_FOOT = Any("site_foot", "site_ankle")

RULES = (
    Rule(
        id="FOT-1",
        level="emergency",
        when=All(
            "diabetes",
            "nonhealing_sore",
            Any("pulses_reduced", "cool_limb", "pale_limb", "blue_limb", LOW_ABI, HOT),
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
            "diabetes",
            Any(
                All(Any("nonhealing_sore", "skin_break"), Any("site_foot", "site_heel")),
                All("nonhealing_sore", NUMB),
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
                All(Any("diabetes", _NUMB_FEET), HOT),
                All(
                    Any(ONE_SWOLLEN, "joint_swelling"),
                    Any(
                        All("sensation_loss", Any("diabetes", "painless")),
                        All("diabetes", "painless"),
                    ),
                ),
            ),
        ),
        unless=Any("skin_darkening", "varicose_veins", "recent_leg_injury"),
        old=FOR_MONTHS,
        ask_if=Any(HOT, ONE_SWOLLEN, "joint_swelling"),
        reason="A hot or red foot or ankle in diabetes or where feeling is lost, or a swollen one "
        "that hardly hurts: infection, or a Charcot foot that breaks without hurting",
        action="Take all weight off the foot and see a doctor.",
        sources=("nice-ng19-charcot",),
        hazard="diabetic_foot",
    ),
)
