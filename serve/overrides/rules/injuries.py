"""Injuries: acute compartment syndrome, fractures, ruptured tendons."""

from __future__ import annotations

from serve.overrides.logic import All, Any, AtLeast, Below, Is, Present
from serve.overrides.rule import Rule
from serve.overrides.signs import AT_REST, CANCER, FOR_MONTHS, IN_HOURS, NUMB, SEVERE

_NOW = (
    "Go to an emergency department now: the pressure must be released within hours. Loosen any "
    "cast or bandage; do not raise the leg."
)
_XRAY = "Have an X-ray today and keep weight off the leg until it has been read."

RULES = (
    Rule(
        id="ACS-1",
        level="emergency",
        when=All(
            Present("tense_compartment"),
            Any(SEVERE, Present("stretch_pain"), NUMB, Present("tingling"), Present("weakness")),
            Any(
                Present("recent_leg_injury"),
                Present("recent_immobility"),
                Present("rest_pain"),
                Present("constant_pain"),
            ),
        ),
        reason="A tense leg, very painful, numb or weak, after injury or surgery or hurting at "
        "rest: pressure is killing the muscle",
        action=_NOW,
        sources=("textbook-acute-compartment",),
        hazard="acute_compartment",
    ),
    Rule(
        id="ACS-2",
        level="emergency",
        when=All(
            Any(Present("recent_leg_injury"), Present("recent_immobility")),
            SEVERE,
            Any(Present("stretch_pain"), Present("quality_tight")),
            Any(NUMB, Present("tingling"), Present("pale_limb"), Present("pulses_reduced")),
        ),
        reason="Severe pain after injury or surgery, worse when the muscle is stretched or with "
        "pressure, and numb, pale or without pulse: pressure is killing the muscle",
        action=_NOW,
        sources=("textbook-acute-compartment",),
        hazard="acute_compartment",
    ),
    Rule(
        id="FRX-1",
        level="emergency",
        when=All(
            Present("recent_leg_injury"),
            Present("unable_to_bear_weight"),
            Any(
                AtLeast("age_years", 65),
                Present("bone_fragility_risk"),
                Present("site_hip_groin"),
            ),
        ),
        reason="Cannot stand on the leg after an injury, with hip pain, weak bone or age 65 or "
        "over: the hip may be broken",
        action="Call an ambulance; do not try to stand.",
        sources=("001-cannot-bear-weight", "ottawa-xray", "nice-2005-fracture"),
        hazard="fracture",
    ),
    Rule(
        id="ACS-3",
        level="urgent",
        when=All(Present("tense_compartment"), Any(SEVERE, Present("recent_leg_injury"))),
        unless=Present("relief_rest"),
        reason="A tense leg that is very painful or was injured, and that rest is not known to "
        "ease",
        action="See a doctor today; go to an emergency department if it turns numb or pale.",
        sources=("textbook-acute-compartment",),
        hazard="acute_compartment",
    ),
    Rule(
        id="FRX-2",
        level="urgent",
        when=Present("unable_to_bear_weight"),
        reason="The leg cannot carry weight",
        action=_XRAY,
        sources=("001-cannot-bear-weight", "ottawa-xray"),
        hazard="fracture",
    ),
    Rule(
        id="FRX-3",
        level="urgent",
        when=All(Present("recent_leg_injury"), Present("bone_tenderness")),
        reason="Bone tender after an injury: it may be broken",
        action=_XRAY,
        sources=("ottawa-ankle-items", "ottawa-xray"),
        hazard="fracture",
    ),
    Rule(
        id="FRX-4",
        level="urgent",
        when=All(
            Any(Present("bone_fragility_risk"), CANCER),
            Any(Present("recent_leg_injury"), IN_HOURS),
            Any(Present("bone_tenderness"), Present("localised"), Present("limp"), SEVERE),
        ),
        unless=FOR_MONTHS,
        ask_if=Any(Present("bone_fragility_risk"), CANCER),
        reason="New pain after a small injury or none, in bone that is weak or may hold cancer: "
        "it may be broken",
        action=_XRAY,
        sources=("000-stress-fracture-weak-bone", "nice-2005-fracture"),
        hazard="fracture",
    ),
    Rule(
        id="FRX-5",
        level="urgent",
        when=All(
            Present("site_hip_groin"),
            Any(
                Present("regular_sport"),
                Present("training_increase"),
                Present("bone_fragility_risk"),
            ),
            Present("worse_impact"),
            Any(Present("limp"), AT_REST),
        ),
        reason="Hip or groin pain with running or hopping, and a limp or pain at rest: a stress "
        "fracture of the thigh bone's neck can slip",
        action="Stop all impact, use crutches, and have an X-ray or MRI today.",
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
            Any(Present("limp"), Present("reduced_motion")),
            Any(Present("site_hip_groin"), Present("site_thigh"), Present("site_knee")),
        ),
        reason="A child with a limp or stiff joint and pain at hip, thigh or knee: the growing "
        "hip may slip or lose its blood",
        action="See a doctor today for an X-ray of both hips; no weight on the leg until then.",
        sources=("judgement: a limping child is examined the same day, hip first",),
        hazard="fracture",
    ),
    Rule(
        id="TEN-1",
        level="urgent",
        when=Any(
            All(
                Present("site_achilles"),
                Any(
                    Present("pop_felt"),
                    All(Is("onset", "sudden"), Any(Present("weakness"), Present("bruising"))),
                ),
            ),
            All(
                Present("pop_felt"),
                Present("weakness"),
                Any(Present("site_calf"), Present("site_knee")),
            ),
        ),
        ask_if=Any(Present("pop_felt"), All(Present("site_achilles"), Is("onset", "sudden"))),
        reason="A pop, or sudden pain with weakness or a bruise, at the Achilles tendon; or a pop "
        "at calf or knee with weakness: a tendon may have torn through",
        action="See a doctor today; keep the foot pointed down and do not walk on it.",
        sources=("003-tears", "003-tear-severe", "judgement: repair is best in the first days"),
        hazard="tendon_rupture",
    ),
)
