"""The numbers of the knowledge that cases can update, each with its prior.

A probability p has a Beta(n p, n (1 - p)) and the shares of a choice a Dirichlet(n shares): as many
patients n as the stated interval is wide; a study counts its own. A distribution of a number is
moved as a whole, on the scale that its percentiles live on, by a normal around 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from data_gen.profiles import Knowledge
from data_gen.profiles.intervals import HALF_WIDTH, log_odds_interval, patients
from data_gen.profiles.schema import Based, Entry, Percentiles, Presentation, Profile

Array = npt.NDArray[np.float64]
Kind = Literal["probability", "shares", "fever", "shift"]
PRESENTATION = "presentation"


@dataclass(frozen=True)
class Number:
    """One number of a profile, or the shares of one choice.

    `stated` is its value in the knowledge: one probability, or all shares; for a shift the three
    percentiles on their scale. `patients` is the prior's weight; of a shift, how many patients
    would tell its middle as well as the interval does.
    """

    condition: str
    component: str
    """The presentation, blank for a whole condition."""
    finding: str
    kind: Kind
    stated: Array
    patients: float
    basis: str
    interval: tuple[Array, Array]
    """What each value is stated to lie between."""
    values: tuple[str, ...] = ("",)
    """What each value is of: a word of a choice, a presentation."""
    logarithmic: bool = False
    trait: bool = False

    @property
    def start(self) -> Array:
        """Where it starts: the stated value; a shift at 0 of its standard deviations."""
        return np.zeros(1) if self.kind == "shift" else self.stated

    @property
    def deviation(self) -> float:
        """Of a distribution that is shifted, the standard deviation on its scale."""
        return float(self.stated[2] - self.stated[0]) / (2 * HALF_WIDTH)

    def shown(self, at: Array) -> Array:
        """Each value as people read it: a probability; the middle of what is shifted."""
        if self.kind != "shift":
            return at
        middle = self.stated[1:2] + at * self.deviation
        return np.exp(middle) if self.logarithmic else middle

    def entry(self, at: Array) -> Any:
        """What an overlay says where the number is `at`: as the profile states it."""
        if self.kind == "shift":
            found = self.stated + at * self.deviation
            found = np.exp(found) if self.logarithmic else found
            return dict(zip(("low", "median", "high"), _written(found), strict=True))
        if self.kind == "shares":
            return {"of": dict(zip(self.values, _written(at), strict=True))}
        return {"fever" if self.kind == "fever" else "p": _written(at)[0]}


def _written(values: Array) -> list[float]:
    return [round(float(value), 9) for value in values]


def numbers_of(knowledge: Knowledge) -> tuple[Number, ...]:
    """Every number of the profiles that cases can update, in the order of the files.

    Left as they are: a certainty (0 or 1), what follows from another finding, and the shares of
    presentations whose training share is declared apart from the clinic's.
    """
    return tuple(_found(knowledge))


def _found(knowledge: Knowledge) -> Iterator[Number]:
    for condition, profile in knowledge.profiles.items():
        yield from _holder(knowledge, condition, "", profile)
        declared = any(one.clinic is not None for one in profile.presentations.values())
        if len(profile.presentations) > 1 and not declared:
            weights = {name: one.weight for name, one in profile.presentations.items()}
            basis = next(iter(profile.presentations.values()))
            yield _shares(knowledge, (condition, "", PRESENTATION), weights, basis)
        for name, presentation in profile.presentations.items():
            yield from _holder(knowledge, condition, name, presentation)


def _holder(
    knowledge: Knowledge, condition: str, component: str, holder: Profile | Presentation
) -> Iterator[Number]:
    place = condition, component
    if holder.age is not None:
        yield _shift(knowledge, (*place, "age_years"), holder.age, holder.age, "linear")
    if holder.female is not None:
        yield from _probability(knowledge, (*place, "sex"), holder.female.p, holder.female)
    for trait, share in holder.traits.items():
        yield from _probability(knowledge, (*place, trait), share.p, share, trait=True)
    for finding, entry in holder.findings.items():
        if finding not in knowledge.vocabulary.relations.computed:
            yield from _of_entry(knowledge, (*place, finding), entry)


def _of_entry(knowledge: Knowledge, place: tuple[str, str, str], entry: Entry) -> Iterator[Number]:
    if entry.p is not None:
        yield from _probability(knowledge, place, entry.p, entry)
    elif entry.fever is not None:
        yield from _probability(knowledge, place, entry.fever, entry, kind="fever")
    elif entry.of is not None and sum(share > 0 for share in entry.of.values()) > 1:
        yield _shares(knowledge, place, entry.of, entry)
    elif entry.low is not None and entry.median is not None and entry.high is not None:
        scale = knowledge.background.findings[place[2]].scale
        stated = Percentiles.model_construct(low=entry.low, median=entry.median, high=entry.high)
        if scale == "linear" or entry.low > 0:
            yield _shift(knowledge, place, stated, entry, scale)


def _probability(
    knowledge: Knowledge,
    place: tuple[str, str, str],
    p: float,
    based: Based,
    kind: Kind = "probability",
    *,
    trait: bool = False,
) -> Iterator[Number]:
    if not 0 < p < 1:
        return
    low, high = log_odds_interval(knowledge, p, based)
    counted = patients(knowledge, based) or ((high - low) / 2 / HALF_WIDTH) ** -2 / (p * (1 - p))
    interval = _expit(np.array([low])), _expit(np.array([high]))
    yield Number(*place, kind, np.array([p]), counted, based.basis, interval, trait=trait)


def _shares(
    knowledge: Knowledge, place: tuple[str, str, str], of: Mapping[str, float], based: Based
) -> Number:
    """The Dirichlet whose shares together vary as much as each of them may by its interval."""
    stated = {value: share for value, share in of.items() if share > 0}
    p = np.array(list(stated.values())) / sum(stated.values())
    bounds = np.array([log_odds_interval(knowledge, float(share), based) for share in p])
    deviation = (bounds[:, 1] - bounds[:, 0]) / 2 / HALF_WIDTH
    spread = p * (1 - p)
    counted = patients(knowledge, based) or spread.sum() / (deviation**2 * spread**2).sum()
    interval = _expit(bounds[:, 0]), _expit(bounds[:, 1])
    return Number(*place, "shares", p, float(counted), based.basis, interval, tuple(stated))


def _shift(
    knowledge: Knowledge, place: tuple[str, str, str], of: Percentiles, based: Based, scale: str
) -> Number:
    logarithmic = scale == "log"
    stated = np.array([of.low, of.median, of.high])
    stated = np.log(stated) if logarithmic else stated
    width = knowledge.intervals.judgement.deviations
    counted = patients(knowledge, based) or (HALF_WIDTH / width) ** 2
    half = HALF_WIDTH * (stated[2] - stated[0]) / (2 * HALF_WIDTH) / counted**0.5
    bounds = stated[1:2] - half, stated[1:2] + half
    interval = (np.exp(bounds[0]), np.exp(bounds[1])) if logarithmic else bounds
    return Number(
        *place, "shift", stated, float(counted), based.basis, interval, ("median",), logarithmic
    )


def _expit(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))
