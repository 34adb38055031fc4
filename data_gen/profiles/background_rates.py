"""Rates of the background over the people who consult."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from data_gen.profiles.distributions import split_normal_cdf
from data_gen.profiles.schema import Background, BackgroundEntry

_AGES = 121
Number = TypeVar("Number", float, npt.NDArray[np.float64])


def band_rates(entry: BackgroundEntry, bands: int) -> list[tuple[float, float]]:
    """Rates in women and men without the trait, by age band; one pair where age does not matter.

    Nothing for a finding that is no yes/no finding.
    """
    men, ratios = _list(entry.p), _list(entry.female)
    size = bands if max(len(men), len(ratios)) > 1 else 1
    men, ratios = (many * size if len(many) == 1 else many for many in (men, ratios))
    return [(with_odds(p, ratio), p) for p, ratio in zip(men, ratios, strict=bool(men))]


def with_odds(p: Number, ratio: Number) -> Number:
    """A probability after its odds are multiplied: a number, or an array of any shape."""
    odds = p / (1 - p) * ratio
    return odds / (1 + odds)


def mean_traits(background: Background) -> dict[str, float]:
    """P(trait) among all who consult."""
    women = background.female.p
    return {
        trait: sum(
            share * (women * with_odds(p, entry.female) + (1 - women) * p)
            for share, p in zip(_age_shares(background), entry.p, strict=True)
        )
        for trait, entry in background.traits.items()
    }


def mean_rate(background: Background, entry: BackgroundEntry) -> float:
    """P(present) among all who consult, of a yes/no finding."""
    shares = _age_shares(background)
    rates = band_rates(entry, len(shares))
    rates = rates * len(shares) if len(rates) == 1 else rates
    women = background.female.p
    total = 0.0
    for band, (share, pair) in enumerate(zip(shares, rates, strict=True)):
        for p, weight, trait in zip(
            pair, (women, 1 - women), _trait_rates(background, entry, band), strict=True
        ):
            total += share * weight * ((1 - trait) * p + trait * with_odds(p, entry.odds))
    return total


def _trait_rates(background: Background, entry: BackgroundEntry, band: int) -> tuple[float, float]:
    """P(the trait that a finding depends on) in women and men of an age band."""
    if entry.trait is None:
        return 0.0, 0.0
    trait = background.traits[entry.trait]
    return with_odds(trait.p[band], trait.female), trait.p[band]


@lru_cache(maxsize=4)
def _shares(edges: tuple[int, ...], low: float, median: float, high: float) -> list[float]:
    below = [split_normal_cdf(float(edge), low, median, high) for edge in (*edges, _AGES)]
    return [(b - a) / (below[-1] - below[0]) for a, b in pairwise(below)]


def _age_shares(background: Background) -> list[float]:
    """The share of each age band among all who consult."""
    age = background.age
    return _shares(background.bands, age.low, age.median, age.high)


def _list(value: float | tuple[float, ...] | None) -> list[float]:
    if value is None:
        return []
    return list(value) if isinstance(value, tuple) else [value]
