"""Acute limb ischaemia: an artery of the leg that closes, within hours or two weeks."""

from __future__ import annotations

from serve.overrides.logic import All, Any, AtLeast, Below, Count, Present, absent
from serve.overrides.rule import Lowering, Rule
from serve.overrides.signs import (
    ARTERY_RISK,
    AT_REST,
    BLEEDING_OR_TEAR,
    COOL_PALE_PULSELESS,
    CRAMP,
    DISCOLOURED,
    FOR_MONTHS,
    FOR_WEEKS,
    GOOD_ABI,
    GOOD_FLOW,
    GOOD_PULSES,
    HOT,
    IN_DAYS,
    IN_HOURS,
    NUMB,
    SEVERE,
    UNCEASING,
    WARM,
    WEAK,
)

_NOW = (
    "Call an ambulance: such a leg can be lost within six hours. Keep it low and covered; do not "
    "raise, cool or heat it."
)
_FLOW = "See a doctor to have the pulses felt and the blood flow of the leg measured."
_LOWERED = (
    "See a doctor to have pulses, strength and feeling tested; call an ambulance if the leg turns "
    "cold, pale, blue or numb."
)
_ACUTE = ("002-red-sudden-severe", "cornwall-suspected-ali", "acc-aha-rutherford-2b")
_SIX_HOURS = "judgement: pulses felt in a warm leg leave hours to look for another cause"
# Weak pulses of long standing: what matters then is that the leg is warm and feels.
_WARM_AND_FEELS = All(WARM, absent("pale_limb"), absent("numbness"), absent("weakness"))

