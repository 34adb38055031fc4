"""What speaks for or against a change of the declared knowledge, without asking any model."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from data_gen.vocabulary import Vocabulary
from training.params import GateParams
from training.promotion.checks.check import Check, compared, limit
from training.promotion.checks.comparison_data import Change


def knowledge_checks(change: Change, vocabulary: Vocabulary, params: GateParams) -> Iterator[Check]:
    """The published statistics, and how far the exact answers move in any one condition.

    An inverted number and its correction are of one size, and models learned from either are as
    good on vignettes of their own; so a change that moves a condition far is left to a person.
    """
    yield from _published(change, params)
    if change.moved is not None:
        worst = int(np.argmax(change.moved))
        what = f"how far the exact answers move, nats: {vocabulary.condition_ids[worst]}"
        yield limit(what, change.moved[worst], params.knowledge_step, "knowledge_step", None)


def _published(change: Change, params: GateParams) -> Iterator[Check]:
    share = change.published.share
    what = "share of published statistics outside their interval"
    yield limit(what, share, params.limit_published, "limit_published", None)
    if change.before is not None:
        new = sorted(set(change.published.outside) - set(change.before.outside))
        what = "published statistics outside their interval"
        what += f" ({', '.join(new)})" if new else ""
        figures = float(len(change.published.outside)), float(len(change.before.outside))
        yield compared(what, figures, None, params.published, "published")
