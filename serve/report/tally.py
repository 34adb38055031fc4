"""Running counts over a scored file: what a million rows come to, in little room."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from serve.report.outcome import Ints, Matrix, Outcome

BINS = 20
"""Bins of novelty, from 0 to 1."""
WORDS = ("triage", "triage_source", "top_condition", "component", "issue", "model_version")
"""What is counted by its words."""
OTHERS = "(others)"
_KINDS = 200  # words of one kind that are told apart: a file that has more is odd
_KEPT = 100_000  # rows from which on only every second, fourth, ... is kept


@dataclass
class Tally:
    """Counts of a scored file, or of a block of it."""

    n_findings: int
    rows: int = 0
    words: dict[str, Counter[str]] = field(default_factory=lambda: {w: Counter() for w in WORDS})
    filled: Ints = field(init=False)  # (n_findings,) rows in which it is known
    present: Ints = field(init=False)  # (n_findings,) rows in which a yes/no finding is a yes
    values: dict[int, Counter[float]] = field(default_factory=dict)
    """Of choices and numbers, by their column: how often each value is met."""
    novelty: Ints = field(default_factory=lambda: np.zeros(BINS, np.int64))  # (BINS,)
    novelty_sum: float = 0.0
    outcome: Outcome = field(default_factory=Outcome)

    def __post_init__(self) -> None:
        self.filled = np.zeros(self.n_findings, np.int64)
        self.present = np.zeros(self.n_findings, np.int64)

    def add(self, other: Tally) -> None:
        """Count another block of the same file as well."""
        self.rows += other.rows
        for kind, words in other.words.items():
            self.count(kind, words)
        self.filled += other.filled
        self.present += other.present
        for column, values in other.values.items():
            self.values.setdefault(column, Counter()).update(values)
        self.novelty += other.novelty
        self.novelty_sum += other.novelty_sum
        self.outcome.add(other.outcome)

    def count(self, kind: str, words: Counter[str]) -> None:
        """Count words; from so many kinds of them on, new ones are others."""
        own = self.words[kind]
        for word, rows in words.items():
            own[word if word in own or len(own) < _KINDS else OTHERS] += rows


class Sample:
    """Rows of a long file, spread evenly over it: all of a short one."""

    def __init__(self) -> None:
        self._parts: list[npt.NDArray[np.float32]] = []
        self._held = self._seen = 0
        self._step = 1

    def add(self, rows: npt.NDArray[np.float32]) -> None:
        """Keep what is to be kept of the next rows (n_rows, n_columns)."""
        kept = rows[-self._seen % self._step :: self._step]
        self._seen += len(rows)
        self._parts.append(kept)
        self._held += len(kept)
        while self._held > 2 * _KEPT:
            every = np.concatenate(self._parts)[::2]
            self._parts, self._held, self._step = [every], len(every), 2 * self._step

    def rows(self, n_columns: int) -> Matrix:
        """(n_kept, n_columns) what was kept."""
        nothing = np.zeros((0, n_columns), np.float32)
        return np.concatenate([nothing, *self._parts]).astype(np.float64)
