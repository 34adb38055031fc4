"""Groups of cases that figures are given for: by age, by sex, by how much is asked."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from training.data.features import Cases, asked_of

Groups = dict[str, npt.NDArray[np.bool_]]
"""The name of each group that holds a case, and which cases (n_cases,) it holds."""
AGE_BANDS = (("under 40", 0, 40), ("40-64", 40, 65), ("65+", 65, 200))
_ASKED = (0, 9, 21, 41, 81)
"""Where the groups of forms begin, by how many findings they ask."""


def by_age(cases: Cases, vocabulary: Vocabulary) -> Groups:
    """Encoded cases by band of age, `unknown` where none is recorded."""
    age = cases[:, vocabulary.column("age_years")]
    bands = {name: (age >= low) & (age < high) for name, low, high in AGE_BANDS}
    return _held({**bands, "unknown": age < 0})


def by_sex(cases: Cases, vocabulary: Vocabulary) -> Groups:
    """Encoded cases by sex, `unknown` where none is recorded."""
    finding = vocabulary.finding("sex")
    cell = cases[:, finding.column]
    named = {word: cell == code for code, word in enumerate(finding.values)}
    return _held({**named, "unknown": cell < 0})


def by_asked(cases: Cases, vocabulary: Vocabulary) -> Groups:
    """Encoded cases by how many findings were asked, those that were asked everything last."""
    asked, everything = asked_of(cases), len(vocabulary.findings)
    edges = pairwise((*_ASKED, everything, everything + 1))
    return _held({f"asked_{a}_to_{b - 1}": (asked >= a) & (asked < b) for a, b in edges})


def _held(groups: Groups) -> Groups:
    return {name: rows for name, rows in groups.items() if rows.any()}