RULES = (
    Rule(
        id="ALI-1",
        level="emergency",
        when=All(
            IN_HOURS,
            SEVERE,
            Any(
                COOL_PALE_PULSELESS,
                "blue_limb",
                All(NUMB, WEAK),
                All(
                    Any(NUMB, WEAK),
                    Any(AtLeast("age_years", 60), "atrial_fibrillation", ARTERY_RISK),
                ),
            ),
        ),
        old=FOR_WEEKS,
        lowering=Lowering(
            id="ALI-8",
            by=Any(GOOD_FLOW, _WARM_AND_FEELS),
            reason="Sudden, severe pain with numbness, weakness or another sign of a closed "
            "artery, but good pulses in a warm leg, a warm leg that feels and moves, or weeks "
            "without change on record",
            action=_LOWERED,
        ),
        ask_after="acute_ischaemia",
        reason="Sudden, severe pain in a leg that is cold, pale, blue, numb, weak or without "
        "pulse: its artery may have closed",
        action=_NOW,
        sources=(*_ACUTE, _SIX_HOURS),
        hazard="acute_ischaemia",
    ),
    Rule(
        id="ALI-2",
        level="emergency",
        when=Any(
            All(
                IN_HOURS,
                Any(
                    DISCOLOURED,
                    All(
                        "pulses_reduced", Any(SEVERE, UNCEASING, NUMB, WEAK, "atrial_fibrillation")
                    ),
                ),
            ),
            All("colour_change_new", Any("cool_limb", "pale_limb")),
        ),
        old=FOR_WEEKS,
        lowering=Lowering(
            id="ALI-9",
            by=Any(
                GOOD_FLOW,
                _WARM_AND_FEELS,
                "muscle_spasm",
                All(BLEEDING_OR_TEAR, absent("cool_limb")),
            ),
            reason="A leg that turned cold, pale, blue or pulseless, but has good pulses and is "
            "warm, is warm, feels and moves, cramps or is bruised, or has been so for weeks "
            "without change on record",
            action=_LOWERED,
        ),
        ask_after="acute_ischaemia",
        reason="The leg has turned cold, pale, blue or pulseless within hours: its artery may "
        "have closed",
        action=_NOW,
        sources=("004-cold-leg", "004-sudden-discoloration", "cornwall-suspected-ali", _SIX_HOURS),
        hazard="acute_ischaemia",
    ),
    Rule(
        id="ALI-3",
        level="emergency",
        when=All(
            IN_DAYS,
            Any(
                Count(2, "cool_limb", "pale_limb", "blue_limb", "pulses_reduced"),
                All(Any("cool_limb", "pale_limb"), Any(NUMB, WEAK, SEVERE, "rest_pain")),
                All("pulses_reduced", Any(NUMB, WEAK), Any(SEVERE, "rest_pain")),
            ),
        ),
        old=FOR_WEEKS,
        lowering=Lowering(
            id="ALI-10",
            by=All(GOOD_PULSES, Any(GOOD_ABI, "warmth")),
            reason="Two or more signs of a closed artery within two weeks, but good pulses with a "
            "good ankle pressure or a warm leg, or weeks without change on record",
            action=_LOWERED,
        ),
        ask_after="acute_ischaemia",
        reason="Two or more signs of a closed artery (cold, pale, blue, no pulse, numb, weak, "
        "severe or rest pain), new within two weeks",
        action=_NOW,
        sources=("004-cold-leg", "cornwall-suspected-ali", "guideline: ESVS 2020, the six Ps"),
        hazard="acute_ischaemia",
    ),
    Rule(
        id="ALI-4",
        level="emergency",
        when=All(IN_HOURS, SEVERE, "atrial_fibrillation"),
        old=FOR_WEEKS,
        lowering=Lowering(
            id="ALI-11",
            by=Any(
                GOOD_FLOW, HOT, "muscle_spasm", All("quality_cramping", absent("constant_pain"))
            ),
            reason="Sudden, severe leg pain with a heart that can throw clots, but good pulses in "
            "a warm leg, a hot or red part, a cramp, or weeks without change on record",
            action=_LOWERED,
        ),
        ask_after="acute_ischaemia",
        reason="Sudden, severe leg pain with a heart that can throw clots: an artery may have "
        "closed",
        action=_NOW,
        sources=("002-red-sudden-severe", "malmo-2018-ali-embolic", _SIX_HOURS),
        hazard="acute_ischaemia",
    ),
    Rule(
        id="ALI-6",
        level="emergency",
        when=All(
            Count(2, "cool_limb", "pale_limb", "pulses_reduced"),
            Any(WEAK, All(NUMB, SEVERE)),
            Any(SEVERE, AT_REST),
        ),
        old=FOR_WEEKS,
        lowering=Lowering(
            id="ALI-12",
            by=Present("stocking_pattern"),
            reason="A leg with poor circulation that hurts severely or at rest and is numb or "
            "weak, in the pattern of a neuropathy or for weeks without change on record",
            action=_LOWERED,
        ),
        ask_after="acute_ischaemia",
        reason="A leg that hurts severely or at rest, has two of cold, pale and no pulse, and is "
        "weak, or numb with severe pain: it may not survive without treatment, whenever that began",
        action=_NOW,
        sources=("cornwall-suspected-ali", "acc-aha-rutherford-2b"),
        hazard="acute_ischaemia",
    ),
    Rule(
        id="ALI-7",
        level="urgent",
        when=All(
            IN_DAYS,
            Any(DISCOLOURED, All("pulses_reduced", Any(NUMB, WEAK, All(SEVERE, UNCEASING)))),
        ),
        unless=Any(GOOD_ABI, GOOD_FLOW, All(GOOD_PULSES, BLEEDING_OR_TEAR)),
        old=FOR_WEEKS,
        ask_after="acute_ischaemia",
        reason="A cold, pale or blue leg, or one without pulse that hurts at rest, severely, or "
        "is numb or weak, new within two weeks",
        action=_FLOW,
        sources=("004-cold-leg", "002-red-temperature-colour", "acc-aha-rutherford-1"),
        hazard="acute_ischaemia",
    ),
    Rule(
        id="ALI-13",
        level="urgent",
        when=All(
            Any(Below("duration_days", 14), Below("changed_days", 14)),
            "worse_walking",
            "relief_standing",
            Any("pulses_reduced", "leg_graft_or_stent", "atrial_fibrillation", ARTERY_RISK),
        ),
        unless=Any(
            "recent_leg_injury",
            "training_increase",
            "radiates_from_back",
            "relief_bending_forward",
            GOOD_ABI,
            GOOD_FLOW,
        ),
        ask_after="acute_ischaemia",
        reason="Pain on walking that standing still relieves, new or worse within two weeks, in "
        "someone at risk of blocked arteries: an artery may have closed",
        action=_FLOW,
        sources=("001-fast-progression", "acc-aha-rutherford-1"),
        hazard="acute_ischaemia",
    ),
    Rule(
        id="ALI-14",
        level="urgent",
        when=All(SEVERE, Any("cool_limb", "pale_limb")),
        unless=Any(GOOD_PULSES, GOOD_ABI, HOT, CRAMP, "radiates_from_back"),
        old=FOR_MONTHS,
        ask_after="acute_ischaemia",
        reason="Severe pain in a cold or pale leg, not said since when: its artery may have closed",
        action=_FLOW,
        sources=("004-cold-leg", "002-red-temperature-colour"),
        hazard="acute_ischaemia",
    ),
    Rule(
        id="SUD-1",
        level="urgent",
        when=All(IN_HOURS, SEVERE),
        unless=Any("recent_leg_injury", "pop_felt", CRAMP, "radiates_from_back", GOOD_FLOW),
        old=FOR_WEEKS,
        reason="Sudden, severe leg pain that no injury, cramp or back explains: an artery may "
        "have closed",
        action="See a doctor; call an ambulance if the leg is cold, pale, numb or weak.",
        sources=("002-red-sudden-severe",),
        hazard="acute_ischaemia",
    ),
)
