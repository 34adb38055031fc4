"""What a study says of a patient, as data: a finding, or some findings together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from data_gen.profiles.schema import Strict, Strings
from data_gen.vocabulary import Vocabulary

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Columns = Mapping[str, Array]
"""The truth of each finding, a column a finding: (n_cases,) each; NaN where it does not apply."""


class Is(Strict):
    """A choice that has one of these values."""

    kind: Literal["is"] = "is"
    finding: str
    values: Strings = Field(alias="is")


class Range(Strict):
    """A number from `at_least` up to, not including, `below`."""

    kind: Literal["range"] = "range"
    finding: str
    at_least: float = -np.inf
    below: float = np.inf


class Some(Strict):
    """At least `at_least` of several claims."""

    kind: Literal["some"] = "some"
    at_least: Annotated[int, Field(ge=1)] = 1
    any: tuple[Claim, ...]


class All(Strict):
    """Every one of several claims, and `without` none of the others."""

    kind: Literal["all"] = "all"
    all: tuple[Claim, ...] = ()
    without: tuple[Claim, ...] = ()


Claim = str | Is | Some | All | Range
"""A yes/no finding that is present (its id), or one of the forms above."""
for _model in (Some, All):
    _model.model_rebuild()


def findings_of(claim: Claim) -> Iterator[str]:
    """The ids of the findings that a claim speaks of."""
    if isinstance(claim, str):
        yield claim
    elif isinstance(claim, Is | Range):
        yield claim.finding
    else:
        parts = claim.any if isinstance(claim, Some) else (*claim.all, *claim.without)
        for part in parts:
            yield from findings_of(part)


def holds(claim: Claim, columns: Columns, vocabulary: Vocabulary) -> Mask:
    """Whether the claim is true of each patient: (n_cases,). What does not apply is not true."""
    if isinstance(claim, str):
        return np.asarray(columns[claim] == 1)
    if isinstance(claim, Is):
        values = vocabulary.finding(claim.finding).values
        return np.isin(columns[claim.finding], [values.index(value) for value in claim.values])
    if isinstance(claim, Range):
        value = columns[claim.finding]
        return np.asarray((value >= claim.at_least) & (value < claim.below))
    if isinstance(claim, Some):
        count = np.sum([holds(part, columns, vocabulary) for part in claim.any], axis=0)
        return np.asarray(count >= claim.at_least)
    size = len(next(iter(columns.values())))
    every = [holds(part, columns, vocabulary) for part in claim.all]
    none = [~holds(part, columns, vocabulary) for part in claim.without]
    return np.asarray(np.all([np.ones(size, bool), *every, *none], axis=0))
