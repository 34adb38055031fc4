"""Muscle in danger: acute compartment syndrome, breakdown, and abnormal salts."""

from __future__ import annotations

from serve.overrides.logic import All, Any, Below, Present, absent
from serve.overrides.rule import Rule
from serve.overrides.signs import (
    BOTH_LEGS,
    CRAMP,
    FOR_MONTHS,
    IN_DAYS,
    IN_HOURS,
    NUMB,
    SEVERE,
    UNCEASING,
    WEAK,
)

_NOW = (
    "Go to an emergency department: the pressure must be released within hours. Loosen any cast "
    "or bandage; do not raise the leg."
)
_UNEASED = Any(UNCEASING, "night_pain", "worsening", Below("duration_days", 3))
_HURT = Any("recent_leg_injury", All("recent_immobility", _UNEASED))
"""Injured; or after surgery, a cast or a journey with pain that does not ease."""
_NERVES = Any(NUMB, "tingling")

RULES = (
    Rule(
        id="ACS-1",
        level="emergency",
        when=All(
            "tense_compartment",
            Any(SEVERE, "stretch_pain", _NERVES, "weakness"),
            Any(_HURT, UNCEASING),
        ),
        reason="A tense leg, very painful, numb or weak, after injury or surgery or hurting at "
        "rest: pressure may be starving the muscle",
        action=_NOW,
        sources=("textbook-acute-compartment",),
        hazard="acute_compartment",
    ),
    Rule(
        id="ACS-2",
        level="emergency",
        when=All(
            _HURT,
            SEVERE,
            Any("stretch_pain", "quality_tight"),
            Any(_NERVES, "pale_limb", "pulses_reduced"),
        ),
        reason="Severe pain after injury or surgery, worse when the muscle is stretched or with "
        "pressure, and numb, pale or without pulse: pressure may be starving the muscle",
        action=_NOW,
        sources=("textbook-acute-compartment",),
        hazard="acute_compartment",
    ),
    Rule(
        id="ACS-4",
        level="emergency",
        when=All(
            "recent_leg_injury",
            SEVERE,
            "worsening",
            Any(
                All("stretch_pain", UNCEASING),
                All(IN_HOURS, UNCEASING, Any("bruising", "muscle_tenderness")),
                All(Any("bruising", "muscle_tenderness"), Below("duration_days", 1)),
            ),
        ),
        reason="Severe pain after a blow or fall that grows by the hour, at rest or when the "
        "muscle is stretched: pressure may be starving the muscle before the leg is hard or numb",
        action=_NOW,
        sources=("textbook-acute-compartment",),
        hazard="acute_compartment",
    ),
    Rule(
        id="ACS-3",
        level="urgent",
        when=All("tense_compartment", Any(SEVERE, "recent_leg_injury")),
        unless=Present("relief_rest"),
        old=FOR_MONTHS,
        reason="A tense leg that is very painful or was injured, and that rest is not known to "
        "ease",
        action="See a doctor; go to an emergency department if it turns numb or pale.",
        sources=("textbook-acute-compartment",),
        hazard="acute_compartment",
    ),
    Rule(
        id="MYO-1",
        level="emergency",
        when=All(
            "dark_urine",
            Any(
                "creatine_kinase_raised",
                "new_statin",
                "weak_on_rising",
                "training_increase",
                All(IN_DAYS, Any(WEAK, SEVERE, "muscle_tenderness")),
            ),
        ),
        ask_if=Any(
            "creatine_kinase_raised",
            "new_statin",
            All("training_increase", SEVERE, "muscle_tenderness"),
        ),
        reason="Dark or scanty urine with sore or weak muscles: muscle may be breaking down and "
        "harm the kidneys",
        action="Go to an emergency department for blood and urine tests; drink water.",
        sources=("judgement: rhabdomyolysis is treated within hours, before the kidneys fail",),
        hazard="muscle_breakdown",
    ),
    Rule(
        id="MYO-2",
        level="urgent",
        when=All(
            Any(WEAK, "weak_on_rising"),
            Any(
                All("new_statin", Any("muscle_tenderness", "creatine_kinase_raised")),
                All(
                    BOTH_LEGS,
                    "inflammation_raised",
                    Any("site_thigh", "muscle_tenderness", "creatine_kinase_raised"),
                ),
                All(BOTH_LEGS, "creatine_kinase_raised"),
            ),
        ),
        unless=All("starts_hours_after_exercise", absent("dark_urine")),
        reason="Muscles weak on both sides, or sore and weak, after a new medicine or with raised "
        "inflammation, or a high muscle enzyme: muscle may be inflamed or breaking down",
        action="See a doctor for creatine kinase, kidney and urine tests; ask there about the "
        "medicine before the next dose.",
        sources=("judgement: muscle enzyme and kidneys are tested the same day",),
        hazard="muscle_breakdown",
    ),
    Rule(
        id="ELE-1",
        level="urgent",
        when=All(
            Any("electrolyte_abnormal", "electrolyte_high"),
            Any(
                "unwell",
                "syncope_or_haemoptysis",
                All("upper_limb_symptoms", "muscle_spasm"),
                All(WEAK, Any(CRAMP, "weak_on_rising")),
            ),
        ),
        reason="Abnormal salts in the blood with illness, weakness, or symptoms in the hands too: "
        "the heart's rhythm may be at risk",
        action="See a doctor for a repeat blood test and an ECG.",
        sources=("judgement: abnormal salts that cause symptoms are corrected the same day",),
        hazard="salts",
    ),
)
