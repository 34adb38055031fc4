"""The exact posterior over conditions, and how likely a case is at all."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.inference.likelihood import (
    IMPOSSIBLE,
    SILENT,
    Factor,
    PatternTable,
    build_factors,
    cells_of,
    safe_log,
)
from data_gen.one_thread import one_blas_thread
from data_gen.vocabulary.complete import complete
from data_gen.world.people import AGES, TRAITS
from data_gen.world.rates import PAINLESS
from data_gen.world.world import World

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
BLOCK = 256
"""Cases a block: the arrays of a block stay within the processor's caches."""
_STEEP = 600.0  # no log-likelihood ratio of a trait comes near it; its exponential is a number


@dataclass(frozen=True)
class Posterior:
    """What the world says of cases. Both are exact, for any pattern of blanks."""

    probability: Array  # (n_cases, n_conditions)
    atoms: Array  # (n_cases, n_atoms): of each component of the world; sums to `probability`
    log_evidence: Array  # (n_cases,): log P(recorded cells), numbers by their bins


@dataclass(frozen=True)
class RecordedCells:
    """The cells of all cases of a call, and what they say of each joint group."""

    cells: Codes  # (n_cases, n_findings)
    implied: Mask
    tables: tuple[PatternTable, ...]


@dataclass(frozen=True)
class Part:
    """Cases that are looked at as people of one stratum."""

    rows: Codes
    stratum: int
    prior: Array  # (n_rows, n_atoms): log P(age, sex | atom)


@dataclass(frozen=True)
class Lone:
    """Single yes/no findings with one trait: their log-likelihoods as matrix products.

    Each feature is a cell that says something: `columns` (n_features,) its finding, `cell` what it
    says (1 no, 2 yes), `given` whether other cells imply it. `weight` is what it adds to `blank`,
    the sum over blank cells. `left_out` is each finding's own part of that sum: what goes where it
    was not asked.
    """

    findings: Codes  # (n_findings,)
    left_out: Array  # (n_strata, 1 or 2, n_findings, n_states)

    columns: Codes
    cell: Codes
    given: Mask
    blank: Array  # (n_strata, 1 or 2, n_states)
    weight: Array  # (n_strata, 1 or 2, n_features, n_states)

    def term(self, cells: Codes, implied: Mask, stratum: int) -> Array:
        """Log P(the cells of these findings | state): (n_cases, 1 or 2, n_states)."""
        stratum = min(stratum, len(self.blank) - 1)
        says = (cells[:, self.columns] == self.cell) & (implied[:, self.columns] == self.given)
        hot, silent = says.astype(np.float64), cells[:, self.findings] == SILENT
        parts = [hot @ weight for weight in self.weight[stratum]]
        if silent.any():
            out = silent.astype(np.float64)
            parts = [p - out @ w for p, w in zip(parts, self.left_out[stratum], strict=True)]
        return np.asarray(np.stack(parts, axis=1) + self.blank[stratum])


