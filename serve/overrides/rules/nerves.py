"""Nerves and spine: cauda equina, cord, Guillain-Barre syndrome, palsies, and salts."""

from __future__ import annotations

from serve.overrides.logic import All, Any, Below, Is, Present
from serve.overrides.rule import Rule
from serve.overrides.signs import (
    BACK,
    BOTH_LEGS,
    CANCER,
    FOR_MONTHS,
    IN_DAYS,
    IN_FOUR_WEEKS,
    IN_HOURS,
    NUMB,
    SEVERE,
    WEAK,
)

_NOW = (
    "Go to an emergency department now for an MRI of the spine as an emergency; delay can make "
    "incontinence and weakness permanent."
)
_TODAY = "See a doctor today to have strength, reflexes and sensation tested."

RULES = (
    Rule(
        id="CES-1",
        level="emergency",
        when=Any(Present("saddle_numbness"), Present("bladder_bowel_change")),
        ask_if=Any(
            BACK,
            Present("foot_drop"),
            Present("slr_positive"),
            All(BOTH_LEGS, WEAK),
        ),
        reason="Numbness around anus or genitals, or new trouble with bladder or bowel: the "
        "nerves at the base of the spine may be pressed",
        action=_NOW,
        sources=("hsib-cauda-equina", "lancashire-ces-residual-high", "ces-series-yield"),
        hazard="cauda_equina",
    ),
    Rule(
        id="CES-2",
        level="emergency",
        when=All(BACK, BOTH_LEGS, IN_DAYS, Any(WEAK, NUMB, Present("reflex_reduced"))),
        reason="Pain from the back with weak or numb legs on both sides, new within two weeks: "
        "the nerves in the spine may be pressed",
        action=_NOW,
        sources=("hsib-cauda-equina", "ces-series-bilateral-pain-or", "ces-series-weakness-or"),
        hazard="cauda_equina",
    ),
    Rule(
        id="CES-3",
        level="emergency",
        when=All(
            CANCER,
            BACK,
            Any(WEAK, Present("unsteady")),
            Any(Present("active_cancer"), Present("night_pain"), Present("worsening"), IN_DAYS),
        ),
        reason="Back pain with weak or unsteady legs in someone who has had cancer: the spinal "
        "cord may be pressed",
        action=_NOW,
        sources=("guideline: NICE NG234, metastatic spinal cord compression",),
        hazard="cauda_equina",
    ),
    Rule(
        id="GBS-1",
        level="emergency",
        when=All(
            WEAK,
            Any(BOTH_LEGS, Present("stocking_pattern"), Present("upper_limb_symptoms")),
            Any(
                Present("reflex_reduced"),
                NUMB,
                Present("tingling"),
                Present("unsteady"),
            ),
            IN_FOUR_WEEKS,
        ),
        reason="Weakness on both sides with lost reflexes, numbness or unsteadiness, new within "
        "four weeks: nerves or cord are failing and breathing can follow",
        action="Go to an emergency department now; breathing must be watched.",
        sources=(
            "001-fast-progression",
            "000-doctor-numb-weak",
            "guideline: EAN/PNS 2023, Guillain-Barre syndrome",
        ),
        hazard="progressive_weakness",
    ),
    Rule(
        id="NEU-1",
        level="urgent",
        when=Present("foot_drop"),
        reason="The foot cannot be lifted: a nerve or its root is failing",
        action=_TODAY,
        sources=("000-doctor-numb-weak", "judgement: a motor deficit is seen the same day"),
        hazard="progressive_weakness",
    ),
    Rule(
        id="NEU-2",
        level="urgent",
        when=All(
            Present("weakness"),
            Any(
                Is("onset", "sudden"),
                All(Present("worsening"), Any(Is("onset", "days"), Below("duration_days", 42))),
                All(BOTH_LEGS, IN_FOUR_WEEKS),
            ),
        ),
        unless=Any(
            Present("training_increase"),
            Present("recent_leg_injury"),
            Present("pop_felt"),
            Present("starts_hours_after_exercise"),
            FOR_MONTHS,
        ),
        reason="Weakness that came suddenly, or grows within days or weeks",
        action=_TODAY,
        sources=("001-fast-progression", "000-doctor-numb-weak", "000-doctor-worsening"),
        hazard="progressive_weakness",
    ),
    Rule(
        id="NEU-3",
        level="urgent",
        when=All(
            Present("weakness"),
            Any(NUMB, Present("tingling"), Present("reflex_reduced")),
            Any(Present("giving_way"), SEVERE, IN_DAYS),
        ),
        unless=FOR_MONTHS,
        reason="A weak leg with changed feeling or reflexes that is new, gives way or hurts "
        "severely: a nerve or root may be failing",
        action=_TODAY,
        sources=("000-doctor-numb-weak", "judgement: a motor deficit is seen the same day"),
        hazard="progressive_weakness",
    ),
    Rule(
        id="NEU-4",
        level="urgent",
        when=All(IN_HOURS, NUMB),
        unless=Any(BACK, Present("recent_leg_injury"), FOR_MONTHS),
        reason="Sudden numbness that neither back nor injury explains: an artery of the leg or "
        "of the brain may have closed",
        action="See a doctor today; call an ambulance if face, arm or speech is affected, or the "
        "leg is cold.",
        sources=("000-doctor-numb-weak", "judgement: sudden numbness of a limb is vascular first"),
        hazard="progressive_weakness",
    ),
    Rule(
        id="NEU-5",
        level="urgent",
        when=All(
            Present("reflex_reduced"),
            Any(BOTH_LEGS, Present("stocking_pattern"), Present("upper_limb_symptoms")),
            Any(
                All(IN_FOUR_WEEKS, Any(NUMB, Present("tingling"), Present("unsteady"))),
                All(WEAK, Any(Present("unsteady"), Present("worsening"))),
            ),
        ),
        unless=FOR_MONTHS,
        reason="Lost reflexes on both sides with weakness, numbness or unsteadiness that nothing "
        "shows to be old: nerves may be failing fast",
        action=_TODAY,
        sources=("001-fast-progression", "guideline: EAN/PNS 2023, Guillain-Barre syndrome"),
        hazard="progressive_weakness",
    ),
    Rule(
        id="CES-4",
        level="urgent",
        when=All(BACK, BOTH_LEGS, IN_DAYS),
        unless=FOR_MONTHS,
        reason="Pain from the back into both legs, new within two weeks: the nerves in the spine "
        "may be pressed",
        action="See a doctor today for an MRI within a day; at once if bladder, bowel or the "
        "saddle change.",
        sources=("hsib-cauda-equina", "ces-series-bilateral-pain-or"),
        hazard="cauda_equina",
    ),
    Rule(
        id="ELE-1",
        level="urgent",
        when=All(
            Present("electrolyte_abnormal"),
            Any(
                Present("quality_cramping"),
                Present("muscle_spasm"),
                WEAK,
                Present("unwell"),
                Present("tingling"),
            ),
        ),
        reason="Abnormal salts in the blood with cramps, weakness, tingling or illness: the "
        "heart's rhythm may be at risk",
        action="See a doctor today for a repeat blood test and an ECG.",
        sources=("judgement: abnormal salts that cause symptoms are corrected the same day",),
        hazard="salts",
    ),
)
