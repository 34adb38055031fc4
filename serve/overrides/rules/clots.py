"""Clots: pulmonary embolism, deep vein thrombosis, inflamed surface veins."""

from __future__ import annotations

from serve.overrides.logic import All, Any, Present
from serve.overrides.rule import Rule
from serve.overrides.signs import (
    BLEEDING_OR_TEAR,
    CLOT_RISK,
    FOR_MONTHS,
    HOT,
    IN_DAYS,
    OLD_VEIN_DISEASE,
    ONE_SWOLLEN,
    SEVERE,
    THREE_CM,
)

_NOW = "Call an ambulance now; do not drive. Tell them that a clot in the lungs is suspected."
_TODAY = (
    "See a doctor today for a clot score, D-dimer and ultrasound (result within 4 hours, or "
    "treatment until it is there). Do not massage the leg."
)

RULES = (
    Rule(
        id="PE-1",
        level="emergency",
        when=Any(
            Present("chest_pain"), Present("breathlessness"), Present("syncope_or_haemoptysis")
        ),
        ask_after="thrombosis",
        reason="Leg symptoms with chest pain, breathlessness, fainting or coughed blood: a clot "
        "may have reached the lungs",
        action=_NOW,
        sources=(
            "004-pe-emergency",
            "004-dvt-embolism",
            "nhs-clot-with-chest-symptoms",
            "miniati-2012-any-of-four",
        ),
        hazard="embolism",
    ),
    Rule(
        id="PE-2",
        level="emergency",
        when=All(
            Present("unwell"),
            Any(ONE_SWOLLEN, THREE_CM),
            Any(Present("swelling_sudden"), Present("deep_calf_tenderness"), CLOT_RISK),
        ),
        reason="Unwell (faint, fast pulse or low pressure) with signs of a clot in the leg: it "
        "may have reached the lungs",
        action=_NOW,
        sources=("004-dvt-embolism", "wells-pe-score"),
        hazard="embolism",
    ),
    Rule(
        id="DVT-1",
        level="emergency",
        when=All(ONE_SWOLLEN, Present("blue_limb"), Any(SEVERE, Present("swelling_sudden"))),
        reason="One leg swollen and blue, suddenly or with severe pain: a clot that blocks the "
        "whole leg threatens it",
        action="Go to an emergency department now; keep the leg raised.",
        sources=(
            "004-dvt-sudden-swelling",
            "004-sudden-discoloration",
            "judgement: phlegmasia needs a vascular surgeon within hours",
        ),
        hazard="thrombosis",
    ),
    Rule(
        id="DVT-2",
        level="urgent",
        when=Any(
            THREE_CM,
            All(
                ONE_SWOLLEN,
                Any(HOT, Present("deep_calf_tenderness"), Present("quality_throbbing")),
            ),
        ),
        unless=Any(BLEEDING_OR_TEAR, OLD_VEIN_DISEASE),
        reason="One leg swollen, with warmth, redness, throbbing or a tender, thicker calf: this "
        "may be a clot in a deep vein",
        action=_TODAY,
        sources=(
            "001-dvt-one-sided-swelling",
            "001-dvt-warmth-redness",
            "001-dvt-throbbing",
            "004-dvt-one-leg",
            "nice-ng158-wells-likely",
            "nhs-one-leg-clot",
        ),
        hazard="thrombosis",
    ),
    Rule(
        id="DVT-3",
        level="urgent",
        when=All(
            ONE_SWOLLEN,
            Any(
                Present("swelling_sudden"),
                Present("site_calf"),
                All(IN_DAYS, Any(Present("site_thigh"), Present("site_leg"))),
            ),
        ),
        unless=Any(
            Present("recent_leg_injury"), BLEEDING_OR_TEAR, Present("joint_swelling"), FOR_MONTHS
        ),
        reason="One leg newly swollen, or one calf swollen and sore, and no injury or joint "
        "explains it: this may be a clot in a deep vein",
        action=_TODAY,
        sources=("004-dvt-sudden-swelling", "004-dvt-one-leg", "nhs-one-leg-clot"),
        hazard="thrombosis",
    ),
    Rule(
        id="DVT-4",
        level="urgent",
        when=All(ONE_SWOLLEN, CLOT_RISK),
        unless=OLD_VEIN_DISEASE,
        reason="One leg swollen in someone prone to clots (cancer, bed rest, surgery or travel, "
        "an earlier clot, pregnancy or oestrogen)",
        action=_TODAY,
        sources=("001-dvt-one-sided-swelling", "nice-ng158-wells-likely"),
        hazard="thrombosis",
    ),
    Rule(
        id="DVT-5",
        level="urgent",
        when=All(
            CLOT_RISK,
            Any(Present("deep_calf_tenderness"), All(Present("site_calf"), IN_DAYS)),
        ),
        unless=Any(
            BLEEDING_OR_TEAR,
            Present("recent_leg_injury"),
            Present("training_increase"),
            FOR_MONTHS,
        ),
        reason="New calf pain or tenderness along the deep veins in someone prone to clots",
        action=_TODAY,
        sources=("nice-ng158-wells-likely", "nice-ng158-wells-unlikely"),
        hazard="thrombosis",
    ),
    Rule(
        id="DVT-6",
        level="urgent",
        when=All(
            Present("d_dimer_raised"),
            Any(
                ONE_SWOLLEN,
                THREE_CM,
                Present("deep_calf_tenderness"),
                All(IN_DAYS, Any(Present("site_calf"), Present("site_thigh"), Present("site_leg"))),
            ),
        ),
        reason="A raised D-dimer with swelling, a tender calf or new pain of the leg: a clot is "
        "not ruled out",
        action=_TODAY,
        sources=("nice-ng158-wells-unlikely", "guideline: Oudega primary-care rule"),
        hazard="thrombosis",
    ),
    Rule(
        id="DVT-7",
        level="urgent",
        when=All(
            Present("varicose_veins"),
            Present("redness"),
            Any(Present("warmth"), Present("tenderness")),
            IN_DAYS,
        ),
        reason="A red, sore varicose vein, new within days: an inflamed vein can hold or spread a "
        "clot",
        action=_TODAY,
        sources=("nhs-one-leg-clot",),
        hazard="thrombosis",
    ),
)
