"""Chronic limb-threatening ischaemia: pain at rest, sores, gangrene, shrinking distance."""

from __future__ import annotations

from serve.overrides.logic import All, Any, Below, Is, Present, absent
from serve.overrides.rule import Rule
from serve.overrides.signs import (
    ARTERY_RISK,
    AT_REST,
    CRAMP,
    DISCOLOURED,
    FEVER,
    GOOD_ABI,
    GOOD_FLOW,
    GOOD_PULSES,
    LOW_ABI,
    SEVERE,
    STIFF_ABI,
    UNCEASING,
)

_FLOW = "See a doctor to have the pulses felt and the blood flow of the leg measured."
_FOOT = Any("site_foot", "site_leg", "site_heel")
_NARROWED = Any("pulses_reduced", "exercise_abi_drop", LOW_ABI, "relief_leg_down")
_OTHER_PAIN = Any(
    CRAMP,
    "radiates_from_back",
    "relief_bending_forward",
    "stocking_pattern",
    "urge_to_move",
    "starts_hours_after_exercise",
)
"""What pain at night is mostly due to where no artery is known to be narrow."""
_WORN = Any(
    "crepitus",
    "bony_enlargement",
    "joint_motion_pain",
    All("known_arthritis", Any("site_knee", "site_hip_groin")),
)
"""Signs of a worn joint, which hurts at night by itself."""
_OPEN_ARTERIES = All(GOOD_ABI, Any(GOOD_PULSES, absent("diabetes")))
"""A good ankle pressure, which diabetes can feign: there the pulses must be good as well."""
_NOT_THE_FOOT = All(absent("site_foot"), absent("site_heel"), absent("site_leg"))
"""Where an artery starves the leg at rest it is the foot that hurts first."""

