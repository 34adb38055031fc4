"""One line of the gate's decision: a figure, what it is held against, whether that is enough."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from training.evaluation.metrics import Interval, mean_interval

Against = Literal["champion", "anchor", "limit"]
Judged = Literal["figure", "difference", "low", "high"]
Real = npt.NDArray[np.float64]
_DIGITS = 6


@dataclass(frozen=True)
class Check:
    """A figure of the candidate, lower being better, beside what it may be at most.

    `judged` says what must not exceed `allowed`: the candidate's figure itself (a limit), its
    difference from the other version's, or one end of the interval of that difference. Where
    `strict` it must be below.
    """

    what: str
    candidate: float
    champion: float | None
    """The figure of the version that it is compared with, `against` says which."""
    difference: float | None
    low: float | None
    high: float | None
    allowed: float
    knob: str | None
    """The parameter that sets `allowed`."""
    passed: bool
    against: Against
    judged: Judged
    strict: bool = False

    @property
    def degraded(self) -> bool:
        """Whether the candidate is worse, allowed or not, than the version compared with."""
        return self.difference is not None and self.difference > 0


def limit(what: str, figure: float, allowed: float, knob: str, within: Interval | None) -> Check:
    """A check of the candidate alone, against a limit that holds whatever the champion does."""
    low, high = _ends(within)
    passed = bool(figure <= allowed)  # NumPy's own is no JSON
    figures = _rounded(figure), None, None, low, high
    return Check(what, *figures, allowed, knob, passed, "limit", "figure")


def compared(
    what: str,
    figures: tuple[float, float],
    interval: Interval | None,
    allowed: float,
    knob: str,
    judged: Judged = "difference",
    strict: bool = False,
) -> Check:
    """A check of the candidate's figure against another version's; both in `figures`."""
    candidate, other = figures
    difference = candidate - other
    low, high = _ends(interval)
    value = {"figure": candidate, "difference": difference, "low": low, "high": high}[judged]
    if value is None:
        raise ValueError(f"{what}: it has no interval")
    passed = value < allowed if strict else value <= allowed
    rounded = _rounded(candidate), _rounded(other), _rounded(difference), low, high
    return Check(what, *rounded, allowed, knob, bool(passed), "champion", judged, strict)


def with_anchor(checks: list[Check]) -> list[Check]:
    """The same checks, said to be against the anchor."""
    return [replace(check, against="anchor") for check in checks]


def of_means(new: Real, old: Real, tail: float) -> tuple[tuple[float, float], Interval]:
    """The means of two versions' values (n_cases,) of the same cases, and the paired interval.

    `tail` is the chance that is left beyond each of its ends.
    """
    return (float(new.mean()), float(old.mean())), mean_interval(new - old, 1 - 2 * tail)


def of_counts(
    new: npt.NDArray[np.bool_], old: npt.NDArray[np.bool_], tail: float
) -> tuple[tuple[float, float], Interval]:
    """How many of the same cases each version misses, and the interval of the difference.

    The adjusted interval for paired proportions of Bonett and Price (2012, J Educ Behav Stat
    37:479), as counts: it has a width where both versions agree on every case.
    """
    n = len(new)
    worse, better = int((new & ~old).sum()), int((old & ~new).sum())
    signs = np.zeros(n + 2)
    signs[: worse + 1] = 1.0
    signs[worse + 1 : worse + better + 2] = -1.0
    found = mean_interval(signs, 1 - 2 * tail)
    low, high = max(-float(n), n * found.low), min(float(n), n * found.high)
    return (float(new.sum()), float(old.sum())), Interval(float(worse - better), low, high)


def _ends(interval: Interval | None) -> tuple[float | None, float | None]:
    return (None, None) if interval is None else (_rounded(interval.low), _rounded(interval.high))


def _rounded(value: float) -> float:
    return round(float(value), _DIGITS)
