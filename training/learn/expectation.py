"""The expectation step: what labelled cases say of every number, summed over all hidden states.

Of a case the condition is known; component, traits, the painless switch, setting and every blank
are not. Their exact posterior, given the condition, weighs what each of them would say. The
information left is that of Louis (1982, J R Stat Soc B 44:226): complete minus missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from data_gen.inference.likelihood import SILENT, Factor, build_factors, safe_log
from data_gen.world.people import TRAITS
from data_gen.world.rates import PAINLESS
from data_gen.world.recording import Recording
from data_gen.world.world import World
from training.learn.filed import Block, Patterns
from training.learn.numbers import PRESENTATION, Number
from training.learn.statistics import Statistic, Statistics

Array = npt.NDArray[np.float64]
_SMALL = 1e-300
Sides = dict[str, Array]
"""By finding: (n_settings, remarkable or not, left out or written down), in cases."""


@dataclass
class Evidence:
    """What cases say of each number, by log-odds (of a shift, in its standard deviations)."""

    score: list[Array]
    """How steeply the log-likelihood rises with each value."""
    information: list[Array]
    """How sharply it bends, as far as the cases show it."""
    log_evidence: float = 0.0
    recorded: dict[int, Sides] = field(default_factory=dict)
    """By file."""
    settings: dict[int, Array] = field(default_factory=dict)

    @classmethod
    def none(cls, numbers: Sequence[Number]) -> Evidence:
        """That of no case."""
        zeros = [np.zeros(len(number.start)) for number in numbers]
        return cls([zero.copy() for zero in zeros], [zero.copy() for zero in zeros])

    def counted(self, weight: float) -> Evidence:
        """The same where each case counts `weight` times."""
        scores, information = (
            [weight * one for one in of] for of in (self.score, self.information)
        )
        return replace(self, score=scores, information=information)

    def without(self, part: Evidence) -> Evidence:
        """The same without what a part of the cases says; how they are written down stays."""
        scores, information = (
            [one - other for one, other in zip(of, gone, strict=True)]
            for of, gone in ((self.score, part.score), (self.information, part.information))
        )
        return replace(self, score=scores, information=information)

    def add(self, number: int, each: Array, second: Array, bend: Array) -> None:
        """Cases' scores (n_cases, n_values), and the sums of their squares and bends expected."""
        self.score[number] += each.sum(axis=0)
        self.information[number] += bend - second + (each**2).sum(axis=0)


@dataclass(frozen=True)
class Weights:
    """The posterior of the hidden states of a block's rows, given the condition."""

    atoms: npt.NDArray[np.int64]
    by_trait: Mapping[int | None, Array]  # (n_rows, n_atoms, n_settings, 1 or 2)

    def place(self, atoms: Sequence[int]) -> list[int]:
        """Where components stand among those of the block."""
        at = {int(atom): k for k, atom in enumerate(self.atoms)}
        return [at[atom] for atom in atoms]


def expectation(
    world: World,
    recordings: Mapping[int, Recording],
    blocks: Sequence[Block],
    numbers: Sequence[Number],
    statistics: Statistics | None,
) -> Evidence:
    """What the cases say of the numbers of a world, each file recorded in its own way.

    Without `statistics` only how each file records is looked at.
    """
    out = Evidence.none(numbers)
    factors = {f: build_factors(replace(world, recording=r)) for f, r in recordings.items()}
    for block in blocks:
        _Step(world, recordings[block.file], factors[block.file], block, numbers, out).run(
            statistics
        )
    return out


