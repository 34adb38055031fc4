"""The warning signs of the documents and guidelines, each as one line over recorded findings.

A third wording, coarser than the rules and the decision table: what a reader of the documents would
underline. A line holds only where what it names is *recorded*. Used on random records by the tests
and on millions of sampled patients by `benchmarks/overrides.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary

Mask = npt.NDArray[np.bool_]


class Records:
    """A matrix of cases, (n_cases, n_findings), asked by finding. Blanks answer no."""

    def __init__(self, values: npt.NDArray[np.float64], vocabulary: Vocabulary) -> None:
        self.values = values
        self.vocabulary = vocabulary

    def yes(self, *findings: str) -> Mask:
        """Where at least one of the findings is recorded as present."""
        found = np.zeros(len(self.values), dtype=bool)
        for finding in findings:
            found |= self.number(finding) == 1
        return found

    def no(self, finding: str) -> Mask:
        """Where a finding is recorded as absent."""
        return np.asarray(self.number(finding) == 0)

    def lasted(self, days: float) -> Mask:
        """Where the complaint is recorded to be so many days old."""
        return np.asarray(self.number("duration_days") >= days)

    @property
    def normal_d_dimer(self) -> Mask:
        """Where a D-dimer is recorded as normal."""
        return self.no("d_dimer_raised")

    def word(self, finding: str, *words: str) -> Mask:
        """Where a choice is recorded as one of the words."""
        known = self.vocabulary.finding(finding).values
        return np.isin(self.number(finding), [known.index(word) for word in words])

    def number(self, finding: str) -> npt.NDArray[np.float64]:
        """The cells of a finding; a comparison with a blank fails."""
        return self.values[:, self.vocabulary.column(finding)]

    @property
    def feverish(self) -> Mask:
        """Fever by name or by thermometer."""
        return self.yes("fever") | (self.number("temperature_c") >= 38)

    @property
    def severe(self) -> Mask:
        """Severe by name or on the scale."""
        return self.yes("severe_pain") | (self.number("severity") >= 8)

    @property
    def sudden(self) -> Mask:
        """Came suddenly."""
        return self.word("onset", "sudden")


@dataclass(frozen=True)
class DocumentFlag:
    """A warning sign: its level at least, and where it is recorded."""

    name: str
    level: str
    where: Callable[[Records], Mask]


FLAGS = (
    DocumentFlag(
        "chest symptoms and a tender calf, not known to be old",
        "emergency",
        lambda r: (
            r.yes("chest_pain", "breathlessness", "syncope_or_haemoptysis")
            & r.yes("deep_calf_tenderness")
            & ~r.lasted(90)
        ),
    ),
    DocumentFlag("new breathlessness", "urgent", lambda r: r.yes("breathlessness_new")),
    DocumentFlag(
        "chest pain, fainted or coughed blood",
        "urgent",
        lambda r: (
            r.yes("chest_pain", "syncope_or_haemoptysis")
            & ~r.word("swelling", "none")
            & ~r.lasted(90)
        ),
    ),
    DocumentFlag(
        "sudden severe pain in a cold leg",
        "emergency",
        lambda r: r.sudden & r.severe & r.yes("cool_limb") & ~r.yes("warmth") & ~r.lasted(28),
    ),
    DocumentFlag(
        "sudden severe pain, cold pale blue or pulseless",
        "urgent",
        lambda r: (
            r.sudden & r.severe & r.yes("cool_limb", "pale_limb", "blue_limb", "pulses_reduced")
        ),
    ),
    DocumentFlag(
        "suddenly cold",
        "emergency",
        lambda r: r.sudden & r.yes("cool_limb") & ~r.yes("warmth", "muscle_spasm") & ~r.lasted(28),
    ),
    DocumentFlag(
        "newly cold",
        "emergency",
        lambda r: (
            r.yes("colour_change_new") & r.yes("cool_limb") & ~r.yes("warmth", "muscle_spasm")
        ),
    ),
    DocumentFlag(
        "suddenly cold, pale or blue",
        "urgent",
        lambda r: r.sudden & r.yes("cool_limb", "pale_limb", "blue_limb"),
    ),
    DocumentFlag(
        "newly changed in colour or temperature",
        "urgent",
        lambda r: (
            r.yes("colour_change_new")
            & r.yes("blue_limb", "warmth", "redness")
            & ~r.yes("bruising", "pop_felt", "recent_leg_injury")
        ),
    ),
    DocumentFlag("saddle numbness", "emergency", lambda r: r.yes("saddle_numbness")),
    DocumentFlag(
        "bladder or bowel change with back pain and weakness",
        "emergency",
        lambda r: (
            r.yes("bladder_bowel_change")
            & r.yes("site_low_back", "radiates_from_back")
            & r.yes("weakness")
            & ~r.lasted(90)
        ),
    ),
    DocumentFlag(
        "bladder or bowel change with back pain and lost reflexes",
        "urgent",
        lambda r: (
            r.yes("bladder_bowel_change")
            & r.yes("site_low_back", "radiates_from_back")
            & r.yes("reflex_reduced")
        ),
    ),
    DocumentFlag(
        "both legs weak within days, reflexes lost",
        "emergency",
        lambda r: (
            r.yes("weakness")
            & r.word("side", "both")
            & r.word("onset", "days", "sudden")
            & r.yes("reflex_reduced")
            & ~r.lasted(90)
        ),
    ),
    DocumentFlag(
        "tense, very painful leg after injury",
        "emergency",
        lambda r: r.yes("tense_compartment") & r.severe & r.yes("recent_leg_injury"),
    ),
    DocumentFlag(
        "hot swollen joint with fever or unwell",
        "emergency",
        lambda r: (
            r.yes("joint_swelling") & r.yes("warmth", "redness") & (r.feverish | r.yes("unwell"))
        ),
    ),
    DocumentFlag(
        "spreading infection with fever",
        "emergency",
        lambda r: r.yes("warmth", "redness") & r.yes("worsening") & r.feverish,
    ),
    DocumentFlag(
        "red or hot leg in someone unwell",
        "emergency",
        lambda r: r.yes("warmth", "redness") & r.yes("unwell"),
    ),
    DocumentFlag("gangrene with fever", "emergency", lambda r: r.yes("gangrene") & r.feverish),
    DocumentFlag("fever with a wound", "emergency", lambda r: r.feverish & r.yes("skin_break")),
    DocumentFlag(
        "fever with weak defences", "emergency", lambda r: r.feverish & r.yes("immunosuppression")
    ),
    DocumentFlag(
        "hot swollen joint, not for weeks",
        "urgent",
        lambda r: r.yes("joint_swelling") & r.yes("warmth", "redness") & ~r.lasted(28),
    ),
    DocumentFlag(
        "one leg swollen with warmth, redness or calf tenderness",
        "urgent",
        lambda r: (
            r.word("swelling", "one")
            & r.yes("warmth", "redness", "deep_calf_tenderness")
            & ~r.yes("bruising", "pop_felt", "joint_swelling")
            & ~r.normal_d_dimer
            & ~r.lasted(90)
        ),
    ),
    DocumentFlag(
        "calf three centimetres thicker",
        "urgent",
        lambda r: (
            (r.number("calf_difference_cm") >= 3)
            & ~r.yes("bruising", "pop_felt", "joint_swelling")
            & ~r.normal_d_dimer
            & ~r.lasted(90)
        ),
    ),
    DocumentFlag(
        "one leg swollen suddenly",
        "urgent",
        lambda r: (
            r.word("swelling", "one")
            & r.yes("swelling_sudden")
            & ~r.yes("bruising", "pop_felt", "recent_leg_injury", "joint_swelling")
            & ~r.normal_d_dimer
        ),
    ),
    DocumentFlag(
        "pain at rest that eases when the leg hangs down",
        "urgent",
        lambda r: (
            r.yes("rest_pain", "night_pain", "constant_pain")
            & r.yes("relief_leg_down")
            & ~r.no("pulses_reduced")
            & ~(r.number("abi") >= 0.9)
        ),
    ),
    DocumentFlag(
        "sore that does not heal",
        "urgent",
        lambda r: (
            r.yes("nonhealing_sore")
            & ~r.yes("varicose_veins", "skin_darkening")
            & ~r.no("pulses_reduced")
        ),
    ),
    DocumentFlag(
        "sore that does not heal, poor circulation",
        "urgent",
        lambda r: (
            r.yes("nonhealing_sore")
            & r.yes("pulses_reduced", "cool_limb", "pale_limb")
            & ~(r.number("abi") >= 0.9)
        ),
    ),
    DocumentFlag("gangrene", "urgent", lambda r: r.yes("gangrene")),
    DocumentFlag("fever", "urgent", lambda r: r.feverish),
    DocumentFlag(
        "cannot bear weight after injury",
        "urgent",
        lambda r: r.yes("unable_to_bear_weight") & r.yes("recent_leg_injury") & ~r.lasted(28),
    ),
    DocumentFlag("foot drop", "urgent", lambda r: r.yes("foot_drop") & ~r.lasted(90)),
    DocumentFlag(
        "cancer with a tender bone",
        "urgent",
        lambda r: (
            r.yes("active_cancer", "cancer_history") & r.yes("bone_tenderness") & ~r.lasted(90)
        ),
    ),
    DocumentFlag(
        "tender deep veins in someone prone to clots",
        "urgent",
        lambda r: (
            r.yes("deep_calf_tenderness")
            & r.yes("active_cancer", "recent_immobility", "previous_dvt", "pregnancy_or_oestrogen")
            & ~r.yes("bruising", "pop_felt", "recent_leg_injury", "training_increase")
            & ~r.normal_d_dimer
            & ~r.lasted(28)
        ),
    ),
    DocumentFlag(
        "breathless beside an earlier clot",
        "urgent",
        lambda r: (
            r.yes("breathlessness")
            & r.yes("previous_dvt")
            & ~r.no("breathlessness_new")
            & ~r.lasted(90)
        ),
    ),
    DocumentFlag(
        "a tendon's gap, or a calf squeezed without the foot moving",
        "urgent",
        lambda r: (
            r.yes("tendon_gap", "squeeze_test_positive")
            & ~r.yes("radiates_from_back")
            & ~r.lasted(90)
        ),
    ),
    DocumentFlag(
        "weight loss with night pain and a lump",
        "urgent",
        lambda r: r.yes("weight_loss") & r.yes("night_pain") & r.yes("lump"),
    ),
    DocumentFlag("two weeks or more", "routine", lambda r: r.number("duration_days") >= 14),
    DocumentFlag("worsening", "routine", lambda r: r.yes("worsening")),
    DocumentFlag("shorter walking distance", "routine", lambda r: r.yes("distance_shrinking")),
    DocumentFlag("numbness or weakness", "routine", lambda r: r.yes("numbness", "weakness")),
    DocumentFlag(
        "colour or temperature changed",
        "routine",
        lambda r: r.yes("colour_change_new", "cool_limb", "pale_limb", "blue_limb"),
    ),
    DocumentFlag("any sore that does not heal", "routine", lambda r: r.yes("nonhealing_sore")),
    DocumentFlag("ABI under 0.90", "routine", lambda r: r.number("abi") < 0.9),
    DocumentFlag("pain at rest", "routine", lambda r: r.yes("rest_pain", "night_pain")),
)
"""Where a document's sign has an everyday explanation, a normal sign or an old date on record, the
line leaves it out, as the guards do; the hazard log lists those."""
