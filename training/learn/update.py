"""The maximisation step, in closed form: each number between what is stated and what cases say.

So is how far the knowledge is off, as a multiple of its stated intervals; and how each file of
cases is written down. What one writes down more or less often than our settings do is the file's,
and contradicts no number: a form that ticks every no has a rate of 1 for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, ndtri

from data_gen.profiles.intervals import CONFIDENCE
from data_gen.world.recording import Recording
from training.learn.expectation import Evidence, Sides
from training.learn.numbers import Number

Array = npt.NDArray[np.float64]
_SMALL = 1e-12
_GRID = np.linspace(0.0, 4.0, 161)
_CLEAR = 1.353
"""The gain in log-likelihood over a scale of 0 that chance exceeds once in twenty: half of 2.706,
since a scale cannot be below 0 (Self and Liang 1987, J Am Stat Assoc 82:605).
"""
_FEWEST = 0.05  # cases behind a value, below which nothing is seen of it
_TRUST = 4.0
"""Patients that a setting's own rate counts as: next to none, since files differ most in this."""
_LEAST = 1e-4  # no rate is 0 or 1: the next case may be the first


def effective(number: Number, at: Array, score: Array, information: Array) -> tuple[float, Array]:
    """How many cases stand behind a number, and what they say: (n_values,).

    Where every hidden state is given these are the cases and their share. Otherwise as many cases
    as would show as much: information over that of a single case.
    """
    if number.kind == "shift":
        n = max(float(information[0]), 0.0)
        return n, at + score / max(n, _SMALL)
    spread = float((at * (1 - at)).sum())
    n = float(information.sum()) / max(spread, _SMALL)
    # no share of them may be below 0 or above 1
    need = np.maximum(-score / np.maximum(at, _SMALL), score / np.maximum(1 - at, _SMALL))
    n = max(n, float(need.max()), 0.0)
    return n, at + score / max(n, _SMALL)


def updated(number: Number, at: Array, score: Array, information: Array, scale: float) -> Array:
    """The mode of the posterior by log-odds, if cases went on saying what they say at `at`.

    (patients * stated + cases * their share) / (patients + cases): the conjugate result for a Beta,
    a Dirichlet and a normal; `scale` widens the interval behind the patients.
    """
    if scale == 0 or not (score.any() or information.any()):
        return number.start
    n, share = effective(number, at, score, information)
    weight = number.patients / scale**2
    found = (weight * number.start + n * share) / (weight + n)
    return np.asarray(found if number.kind == "shift" else _inside(found))


def _inside(p: Array) -> Array:
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.asarray(p / p.sum() if len(p) > 1 else p)


def interval(number: Number, at: Array, cases: float, scale: float) -> tuple[Array, Array]:
    """What each value lies between by the posterior, on the scale of the knowledge.

    With the confidence of every interval here. Where the cases agree (a scale of 0) the stated
    interval is the prior, as it stands.
    """
    tails = (1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2
    weight = number.patients / (scale or 1.0) ** 2 + cases
    if number.kind != "shift":
        low, high = (np.asarray(betaincinv(weight * at, weight * (1 - at), t)) for t in tails)
        return low, high
    middle = number.stated[1:2]
    low, high = (middle + number.deviation * (at + ndtri(t) / np.sqrt(weight)) for t in tails)
    return (np.exp(low), np.exp(high)) if number.logarithmic else (low, high)


def fitted_scale(numbers: Sequence[Number], found: Evidence) -> float:
    """The multiple of all intervals that makes the cases likeliest; 0 where chance explains them.

    A score is normal around 0 with the variance I + I^2 t^2: I the information, t the deviation of
    the number by its prior, on the scale of the score. So the marginal likelihood of all cases is
    maximised (type II: Good 1965) without fitting any number.
    """
    score, information, variance, weight = _scores(numbers, found)
    if not len(score):
        return 0.0
    spread = information + information**2 * variance * _GRID[:, None] ** 2
    log = -(weight * (np.log(spread) + score**2 / spread)).sum(axis=1) / 2
    best = int(log.argmax())
    return float(_GRID[best]) if log[best] - log[0] > _CLEAR else 0.0


def _scores(numbers: Sequence[Number], found: Evidence) -> tuple[Array, Array, Array, Array]:
    rows = []
    for number, score, information in zip(numbers, found.score, found.information, strict=True):
        p = number.start
        single = np.ones(1) if number.kind == "shift" else p * (1 - p)
        free = 1.0 if len(p) == 1 else (len(p) - 1) / len(p)
        for s, i, one in zip(score, information, single, strict=True):
            if i > _FEWEST * one:
                rows.append((s, i, 1 / (number.patients * one), free))
    return tuple(np.array(rows).reshape(-1, 4).T)  # type: ignore[return-value]


def updated_recordings(
    before: Recording, found: Evidence, files: Mapping[int, Recording]
) -> dict[int, Recording]:
    """The files' recordings, by what was found; `before` is that of the knowledge."""
    return {
        file: _recorded(before, now, found.recorded.get(file, {}), found.settings.get(file))
        for file, now in files.items()
    }


def _recorded(
    before: Recording, now: Recording, recorded: Sides, settings: Array | None
) -> Recording:
    if settings is None:
        return now
    weight = before.weight * _TRUST + settings
    rate = dict(now.rate)
    for finding, counts in recorded.items():
        start = before.rate[finding]
        side = np.zeros(start.shape[1], dtype=np.int64)
        if finding in before.quiet:
            side[before.quiet[finding]] = 1
        written, all_ = counts[:, side, 1], counts[:, side].sum(axis=2)
        rate[finding] = np.clip((start * _TRUST + written) / (_TRUST + all_), _LEAST, 1 - _LEAST)
    return replace(now, weight=weight / weight.sum(), rate=rate)
