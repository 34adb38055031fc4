"""How right the answers were, where the conditions were established afterwards."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary
from data_gen.vocabulary.proportion import wilson

Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float64]
_BINS = 10  # of the probability of the likeliest condition
_LEAST = 5e-7  # of a probability that a file writes as 0
_NAMED = 5  # words that are no condition, of which are told


@dataclass
class Outcome:
    """Counts over the rows whose condition was established, and whom the model answered."""

    unknown: Counter[str] = field(default_factory=Counter)
    """Words that are no condition."""
    blank: int = 0
    unanswered: int = 0
    """Rows with a condition, but without the model's answer."""
    by_condition: dict[str, Ints] = field(default_factory=dict)
    """Of each: rows, those in which it is first, and those in which it is among three."""
    log_loss: float = 0.0
    """The sum over rows, in nats."""
    in_set: Ints = field(default_factory=lambda: np.zeros(2, np.int64))
    """Rows with a prediction set, and those whose set holds the condition."""
    calibration: Matrix = field(default_factory=lambda: np.zeros((_BINS, 3)))
    """(n_bins, 3) of the likeliest condition: rows, sum of its probability, times it was right."""
    triage: Ints = field(default_factory=lambda: np.zeros((4, 4), np.int64))
    """(n_levels, n_levels) rows by the level that the condition needs and by the one given."""

    @property
    def rows(self) -> int:
        """How many rows have a condition and an answer."""
        return int(self.calibration[:, 0].sum())

    def add(self, other: Outcome) -> None:
        """Count another block of the same file as well."""
        for word, rows in other.unknown.items():
            if word in self.unknown or len(self.unknown) < _NAMED:
                self.unknown[word] += rows
        self.blank += other.blank
        self.unanswered += other.unanswered
        for name, counts in other.by_condition.items():
            self.by_condition[name] = self.by_condition.get(name, 0) + counts
        self.log_loss += other.log_loss
        self.in_set += other.in_set
        self.calibration += other.calibration
        self.triage += other.triage


def outcome_of(
    finals: list[str],
    probabilities: Matrix,
    triage: list[str],
    sets: list[str] | None,
    vocabulary: Vocabulary,
) -> Outcome:
    """The counts of a block: words of FINAL, probabilities (n_rows, n_conditions), and levels."""
    out, ids = Outcome(), vocabulary.condition_ids
    keys = [text.strip().lower() for text in finals]
    place = np.array([ids.index(key) if key in ids else -1 for key in keys], dtype=np.int64)
    out.blank = sum(not key for key in keys)
    out.unknown.update(key for key in keys if key and key not in ids)
    _count_triage(out, place, triage, vocabulary)
    answered = np.isfinite(probabilities).all(axis=1)
    out.unanswered = int(((place >= 0) & ~answered).sum())
    rows = np.flatnonzero((place >= 0) & answered)
    label, told = place[rows], probabilities[rows]
    own = told[np.arange(len(rows)), label]
    ahead = (told > own[:, None]).sum(axis=1)
    out.log_loss = float(-np.log(np.maximum(own, _LEAST)).sum())
    for k in np.unique(label).tolist():
        of = ahead[label == k]
        out.by_condition[ids[k]] = np.array([len(of), (of < 1).sum(), (of < 3).sum()])
    _count_calibration(out, told, label)
    if sets is not None:
        held = [ids[k] in sets[row].split(" | ") for row, k in zip(rows, label, strict=True)]
        out.in_set = np.array([len(held), sum(held)])
    return out


def _count_triage(out: Outcome, place: Ints, triage: list[str], vocabulary: Vocabulary) -> None:
    needs = [TRIAGE_LEVELS.index(condition.triage) for condition in vocabulary.conditions]
    for k, level in zip(place.tolist(), triage, strict=True):
        if k >= 0 and level in TRIAGE_LEVELS:
            out.triage[needs[k], TRIAGE_LEVELS.index(level)] += 1


def _count_calibration(out: Outcome, told: Matrix, label: Ints) -> None:
    if not len(told):
        return
    first = told.argmax(axis=1)
    highest = told.max(axis=1)
    bins = np.minimum((highest * _BINS).astype(np.int64), _BINS - 1)
    for column, weight in enumerate((np.ones(len(told)), highest, first == label)):
        out.calibration[:, column] = np.bincount(bins, weight, _BINS)


def outcome_facts(outcome: Outcome) -> dict[str, Any]:
    """The figures, with 95 % intervals of shares; nothing where no condition was established."""
    n = outcome.rows
    if not n:
        return {}
    counts = np.sum([*outcome.by_condition.values()], axis=0)
    filled = outcome.calibration[outcome.calibration[:, 0] > 0]
    triage = outcome.triage  # levels run from the most urgent down
    return {
        "rows": n,
        "top_1": _share(counts[1], n),
        "top_3": _share(counts[2], n),
        "log_loss": outcome.log_loss / n,
        "calibration_error": float(np.abs(filled[:, 1] - filled[:, 2]).sum() / n),
        "calibration": [
            {"rows": int(rows), "told": told / rows, "right": right / rows}
            for rows, told, right in filled.tolist()
        ],
        "prediction_set": _share(outcome.in_set[1], outcome.in_set[0]),
        "triage": triage.tolist(),
        "triage_below": _share(np.triu(triage, 1).sum(), triage.sum()),
        "triage_above": _share(np.tril(triage, -1).sum(), triage.sum()),
        "by_condition": {
            name: {"rows": int(c[0]), "top_1": int(c[1]), "top_3": int(c[2])}
            for name, c in sorted(outcome.by_condition.items())
        },
    }


def _share(cases: int, rows: int) -> dict[str, float] | None:
    if not rows:
        return None
    low, high = wilson(cases / rows, int(rows))
    return {"share": float(cases / rows), "low": low, "high": high}
