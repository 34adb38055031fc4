"""The shape of literature.yaml: populations, statistics, and what cannot be replayed."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from data_gen.literature.claim import Claim
from data_gen.profiles.schema import PositiveOdds, Probability, Strict, Strings

Measure = Literal[
    "share",
    "mean",
    "sensitivity",
    "specificity",
    "likelihood_ratio_positive",
    "likelihood_ratio_negative",
    "odds_ratio",
    "posterior",
    "prevalence",
]
Weights = dict[str, PositiveOdds]


class Population(Strict):
    """The people of a study: what they have, and who was let in.

    `cases` and `others` weigh conditions, or `condition/presentation`. Without `others` a study
    has one group. `mix: clinic` takes all other conditions of the clinic mix as the others,
    save those that `without` names; without `cases` all of them are the one group. The others
    have nobody who has a case's condition as a second one, which a reference test would find,
    save where `mixed` keeps them.
    """

    says: str
    cases: Weights = Field(default_factory=dict)
    others: Weights = Field(default_factory=dict)
    mix: Literal["clinic", "training"] | None = None
    without: Strings = ()
    mixed: bool = False
    where: Claim | None = None


class Statistic(Strict):
    """One published number and how to find it here.

    `value` and `interval` are the study row's unless given with `why`. `used` says whether the
    number helped to set one of ours.
    """

    study: str
    measure: Measure
    population: str
    claim: Claim | None = None
    mean_of: str | None = None
    conditions: Strings = ()
    against: Claim | None = None
    prior: Probability | None = None
    value: float | None = None
    interval: tuple[float, float] | None = None
    spread: Annotated[float, Field(gt=1)] | None = None
    why: str | None = None
    used: bool

    @model_validator(mode="after")
    def _complete(self) -> Self:
        given = (self.claim is not None, self.mean_of is not None, bool(self.conditions))
        if sum(given) != 1:
            raise ValueError("give one of `claim`, `mean_of` (a mean), `conditions` (a prevalence)")
        if (self.measure == "posterior") != (self.prior is not None):
            raise ValueError("a posterior, and nothing else, has a prior")
        own = (self.interval, self.spread, self.value)
        if any(part is not None for part in own) and not self.why:
            raise ValueError("value, interval or spread of our own needs its reason; add `why`")
        return self


class Impossible(Strict):
    """Study rows that this world cannot replay, with the reason."""

    studies: Strings
    reason: str


class Literature(Strict):
    """The whole file."""

    populations: dict[str, Population]
    statistics: tuple[Statistic, ...]
    not_reproduced: tuple[Impossible, ...]
