"""What needs no other model: the floor for every candidate, and a change of declared knowledge."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from data_gen.vocabulary import Vocabulary
from training.evaluation.metrics import Interval, kl_to_exact, mean_interval, wilson
from training.evaluation.real_metrics import real_metrics
from training.params import GateParams
from training.promotion.checks.check import Check, compared, limit
from training.promotion.checks.comparison_data import Answers, Change


def within_limits(answers: Answers, vocabulary: Vocabulary, params: GateParams) -> Iterator[Check]:
    """The candidate against each absolute limit."""
    yield from _real(answers, vocabulary, params)
    fresh = answers.data.fresh
    lost = mean_interval(kl_to_exact(fresh.exact, answers.fresh), params.confidence)
    what = "excess log-loss over the exact posterior, nats"
    yield limit(what, lost.mean, params.limit_kl_to_exact, "limit_kl_to_exact", lost)
    error = answers.figures["calibration_error"]
    what = "class-wise calibration error"
    yield limit(what, error, params.limit_calibration, "limit_calibration", None)
    k, n = int(answers.missed.sum()), len(answers.missed)
    yield _share("share of emergencies below urgent", k, n, "limit_emergencies", params)


def _real(answers: Answers, vocabulary: Vocabulary, params: GateParams) -> Iterator[Check]:
    figures = real_metrics(answers.data.real, answers.real, vocabulary, params.confidence)
    missed = figures["emergencies_below_urgent"]
    knob = "limit_real_emergencies"
    yield limit("real emergencies below urgent", missed, params.limit_real_emergencies, knob, None)
    top3 = figures["top3"]
    what = "share of real cases without the diagnosis among three"
    yield _share(what, top3["n"] - top3["k"], top3["n"], "limit_real_top3", params)


def _share(what: str, k: int, n: int, knob: str, params: GateParams) -> Check:
    found = wilson(k, n, params.confidence)
    share = k / n if n else 0.0
    within = Interval(share, found.low, found.high)
    return limit(what, share, getattr(params, knob), knob, within)


def knowledge_checks(change: Change, vocabulary: Vocabulary, params: GateParams) -> Iterator[Check]:
    """The published statistics, and how far the exact answers move in any one condition.

    An inverted number and its correction are of one size, and models learned from either are as
    good on vignettes of their own; so a change that moves a condition far is left to a person.
    """
    yield from _statistics(change, params)
    if change.moved is not None:
        worst = int(np.argmax(change.moved))
        what = f"how far the exact answers move, nats: {vocabulary.condition_ids[worst]}"
        yield limit(what, change.moved[worst], params.knowledge_step, "knowledge_step", None)


def _statistics(change: Change, params: GateParams) -> Iterator[Check]:
    share = change.published.share
    what = "share of published statistics outside their interval"
    yield limit(what, share, params.limit_published, "limit_published", None)
    if change.before is not None:
        new = sorted(set(change.published.outside) - set(change.before.outside))
        what = "published statistics outside their interval"
        what += f" ({', '.join(new)})" if new else ""
        figures = float(len(change.published.outside)), float(len(change.before.outside))
        yield compared(what, figures, None, params.published, "published")