@dataclass(frozen=True)
class _Step:
    world: World
    recording: Recording
    factors: tuple[Factor, ...]
    block: Block
    numbers: Sequence[Number]
    out: Evidence

    def run(self, statistics: Statistics | None) -> None:
        atoms = np.flatnonzero(self.world.condition_of == self.block.condition)
        seen = [f.seen(p.key) for f, p in zip(self.factors, self.block.groups, strict=True)]
        likely = [
            _likelihood(f, p, s, atoms)
            for f, p, s in zip(self.factors, self.block.groups, seen, strict=True)
        ]
        weights = self._weights(atoms, likely)
        settings = weights.by_trait[None].sum(axis=(0, 1, 3))
        self.out.settings[self.block.file] = self.out.settings.get(self.block.file, 0.0) + settings
        for g, (factor, patterns) in enumerate(zip(self.factors, self.block.groups, strict=True)):
            own = weights.by_trait[factor.group.trait]
            total = patterns.gathered(own)
            self._recorded(factor, patterns, seen[g], total / np.maximum(likely[g], _SMALL), atoms)
            for statistic in () if statistics is None else statistics.groups[g]:
                if statistic.atoms[0] in atoms:
                    self._told(
                        statistic, factor, patterns, seen[g], likely[g], (own, total), weights
                    )
        if statistics is not None:
            self._people(statistics, weights)

    def _weights(self, atoms: npt.NDArray[np.int64], likely: Sequence[Array]) -> Weights:
        block, world = self.block, self.world
        terms: dict[int | None, Array] = {}
        for factor, patterns, table in zip(self.factors, block.groups, likely, strict=True):
            trait, log = factor.group.trait, safe_log(table)[patterns.index]
            terms[trait] = terms[trait] + log if trait in terms else log
        base = terms[None][..., 0] + self._prior(atoms)[:, :, None]
        base = base + safe_log(self.recording.weight)
        pain = terms.get(PAINLESS, 0.0) + self._pain(atoms)
        base = base + np.logaddexp(pain[..., 0], pain[..., 1])
        joint = safe_log(world.people.traits_joint[:, atoms][block.stratum])  # (n, n_atoms, 16)
        log = base[..., None] + joint[:, :, None, :]
        for t in range(len(TRAITS)):
            if t in terms:
                log = log + terms[t][..., (np.arange(16) >> t) & 1]
        row = log.max(axis=(1, 2, 3))
        top = np.full(block.n_cases, -np.inf)
        np.maximum.at(top, block.case, row)
        share = np.exp(log - top[block.case, None, None, None])
        total = np.bincount(block.case, share.sum(axis=(1, 2, 3)), block.n_cases)
        self.out.log_evidence += float((np.log(total) + top).sum())
        share /= total[block.case, None, None, None]
        plain = share.sum(axis=3)
        found: dict[int | None, Array] = {None: plain[..., None]}
        each = share.reshape(*plain.shape, 2, 2, 2, 2)  # a first axis for the last trait
        for t in range(len(TRAITS)):
            others = tuple(3 + k for k in range(4) if k != len(TRAITS) - 1 - t)
            found[t] = each.sum(axis=others)
        off = 1 / (1 + np.exp(np.clip(pain[..., 1] - pain[..., 0], -600, 600)))
        found[PAINLESS] = plain[..., None] * np.stack([off, 1 - off], axis=-1)
        return Weights(atoms, found)

    def _prior(self, atoms: npt.NDArray[np.int64]) -> Array:
        """Log P(component, age, sex | condition): (n_rows, n_atoms)."""
        people, block = self.world.people, self.block
        women = people.female[atoms]
        share = np.where((block.stratum % 2 == 0)[:, None], women, 1 - women)
        known = people.age[np.ix_(atoms, np.maximum(block.age, 0))].T * share
        band = people.stratum[:, atoms][block.stratum]
        here = np.where((block.age < 0)[:, None], band, known)
        own = (block.component[:, None] < 0) | (block.component[:, None] == atoms)
        return safe_log(here * self.world.atom_weight[atoms] * own)

    def _pain(self, atoms: npt.NDArray[np.int64]) -> Array:
        """Log P(the switch, its own cell | state): (n_rows, n_atoms, n_settings, 2)."""
        column = self.world.vocabulary.column("painless")
        cell, implied = self.block.cells[:, column], self.block.implied[:, column]
        rate = self.recording.rate["painless"]  # (n_settings, 2)
        state = np.arange(2)
        right = cell[:, None] == 1 + state  # (n_rows, 2)
        seen = np.where(right[:, None, :], rate, 0.0)
        seen = np.where((cell == 0)[:, None, None], 1 - rate, seen)
        seen = np.where(implied[:, None, None], right[:, None, :], seen)
        seen = np.where((cell == SILENT)[:, None, None], 1.0, seen)
        own = np.stack([1 - self.world.painless[atoms], self.world.painless[atoms]], axis=-1)
        return safe_log(own[None, :, None, :] * seen[:, None, :, :])

    def _recorded(
        self,
        factor: Factor,
        patterns: Patterns,
        seen: Array,
        taken: Array,
        atoms: npt.NDArray[np.int64],
    ) -> None:
        """Count how often each finding of a group is written down, by its true value."""
        n_patterns, n_settings, n_rows = seen.shape
        weight: Array = np.zeros_like(seen)  # the cases of each combination
        for level, some in patterns.by_stratum:
            prob = factor.group.prob[level, atoms].reshape(-1, n_rows)
            part = taken[some].transpose(0, 2, 1, 3)
            weight[some] = (part.reshape(-1, len(prob)) @ prob).reshape(-1, n_settings, n_rows)
        weight = (weight * seen).reshape(n_patterns, -1)
        counts = self.out.recorded.setdefault(self.block.file, {})
        for m, finding in enumerate(factor.group.members):
            if finding.id in self._two_units:
                continue
            cell, codes = patterns.cells[:, m], factor.group.codes[:, m]
            open_ = ~patterns.implied[:, m] & (cell != SILENT)
            written = np.stack([open_ & (cell <= 0), open_ & (cell > 0)]).astype(np.float64)
            quiet = codes == self.recording.quiet.get(finding.id, -1)
            side = np.stack([~quiet & ~np.isnan(codes), quiet], axis=1).astype(np.float64)
            found = (written @ weight).reshape(2, n_settings, n_rows) @ side
            counts[finding.id] = counts.get(finding.id, 0.0) + found.transpose(1, 2, 0)

    @cached_property
    def _two_units(self) -> set[str]:
        """Findings that are written down in either of two units: how often each is, stays."""
        return {p.first for p in self.world.vocabulary.relations.alternatives}

    def _told(
        self,
        statistic: Statistic,
        factor: Factor,
        patterns: Patterns,
        seen: Array,
        likely: Array,
        own: tuple[Array, Array],
        weights: Weights,
    ) -> None:
        """What the cases say of the numbers of one finding by its group."""
        places, held = weights.place(statistic.atoms), list(statistic.atoms)
        value, n_values = statistic.value, statistic.value.shape[1]
        weigh = np.concatenate([statistic.known[:, None], value, value**2], axis=1).T
        one = np.zeros((len(patterns.key), len(held), *likely.shape[2:], n_values))
        two, three = np.zeros_like(one), np.zeros_like(one)
        for level, some in patterns.by_stratum:
            prob = factor.group.prob[level, held][:, :, None] * weigh  # (n_atoms, h, v, n_rows)
            found = (
                _over_rows(seen[some], prob)
                / np.maximum(likely[some][:, places], _SMALL)[..., None]
            )
            has, first, second = np.split(found, [1, 1 + n_values], axis=4)
            at = min(level, len(statistic.mean) - 1)
            mean, bend = statistic.mean[at][:, None], statistic.variance[at][:, None]
            slope = statistic.slope[at][:, None, :, None]
            one[some] = slope * (first - has * mean)
            two[some] = slope**2 * (second - 2 * mean * first + has * mean**2)
            three[some] = slope**2 * bend * has
        rows, total = own[0][:, places], own[1][:, places][..., None]
        each = np.stack(
            [(rows * one[..., v][patterns.index]).sum(axis=(2, 3)) for v in range(n_values)], 2
        )
        second, bend = ((total * part).sum(axis=(0, 2, 3)) for part in (two, three))
        for n, number in enumerate(statistic.numbers):
            of = statistic.owner[:, n] > 0
            case = self._by_case(each[:, of].sum(axis=1))
            self.out.add(number, case, second[of].sum(axis=0), bend[of].sum(axis=0))

    def _by_case(self, rows: Array) -> Array:
        if self.block.alone:
            return rows
        out = np.zeros((self.block.n_cases, rows.shape[1]))
        np.add.at(out, self.block.case, rows)
        return out

    def _people(self, statistics: Statistics, weights: Weights) -> None:
        """What the cases say of age, sex, traits, the switch and the shares of presentations."""
        world, block = self.world, self.block
        plain = weights.by_trait[None].sum(axis=(2, 3))  # (n_rows, n_atoms)
        for name, owned in statistics.owned.items():
            for i, atoms in owned:
                if not atoms or atoms[0] not in weights.atoms:
                    continue
                places, held = weights.place(atoms), list(atoms)
                if name in TRAITS or name == "painless":
                    t = PAINLESS if name == "painless" else TRAITS.index(name)
                    with_ = weights.by_trait[t].sum(axis=2)[:, places]
                    rate = world.painless[None, held]
                    slope: Array = np.ones_like(rate)
                    if t != PAINLESS:
                        rate = world.people.trait[t][:, held][block.stratum]
                        mean = (world.people.stratum[:, held] * world.people.trait[t][:, held]).sum(
                            0
                        )
                        slope = statistics.trait_slope[t][:, held][block.stratum]
                        slope = slope * mean * (1 - mean) / np.maximum(rate * (1 - rate), 1e-12)
                    self._binary(i, with_[..., 1], with_[..., 0], rate, slope)
                elif name == "sex":
                    known = plain[:, places] * block.sex_known[:, None]
                    women = (block.stratum % 2 == 0)[:, None]
                    rate = world.people.female[None, held]
                    self._binary(i, known * women, known * ~women, rate, np.ones_like(rate))
                else:
                    self._age(i, plain[:, places], held)
        self._presentations(plain, weights)

    def _binary(self, number: int, yes: Array, no: Array, rate: Array, slope: Array) -> None:
        """A hidden yes or no: its weight in each row and component, (n_rows, n_atoms)."""
        each = (slope * (yes * (1 - rate) - no * rate)).sum(axis=1)[:, None]
        second = (slope**2 * (yes * (1 - rate) ** 2 + no * rate**2)).sum()
        bend = (slope**2 * (yes + no) * rate * (1 - rate)).sum()
        self.out.add(number, self._by_case(each), np.array([second]), np.array([bend]))

    def _age(self, number: int, plain: Array, held: list[int]) -> None:
        """How far ages lie from the middle, in standard deviations of the stated ages."""
        ages, pmf = np.arange(self.world.people.age.shape[1]), self.world.people.age[held]
        mean = pmf @ ages
        variance = pmf @ ages**2 - mean**2
        size = self.numbers[number].deviation
        known = plain * (self.block.age >= 0)[:, None]
        off = (self.block.age[:, None] - mean) / size
        each = (known * off).sum(axis=1)[:, None]
        second, bend = (known * off**2).sum(), (known * variance / size**2).sum()
        self.out.add(number, self._by_case(each), np.array([second]), np.array([bend]))

    def _presentations(self, plain: Array, weights: Weights) -> None:
        condition = self.world.vocabulary.condition_ids[self.block.condition]
        for i, number in enumerate(self.numbers):
            if number.finding != PRESENTATION or number.condition != condition:
                continue
            names = [self.world.people.atoms[k].presentation for k in weights.atoms]
            alone = weights.atoms < self.world.people.n_alone
            here = [names.index(value) for value in number.values]
            share = self.world.atom_weight[weights.atoms[here]]
            share = share / share.sum()
            own = plain[:, here]
            each = own - share * (plain * alone).sum(axis=1)[:, None]
            total = own.sum(axis=0)
            second = total * (1 - share) ** 2 + (total.sum() - total) * share**2
            bend = total.sum() * share * (1 - share)
            self.out.add(i, self._by_case(each), second, bend)


def _likelihood(
    factor: Factor, patterns: Patterns, seen: Array, atoms: npt.NDArray[np.int64]
) -> Array:
    """P(pattern | state) of some components: (n_patterns, n_atoms, n_settings, 1 or 2)."""
    n_states = factor.group.prob.shape[2]
    out = np.empty((len(seen), len(atoms), seen.shape[1], n_states))
    for level, some in patterns.by_stratum:
        prob = factor.group.prob[level, atoms]
        out[some] = _over_rows(seen[some], prob[:, :, None])[..., 0]
    return out


def _over_rows(seen: Array, table: Array) -> Array:
    """The sum over combinations: (n_patterns, n_atoms, n_settings, h, v).

    Of `seen` (n_patterns, n_settings, n_rows) and `table` (n_atoms, h, v, n_rows).
    """
    found = seen.reshape(-1, seen.shape[2]) @ table.reshape(-1, table.shape[3]).T
    return found.reshape(*seen.shape[:2], *table.shape[:3]).transpose(0, 2, 1, 3, 4)
