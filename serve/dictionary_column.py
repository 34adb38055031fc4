"""A column of n cases by its distinct values: so each is read, judged or written once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

Value = TypeVar("Value")
Other = TypeVar("Other")
Both = TypeVar("Both")
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class DictionaryColumn(Generic[Value]):
    """`values[codes[case]]` is the value of a case."""

    codes: npt.NDArray[np.int32] | npt.NDArray[np.int64]  # (n_cases,)
    values: Sequence[Value]

    def __getitem__(self, case: int) -> Value:
        """The value of one case."""
        code: int = self.codes[case]
        return self.values[code]

    def each(self) -> list[Value]:
        """The value of every case."""
        values = self.values
        return [values[code] for code in self.codes.tolist()]

    def counts(self) -> list[tuple[Value, int]]:
        """Each distinct value with the number of its cases."""
        cases = np.bincount(self.codes, minlength=len(self.values)).tolist()
        return list(zip(self.values, cases, strict=True))

    def map(self, change: Callable[[Value], Other]) -> DictionaryColumn[Other]:
        """The column with each distinct value changed."""
        return DictionaryColumn(self.codes, [change(value) for value in self.values])

    def joined(
        self, other: DictionaryColumn[Other], join: Callable[[Value, Other], Both]
    ) -> DictionaryColumn[Both]:
        """What two columns of the same cases say together, each distinct pair joined once."""
        size = max(1, len(other.values))
        pairs, codes = np.unique(self.codes * size + other.codes, return_inverse=True)
        places = zip(*(part.tolist() for part in np.divmod(pairs, size)), strict=True)
        values = [join(self.values[mine], other.values[theirs]) for mine, theirs in places]
        return DictionaryColumn(codes.reshape(-1), values)


def encoded(cells: Iterable[Key]) -> DictionaryColumn[Key]:
    """Cells as a column, its values in the order in which they are met."""
    places: dict[Key, int] = {}
    codes = [places.setdefault(cell, len(places)) for cell in cells]
    return DictionaryColumn(np.array(codes, np.int32), list(places))


def distinct(
    codes: npt.NDArray[np.int64], value: Callable[[int], Value], none: Value
) -> DictionaryColumn[Value]:
    """A column by codes that rows of one value share, from a row of each; `none` for -1."""
    found, first, which = np.unique(codes, return_index=True, return_inverse=True)
    pairs = zip(found.tolist(), first.tolist(), strict=True)
    return DictionaryColumn(which.reshape(-1), [none if c < 0 else value(row) for c, row in pairs])