RULES = (
    Rule(
        id="GAN-1",
        level="emergency",
        when=All("gangrene", Any(FEVER, "unwell", "diabetes", "redness")),
        reason="Dead tissue with fever, illness, diabetes or spreading redness",
        action="Go to an emergency department with a foot or vascular team.",
        sources=("ebm-clti-infection", "nice-ng19-limb-threat"),
        hazard="deep_infection",
    ),
    Rule(
        id="CLI-1",
        level="urgent",
        when=All(
            AT_REST,
            Any(
                _NARROWED,
                All(DISCOLOURED, Any(SEVERE, ARTERY_RISK, "hair_loss_shiny_skin")),
                All(STIFF_ABI, "diabetes"),
            ),
        ),
        unless=Any(_OPEN_ARTERIES, GOOD_FLOW, _NOT_THE_FOOT, _OTHER_PAIN, _WORN, "first_step_pain"),
        ask_if=Any(_FOOT, ARTERY_RISK),
        reason="Pain at rest or at night in a leg with poor circulation: the leg may be in danger",
        action=_FLOW,
        sources=(
            "001-rest-pain",
            "001-severe-constant-ache",
            "002-red-rest-pain",
            "004-rest-pain",
            "004-night-pain",
            "gvg-2019-suspected-clti",
        ),
        hazard="critical_ischaemia",
    ),
    Rule(
        id="CLI-8",
        level="urgent",
        when=All(AT_REST, "relief_leg_down"),
        unless=Any(_OPEN_ARTERIES, GOOD_FLOW),
        reason="Pain at rest or at night that eases when the leg hangs down: too little blood may "
        "reach the foot",
        action=_FLOW,
        sources=("004-rest-pain", "004-night-pain", "gvg-2019-suspected-clti"),
        hazard="critical_ischaemia",
    ),
    Rule(
        id="CLI-2",
        level="urgent",
        when=All("nonhealing_sore", Any(_NARROWED, DISCOLOURED)),
        unless=_OPEN_ARTERIES,
        reason="A sore that does not heal in a leg with poor circulation",
        action=_FLOW,
        sources=("002-red-sores", "gvg-2019-suspected-clti"),
        hazard="critical_ischaemia",
    ),
    Rule(
        id="CLI-3",
        level="urgent",
        within="two days",
        when=Present("nonhealing_sore"),
        unless=Any(
            "varicose_veins",
            "skin_darkening",
            All(GOOD_PULSES, absent("diabetes"), absent("sensation_loss")),
        ),
        reason="A sore that does not heal and that vein disease does not explain",
        action=_FLOW,
        sources=("000-doctor-sores", "002-red-sores"),
        hazard="critical_ischaemia",
    ),
    Rule(
        id="CLI-4",
        level="urgent",
        when=Present("gangrene"),
        reason="Black or dead tissue on leg or foot",
        action=_FLOW,
        sources=("gvg-2019-suspected-clti",),
        hazard="critical_ischaemia",
    ),
    Rule(
        id="CLI-5",
        level="urgent",
        when=Below("abi", 0.4),
        unless=All(
            absent("rest_pain"),
            absent("night_pain"),
            absent("nonhealing_sore"),
            absent("gangrene"),
        ),
        reason="Ankle-brachial index under 0.40, and pain at rest or a sore is not ruled out: very "
        "little blood reaches the foot",
        action="Arrange a vascular assessment.",
        sources=("gvg-2019-suspected-clti", "wifi-ischaemia-grade-3"),
        hazard="critical_ischaemia",
    ),
    Rule(
        id="CLI-6",
        level="urgent",
        within="two days",
        when=All("distance_shrinking", Any(Below("duration_days", 28), Below("changed_days", 14))),
        unless=Any(
            _OPEN_ARTERIES,
            GOOD_FLOW,
            _WORN,
            "radiates_from_back",
            "relief_bending_forward",
            "recent_leg_injury",
        ),
        reason="Walking distance has shrunk within weeks, and neither joint, back nor injury "
        "explains it: an artery may be closing",
        action=_FLOW,
        sources=("001-distance-shrinks-fast", "001-fast-progression"),
        hazard="critical_ischaemia",
    ),
    Rule(
        id="CLI-7",
        level="urgent",
        within="two days",
        when=All(AT_REST, "relief_standing", ARTERY_RISK),
        unless=Any(_OTHER_PAIN, _WORN, "relief_sitting", _OPEN_ARTERIES, GOOD_FLOW),
        ask_if=Present("relief_standing"),
        reason="Leg pain on walking has begun to hurt at rest too, in someone at risk of blocked "
        "arteries",
        action=_FLOW,
        sources=("001-rest-pain", "001-distance-shrinks-fast", "004-rest-pain"),
        hazard="critical_ischaemia",
    ),
    Rule(
        id="RST-1",
        level="urgent",
        within="two days",
        when=All(SEVERE, "night_pain", _FOOT, Any(Is("side", "one"), All(UNCEASING, ARTERY_RISK))),
        unless=Any(_OTHER_PAIN, _WORN, _OPEN_ARTERIES, "recent_leg_injury", "first_step_pain"),
        reason="Severe pain of leg or foot at night that is no cramp: blood flow or a disease of "
        "the bone",
        action="See a doctor to have pulses and bone examined.",
        sources=("004-night-pain", "002-red-rest-pain", "scottish-bone-pain"),
        hazard="critical_ischaemia",
    ),
    Rule(
        id="WRS-1",
        level="urgent",
        within="two days",
        when=All(
            "worsening",
            Any(Below("duration_days", 14), Below("changed_days", 14)),
            SEVERE,
            UNCEASING,
        ),
        unless=Any(
            _WORN,
            CRAMP,
            "radiates_from_back",
            "recent_leg_injury",
            "training_increase",
            "starts_hours_after_exercise",
        ),
        reason="Severe pain, at rest too, that has grown worse within two weeks, and neither back, "
        "joint, injury nor training explains it",
        action="See a doctor to have pulses, joints and bone examined.",
        sources=("001-fast-progression", "003-severe"),
        hazard="delay",
    ),
)
