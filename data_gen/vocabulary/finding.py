"""A finding: one thing a case may say about a person."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["yes_no", "choice", "number"]
Asked = Literal["identity", "habit", "site", "pain", "symptom", "sign", "test"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ASKED: tuple[Asked, ...] = get_args(Asked)
NOT_ASKED = -math.inf
"""The value of an unknown cell that says nothing: not asked, or asked and not known.

An empty cell of a column that is there is NaN: it was left out, which is weak evidence.
"""


@dataclass(frozen=True)
class Finding:
    """One finding of the vocabulary: present, absent or unknown; a choice; or a number.

    In a matrix of cases, `column` is its place. The value of a cell is 1.0 (present) or 0.0
    (absent) for yes/no, the position in `values` for a choice, the number itself for a number;
    unknown is NaN where the cell is blank, NOT_ASKED where it was not asked or is not known.
    """

    id: str
    kind: Kind
    column: int
    asked: Asked
    meaning: str
    question: str
    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    unit: str = ""
    phrases: tuple[tuple[str, str], ...] = ()
    """What a narrative says of each value: `present`, `absent`, a choice's value, or `number`."""

    def phrase(self, value: str) -> str:
        """The narrative's words for `present`, `absent`, a choice's value, or `number`."""
        return dict(self.phrases)[value]

    @property
    def words(self) -> tuple[str, ...]:
        """The words of its cells, in the order of their values: no, yes for yes/no."""
        return ("no", "yes") if self.kind == "yes_no" else self.values

    def code(self, value: str) -> float:
        """The cell value of `yes`, `no` or a choice's value; ValueError for any other word."""
        if value not in self.words:
            raise ValueError(f"{self.id}: {value!r} is not one of {', '.join(self.words)}")
        return float(self.words.index(value))
