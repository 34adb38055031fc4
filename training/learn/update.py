"""The maximisation step, in closed form: each number between what is stated and what cases say."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, ndtri

from data_gen.profiles.intervals import CONFIDENCE
from training.learn.numbers import Number

Array = npt.NDArray[np.float64]
_SMALL = 1e-12


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
