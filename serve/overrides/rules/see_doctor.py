"""The documents' reasons to see a doctor: none is urgent alone, none is fit for self-care."""

from __future__ import annotations

from serve.overrides.logic import All, Any, AtLeast, Below, Expression, Present
from serve.overrides.rule import Rule
from serve.overrides.signs import (
    AT_REST,
    COOL_PALE_PULSELESS,
    HOT,
    LOW_ABI,
    NUMB,
    ONE_SWOLLEN,
    SEVERE,
)

_SOON = "Make an appointment with a doctor; sooner if it gets worse."


def _see(number: int, when: Expression, reason: str, *sources: str) -> Rule:
    return Rule(
        id=f"SEE-{number}",
        level="routine",
        when=when,
        reason=reason,
        action=_SOON,
        sources=sources,
        hazard="delay",
    )


RULES = (
    _see(
        1,
        AtLeast("duration_days", 14),
        "The pain has lasted for two weeks or more",
        "000-doctor-weeks",
        "000-faq-persistent-needs-look",
    ),
    _see(
        2,
        Present("worsening"),
        "It is getting worse",
        "000-doctor-worsening",
        "000-pain-getting-worse",
    ),
    _see(
        3,
        Present("distance_shrinking"),
        "The walking distance is getting shorter",
        "000-doctor-distance",
        "001-distance-shrinks-fast",
    ),
    _see(
        4,
        Any(NUMB, Present("tingling"), Present("weakness")),
        "Numbness, tingling or weakness comes with the pain",
        "000-doctor-numb-weak",
    ),
    _see(
        5,
        Any(COOL_PALE_PULSELESS, Present("blue_limb"), HOT, Present("colour_change_new")),
        "Colour, temperature or pulse of the leg is changed",
        "000-doctor-colour-temperature",
        "000-faq-heart-prompt",
        "002-red-temperature-colour",
    ),
    _see(
        6,
        Present("nonhealing_sore"),
        "A sore does not heal",
        "000-doctor-sores",
    ),
    _see(
        7,
        Any(LOW_ABI, Present("exercise_abi_drop"), Present("bruit")),
        "Ankle pressure is low or an artery murmurs: too little blood reaches the leg",
        "002-abi-below-090",
        "002-stress-abi-drop",
    ),
    _see(
        8,
        AT_REST,
        "It hurts at rest or at night",
        "002-red-rest-pain",
        "003-no-ease-with-rest",
    ),
    _see(
        9,
        SEVERE,
        "The pain is severe",
        "003-severe",
        "004-intense-more-than-fatigue",
    ),
    _see(
        10,
        ONE_SWOLLEN,
        "One leg or ankle is swollen",
        "004-dvt-one-leg",
        "001-dvt-one-sided-swelling",
    ),
    _see(
        11,
        Below("walking_distance_m", 10),
        "It begins after a few steps",
        "003-few-steps",
    ),
    _see(
        12,
        All(Present("worse_walking"), Present("relief_rest")),
        "It comes with walking and eases with rest",
        "000-pain-recurs-and-eases",
        "000-faq-rest-relief-serious",
        "002-consult-recurrent",
    ),
)
