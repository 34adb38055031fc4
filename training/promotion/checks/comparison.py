"""A candidate beside another version, case by case, on the same cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from serve.triage import EMERGENCY, URGENT
from training.evaluation.metrics import Interval, calibration_error, in_top, kl_to_exact, log_loss
from training.evaluation.real_metrics import OTHER
from training.params import GateParams
from training.promotion.checks.check import Check, compared, of_counts, of_means
from training.promotion.checks.comparison_data import Answers

Real = npt.NDArray[np.float64]
FEWEST = 10
"""Labelled cases that an interval can rest on."""
_FOLDS = 20


@dataclass(frozen=True)
class Comparison:
    """The candidate and the version that it is compared with."""

    new: Answers
    old: Answers
    vocabulary: Vocabulary
    params: GateParams

    @property
    def tail(self) -> float:
        """The chance beyond each end of the intervals within which nothing may be worse."""
        return (1 - self.params.confidence) / 2

    @property
    def has_labelled(self) -> bool:
        """Whether there are enough labelled cases to say anything."""
        return len(self.new.data.labelled) >= FEWEST

    def labelled_better(self, tail: float) -> bool:
        """Whether held-out labelled cases are told better, by an interval with this tail."""
        return self.has_labelled and self._of_labelled(tail)[1].high < 0

    def checks(self, tolerance: float) -> Iterator[Check]:
        """That nothing is worse by more than its margin; of the excess, than `tolerance`."""
        yield self._kl_to_exact(tolerance)
        yield self._calibration()
        what = "share of emergencies below urgent"
        yield self._share(what, self.new.missed, self.old.missed)
        if self.new.data.holdout is not None:
            what = "the same, vignettes of the champion's knowledge"
            yield self._share(what, self.new.missed_of_holdout, self.old.missed_of_holdout)
        if self.has_labelled:
            what = "log-loss of held-out labelled cases: not more beyond chance"
            yield compared(what, *self._of_labelled(self.tail), 0.0, "confidence", "low")
        yield from self._real()

    def better(self, tail: float) -> Check:
        """That the excess is less beyond chance: the whole interval with this tail is below 0."""
        what = "excess log-loss over the exact posterior, nats: less beyond chance"
        return compared(what, *self._of_kl(tail), 0.0, "error", "high", strict=True)

    def told_better(self, tail: float) -> Check:
        """That held-out labelled cases are told better beyond chance."""
        what = "log-loss of held-out labelled cases: less beyond chance"
        return compared(what, *self._of_labelled(tail), 0.0, "error", "high", strict=True)

    def _of_kl(self, tail: float) -> tuple[tuple[float, float], Interval]:
        exact = self.new.data.fresh.exact
        new, old = (kl_to_exact(exact, answers.fresh) for answers in (self.new, self.old))
        return of_means(new, old, tail)

    def _of_labelled(self, tail: float) -> tuple[tuple[float, float], Interval]:
        label = self.new.data.labelled.label
        new, old = (log_loss(label, answers.labelled) for answers in (self.new, self.old))
        return of_means(new, old, tail)

    def _kl_to_exact(self, tolerance: float) -> Check:
        knob = "kl_to_exact" if tolerance == self.params.kl_to_exact else "labelled_kl_to_exact"
        what = "excess log-loss over the exact posterior, nats"
        return compared(what, *self._of_kl(self.tail), tolerance, knob, "high")

    def _calibration(self) -> Check:
        name = "calibration_error"
        figures = self.new.figures[name], self.old.figures[name]
        label = self.new.data.fresh.label
        within = _folded(label, self.new.fresh, self.old.fresh, self.tail)
        what = "class-wise calibration error"
        return compared(what, figures, within, self.params.calibration, "calibration")

    def _share(self, what: str, new: npt.NDArray[np.bool_], old: npt.NDArray[np.bool_]) -> Check:
        counts, within = of_counts(new, old, self.tail)
        n = max(len(new), 1)
        figures = counts[0] / n, counts[1] / n
        ends = Interval(within.mean / n, within.low / n, within.high / n)
        return compared(what, figures, ends, self.params.emergencies, "emergencies")

    def _real(self) -> Iterator[Check]:
        params, real = self.params, self.new.data.real
        emergency = real.triage == EMERGENCY
        missed = [answers.real.triage.level[emergency] > URGENT for answers in (self.new, self.old)]
        counts = of_counts(missed[0], missed[1], self.tail)
        what, knob = "real emergencies below urgent", "real_emergencies"
        yield compared(what, *counts, params.real_emergencies, knob)
        named = real.label != self.vocabulary.condition_ids.index(OTHER)
        label = real.label[named]
        told = [answers.real.probabilities[named] for answers in (self.new, self.old)]
        outside = [~in_top(label, model, 3) for model in told]
        counts = of_counts(outside[0], outside[1], self.tail)
        what = "real cases without the diagnosis among three"
        yield compared(what, *counts, params.real_top3, "real_top3")
        means = of_means(log_loss(label, told[0]), log_loss(label, told[1]), self.tail)
        yield compared("log-loss of real cases", *means, params.real_log_loss, "real_log_loss")


def _folded(label: npt.NDArray[np.int64], new: Real, old: Real, tail: float) -> Interval:
    """The interval of the difference in mean calibration error, by leaving out a twentieth each.

    The grouped jackknife (Efron and Tibshirani 1993, An Introduction to the Bootstrap, ch. 11).
    """
    fold = np.arange(len(label)) % _FOLDS

    def difference(rows: npt.NDArray[np.bool_]) -> float:
        errors = (calibration_error(label[rows], model[rows]).mean() for model in (new, old))
        return float(next(errors) - next(errors))

    whole = difference(np.ones(len(label), dtype=np.bool_))
    left = np.array([difference(fold != k) for k in range(_FOLDS)])
    pseudo = _FOLDS * whole - (_FOLDS - 1) * left  # its mean has the jackknife's standard error
    _, spread = of_means(pseudo, np.zeros(_FOLDS), tail)
    half = (spread.high - spread.low) / 2
    return Interval(whole, whole - half, whole + half)
