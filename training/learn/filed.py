"""Labelled cases as the world's groups of findings read them: what no number changes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from data_gen.inference.likelihood import Factor, build_factors, cells_of
from data_gen.vocabulary.complete import complete
from data_gen.world.people import AGES
from data_gen.world.world import World

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
_BLOCK = 1000


@dataclass(frozen=True)
class Patterns:
    """What a block says of one group of findings, each pattern once.

    `key`, `stratum` and `cells` (n_patterns, ...) tell the patterns; `index` (n_rows,) which of
    them each row has.
    """

    key: Codes
    stratum: Codes
    cells: Codes  # (n_patterns, n_members)
    implied: Mask  # (n_patterns, n_members)
    index: Codes

    def gathered(self, rows: Array) -> Array:
        """The sum over the rows of each pattern: (n_patterns, ...) of (n_rows, ...)."""
        n = len(self.index)
        return np.asarray(self._rows @ rows.reshape(n, -1)).reshape(-1, *rows.shape[1:])

    @cached_property
    def _rows(self) -> csr_matrix:
        """(n_patterns, n_rows) 1 where the row has the pattern."""
        n = len(self.index)
        return csr_matrix((np.ones(n), (self.index, np.arange(n))), shape=(len(self.key), n))

    @cached_property
    def by_stratum(self) -> tuple[tuple[int, slice], ...]:
        """The patterns of each stratum, which stand together."""
        levels, starts = np.unique(self.stratum, return_index=True)
        ends = [*starts[1:].tolist(), len(self.stratum)]
        spans = (slice(*span) for span in zip(starts.tolist(), ends, strict=True))
        return tuple(zip(levels.tolist(), spans, strict=True))


@dataclass(frozen=True)
class Block:
    """Cases of one condition and one file.

    A row is a case as a person of one stratum: one row a case where age and sex are known.
    """

    condition: int
    file: int
    n_cases: int
    case: Codes  # (n_rows,) its case, from 0
    stratum: Codes
    component: Codes
    """Its component, -1 where it is unknown, as it is of real cases."""
    age: Codes
    """In whole years, -1 where it is unknown."""
    sex_known: Mask
    cells: Codes  # (n_rows, n_findings)
    implied: Mask
    groups: tuple[Patterns, ...]

    @property
    def alone(self) -> bool:
        """Whether each case is one row."""
        return len(self.case) == self.n_cases


def blocks_of(
    world: World, values: Array, label: Codes, file: Codes, component: Codes | None = None
) -> tuple[Block, ...]:
    """Labelled cases (n_cases, n_findings) in blocks of one condition and file."""
    given = np.full(len(label), -1) if component is None else component
    factors = build_factors(world)
    found = []
    for condition, number in sorted(set(zip(label.tolist(), file.tolist(), strict=True))):
        rows = np.flatnonzero((label == condition) & (file == number))
        for start in range(0, len(rows), _BLOCK):
            some = rows[start : start + _BLOCK]
            found.append(_block(world, factors, values[some], condition, number, given[some]))
    return tuple(found)


def _block(
    world: World,
    factors: tuple[Factor, ...],
    values: Array,
    condition: int,
    file: int,
    component: Codes,
) -> Block:
    completed = complete(values, world.vocabulary)
    cells = cells_of(world, completed, values)
    age = completed.values[:, world.vocabulary.column("age_years")]
    sex = completed.values[:, world.vocabulary.column("sex")]
    whole = np.where(np.isfinite(age), np.minimum(age, AGES - 1), -1).astype(np.int64)
    case, stratum = _strata(world, whole, sex)
    cells, implied = cells[case], completed.implied[case]
    groups = tuple(_patterns(factor, cells, implied, stratum) for factor in factors)
    return Block(
        condition, file, len(values), case, stratum, component[case], whole[case],
        np.isfinite(sex)[case], cells, implied, groups,
    )  # fmt: skip


def _strata(world: World, age: Codes, sex: Array) -> tuple[Codes, Codes]:
    """Every stratum that each case can be of: the rows of a block."""
    bands = world.people.bands
    own = np.searchsorted(np.array(bands), age, side="right") - 1
    stratum = np.arange(2 * len(bands))
    fits = (age[:, None] < 0) | (own[:, None] == stratum // 2)
    fits &= ~np.isfinite(sex)[:, None] | (sex[:, None] == stratum % 2)
    case, of = np.nonzero(fits)
    return case.astype(np.int64), of.astype(np.int64)


def _patterns(factor: Factor, cells: Codes, implied: Mask, stratum: Codes) -> Patterns:
    key = factor.patterns(cells, implied)
    level = stratum if factor.n_strata > 1 else np.zeros_like(stratum)
    pairs = np.stack([level, key], axis=1)
    _, first, index = np.unique(pairs, axis=0, return_index=True, return_inverse=True)
    here = np.ix_(first, factor.columns)
    return Patterns(key[first], level[first], cells[here], implied[here], index.ravel())
