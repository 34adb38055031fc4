"""The shape of every knowledge file: what a clinician writes, checked as it is read.

A model holds what one entry must be by itself; what must hold between entries is in `checks`, so
that a mistake in one entry hides no mistake in another.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from data_gen.vocabulary.condition import FRAMES_OF, TimeFrame, Triage

Basis = Literal["document", "study", "guideline", "judgement"]
Probability = Annotated[float, Field(ge=0, le=1)]
PositiveOdds = Annotated[float, Field(gt=0)]
Percent = Annotated[float, Field(gt=0, le=1)]
Trait = Literal["vascular", "metabolic", "degenerative", "athletic"]
ICD10 = r"^[A-Z][0-9]{2}(\.[0-9A-Z]{1,2})?$"
"""One code, WHO edition or a national one."""


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


Strings = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Strict(BaseModel):
    """A frozen model that knows every key it may have."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Based(Strict):
    """Anything that carries a number: where the number comes from."""

    basis: Basis = "judgement"
    cite: Strings = ()
    word: str | None = None
    why: str | None = None

    @model_validator(mode="after")
    def _basis_is_shown(self) -> Self:
        if self.basis in ("document", "study") and not self.cite:
            raise ValueError(f"basis {self.basis} cites nothing; cite it, or make it a judgement")
        if self.basis == "document" and not self.word:
            raise ValueError("basis document has no frequency word; add `word`, or use judgement")
        return self


class Entry(Based):
    """One finding in one condition: a probability, a distribution, or percentiles."""

    p: Probability | None = None
    of: dict[str, Probability] | None = None
    low: float | None = None
    median: float | None = None
    high: float | None = None
    applies: Probability = 1.0
    fever: Probability | None = None
    stiff: Probability = 0.0

    @property
    def form(self) -> Literal["yes_no", "choice", "number", "none"]:
        """The kind of finding that this entry can describe."""
        if self.p is not None:
            return "yes_no"
        if self.of is not None:
            return "choice"
        return "number" if self.fever is not None or self.median is not None else "none"

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        check_percentiles(self.low, self.median, self.high)
        check_sum(self.of)
        return self


class Percentiles(Based):
    """5th, 50th and 95th percentile of an age."""

    low: float
    median: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_percentiles(self.low, self.median, self.high)
        return self


class Share(Based):
    """A probability with its basis."""

    p: Probability


class Urgency(Based):
    """How urgent a presentation is by itself: the level, how soon to be seen, and why."""

    level: Triage
    within: TimeFrame
    why: str

    @model_validator(mode="after")
    def _frame_fits(self) -> Self:
        fitting = FRAMES_OF[self.level]
        if self.within not in fitting:
            raise ValueError(f"{self.level} is not {self.within!r}; write {' or '.join(fitting)}")
        return self


class Presentation(Based):
    """One way a condition shows itself, which reads as a diagnosis of its own.

    `weight` is its share of the condition's cases that a model learns from, `clinic` that of those
    who consult, where it is another.
    """

    name: str
    icd10: Annotated[str, Field(pattern=ICD10)]
    triage: Urgency
    weight: Percent
    clinic: Share | None = None
    says: str
    age: Percentiles | None = None
    female: Share | None = None
    traits: dict[Trait, Share] = Field(default_factory=dict)
    findings: dict[str, Entry] = Field(default_factory=dict)

    @property
    def clinic_share(self) -> float:
        """Its share of those with the condition who consult."""
        return self.weight if self.clinic is None else self.clinic.p


class Profile(Strict):
    """What one condition does to the findings, where that departs from the background."""

    condition: str
    age: Percentiles | None = None
    female: Share | None = None
    traits: dict[Trait, Share] = Field(default_factory=dict)
    confused_with: Strings = ()
    findings: dict[str, Entry] = Field(default_factory=dict)
    presentations: dict[str, Presentation]


class Band(Strict):
    """Percentiles without a basis of their own: the entry around them has it."""

    low: float
    median: float
    high: float


class BandEntry(Strict):
    """A distribution of the background in one age band, without and with the trait."""

    low: float | None
    median: float | None
    high: float | None
    of: dict[str, float] | None
    with_: dict[str, float] | None


