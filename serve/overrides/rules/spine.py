"""Spine: cauda equina and spinal cord."""

from __future__ import annotations

from serve.overrides.logic import All, Any, Below, Count, absent
from serve.overrides.rule import Lowering, Rule
from serve.overrides.signs import (
    BACK,
    BOTH_LEGS,
    CANCER,
    FOR_MONTHS,
    FOR_WEEKS,
    IN_DAYS,
    IN_FOUR_WEEKS,
    NUMB,
    WEAK,
)

_MRI = (
    "Go to an emergency department for an MRI of the spine as an emergency; delay can make "
    "incontinence and weakness permanent."
)
_LEG_NERVES = Any(WEAK, NUMB, "tingling", "reflex_reduced")
_ASK = Any(BACK, "foot_drop", "slr_positive", All(BOTH_LEGS, WEAK, NUMB))

RULES = (
    Rule(
        id="CES-1",
        level="emergency",
        when=Any(
            "saddle_numbness",
            "bladder_bowel_change",
            All(
                Any("seat_feels_different", "bladder_feeling_lost"),
                Any(BACK, "site_buttock", WEAK, "bladder_bowel_change"),
            ),
        ),
        ask_if=_ASK,
        reason="Numbness around anus or genitals, a change of bladder or bowel, or other feeling "
        "there beside pain from the back or weakness: the nerves at the base of the spine may be "
        "pressed",
        action=_MRI,
        sources=("hsib-cauda-equina", "lancashire-ces-residual-high", "ces-series-yield"),
        hazard="cauda_equina",
    ),
    Rule(
        id="CES-8",
        level="emergency",
        when=Any(
            All(
                "bladder_bowel_change",
                Any(
                    All(BACK, Any(_LEG_NERVES, "slr_positive", IN_FOUR_WEEKS)),
                    All(WEAK, BOTH_LEGS, IN_FOUR_WEEKS),
                ),
            ),
            All(
                Any("urinary_hesitancy", "sexual_change"),
                BACK,
                BOTH_LEGS,
                IN_FOUR_WEEKS,
                _LEG_NERVES,
            ),
        ),
        old=FOR_MONTHS,
        changed=Any(Below("changed_days", 28), "worsening"),
        lowering=Lowering(
            id="CES-7",
            by=All(absent("saddle_numbness"), absent("weakness")),
            reason="New trouble with bladder, bowel or sex beside pain from the back, but a normal "
            "saddle and full strength, or for months without change on record",
            action="See a doctor to have the saddle, the bladder and the nerves of the legs "
            "tested; go to an emergency department if any of them changes.",
        ),
        ask_if=_ASK,
        reason="New trouble with bladder, bowel or sex beside pain from the back or weakness of "
        "both legs: the nerves at the base of the spine may be pressed, and retention comes late",
        action=_MRI,
        sources=("hsib-cauda-equina", "lancashire-ces-residual-high", "ces-series-yield"),
        hazard="cauda_equina",
    ),
    Rule(
        id="CES-2",
        level="emergency",
        when=All(
            BACK,
            BOTH_LEGS,
            IN_DAYS,
            Any(WEAK, All(NUMB, Any("reflex_reduced", "urinary_hesitancy"))),
        ),
        old=FOR_WEEKS,
        lowering=Lowering(
            id="CES-6",
            by=All(absent("weakness"), absent("saddle_numbness"), absent("bladder_bowel_change")),
            reason="Pain from the back into both legs with numbness or lost reflexes, but full "
            "strength and normal bladder, bowel and saddle, or for weeks without change on record",
            action="See a doctor to have strength, reflexes and feeling of the saddle tested; go "
            "to an emergency department if bladder, bowel or saddle change.",
        ),
        reason="Pain from the back with weak or numb legs on both sides, new within two weeks: "
        "the nerves in the spine may be pressed",
        action=_MRI,
        sources=("hsib-cauda-equina", "ces-series-bilateral-pain-or", "ces-series-weakness-or"),
        hazard="cauda_equina",
    ),
    Rule(
        id="CES-3",
        level="emergency",
        when=All(
            BACK,
            Any(
                All("active_cancer", Any(WEAK, "unsteady")),
                All(CANCER, Any(WEAK, "unsteady"), Count(2, "night_pain", "worsening", IN_DAYS)),
            ),
        ),
        old=FOR_MONTHS,
        changed=Any(Below("changed_days", 28), "worsening"),
        lowering=Lowering(
            id="CAN-6",
            by=All(absent("weakness"), absent("bladder_bowel_change")),
            reason="Back pain and unsteady or weak legs in someone who has had cancer, but full "
            "strength and a normal bladder, or for months without change on record",
            action="Speak to a doctor to arrange an MRI of the spine.",
        ),
        reason="Back pain with weak or unsteady legs in someone who has had cancer: the spinal "
        "cord may be pressed",
        action=_MRI,
        sources=("guideline: NICE NG234, metastatic spinal cord compression",),
        hazard="cauda_equina",
    ),
    Rule(
        id="CES-4",
        level="urgent",
        when=All("radiates_from_back", BOTH_LEGS, IN_DAYS),
        unless=All(
            absent("weakness"),
            absent("numbness"),
            absent("reflex_reduced"),
            absent("saddle_numbness"),
            absent("bladder_bowel_change"),
        ),
        old=FOR_WEEKS,
        reason="Pain from the back into both legs, new within two weeks, and strength, feeling, "
        "reflexes and bladder not all found normal: the nerves in the spine may be pressed",
        action="See a doctor for an MRI within a day; go to an emergency department if bladder, "
        "bowel or the saddle change.",
        sources=("hsib-cauda-equina", "ces-series-bilateral-pain-or"),
        hazard="cauda_equina",
    ),
    Rule(
        id="CES-5",
        level="urgent",
        when=All(
            Any("bladder_bowel_change", All(Any("urinary_hesitancy", "sexual_change"), NUMB)),
            Any(BACK, WEAK, "slr_positive", "reflex_reduced"),
        ),
        unless=All(
            absent("weakness"),
            absent("numbness"),
            Any(absent("site_low_back"), absent("radiates_from_back"), absent("saddle_numbness")),
        ),
        old=FOR_MONTHS,
        reason="New trouble with bladder or bowel, or urine slow to start, where nerves of back "
        "and legs have not been found normal",
        action="See a doctor to have strength, reflexes and feeling of the saddle tested.",
        sources=(
            "hsib-cauda-equina",
            "judgement: retention is late; a slow or weak stream is asked for and examined first",
        ),
        hazard="cauda_equina",
    ),
    Rule(
        id="CES-9",
        level="urgent",
        when=Any("seat_feels_different", "bladder_feeling_lost"),
        old=FOR_MONTHS,
        reason="The bladder is not felt, or the seat feels different: the nerves at the base of "
        "the spine may be pressed, with or without pain in the back",
        action="See a doctor to have strength, reflexes and feeling of the saddle tested; go to an "
        "emergency department if urine does not come, the saddle goes numb or a leg weakens.",
        sources=(
            "hsib-cauda-equina",
            "judgement: lost feeling of bladder or seat comes before retention",
        ),
        hazard="cauda_equina",
    ),
)
