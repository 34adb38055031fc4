"""What a case's silences mean: which are blank, and which say nothing at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary.finding import NOT_ASKED

Silence = Literal["blank", "not-asked"]
SILENCES: tuple[Silence, ...] = get_args(Silence)


@dataclass(frozen=True)
class Unknowns:
    """How an empty cell is read, and a finding that has no column, or of a dict no key.

    What is `blank` was left out of a record in which it could stand, which is weak evidence, NaN
    in the matrix of cases; what is `not-asked` is none, NOT_ASKED. A cell that says `unknown`, `?`
    or `not asked` is none however the others are read, and so is one that no value can be read of.
    """

    blank: Silence = "blank"
    """An empty cell: `not-asked` for exports that never leave a cell empty on purpose."""
    absent: Silence = "not-asked"
    """A finding without a column or key: `blank` for callers who write down all a note says."""

    def nothing(self, n_cases: int, n_findings: int) -> npt.NDArray[np.float64]:
        """The matrix of cases (n_cases, n_findings) of which no finding has a column."""
        return np.full((n_cases, n_findings), self.absent_value, order="F")

    @property
    def absent_value(self) -> float:
        """What stands in the matrix of cases for a finding without a column or key."""
        return np.nan if self.absent == "blank" else NOT_ASKED

    def read(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The values of a column's cells (n,), in which NaN is an empty one, as they count."""
        return values if self.blank == "blank" else np.where(np.isnan(values), NOT_ASKED, values)


AS_FILES_SAY = Unknowns()
"""An empty cell is blank; what has no column or key was not asked."""


def unknowns_of(said: Mapping[str, str | None]) -> Unknowns:
    """The reading of `blank` and `absent` as they are said, with a hyphen or a space."""
    given = {name: (said.get(name) or "").replace(" ", "-") for name in ("blank", "absent")}
    blank: Silence = "not-asked" if given["blank"] in ("not-asked", "unknown") else "blank"
    return Unknowns(blank, "blank" if given["absent"] == "blank" else "not-asked")
