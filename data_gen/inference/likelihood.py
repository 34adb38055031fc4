"""The likelihood of recorded cells in every state of the world."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Finding, Vocabulary
from data_gen.vocabulary.complete import Completed
from data_gen.world.group import Group
from data_gen.world.recording import emission
from data_gen.world.world import World

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
IMPOSSIBLE = -1e4
"""Stands for log 0: large enough to rule a state out, finite so that sums stay numbers."""

SILENT = -1
"""The cell of a finding that was not asked, or asked and not known: the last of its cells."""


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

    A pattern is what a case says of the members: for each the cell, as `cells_of` codes it, and
    whether other cells of the case imply it. An implied cell would be known whether or not it was
    written down, so it counts as its truth alone.
    """

    group: Group
    columns: Codes
    emissions: tuple[Array, ...]  # (n_settings, n_values, n_cells) each
    blanks: tuple[Mask, ...]  # (n_cells,) each: whether a cell holds no value

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
            key = key * size + 2 * (cells[:, column] % (size // 2)) + implied[:, column]
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
        seen = self.seen(keys)  # (n_keys, n_settings, n_rows)
        prob = self.group.prob[min(stratum, self.n_strata - 1)]  # (n_atoms, 1 or 2, n_rows)
        likelihood = np.einsum("usj,khj->uhks", seen, prob, optimize=True)
        return safe_log(likelihood.reshape(len(keys), prob.shape[1], -1))

    def seen(self, keys: Codes) -> Array:
        """P(pattern | setting, combination of the group): (n_keys, n_settings, n_rows)."""
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
        blank = self.blanks[member][cell][None, None, :]
        chance = np.where(missing[None, :, None], blank, chance)
        truth = (value[:, None] + 1 == cell[None, :]) & ~missing[:, None]
        chance = np.where(implied[None, None, :], truth[None], chance)
        return np.asarray(chance.transpose(2, 0, 1))


def build_factors(world: World) -> tuple[Factor, ...]:
    """One factor a group of the world."""
    return tuple(_factor(world, group) for group in world.groups)


def _factor(world: World, group: Group) -> Factor:
    tables = [_cell_chances(world, finding, errs=group.errs) for finding in group.members]
    columns = np.array([finding.column for finding in group.members])
    return Factor(group, columns, *map(tuple, zip(*tables, strict=True)))


def _cell_chances(world: World, finding: Finding, errs: bool) -> tuple[Array, Mask]:
    """P(cell | setting, true value): (n_settings, n_values, n_cells), and which cells hold none.

    The cells are those of `emission`; then, of a number with an alternative, those of each of the
    two where only that one was asked; last, one that was not asked, which is certain.
    """
    parts = [
        emission(world.recording, world.vocabulary, finding, world.n_bins(finding.id), errs, asked)
        for asked in [(), *_alone(world.vocabulary, finding)]
    ]
    parts.append(np.ones_like(parts[0][:, :, :1]))
    blank = np.concatenate([np.arange(part.shape[2]) == 0 for part in parts])
    return np.concatenate(parts, axis=2), blank


def _alone(vocabulary: Vocabulary, finding: Finding) -> Iterator[tuple[str]]:
    """Each of the two numbers of which this is the first, by itself."""
    for pair in vocabulary.relations.alternatives:
        if pair.first == finding.id:
            yield (pair.first,)
            yield (pair.second,)


def cells_of(world: World, completed: Completed, values: Array) -> Codes:
    """What each cell says: (n_cases, n_findings).

    0 for a blank, 1 + its value (a number's bin) for a known cell, SILENT for one that was not
    asked or is not known. Of a number with an alternative the cells that are not silent follow
    twice more, for records in which only it, or only the other, was asked. `values` are the cells
    before they were completed.
    """
    known = ~np.isnan(completed.values) & ~np.isneginf(completed.values)
    cells = np.where(known, completed.values, -1.0) + 1
    for name, bins in world.bins.items():
        column = world.vocabulary.column(name)
        here = known[:, column]
        cells[here, column] = 1 + bins.bin_of(completed.values[here, column])
    cells[np.isneginf(completed.values)] = SILENT
    for pair in world.vocabulary.relations.alternatives:
        first, second = (world.vocabulary.column(name) for name in (pair.first, pair.second))
        n_cells = 1 + world.n_bins(pair.first)
        silent, other = (np.isneginf(completed.values[:, column]) for column in (first, second))
        one = silent | np.isneginf(values[:, first])
        cells[silent & ~other, first] = 0  # the other one was asked, and is blank
        cells[other & ~one, first] += n_cells
        cells[one & ~other, first] += 2 * n_cells
    return cells.astype(np.int64)
