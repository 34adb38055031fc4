"""Chronic limb-threatening ischaemia: pain at rest, sores, gangrene, shrinking distance."""

from __future__ import annotations

from serve.overrides.logic import All, Any, Below, Present
from serve.overrides.rule import Rule
from serve.overrides.signs import (
    AT_REST,
    FEVER,
    IN_FOUR_WEEKS,
    POOR_CIRCULATION,
    SMOKED,
)

_TODAY = "See a doctor today to have the pulses felt and the blood flow of the leg measured."

RULES = (
    Rule(
        id="GAN-1",
        level="emergency",
        when=All(
            Present("gangrene"),
            Any(FEVER, Present("unwell"), Present("diabetes"), Present("redness")),
        ),
        reason="Dead tissue with fever, illness, diabetes or spreading redness",
        action="Go to an emergency department now, where a foot or vascular team can operate.",
        sources=("ebm-clti-infection", "nice-ng19-limb-threat"),
        hazard="deep_infection",
    ),
    Rule(
        id="CLI-1",
        level="urgent",
        when=All(AT_REST, POOR_CIRCULATION),
        reason="Pain at rest or at night in a leg with poor circulation: the leg may be in danger",
        action=_TODAY,
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
        id="CLI-2",
        level="urgent",
        when=All(Present("nonhealing_sore"), Any(POOR_CIRCULATION, AT_REST)),
        reason="A sore that does not heal in a leg with poor circulation or rest pain",
        action=_TODAY,
        sources=("002-red-sores", "gvg-2019-suspected-clti"),
        hazard="critical_ischaemia",
    ),
    Rule(
        id="CLI-3",
        level="urgent",
        when=Present("nonhealing_sore"),
        unless=Any(Present("varicose_veins"), Present("skin_darkening")),
        reason="A sore that does not heal and that vein disease does not explain",
        action=_TODAY,
        sources=("000-doctor-sores", "002-red-sores"),
        hazard="critical_ischaemia",
    ),
    Rule(
        id="CLI-4",
        level="urgent",
        when=Present("gangrene"),
        reason="Black or dead tissue on leg or foot",
        action=_TODAY,
        sources=("gvg-2019-suspected-clti",),
        hazard="critical_ischaemia",
    ),
    Rule(
        id="CLI-5",
        level="urgent",
        when=Below("abi", 0.4),
        reason="Ankle-brachial index under 0.40: very little blood reaches the foot",
        action="Arrange vascular assessment today.",
        sources=("gvg-2019-suspected-clti", "wifi-ischaemia-grade-3"),
        hazard="critical_ischaemia",
    ),
    Rule(
        id="CLI-6",
        level="urgent",
        when=All(
            Present("distance_shrinking"),
            IN_FOUR_WEEKS,
            POOR_CIRCULATION,
        ),
        reason="Walking distance has shrunk within weeks in a leg with poor circulation",
        action=_TODAY,
        sources=("001-distance-shrinks-fast", "001-fast-progression"),
        hazard="critical_ischaemia",
    ),
    Rule(
        id="CLI-7",
        level="urgent",
        when=All(
            AT_REST,
            Any(Present("distance_shrinking"), Present("relief_standing")),
            Any(
                Present("cardiovascular_disease"),
                Present("diabetes"),
                SMOKED,
            ),
        ),
        unless=Any(
            Present("relief_sitting"),
            Present("relief_bending_forward"),
            Present("muscle_spasm"),
            Present("stocking_pattern"),
        ),
        ask_if=Any(Present("distance_shrinking"), Present("relief_standing")),
        reason="Leg pain on walking has begun to hurt at rest too, in someone at risk of blocked "
        "arteries",
        action=_TODAY,
        sources=("001-rest-pain", "001-distance-shrinks-fast", "004-rest-pain"),
        hazard="critical_ischaemia",
    ),
)
