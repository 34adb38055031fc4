"""Cancer in bone, spine or soft tissue, and pain that only cancer or bad blood flow explains."""

from __future__ import annotations

from serve.overrides.logic import All, Any, Below, Is, Present
from serve.overrides.rule import Rule
from serve.overrides.signs import AT_REST, CANCER, IN_DAYS, ONE_SWOLLEN, SEVERE, WEAK

_TODAY = "Speak to a doctor today to arrange an urgent X-ray and blood tests."

RULES = (
    Rule(
        id="CAN-1",
        level="urgent",
        when=All(CANCER, Any(AT_REST, Present("bone_tenderness"), Present("weight_loss"))),
        reason="Pain at rest or at night, a tender bone or weight loss in someone who has had "
        "cancer: it may have spread",
        action=_TODAY,
        sources=("scottish-bone-pain", "guideline: NICE NG234"),
        hazard="cancer",
    ),
    Rule(
        id="CAN-2",
        level="urgent",
        when=All(CANCER, WEAK, Any(Present("worsening"), IN_DAYS)),
        ask_if=CANCER,
        reason="New or growing weakness in someone who has had cancer",
        action=_TODAY,
        sources=("guideline: NICE NG234",),
        hazard="cancer",
    ),
    Rule(
        id="CAN-3",
        level="urgent",
        when=All(Present("weight_loss"), Any(AT_REST, Present("worsening"))),
        reason="Unintended weight loss with pain at rest, at night or getting worse",
        action=_TODAY,
        sources=("scottish-bone-pain", "nice-ng12-bone-sarcoma"),
        hazard="cancer",
    ),
    Rule(
        id="CAN-4",
        level="urgent",
        when=All(Present("bone_tenderness"), Any(Present("night_pain"), Present("rest_pain"))),
        unless=Any(
            Present("regular_sport"), Present("training_increase"), Present("recent_leg_injury")
        ),
        reason="A tender bone that hurts at rest or at night without load or injury",
        action=_TODAY,
        sources=("scottish-bone-pain",),
        hazard="cancer",
    ),
    Rule(
        id="CAN-5",
        level="urgent",
        when=All(
            Below("age_years", 25),
            Present("night_pain"),
            Any(ONE_SWOLLEN, Present("joint_swelling"), SEVERE),
        ),
        reason="Night pain with swelling or severe pain before the age of 25: bone tumours grow "
        "at this age",
        action=_TODAY,
        sources=("scottish-bone-pain", "nice-ng12-bone-sarcoma"),
        hazard="cancer",
    ),
    Rule(
        id="RST-1",
        level="urgent",
        when=All(SEVERE, Present("night_pain"), Is("side", "one")),
        unless=Any(Present("muscle_spasm"), Present("quality_cramping")),
        reason="Severe pain in one leg at night that is not a cramp: blood flow or a disease of "
        "the bone",
        action="See a doctor today to have pulses and bone examined.",
        sources=("004-night-pain", "scottish-bone-pain"),
        hazard="critical_ischaemia",
    ),
)
