"""What an answer is worth: how far it is expected to lower cost, and how much it tells.

Both rest on the posterior of the components and on P(value | component). Findings are taken as
independent within a component, which makes what goes together with a recorded finding look worth
a little more than it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from serve.model.components import Components, Ints, Matrix
from serve.model.likelihoods import Likelihoods
from serve.triage import COST, Causes

Single = npt.NDArray[np.float32]
_Groups = list[tuple[int, list[tuple[Ints, Single]]]]
"""Of each group, which components belong to it and their rows of the table, a few at a time."""
_BLOCK = 32  # cases at a time: their sums stay in the processor's cache
_TOGETHER = 14  # components multiplied at once: of more, the library would wake its threads
_TINY = np.float32(1e-30)


@dataclass(frozen=True)
class Worth:
    """What asking for each finding is worth: (n_cases, n_findings), 0 for what no table knows."""

    fall: Matrix
    """Expected fall of the expected cost of triage, in needless same-day visits."""
    information: Matrix
    """Expected information about the condition, in nats."""


@dataclass(frozen=True)
class Answers:
    """The answers that each component leads to one to expect, laid out to be summed."""

    columns: Ints  # (n_told,) of the findings that the table knows, in a matrix of cases
    starts: Ints  # (n_told,) the first value of each
    table: Single  # (n_components, n_values)
    place: Ints  # (n_components,) the condition of each component
    causes: Causes
    n_findings: int

    @classmethod
    def of(
        cls, likelihoods: Likelihoods, components: Components, vocabulary: Vocabulary
    ) -> Answers:
        """Those of a bundle."""
        told = [f for f in vocabulary.findings if f.id in likelihoods.of]
        parts = [likelihoods.of[finding.id] for finding in told]
        sizes = [part.shape[1] for part in parts]
        return cls(
            columns=np.array([finding.column for finding in told], dtype=np.int64),
            starts=np.cumsum([0, *sizes[:-1]]),
            table=np.concatenate(parts, axis=1).astype(np.float32),
            place=components.place,
            causes=Causes.of(components, vocabulary),
            n_findings=len(vocabulary.findings),
        )

    def worth(self, posterior: Matrix) -> Worth:
        """What each answer is worth to cases whose components have these probabilities.

        `posterior` is (n_cases, n_components), in the mix of training; rows of NaN are worth 0.
        """
        fall = np.zeros((len(posterior), self.n_findings))
        information = np.zeros_like(fall)
        for start in range(0, len(posterior), _BLOCK):
            rows = slice(start, start + _BLOCK)
            some = np.nan_to_num(posterior[rows])
            fall[rows, self.columns] = self._fall(some)
            information[rows, self.columns] = self._information(some)
        return Worth(fall, information)

    def moved(self, column: int, posterior: Matrix) -> Matrix | None:
        """(n_components,) how far an answer is expected to move each component's probability.

        `posterior` is (n_components,); None for a finding that the table does not know.
        """
        found = np.flatnonzero(self.columns == column)
        if not len(found):
            return None
        start = int(self.starts[found[0]])
        later = self.starts[self.starts > start]
        table = self.table[:, start : int(later[0]) if len(later) else None].astype(np.float64)
        return np.asarray(posterior * np.abs(table - posterior @ table).sum(axis=1))

    def _information(self, posterior: Matrix) -> Single:
        """(n_cases, n_told) H(condition) less its expectation once the answer is known."""
        values = np.zeros((len(posterior), self.table.shape[1]), dtype=np.float32)
        total = np.zeros_like(values)
        conditions = np.zeros((len(posterior), 1), dtype=np.float32)
        for _, part, share in self._groups(posterior, self._by_condition):
            values += _spread(part)
            conditions += _spread(share)
            total += part
        return np.asarray(np.maximum(self._summed(values - _spread(total)) - conditions, 0))

    def _fall(self, posterior: Matrix) -> Single:
        """(n_cases, n_told) the least expected cost now less that once the answer is known."""
        weighed = np.nan_to_num(self.causes.weighed(posterior))
        by_value = np.zeros((len(COST), len(weighed), self.table.shape[1]), dtype=np.float32)
        now = np.zeros((len(COST), len(weighed), 1), dtype=np.float32)
        for level, part, share in self._groups(weighed, self._by_level):
            by_value[level], now[level] = part, share
        return np.asarray(np.maximum(_least(now) - self._summed(_least(by_value)), 0))

    @cached_property
    def _by_condition(self) -> _Groups:
        return self._cut(self.place)

    @cached_property
    def _by_level(self) -> _Groups:
        return self._cut(self.causes.rank)

    def _cut(self, of: Ints) -> _Groups:
        """The components of each group, (n_components,), a few at a time, with their rows."""
        found: _Groups = []
        for group in np.unique(of).tolist():
            here = np.flatnonzero(of == group)
            few = np.split(here, range(_TOGETHER, len(here), _TOGETHER))
            found.append((group, [(some, self.table[some]) for some in few]))
        return found

    def _groups(self, posterior: Matrix, groups: _Groups) -> Iterator[tuple[int, Single, Single]]:
        """Of each group of components P(it and value) (n_cases, n_values), and P(it)."""
        shares = posterior.astype(np.float32)
        for group, parts in groups:
            joint = np.zeros((len(shares), self.table.shape[1]), dtype=np.float32)
            share = np.zeros((len(shares), 1), dtype=np.float32)
            for some, rows in parts:
                mine = shares[:, some]
                joint += mine @ rows
                share += mine.sum(axis=1, keepdims=True)
            yield group, joint, share

    def _summed(self, by_value: Single) -> Single:
        return np.asarray(np.add.reduceat(by_value, self.starts, axis=1))


def _spread(shares: Single) -> Single:
    """`p log p`, which is 0 for 0."""
    return np.asarray(shares * np.log(np.maximum(shares, _TINY)))


def _least(by_level: Single) -> Single:
    """(n_cases, n) the least cost of what could be told, from (n_levels, n_cases, n) of needs."""
    flat = by_level.reshape(len(COST), -1)
    return np.asarray((_COST @ flat).min(axis=0).reshape(by_level.shape[1:]))


_COST = COST.T.astype(np.float32)
