"""The likelihood of recorded cells in every state of the world."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from data_gen.world.group import Group
from data_gen.world.recording import emission
from data_gen.world.world import World

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
IMPOSSIBLE = -1e4
"""Stands for log 0: large enough to rule a state out, finite so that sums stay numbers."""


def safe_log(p: Array) -> Array:
    """The logarithm, with IMPOSSIBLE for 0."""
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(p), IMPOSSIBLE)


@dataclass(frozen=True)
class PatternTable:
    """What a set of cases says of one group, each pattern worked out once."""

    trait: int | None
    index: Codes  # (n_cases,)
    strata: tuple[Array, ...]  # a stratum, or all alike: (n_patterns, 1 or 2, n_states)

    def log_likelihood(self, rows: Codes, stratum: int) -> Array:
        """Log P(the cells of these cases | state): (n_rows, 1 or 2, n_states)."""
        table = self.strata[min(stratum, len(self.strata) - 1)]
        return np.asarray(table[self.index[rows]])


@dataclass(frozen=True)
class Factor:
    """One group of findings as a function from what is recorded to log-likelihoods.

    A pattern is what a case says of the members: for each the cell (0 blank, else 1 + its value)
    and whether other cells of the case imply it. An implied cell would be known whether or not it
    was written down, so it counts as its truth alone.
    """

    group: Group
    columns: Codes
    emissions: tuple[Array, ...]  # (n_settings, n_values, 1 + n_values) each

    @cached_property
    def n_strata(self) -> int:
        """1 where age and sex do not matter to the group."""
        return int(self.group.prob.shape[0])

    @cached_property
    def _sizes(self) -> list[int]:
        return [2 * e.shape[2] for e in self.emissions]

    def patterns(self, cells: Codes, implied: Mask) -> Codes:
        """The key of each case's pattern: (n_cases,). `cells` is (n_cases, n_findings)."""
        key = np.zeros(len(cells), dtype=np.int64)
        for column, size in zip(self.columns, self._sizes, strict=True):
            key = key * size + 2 * cells[:, column] + implied[:, column]
        return key

    def table(self, cells: Codes, implied: Mask) -> PatternTable:
        """The patterns of a set of cases, and where each case's own is among them."""
        unique, index = np.unique(self.patterns(cells, implied), return_inverse=True)
        strata = tuple(self.log_likelihood(unique, s) for s in range(self.n_strata))
        return PatternTable(self.group.trait, index, strata)

    def log_likelihood(self, keys: Codes, stratum: int) -> Array:
        """Log P(pattern | state): (n_keys, 1 or 2, n_states), states = atoms x settings.

        The middle axis is the state of the group's trait.
        """
        seen = self._seen(keys)  # (n_keys, n_settings, n_rows)
        prob = self.group.prob[min(stratum, self.n_strata - 1)]  # (n_atoms, 1 or 2, n_rows)
        likelihood = np.einsum("usj,khj->uhks", seen, prob, optimize=True)
        return safe_log(likelihood.reshape(len(keys), prob.shape[1], -1))

    def _seen(self, keys: Codes) -> Array:
        n_settings = self.emissions[0].shape[0]
        out = np.ones((len(keys), n_settings, len(self.group.codes)))
        for m in reversed(range(len(self.columns))):
            keys, digit = np.divmod(keys, self._sizes[m])
            cell, implied = digit // 2, digit % 2 == 1
            out *= self._cell(m, cell, implied)
        return out

    def _cell(self, member: int, cell: Codes, implied: Mask) -> Array:
        codes = self.group.codes[:, member]
        missing = np.isnan(codes)  # a number that has no value is always blank
        value = np.where(missing, 0, codes).astype(np.int64)
        chance = self.emissions[member][:, value, :][:, :, cell]  # (n_settings, n_rows, n_keys)
        blank = (cell == 0)[None, None, :]
        chance = np.where(missing[None, :, None], blank, chance)
        truth = (value[:, None] + 1 == cell[None, :]) & ~missing[:, None]
        chance = np.where(implied[None, None, :], truth[None], chance)
        return np.asarray(chance.transpose(2, 0, 1))


def build_factors(world: World) -> tuple[Factor, ...]:
    """One factor a group of the world."""
    return tuple(_factor(world, group) for group in world.groups)


def _factor(world: World, group: Group) -> Factor:
    emissions = tuple(
        emission(
            world.recording,
            world.vocabulary,
            finding,
            world.n_bins(finding.id),
            errs=group.errs,
        )
        for finding in group.members
    )
    columns = np.array([finding.column for finding in group.members])
    return Factor(group, columns, emissions)


def cells_of(world: World, values: Array) -> Codes:
    """What each cell says: 0 blank, else 1 + its value (a number's bin). (n_cases, n_findings)."""
    cells = np.where(np.isnan(values), 0, values + 1)
    for name, bins in world.bins.items():
        column = world.vocabulary.column(name)
        known = ~np.isnan(values[:, column])
        cells[known, column] = 1 + bins.bin_of(values[known, column])
    return cells.astype(np.int64)
