"""Infection of bone, skin and deep tissue, and sepsis."""

from __future__ import annotations

from serve.overrides.logic import All, Any, Is, Present, absent
from serve.overrides.rule import Rule
from serve.overrides.signs import (
    CHANGED,
    FEVER,
    FOR_MONTHS,
    HOT,
    IN_DAYS,
    NOT_FEVERISH,
    NUMB,
    ONE_SWOLLEN,
    SEVERE,
    WEAK,
)

_NOW = "Go to an emergency department; infection of this kind can spread within hours."
_SEEN = (
    "See a doctor; go to an emergency department with shivering, confusion or spreading redness."
)
_SEPSIS = "guideline: NICE NG253, suspected sepsis"

RULES = (
    Rule(
        id="INF-1",
        level="emergency",
        when=All("unwell", Any(FEVER, HOT)),
        reason="Ill (lethargic, confused, fast pulse or low pressure) with fever or a hot, red "
        "leg: this may be sepsis",
        action=_NOW,
        sources=("001-fever-infection", "nice-ng19-spreading-cellulitis", _SEPSIS),
        hazard="deep_infection",
    ),
    Rule(
        id="INF-2",
        level="emergency",
        when=All(FEVER, HOT, Any("worsening", SEVERE, "blue_limb", "diabetes")),
        reason="Fever with a hot or red leg that is spreading, very painful or discoloured, or in "
        "diabetes: deep infection",
        action=_NOW,
        sources=("001-fever-infection", "nice-ng19-spreading-cellulitis"),
        hazard="deep_infection",
    ),
    Rule(
        id="INF-3",
        level="emergency",
        when=All(
            FEVER, Any("skin_break", "nonhealing_sore", "bone_tenderness", "immunosuppression")
        ),
        reason="Fever with a wound, a sore, a tender bone or weak defences: infection may have "
        "reached bone or blood",
        action=_NOW,
        sources=("001-fever-infection", "nice-ng19-limb-threat"),
        hazard="deep_infection",
    ),
    Rule(
        id="INF-4",
        level="emergency",
        when=All(
            SEVERE,
            Any(
                All(Any(FEVER, "unwell"), Any(ONE_SWOLLEN, "blue_limb", "tense_compartment")),
                All(
                    "redness",
                    Any("skin_break", "blue_limb"),
                    Any("worsening", "colour_change_new", IN_DAYS),
                ),
            ),
        ),
        reason="Severe pain in a swollen, blue or tense leg with fever or illness, or with redness "
        "that spreads from a wound even without fever: the tissue may be dying of infection",
        action=_NOW,
        sources=("001-fever-infection", _SEPSIS),
        hazard="deep_infection",
    ),
    Rule(
        id="INF-5",
        level="emergency",
        when=All(FEVER, "site_low_back", Any(SEVERE, WEAK, NUMB, "reflex_reduced")),
        reason="Fever with back pain that is severe or comes with weakness or numbness: infection "
        "in the spine",
        action="Go to an emergency department for blood cultures and an MRI of the spine.",
        sources=(
            "001-fever-infection",
            "judgement: fever and back pain with a deficit is a spinal abscess until excluded",
        ),
        hazard="deep_infection",
    ),
    Rule(
        id="INF-11",
        level="emergency",
        when=All("unwell", Any("skin_break", "gangrene")),
        reason="Ill with a fresh wound or dead tissue: sepsis need not bring fever, and a low "
        "temperature speaks for it",
        action=_NOW,
        sources=(_SEPSIS,),
        hazard="deep_infection",
    ),
    Rule(
        id="INF-6",
        level="urgent",
        when=FEVER,
        reason="Fever or chills with leg pain",
        action=_SEEN,
        sources=("001-fever-infection",),
        hazard="deep_infection",
    ),
    Rule(
        id="INF-9",
        level="urgent",
        when=Present("unwell"),
        reason="Ill in general (lethargic, confused, fast pulse or low pressure) with leg pain, "
        "however old the pain is",
        action=_SEEN,
        sources=("001-fever-infection", _SEPSIS),
        hazard="deep_infection",
    ),
    Rule(
        id="INF-7",
        level="urgent",
        when=All("redness", Any("warmth", "tenderness", "skin_break", ONE_SWOLLEN, IN_DAYS)),
        unless=Any(
            All(Any("skin_darkening", "joint_swelling"), NOT_FEVERISH),
            All(
                absent("warmth"),
                NOT_FEVERISH,
                Any(absent("worsening"), All(Is("swelling", "none"), absent("skin_break"))),
            ),
        ),
        old=FOR_MONTHS,
        changed=Any(CHANGED, "worsening"),
        reason="Red skin that is new, warm, tender, broken or swollen: infection or a clot",
        action=_SEEN,
        sources=("004-dvt-warmth-redness", "nhs-one-leg-clot", "001-fever-infection"),
        hazard="deep_infection",
    ),
    Rule(
        id="INF-8",
        level="urgent",
        within="two days",
        when=Any(
            All(
                "inflammation_raised",
                Any(
                    All(HOT, Any(IN_DAYS, SEVERE, "worsening")),
                    All("joint_swelling", IN_DAYS),
                    All("bone_tenderness", Any("night_pain", IN_DAYS)),
                    "weight_loss",
                    "night_sweats",
                    "rash",
                ),
            ),
            All(
                "bone_tenderness",
                Any("redness", "skin_break", All("immunosuppression", Any("night_pain", IN_DAYS))),
            ),
        ),
        unless=Any(
            All("recent_leg_injury", absent("skin_break")),
            All(Any("crepitus", "bony_enlargement"), NOT_FEVERISH),
            All(
                absent("inflammation_raised"),
                NOT_FEVERISH,
                absent("immunosuppression"),
                absent("nonhealing_sore"),
            ),
        ),
        old=FOR_MONTHS,
        changed=Any(CHANGED, "worsening", "weight_loss"),
        reason="Raised inflammation with a newly swollen joint, a hot leg, a tender bone, weight "
        "loss, night sweats or a rash; or a tender bone that is red, near a wound or in weak "
        "defences",
        action=_SEEN,
        sources=("bsr-2006-hot-joint", "judgement: infection, cancer or vasculitis comes first"),
        hazard="deep_infection",
    ),
)
