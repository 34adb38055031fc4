"""Which findings may be asked of a case: what is open, applies, and no answer implies already."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Finding, Vocabulary

Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Asked = Literal["question", "examination", "test"]
COST_OF_ASKING = {"sign": 1.0, "test": 1.0}
"""How many questions an examination and a test count as, by how a finding is asked: as one each,
for whoever can have them. A page does not ask for what its reader cannot have."""


def asked_by(finding: Finding) -> Asked:
    """What answers a finding."""
    if finding.asked == "test":
        return "test"
    return "examination" if finding.asked == "sign" else "question"


@lru_cache(maxsize=4)
def costs(vocabulary: Vocabulary) -> Matrix:
    """(n_findings,) how many questions each finding counts as."""
    return np.array([COST_OF_ASKING.get(finding.asked, 1.0) for finding in vocabulary.findings])


def askable(present: Matrix, declined: Mask, vocabulary: Vocabulary) -> Mask:
    """(n_cases, n_findings) what is worth a question at all.

    `present` is as `complete` gives it: what is recorded or follows is not asked. Nor is what was
    `declined`: asked, and answered by "not known". What has a meaning with another finding alone
    waits for that, and of two ways to say one fact the second is not asked after the first.
    """
    known = ~np.isnan(present)
    out = ~(known | declined)
    relations = vocabulary.relations
    for applies in relations.applies:
        there = present[:, vocabulary.column(applies.only_if)] == 1.0
        out[:, vocabulary.column(applies.finding)] &= there
    pairs = [(derived.finding, derived.from_) for derived in relations.derived]
    pairs += [(pair.first, pair.second) for pair in relations.alternatives]
    for one, other in pairs:
        first, second = vocabulary.column(one), vocabulary.column(other)
        out[:, second] &= ~known[:, first]
        out[:, first] &= ~known[:, second]
    return out