class BackgroundEntry(Based):
    """The background of one finding, by age band, sex and at most one trait.

    A tuple has one number an age band.
    """

    p: Probability | tuple[Probability, ...] | None = None
    female: PositiveOdds | tuple[PositiveOdds, ...] = 1.0
    trait: Trait | None = None
    odds: PositiveOdds = 1.0
    of: dict[str, Probability | tuple[Probability, ...]] | None = None
    low: float | tuple[float, ...] | None = None
    median: float | tuple[float, ...] | None = None
    high: float | tuple[float, ...] | None = None
    scale: Literal["log", "linear"] = "linear"
    applies: Probability = 1.0
    with_: dict[str, float | tuple[float, ...]] | None = Field(default=None, alias="with")
    given: str | None = None
    where: dict[str, Band] = Field(default_factory=dict)
    edges: tuple[float, ...] = ()
    least: float = float("-inf")
    step: float = 1.0
    whole_from: float = float("inf")

    @property
    def bands(self) -> int:
        """How many age bands a distribution of a choice or a number has; 1 where all are alike."""
        given = [self.low, self.median, self.high]
        given += [*(self.of or {}).values(), *(self.with_ or {}).values()]
        return max((len(value) for value in given if isinstance(value, tuple)), default=1)

    def in_band(self, band: int) -> BandEntry:
        """The distribution of a choice or a number in one age band."""
        low, median, high = (_at(value, band) for value in (self.low, self.median, self.high))
        of, with_ = (
            None if shares is None else {key: _at(v, band) or 0.0 for key, v in shares.items()}
            for shares in (self.of, self.with_)
        )
        return BandEntry(low=low, median=median, high=high, of=of, with_=with_)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for band in range(self.bands):
            here = self.in_band(band)
            check_percentiles(here.low, here.median, here.high)
            check_sum(here.of)
        if list(self.edges) != sorted(set(self.edges)):
            raise ValueError("edges are not strictly rising; sort them")
        return self


class TraitEntry(Based):
    """A hidden trait: its rate by age band in men, and the odds in women."""

    says: str
    p: tuple[Probability, ...]
    female: PositiveOdds = 1.0


class TraitOdds(Based):
    """How two traits go together."""

    traits: tuple[Trait, Trait]
    odds_ratio: PositiveOdds


class PairOdds(Based):
    """How two findings of a group go together."""

    of: tuple[str, str]
    odds_ratio: PositiveOdds


class Group(Strict):
    """Findings drawn jointly."""

    members: Strings
    odds_ratios: tuple[PairOdds, ...] = ()


class Background(Strict):
    """The shared table that every profile departs from."""

    bands: tuple[int, ...]
    age: Percentiles
    female: Share
    traits: dict[Trait, TraitEntry]
    trait_odds_ratios: tuple[TraitOdds, ...]
    findings: dict[str, BackgroundEntry]
    groups: tuple[Group, ...]
    painless_excludes: Strings


class Rate(Strict):
    """How often a cell is written down: where its answer is positive, and where negative."""

    positive: Probability
    negative: Probability


class Setting(Based):
    """One place where cases are written down."""

    weight: Percent
    says: str
    error: Probability
    recorded: dict[str, Rate]
    findings: dict[str, Rate] = Field(default_factory=dict)


class Settings(Strict):
    """How cases are recorded."""

    settings: dict[str, Setting]
    coarse: dict[str, Share]
    unremarkable: dict[str, str]


class MixEntry(Based):
    """One condition's share of those who consult, and how often training shows it."""

    clinic: Percent
    training: Percent


class SafetyMix(Based):
    """The mix that risk rests on: training ** exponent * clinic ** (1 - exponent)."""

    exponent: Probability


class Width(Based):
    """How far a judgement may be off, either way.

    A probability by so many `log_odds`, the distribution of a number by so many of its standard
    `deviations`.
    """

    log_odds: PositiveOdds
    deviations: PositiveOdds


class Intervals(Strict):
    """The intervals of numbers that state none."""

    judgement: Width


class Mix(Strict):
    """The two class mixes, and what lies between them."""

    mix: dict[str, MixEntry]
    safety: SafetyMix


class Pair(Based):
    """A second condition beside the one that is the reason for consulting."""

    first: str
    first_presentation: str
    second: str
    second_presentation: str
    p: Percent
    from_age: int = 0
    second_gives: Strings = ()
    on_top: Probability = 0.0


class Pairs(Strict):
    """The declared ordered pairs."""

    pairs: tuple[Pair, ...]


def _at(value: float | tuple[float, ...] | None, band: int) -> float | None:
    return value[band] if isinstance(value, tuple) else value


def check_sum(shares: dict[str, float] | None) -> None:
    """ValueError unless the shares sum to 1 (or there are none)."""
    total = sum(shares.values()) if shares else 1.0
    if abs(total - 1) > 1e-6:
        raise ValueError(f"the shares sum to {total:g}; make it 1")


def check_percentiles(low: float | None, median: float | None, high: float | None) -> None:
    """ValueError unless all three are given and rising, or none is."""
    given = [value for value in (low, median, high) if value is not None]
    if given and (len(given) < 3 or not given[0] < given[1] < given[2]):
        values = (low, median, high)
        shown = ", ".join("none" if value is None else f"{value:g}" for value in values)
        raise ValueError(f"low, median, high are {shown}; give all three, rising")
