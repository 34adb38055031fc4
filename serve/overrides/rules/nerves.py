"""Nerves: Guillain-Barre syndrome, stroke, a bleed that presses on a nerve, palsies."""

from __future__ import annotations

from serve.overrides.logic import All, Any, AtLeast, Below, Is, Not, Present, absent
from serve.overrides.rule import Lowering, Rule
from serve.overrides.signs import (
    BACK,
    BOTH_LEGS,
    FOR_MONTHS,
    FOR_WEEKS,
    GOOD_FLOW,
    IN_DAYS,
    IN_FOUR_WEEKS,
    IN_HOURS,
    NUMB,
    SEVERE,
    WEAK,
)

_HIP_FLEXOR = Any("site_thigh", "site_hip_groin", "site_low_back")
_NERVES = "See a doctor to have strength, reflexes and sensation tested."
_TWO_SIDES = Any(BOTH_LEGS, "stocking_pattern", "upper_limb_symptoms")
_TIRED_OR_TORN = Any(
    "training_increase", "recent_leg_injury", "pop_felt", "starts_hours_after_exercise"
)

RULES = (
    Rule(
        id="GBS-1",
        level="emergency",
        when=All(
            WEAK,
            _TWO_SIDES,
            Any(
                "reflex_reduced",
                All(
                    Any(NUMB, "tingling", "unsteady"),
                    Any("worsening", "stocking_pattern", "upper_limb_symptoms"),
                ),
            ),
            IN_FOUR_WEEKS,
        ),
        old=FOR_MONTHS,
        lowering=Lowering(
            id="NEU-6",
            by=absent("reflex_reduced"),
            reason="Weakness on both sides with numbness, tingling or unsteadiness within four "
            "weeks, but reflexes tested and present, or months without change on record",
            action="See a doctor to have strength and reflexes tested again; go to an emergency "
            "department if weakness climbs, or with trouble swallowing or breathing.",
        ),
        reason="Weakness on both sides with lost reflexes, numbness or unsteadiness, new within "
        "four weeks: nerves or cord may be failing",
        action="Go to an emergency department, where breathing is watched.",
        sources=(
            "001-fast-progression",
            "000-doctor-numb-weak",
            "guideline: EAN/PNS 2023, Guillain-Barre syndrome",
        ),
        hazard="progressive_weakness",
    ),
    Rule(
        id="STR-1",
        level="emergency",
        when=All(WEAK, "upper_limb_symptoms", IN_HOURS),
        old=FOR_WEEKS,
        lowering=Lowering(
            id="STR-2",
            by=All(BOTH_LEGS, "starts_hours_after_exercise"),
            reason="Sudden weakness of leg and arm, but on both sides after exercise, or for weeks "
            "without change on record",
            action=_NERVES,
        ),
        reason="Sudden weakness of a leg with arm or hand: this may be a stroke",
        action="Call an ambulance, and say when it began.",
        sources=("guideline: NICE NG128, stroke: sudden weakness of arm and leg",),
        hazard="stroke",
    ),
    Rule(
        id="BLD-1",
        level="emergency",
        when=All("blood_thinner", WEAK, _HIP_FLEXOR, Any(IN_DAYS, All(SEVERE, "worsening"))),
        old=FOR_WEEKS,
        lowering=Lowering(
            id="BLD-2",
            by=All("radiates_from_back", "relief_bending_forward"),
            reason="A weak leg with pain of back, groin or thigh under a blood thinner, eased by "
            "leaning forward, or for weeks without change on record",
            action=_NERVES,
        ),
        reason="A weak leg with pain in back, groin or thigh in someone who takes a blood thinner: "
        "a bleed may press on the nerve",
        action="Go to an emergency department for a scan; ask there before the next dose of "
        "the blood thinner.",
        sources=("judgement: a bleed into the hip flexor grows while it is looked for elsewhere",),
        hazard="bleeding",
    ),
    Rule(
        id="BLD-3",
        level="urgent",
        when=All("blood_thinner", WEAK, _HIP_FLEXOR),
        unless=All("radiates_from_back", "relief_bending_forward"),
        old=FOR_WEEKS,
        reason="A weak leg with pain in back, groin or thigh under a blood thinner, not said since "
        "when: a bleed may press on the nerve",
        action="See a doctor, who decides on a scan and on the next dose of the blood thinner; go "
        "to an emergency department if weakness or pain grows.",
        sources=("judgement: a bleed into the hip flexor grows while it is looked for elsewhere",),
        hazard="bleeding",
    ),
    Rule(
        id="NEU-1",
        level="urgent",
        when=Present("foot_drop"),
        old=FOR_MONTHS,
        changed=Any(Below("changed_days", 28), "worsening"),
        reason="The foot cannot be lifted: a nerve or its root is failing",
        action=_NERVES,
        sources=("000-doctor-numb-weak", "judgement: a motor deficit is seen the same day"),
        hazard="progressive_weakness",
    ),
    Rule(
        id="NEU-2",
        level="urgent",
        when=All(
            Any("weakness", "weak_on_rising"),
            Any(
                IN_HOURS,
                All(
                    "worsening",
                    Any(
                        Is("onset", "days"),
                        Below("duration_days", 42),
                        Below("changed_days", 14),
                        All(BOTH_LEGS, Below("duration_days", 70)),
                    ),
                ),
                All(BOTH_LEGS, IN_FOUR_WEEKS),
            ),
        ),
        unless=Any(
            _TIRED_OR_TORN,
            All(absent("reflex_reduced"), absent("sensation_loss"), absent("foot_drop")),
            All(
                Not(BOTH_LEGS),
                Any("resisted_pain", "joint_motion_pain", "muscle_tenderness", "tendon_tenderness"),
            ),
        ),
        old=FOR_MONTHS,
        changed=Below("changed_days", 14),
        reason="Weakness that came suddenly, or grows within days, weeks or on both sides",
        action=_NERVES,
        sources=("001-fast-progression", "000-doctor-numb-weak", "000-doctor-worsening"),
        hazard="progressive_weakness",
    ),
    Rule(
        id="NEU-3",
        level="urgent",
        within="two days",
        when=All(
            WEAK,
            Any(NUMB, "reflex_reduced", "tingling"),
            Any(
                All(IN_FOUR_WEEKS, Any(SEVERE, "worsening")),
                All("giving_way", Any("recent_immobility", "blood_thinner", IN_FOUR_WEEKS)),
            ),
        ),
        unless=_TIRED_OR_TORN,
        old=AtLeast("duration_days", 42),
        changed=Below("changed_days", 14),
        reason="A weak leg with lost feeling or reflexes that is new, gives way or came with "
        "severe pain: a nerve or root may be failing",
        action=_NERVES,
        sources=("000-doctor-numb-weak", "judgement: a motor deficit is seen within days"),
        hazard="progressive_weakness",
    ),
    Rule(
        id="NEU-4",
        level="urgent",
        when=All(IN_HOURS, NUMB),
        unless=Any(
            BACK,
            "recent_leg_injury",
            "stocking_pattern",
            All(GOOD_FLOW, absent("weakness"), absent("upper_limb_symptoms")),
        ),
        old=FOR_WEEKS,
        reason="Sudden numbness that neither back nor injury explains: an artery of the leg or "
        "of the brain may have closed",
        action="See a doctor; call an ambulance if face, arm or speech is affected, or the leg is "
        "cold.",
        sources=("000-doctor-numb-weak", "judgement: sudden numbness of a limb is vascular first"),
        hazard="progressive_weakness",
    ),
    Rule(
        id="NEU-5",
        level="urgent",
        when=All(
            "reflex_reduced",
            _TWO_SIDES,
            Any(All(IN_FOUR_WEEKS, Any(NUMB, "tingling", "unsteady")), All(WEAK, "worsening")),
        ),
        unless=All(
            absent("weakness"),
            absent("unsteady"),
            absent("upper_limb_symptoms"),
            absent("recent_infection"),
        ),
        old=FOR_MONTHS,
        changed=Below("changed_days", 14),
        reason="Lost reflexes on both sides with weakness, numbness or unsteadiness that nothing "
        "shows to be old: nerves may be failing fast",
        action=_NERVES,
        sources=("001-fast-progression", "guideline: EAN/PNS 2023, Guillain-Barre syndrome"),
        hazard="progressive_weakness",
    ),
)
