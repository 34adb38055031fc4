"""Injuries: fractures and ruptured tendons."""

from __future__ import annotations

from serve.overrides.logic import All, Any, AtLeast, Below, Is, Present, absent
from serve.overrides.rule import Lowering, Rule
from serve.overrides.signs import AT_REST, CANCER, FOR_MONTHS, FOR_WEEKS, IN_HOURS, SEVERE

_XRAY = "Have an X-ray and keep weight off the leg until it has been read."
_HIP = "Call an ambulance; do not try to stand."
_ARTHRITIS = Any("known_arthritis", "bony_enlargement", "crepitus")

RULES = (
    Rule(
        id="FRX-1",
        level="emergency",
        when=All("recent_leg_injury", "unable_to_bear_weight", "site_hip_groin"),
        reason="Cannot stand on the leg after an injury, with pain at hip or groin: the hip may be "
        "broken",
        action=_HIP,
        sources=("001-cannot-bear-weight", "nice-2005-fracture"),
        hazard="fracture",
    ),
    Rule(
        id="FRX-7",
        level="emergency",
        when=All(
            "recent_leg_injury",
            "unable_to_bear_weight",
            Any(AtLeast("age_years", 65), "bone_fragility_risk"),
        ),
        lowering=Lowering(
            id="FRX-8",
            by=Any(
                "site_ankle", "site_foot", "site_heel", All("site_knee", absent("site_hip_groin"))
            ),
            reason="Cannot stand on the leg after an injury, with weak bone or age 65 or over, but "
            "the pain is at knee, ankle or foot: a bone may be broken",
            action=_XRAY,
        ),
        reason="Cannot stand on the leg after an injury, with weak bone or age 65 or over: the hip "
        "may be broken",
        action=_HIP,
        sources=("001-cannot-bear-weight", "ottawa-xray", "nice-2005-fracture"),
        hazard="fracture",
    ),
    Rule(
        id="FRX-9",
        level="urgent",
        when=All(
            AtLeast("age_years", 75),
            "recent_leg_injury",
            Any("site_hip_groin", Is("hip_part", "groin")),
        ),
        reason="A fall or twist and pain at hip or groin past 75, even where the leg still "
        "carries: the hip may be broken without having moved",
        action=_XRAY,
        sources=("nice-2005-fracture", "guideline: NICE CG124, occult hip fracture"),
        hazard="fracture",
    ),
    Rule(
        id="FRX-2",
        level="urgent",
        when=Present("unable_to_bear_weight"),
        unless=Any(
            All(
                absent("recent_leg_injury"),
                absent("bone_tenderness"),
                absent("bone_fragility_risk"),
                absent("site_hip_groin"),
            ),
            All("radiates_from_back", absent("recent_leg_injury")),
        ),
        old=FOR_WEEKS,
        reason="The leg cannot carry weight",
        action=_XRAY,
        sources=("001-cannot-bear-weight", "ottawa-xray"),
        hazard="fracture",
    ),
    Rule(
        id="FRX-3",
        level="urgent",
        when=All("recent_leg_injury", "bone_tenderness"),
        old=FOR_WEEKS,
        reason="Bone tender after an injury: it may be broken",
        action=_XRAY,
        sources=("ottawa-ankle-items", "ottawa-xray"),
        hazard="fracture",
    ),
    Rule(
        id="FRX-4",
        level="urgent",
        within="two days",
        when=All(
            Any("bone_fragility_risk", CANCER),
            Any("recent_leg_injury", IN_HOURS),
            Any("bone_tenderness", All(SEVERE, Any("limp", "localised"))),
        ),
        unless=Any("radiates_from_back", "muscle_spasm"),
        old=FOR_WEEKS,
        ask_if=Any("bone_fragility_risk", CANCER),
        reason="A tender bone, or severe pain in one spot or with a limp, after a small injury or "
        "none, in bone that is weak or may hold cancer: it may be broken",
        action=_XRAY,
        sources=("000-stress-fracture-weak-bone", "nice-2005-fracture"),
        hazard="fracture",
    ),
    Rule(
        id="FRX-5",
        level="urgent",
        within="two days",
        when=All(
            "site_hip_groin",
            "worse_impact",
            Any(
                All(Any("training_increase", "bone_fragility_risk"), Any("limp", AT_REST)),
                All("regular_sport", "limp"),
            ),
        ),
        unless=Any(
            _ARTHRITIS, Is("hip_part", "outer"), "muscle_tenderness", "bruising", "pop_felt"
        ),
        old=FOR_MONTHS,
        reason="Hip or groin pain with running or hopping after more training, in weak bone or in "
        "sport, and a limp or pain at rest: a stress fracture of the thigh bone's neck can slip",
        action="Stop all impact, use crutches, and have an X-ray or MRI.",
        sources=(
            "000-stress-fracture-light-walking",
            "judgement: the neck of the femur is a high-risk site; it is imaged before any load",
        ),
        hazard="fracture",
    ),
    Rule(
        id="FRX-6",
        level="urgent",
        when=All(
            Below("age_years", 16),
            Any("limp", "reduced_motion"),
            Any("site_hip_groin", "site_thigh", "site_knee"),
        ),
        reason="A child with a limp or stiff joint and pain at hip, thigh or knee: the growing "
        "hip may slip or lose its blood",
        action="See a doctor for an X-ray of both hips; no weight on the leg until then.",
        sources=("judgement: a limping child is examined the same day, hip first",),
        hazard="fracture",
    ),
    Rule(
        id="FRX-10",
        level="urgent",
        within="two days",
        when=All(
            "site_hip_groin",
            SEVERE,
            "reduced_motion",
            Any("bone_fragility_risk", "immunosuppression", "harmful_medicine"),
        ),
        old=FOR_MONTHS,
        reason="A hip that hardly moves and hurts severely in someone on steroids or with weak "
        "bone: it may be broken, infected or losing its blood",
        action=_XRAY,
        sources=("judgement: a hip at risk is imaged before it collapses",),
        hazard="fracture",
    ),
    Rule(
        id="TEN-1",
        level="urgent",
        when=Any(
            "tendon_gap",
            "squeeze_test_positive",
            All("push_off_lost", Any("site_achilles", "site_calf", "site_heel")),
            All(
                "site_achilles",
                Any("pop_felt", All(Is("onset", "sudden"), Any("weakness", "bruising"))),
            ),
            All("pop_felt", "weakness", "site_knee"),
        ),
        unless=Any(
            "radiates_from_back", All(absent("squeeze_test_positive"), absent("tendon_gap"))
        ),
        old=FOR_MONTHS,
        ask_if=Any("pop_felt", All("site_achilles", Is("onset", "sudden"))),
        reason="A gap in a tendon, a foot that cannot push off, a snap or sudden weakness at the "
        "Achilles tendon or knee: a tendon may have torn through",
        action="See a doctor; keep the foot pointed down and do not walk on it.",
        sources=("003-tears", "003-tear-severe", "judgement: repair is best in the first days"),
        hazard="tendon_rupture",
    ),
)
