"""Acute limb ischaemia, and changes of colour and temperature that may be it."""

from __future__ import annotations

from serve.overrides.logic import All, Any, Below, Count, Present
from serve.overrides.rule import Rule
from serve.overrides.signs import (
    AT_REST,
    COOL_PALE_PULSELESS,
    FOR_MONTHS,
    IN_DAYS,
    IN_HOURS,
    LOW_ABI,
    NUMB,
    SEVERE,
    WEAK,
)

_NOW = (
    "Call an ambulance now: the leg can be lost within six hours. Keep it low and warm, do not "
    "raise or cool it."
)
_TODAY = "See a doctor today to have the pulses felt and the blood flow of the leg measured."
_ACUTE = ("002-red-sudden-severe", "cornwall-suspected-ali", "acc-aha-rutherford-2b")

RULES = (
    Rule(
        id="ALI-1",
        level="emergency",
        when=All(
            IN_HOURS,
            SEVERE,
            Any(COOL_PALE_PULSELESS, Present("blue_limb"), NUMB, WEAK),
        ),
        ask_after="acute_ischaemia",
        reason="Sudden, severe pain in a leg that is cold, pale, blue, numb, weak or without "
        "pulse: its artery may have closed",
        action=_NOW,
        sources=_ACUTE,
        hazard="acute_ischaemia",
    ),
    Rule(
        id="ALI-2",
        level="emergency",
        when=Any(
            All(IN_HOURS, Any(COOL_PALE_PULSELESS, Present("blue_limb"))),
            All(Present("colour_change_new"), Any(Present("cool_limb"), Present("pale_limb"))),
        ),
        ask_after="acute_ischaemia",
        reason="The leg has turned cold, pale, blue or pulseless within hours: its artery may "
        "have closed",
        action=_NOW,
        sources=("004-cold-leg", "004-sudden-discoloration", "cornwall-suspected-ali"),
        hazard="acute_ischaemia",
    ),
    Rule(
        id="ALI-3",
        level="emergency",
        when=All(
            IN_DAYS,
            COOL_PALE_PULSELESS,
            Count(
                2,
                Present("cool_limb"),
                Present("pale_limb"),
                Present("blue_limb"),
                Present("pulses_reduced"),
                NUMB,
                WEAK,
                Any(SEVERE, Present("rest_pain")),
            ),
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
        when=All(IN_HOURS, SEVERE, Present("atrial_fibrillation")),
        ask_after="acute_ischaemia",
        reason="Sudden, severe leg pain with a heart that can throw clots: an artery may have "
        "closed",
        action=_NOW,
        sources=("002-red-sudden-severe", "malmo-2018-ali-embolic"),
        hazard="acute_ischaemia",
    ),
    Rule(
        id="ALI-5",
        level="emergency",
        when=All(
            Present("cool_limb"),
            Present("blue_limb"),
            Any(
                Present("cardiovascular_disease"),
                Present("atrial_fibrillation"),
                Present("pulses_reduced"),
                Present("bruit"),
                LOW_ABI,
            ),
        ),
        ask_after="acute_ischaemia",
        reason="A cold, blue foot or toes with disease of heart or arteries: clots or plaque may "
        "have shut small arteries",
        action=_NOW,
        sources=(
            "004-cold-leg",
            "004-sudden-discoloration",
            "judgement: a blue, cold foot with a source of emboli is acute until shown otherwise",
        ),
        hazard="acute_ischaemia",
    ),
    Rule(
        id="ALI-6",
        level="emergency",
        when=All(
            Count(2, Present("cool_limb"), Present("pale_limb"), Present("pulses_reduced")),
            Any(NUMB, WEAK),
            Any(SEVERE, AT_REST),
        ),
        ask_after="acute_ischaemia",
        reason="A leg that hurts severely or at rest, has two of cold, pale and no pulse, and is "
        "numb or weak: it is dying, whenever that began",
        action=_NOW,
        sources=("cornwall-suspected-ali", "acc-aha-rutherford-2b"),
        hazard="acute_ischaemia",
    ),
    Rule(
        id="ALI-7",
        level="urgent",
        when=All(IN_DAYS, Any(COOL_PALE_PULSELESS, Present("blue_limb"))),
        unless=FOR_MONTHS,
        reason="A cold, pale, blue or pulseless leg, new within two weeks",
        action=_TODAY,
        sources=("004-cold-leg", "002-red-temperature-colour", "acc-aha-rutherford-1"),
        hazard="acute_ischaemia",
    ),
    Rule(
        id="SUD-1",
        level="urgent",
        when=All(IN_HOURS, SEVERE),
        unless=Any(
            Present("recent_leg_injury"),
            Present("pop_felt"),
            Present("muscle_spasm"),
            Present("quality_cramping"),
            Present("radiates_from_back"),
            FOR_MONTHS,
        ),
        reason="Sudden, severe leg pain that no injury, cramp or back explains: an artery may "
        "have closed",
        action="See a doctor today, at once if the leg is cold, pale, numb or weak.",
        sources=("002-red-sudden-severe",),
        hazard="acute_ischaemia",
    ),
    Rule(
        id="ART-1",
        level="urgent",
        when=All(
            Below("age_years", 40),
            Any(Present("pulses_reduced"), Present("bruit"), Present("exercise_abi_drop"), LOW_ABI),
        ),
        reason="Weak pulses, a bruit or a low ankle pressure before the age of 40: not ordinary "
        "narrowing; an entrapped, inflamed or blocked artery threatens the leg",
        action=_TODAY,
        sources=(
            "000-faq-heart-prompt",
            "judgement: arterial disease before 40 has causes that are lost if not treated early",
        ),
        hazard="acute_ischaemia",
    ),
    Rule(
        id="COL-1",
        level="urgent",
        when=Any(
            All(Present("colour_change_new"), Any(Present("blue_limb"), IN_HOURS, NUMB, SEVERE)),
            All(
                Present("blue_limb"),
                Any(
                    Present("cool_limb"),
                    SEVERE,
                    Present("cardiovascular_disease"),
                    Present("atrial_fibrillation"),
                ),
            ),
        ),
        ask_after="acute_ischaemia",
        reason="Leg or foot has changed colour or temperature suddenly or with numbness or severe "
        "pain, or is blue with cold, severe pain or disease of heart or arteries",
        action=_TODAY,
        sources=("002-red-temperature-colour", "004-cold-leg", "004-sudden-discoloration"),
        hazard="acute_ischaemia",
    ),
)
