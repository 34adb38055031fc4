"""What a case records and its likeliest condition leaves unexplained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from serve.dictionary_column import DictionaryColumn, encoded
from serve.model.components import Components, Matrix
from serve.model.likelihoods import Likelihoods

COMMON = 0.25
"""A finding of more than this share of those who consult stands out in nobody."""
LIKELIER = 5.0
"""So many times as likely under the other conditions, as probable as they are for the case."""
_MOST = 5  # findings that are named
_FLOOR = 1e-9  # of a probability that is divided by


@dataclass(frozen=True)
class Rates:
    """P(present | condition) of the findings that can stand out."""

    findings: tuple[str, ...]
    columns: npt.NDArray[np.int64]  # (n_findings,) in a matrix of cases
    present: Matrix  # (n_findings, n_conditions), 0 for a condition that the bundle lacks
    training: Matrix  # (n_conditions,) the class mix of training

    @classmethod
    def of(cls, likelihoods: Likelihoods, components: Components, vocabulary: Vocabulary) -> Rates:
        """Those of a bundle: its components weigh in each condition as they do in training."""
        found = [f for f in vocabulary.findings if f.kind == "yes_no" and f.id in likelihoods.of]
        names = tuple(finding.id for finding in found)
        by_part = likelihoods.present(names).T
        common = by_part @ components.mixes["clinic"] > COMMON
        training = components.mixes["training"]
        size = len(vocabulary.conditions)
        shares = components.by_condition(training[None, :], size)[0]
        sums = components.by_condition(by_part * training, size)
        kept = np.flatnonzero(~common)
        columns = np.array([f.column for f in found], dtype=np.int64)[kept]
        rates = np.asarray(sums / np.maximum(shares, _FLOOR))[kept]
        return cls(tuple(names[k] for k in kept.tolist()), columns, rates, shares)

    def unexplained(
        self, values: Matrix, probabilities: Matrix
    ) -> DictionaryColumn[tuple[str, ...]]:
        """The findings that each case records as present, and that its top condition leaves open.

        They are uncommon among those who consult (COMMON), and LIKELIER times as likely under the
        rest of the posterior as under the top condition; what tells most against it stands first.
        `values` is (n_cases, n_findings) as recorded, `probabilities` (n_cases, n_conditions), of
        which rows of NaN leave nothing open.
        """
        rows, places = np.nonzero(values[:, self.columns] == 1.0)
        shares = np.nan_to_num(probabilities)[rows]
        rates = self.present[places]
        top = np.arange(len(rows)), shares.argmax(axis=1)
        answered, of_top = shares[top] > 0, rates[top]
        others = shares + _FLOOR * self.training  # where the top is certain, those of the mix
        others[top] = 0.0
        rest = (others * rates).sum(axis=1) / others.sum(axis=1)
        ratio = rest / np.maximum(of_top, _FLOOR)
        open_ = np.flatnonzero((ratio >= LIKELIER) & answered)
        order = open_[np.lexsort((-ratio[open_], rows[open_]))]
        return _named(rows[order], places[order], len(values), self.findings)


def _named(
    rows: npt.NDArray[np.int64],
    places: npt.NDArray[np.int64],
    n_cases: int,
    names: Sequence[str],
) -> DictionaryColumn[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()] * n_cases
    bounds = np.searchsorted(rows, np.arange(n_cases + 1))
    for row in np.unique(rows).tolist():
        here = places[bounds[row] : bounds[row + 1]][:_MOST]
        found[row] = tuple(names[place] for place in here.tolist())
    return encoded(found)
