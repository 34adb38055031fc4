"""Other arteries in danger: clots from above, arteries of the young, new colour, aneurysm."""

from __future__ import annotations

from serve.overrides.logic import All, Any, AtLeast, Below, Count, Present, absent
from serve.overrides.rule import Lowering, Rule
from serve.overrides.signs import (
    AT_REST,
    BACK,
    BLEEDING_OR_TEAR,
    BOTH_LEGS,
    CHANGED,
    FOR_MONTHS,
    FOR_WEEKS,
    GOOD_ABI,
    GOOD_PULSES,
    IN_DAYS,
    IN_HOURS,
    LOW_ABI,
    SEVERE,
)

_FLOW = "See a doctor to have the pulses felt and the blood flow of the leg measured."
_SOURCE_OF_CLOTS = Any(
    "cardiovascular_disease", "atrial_fibrillation", "pulses_reduced", "bruit", LOW_ABI
)

RULES = (
    Rule(
        id="ALI-5",
        level="emergency",
        when=All(
            "cool_limb",
            "blue_limb",
            _SOURCE_OF_CLOTS,
            Any(IN_DAYS, "colour_change_new", SEVERE, AT_REST),
        ),
        old=FOR_MONTHS,
        lowering=Lowering(
            id="COL-3",
            by=All(GOOD_PULSES, BOTH_LEGS),
            reason="Cold, blue feet with disease of heart or arteries, but good pulses on both "
            "sides, or months without change on record",
            action=_FLOW,
        ),
        ask_after="acute_ischaemia",
        reason="A cold, blue foot or toes, new or painful, with disease of heart or arteries: "
        "clots or plaque may have shut small arteries",
        action="Call an ambulance or go to an emergency department with a vascular service.",
        sources=(
            "004-cold-leg",
            "004-sudden-discoloration",
            "judgement: a blue, cold foot with a source of emboli is acute until shown otherwise",
        ),
        hazard="acute_ischaemia",
    ),
    Rule(
        id="AAA-1",
        level="emergency",
        when=All(
            AtLeast("age_years", 60),
            IN_HOURS,
            SEVERE,
            Any(
                All(BACK, Any("syncope_or_haemoptysis", "unwell")),
                All("site_low_back", "site_hip_groin"),
                "pulsating_lump",
            ),
        ),
        old=FOR_WEEKS,
        lowering=Lowering(
            id="AAA-2",
            by=All(absent("unwell"), absent("syncope_or_haemoptysis"), absent("pulsating_lump")),
            reason="Sudden, severe pain of back and groin past sixty, in someone neither ill nor "
            "faint and without a beating lump, or for weeks without change on record",
            action="See a doctor to have the belly examined and scanned; call an ambulance if "
            "faint.",
        ),
        ask_if=All(AtLeast("age_years", 60), BACK, SEVERE),
        reason="Sudden, severe pain of back and groin past the age of sixty, or of the back with "
        "faintness: the main artery of the belly may be tearing",
        action="Call an ambulance; lie down and do not drive.",
        sources=("guideline: NICE NG156, abdominal aortic aneurysm, symptomatic or ruptured",),
        hazard="aneurysm",
    ),
    Rule(
        id="AAA-3",
        level="urgent",
        when=Present("pulsating_lump"),
        old=FOR_MONTHS,
        changed=Any(CHANGED, BACK, SEVERE),
        ask_if=All(AtLeast("age_years", 60), BACK, SEVERE),
        reason="A lump that beats with the pulse: a widened artery may leak, or send clots down",
        action="See a doctor for an ultrasound; call an ambulance with sudden pain or faintness.",
        sources=("guideline: NICE NG156, abdominal aortic aneurysm, symptomatic or ruptured",),
        hazard="aneurysm",
    ),
    Rule(
        id="ART-1",
        level="urgent",
        within="two days",
        when=All(
            Below("age_years", 40),
            Any("pulses_reduced", Count(2, "bruit", "exercise_abi_drop", LOW_ABI)),
        ),
        unless=All(GOOD_ABI, absent("exercise_abi_drop")),
        reason="Weak pulses, or two of a bruit, a low ankle pressure and one that falls on "
        "walking, before the age of 40: an entrapped, inflamed or blocked artery may threaten the "
        "leg",
        action=_FLOW,
        sources=(
            "000-faq-heart-prompt",
            "judgement: arterial disease before 40 has causes that are lost if not treated early",
        ),
        hazard="acute_ischaemia",
    ),
    Rule(
        id="COL-1",
        level="urgent",
        when=All(
            "blue_limb", Any("cool_limb", SEVERE, "cardiovascular_disease", "atrial_fibrillation")
        ),
        unless=Any(BLEEDING_OR_TEAR, All(BOTH_LEGS, GOOD_PULSES)),
        old=FOR_MONTHS,
        ask_after="acute_ischaemia",
        reason="A leg or foot that is blue with cold, severe pain or disease of heart or arteries",
        action=_FLOW,
        sources=("002-red-temperature-colour", "004-cold-leg", "004-sudden-discoloration"),
        hazard="acute_ischaemia",
    ),
    Rule(
        id="COL-2",
        level="urgent",
        when=Present("colour_change_new"),
        unless=Any(
            BLEEDING_OR_TEAR,
            "recent_leg_injury",
            All(
                absent("cool_limb"),
                absent("pale_limb"),
                absent("blue_limb"),
                absent("warmth"),
                absent("redness"),
            ),
        ),
        ask_after="acute_ischaemia",
        reason="Leg or foot has changed colour or temperature within hours to days: an artery or "
        "a vein may have closed, or an infection begun",
        action=_FLOW,
        sources=(
            "002-red-temperature-colour",
            "004-sudden-discoloration",
            "judgement: the document says at once; new colour alone, without cold, pallor, pain or "
            "numbness, is looked at the same day",
        ),
        hazard="acute_ischaemia",
    ),
)
