"""Which findings may be asked of a case: what is open, applies, and no answer implies already."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Finding, Vocabulary

Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Asked = Literal["question", "examination", "test"]


def asked_by(finding: Finding) -> Asked:
    """What answers a finding."""
    if finding.asked == "test":
        return "test"
    return "examination" if finding.asked == "sign" else "question"


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