class ExactPosterior:
    """P(condition | case) and log P(case) of a world, by summing over all its states.

    The state of a case is atom, traits, the painless switch, and the setting; blank ages and
    sexes are summed over their strata. The sum over traits is carried out one trait at a time,
    so that its cost grows with their number, not with the number of their combinations.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        factors = build_factors(world)
        self._joint = [f for f in factors if not f.group.lone]
        lone = [f for f in factors if f.group.lone]
        traits = {f.group.trait for f in lone}
        n_conditions = len(world.vocabulary.conditions)
        self._atoms_of = [np.flatnonzero(world.condition_of == c) for c in range(n_conditions)]
        self._lone = {t: _stack([f for f in lone if f.group.trait == t]) for t in traits}

    def __call__(self, values: Array, mix: Array, workers: int = 1) -> Posterior:
        """The posterior of cases (n_cases, n_findings) under a mix of components (n_atoms,).

        Cells are completed first. NaN is a blank, which counts through its chance of being left
        out; NOT_ASKED drops out of the likelihood. Blocks of cases are shared out to `workers`
        threads; the result does not depend on their number. A case that no state can produce,
        which the relations between findings rule out for completed cases, has a log-evidence
        below -5000.
        """
        with one_blas_thread():  # all of it: a product on more threads ends in other last bits
            return self._posterior(values, mix, workers)

    def _posterior(self, values: Array, mix: Array, workers: int) -> Posterior:
        completed = complete(values, self.world.vocabulary)
        cells = cells_of(self.world, completed, values)
        tables = tuple(f.table(cells, completed.implied) for f in self._joint)
        record = RecordedCells(cells, completed.implied, tables)
        log_joint = np.full((len(values), len(self.world.people.atoms)), -np.inf)
        parts = list(self._parts(completed.values, (cells == SILENT).any(axis=1)))
        with ThreadPoolExecutor(workers) as pool:
            done = pool.map(lambda part: self._log_atoms(record, part), parts)
            for part, block in zip(parts, done, strict=True):
                log_joint[part.rows] = np.logaddexp(log_joint[part.rows], block)
        with np.errstate(divide="ignore"):
            log_joint += np.log(mix)
        top = log_joint.max(axis=1, keepdims=True)
        share = np.exp(log_joint - top)
        total = share.sum(axis=1, keepdims=True)
        atoms = share / total
        # no matrix product: its last bits depend on how many cases there are
        probability = np.stack([atoms[:, of].sum(axis=1) for of in self._atoms_of], axis=1)
        return Posterior(probability, atoms, (top + np.log(total))[:, 0])

    def _parts(self, values: Array, silent: Mask) -> Iterator[Part]:
        """Blocks of cases that can be of one stratum; a blank age or sex puts a case in several.

        Cases of which something was not asked take more work, and have blocks of their own.
        """
        people = self.world.people
        age = values[:, self.world.vocabulary.column("age_years")]
        sex = values[:, self.world.vocabulary.column("sex")]
        whole = np.where(np.isfinite(age), np.minimum(age, AGES - 1), -1).astype(np.int64)
        bands = np.searchsorted(np.array(people.bands), whole, side="right") - 1
        for stratum in range(2 * len(people.bands)):
            sexes = ~np.isfinite(sex) | (sex == stratum % 2)
            fits = ((whole < 0) | (bands == stratum // 2)) & sexes
            for some in (fits & ~silent, fits & silent):
                for rows in _blocks(np.flatnonzero(some)):
                    yield Part(rows, stratum, self._prior(whole[rows], stratum))

    def _prior(self, ages: Codes, stratum: int) -> Array:
        """Log P(age, sex of the stratum | atom); the whole band where age is unknown."""
        people = self.world.people
        share = people.female if stratum % 2 == 0 else 1 - people.female
        band = people.stratum[stratum]
        known = people.age[:, np.maximum(ages, 0)].T * share
        return safe_log(np.where(ages[:, None] < 0, band, known))

    def _log_atoms(self, record: RecordedCells, part: Part) -> Array:
        """Log P(cells, age, sex | atom): (n_rows, n_atoms)."""
        world = self.world
        cells, implied = record.cells[part.rows], record.implied[part.rows]
        terms = self._terms(record, part)
        shape = (len(part.rows), len(world.people.atoms), len(world.recording.settings))
        plain = terms.pop(None, np.zeros(shape)).reshape(shape)
        log = self._identity(cells)[:, None, :] + plain
        log = log + self._over_pain(terms.pop(PAINLESS, None), cells, implied, shape)
        log = log + self._over_traits(terms, part.stratum, shape)
        atoms = _log_sum(log + safe_log(world.recording.weight))
        return np.asarray(atoms + part.prior)

    def _terms(self, record: RecordedCells, part: Part) -> dict[int | None, Array]:
        """The log-likelihood of the findings of each trait: (n_rows, 1 or 2, n_states)."""
        cells, implied = record.cells[part.rows], record.implied[part.rows]
        terms: dict[int | None, Array] = {
            trait: lone.term(cells, implied, part.stratum) for trait, lone in self._lone.items()
        }
        for table in record.tables:
            term = table.log_likelihood(part.rows, part.stratum)
            terms[table.trait] = terms[table.trait] + term if table.trait in terms else term
        return terms

    def _identity(self, cells: Codes) -> Array:
        """Log P(age and sex are written down or not | setting): (n_cases, n_settings)."""
        out = np.zeros((len(cells), len(self.world.recording.settings)))
        for name in ("age_years", "sex"):
            rate = self.world.recording.rate[name][:, 0]
            cell = cells[:, [self.world.vocabulary.column(name)]]
            log = np.where(cell > 0, safe_log(rate), safe_log(1 - rate))
            out = out + np.where(cell == SILENT, 0.0, log)
        return out

    def _over_pain(
        self, term: Array | None, cells: Codes, implied: Mask, shape: tuple[int, int, int]
    ) -> Array:
        """The sum over the switch `painless`, whose own cell may be recorded: `shape`."""
        column = self.world.vocabulary.column("painless")
        rate = self.world.recording.rate["painless"]  # (n_settings, no or yes)
        total = None
        for state in (0, 1):
            seen = _switch_cell(cells[:, column], implied[:, column], rate[:, state], state)
            prior = self.world.painless if state else 1 - self.world.painless
            log = seen[:, None, :] + safe_log(prior)[None, :, None]
            log = log if term is None else log + term[:, state].reshape(shape)
            total = log if total is None else np.logaddexp(total, log)
        return np.asarray(total)

    def _over_traits(
        self, terms: dict[int | None, Array], stratum: int, shape: tuple[int, int, int]
    ) -> Array:
        """Log of the sum over the 16 joint states of the traits: `shape`."""
        joint = self.world.people.traits_joint[stratum]  # (n_atoms, 16), bit t is trait t
        left = joint.T.reshape(*([2] * len(TRAITS)), 1, -1, 1)  # a first axis for the last trait
        base = np.zeros(shape)
        for trait in reversed(range(len(TRAITS))):
            if trait not in terms:
                left = left.sum(axis=0)
                continue
            off, on = (terms[trait][:, state].reshape(shape) for state in (0, 1))
            base += off
            ratio = np.exp(np.clip(on - off, -_STEEP, _STEEP))
            left = left[0] + left[1] * ratio
        return np.asarray(base + safe_log(left))


def _blocks(rows: Codes) -> Iterator[Codes]:
    for start in range(0, len(rows), BLOCK):
        yield rows[start : start + BLOCK]


def _log_sum(log: Array) -> Array:
    """The logarithm of the sum over the last axis of what has these logarithms."""
    top = log.max(axis=-1, keepdims=True)
    return np.asarray(np.log(np.exp(log - top).sum(axis=-1)) + top[..., 0])


def _switch_cell(cell: Codes, implied: Mask, rate: Array, state: int) -> Array:
    """Log P(the switch's own cell | setting, its state): (n_cases, n_settings)."""
    blank = cell[:, None] == 0
    right = cell[:, None] == 1 + state
    log = np.where(blank, safe_log(1 - rate), np.where(right, safe_log(rate), IMPOSSIBLE))
    log = np.where(cell[:, None] == SILENT, 0.0, log)
    truth = np.where(right, 0.0, IMPOSSIBLE)
    return np.asarray(np.where(implied[:, None], truth, log))


def _stack(factors: list[Factor]) -> Lone:
    strata = max(factor.n_strata for factor in factors)
    keys = np.array([0, 2, 4, 3, 5])  # blank, no, yes, implied no, implied yes
    table = np.stack([[f.log_likelihood(keys, s) for s in range(strata)] for f in factors])
    gain = table[:, :, 1:] - table[:, :, :1]  # (n_findings, n_strata, 4, 1 or 2, n_states)
    # only what a relation binds can be implied
    kept = np.array([[True, True, not f.group.errs, not f.group.errs] for f in factors])
    finding, kind = np.nonzero(kept)
    return Lone(
        findings=np.array([f.columns[0] for f in factors]),
        left_out=table[:, :, 0].transpose(1, 2, 0, 3),
        columns=np.array([f.columns[0] for f in factors])[finding],
        cell=np.array([1, 2, 1, 2])[kind],
        given=np.array([False, False, True, True])[kind],
        blank=table[:, :, 0].sum(axis=0),
        weight=gain.transpose(1, 3, 0, 2, 4)[:, :, finding, kind],
    )
