"""The documents' reasons to see a doctor: none is urgent alone, none is fit for self-care."""

from __future__ import annotations

from serve.overrides.logic import All, Any, AtLeast, Below, Expression, Present
from serve.overrides.rule import Rule
from serve.overrides.signs import (
    AT_REST,
    CANCER,
    COOL_PALE_PULSELESS,
    HOT,
    LOW_ABI,
    NUMB,
    ONE_SWOLLEN,
    SADDLE,
    SEVERE,
    WEAK,
)

_SOON = "Make an appointment with a doctor; go sooner if it gets worse."


def _see(
    number: int, when: Expression, reason: str, *sources: str, within: str = "two weeks"
) -> Rule:
    return Rule(
        id=f"SEE-{number}",
        level="routine",
        when=when,
        reason=reason,
        action=_SOON,
        within=within,
        sources=sources,
        hazard="delay",
    )


RULES = (
    _see(
        1,
        AtLeast("duration_days", 14),
        "The pain has lasted for two weeks or more",
        "000-doctor-weeks",
        "000-faq-persistent-needs-look",
        within="some weeks",
    ),
    _see(
        2,
        Present("worsening"),
        "It is getting worse",
        "000-doctor-worsening",
        "000-pain-getting-worse",
    ),
    _see(
        3,
        Present("distance_shrinking"),
        "The walking distance is getting shorter",
        "000-doctor-distance",
        "001-distance-shrinks-fast",
        "001-distance-covered-falls",
    ),
    _see(
        4,
        Any(NUMB, "tingling", WEAK),
        "Numbness, tingling or weakness comes with the pain",
        "000-doctor-numb-weak",
    ),
    _see(
        5,
        Any(COOL_PALE_PULSELESS, "blue_limb", HOT, "colour_change_new"),
        "Colour, temperature or pulse of the leg is changed",
        "000-doctor-colour-temperature",
        "000-faq-heart-prompt",
        "002-red-temperature-colour",
        "judgement: the document says at once; a change not known to be new is old disease of "
        "arteries, veins or joints in most, and a new one is COL-2",
    ),
    _see(
        6,
        Present("nonhealing_sore"),
        "A sore does not heal",
        "000-doctor-sores",
    ),
    _see(
        7,
        Any(LOW_ABI, "exercise_abi_drop", "bruit"),
        "The ankle pressure is low, falls on walking, or a murmur is heard over an artery: too "
        "little blood may reach the leg",
        "002-abi-below-090",
        "002-stress-abi-drop",
        "guideline: ACC/AHA 2024, peripheral artery disease: an index of 0.90 or less",
    ),
    _see(
        8,
        AT_REST,
        "It hurts at rest or at night",
        "002-red-rest-pain",
        "003-no-ease-with-rest",
        "judgement: the document says at once; pain at rest alone is told by every fourth person "
        "with a worn joint or a nerve, and with a sign of poor circulation it is CLI-1",
    ),
    _see(
        9,
        SEVERE,
        "The pain is severe",
        "003-severe",
        "004-intense-more-than-fatigue",
    ),
    _see(
        10,
        Any(ONE_SWOLLEN, "swelling_sudden"),
        "One leg or ankle is swollen, or a swelling came suddenly",
        "004-dvt-one-leg",
        "001-dvt-one-sided-swelling",
        "judgement: the document says at once; sudden swelling of one leg is DVT-3, of both legs "
        "in cancer or heart failure DVT-8",
    ),
    _see(
        11,
        Any(Below("walking_distance_m", 10), "starts_immediately"),
        "It begins with the first steps",
        "003-few-steps",
        within="some weeks",
    ),
    _see(
        12,
        All("worse_walking", "relief_rest"),
        "It comes with walking and eases with rest",
        "000-pain-recurs-and-eases",
        "000-faq-rest-relief-serious",
        "002-consult-recurrent",
        within="some weeks",
    ),
    _see(
        13,
        Any("chest_pain", "breathlessness", "syncope_or_haemoptysis"),
        "Chest pain, breathlessness or fainting beside a complaint of the leg; call an ambulance "
        "if it is new, severe or getting worse",
        "004-pe-emergency",
    ),
    _see(
        14,
        Any("electrolyte_abnormal", "electrolyte_high"),
        "Salts in the blood are too low or too high: the test is repeated",
        "judgement: mild changes without weakness or illness are followed up, not rushed",
    ),
    _see(
        15,
        Any("lump", "weight_loss", All(CANCER, AT_REST)),
        "A lump, unintended weight loss, or pain at rest after cancer",
        "nice-ng12-bone-sarcoma",
        "guideline: NICE NG12",
    ),
    _see(
        16,
        Any("bladder_bowel_change", "urinary_hesitancy", "sexual_change", SADDLE),
        "Bladder, bowel, sexual function or the feeling of the seat has changed; go to an "
        "emergency department if it comes with pain from the back or weak legs",
        "hsib-cauda-equina",
    ),
    _see(
        17,
        Below("age_years", 16),
        "A child: its hips, knees and heels hurt for reasons that these answers do not know",
        "judgement: children are outside of what the knowledge describes",
    ),
    _see(
        18,
        Any("pop_felt", "tendon_gap", "push_off_lost"),
        "A pop was felt or the foot cannot push off: a muscle or tendon may be torn",
        "003-tears",
        "003-tear-severe",
    ),
)
