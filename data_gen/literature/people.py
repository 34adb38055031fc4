"""The people of a study, drawn from the world: the truth about them, not the record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from data_gen.literature.claim import Claim, holds
from data_gen.literature.schema import Population, Weights
from data_gen.sampler.draw import Hidden, Tables, draw_hidden, draw_rows
from data_gen.sampler.keyed import Draws
from data_gen.world import World

Array = npt.NDArray[np.float64]
Side = dict[str, Array]
"""Columns of truth by finding, and the condition's position under `CONDITION`."""
CONDITION = "condition"
_CHUNK = 65_536
_CHUNKS = 24  # where few are let in, this many chunks are looked at and no more


@dataclass(frozen=True)
class Recruiter:
    """Draws people of a world into studies."""

    world: World
    seed: int
    wanted: int
    """How many people a group should have."""

    def cases(self, population: Population, findings: Iterable[str]) -> Side:
        """Those who have what the study is about; without `cases` everybody of the mix."""
        atoms = self.weights(population.cases) if population.cases else self._rest(population)
        return self._drawn("cases", atoms, population, findings)

    def others(self, population: Population, findings: Iterable[str]) -> Side | None:
        """The comparison group, or None where a study has none."""
        if not population.cases or not (population.others or population.mix):
            return None
        atoms = self._rest(population) if population.mix else self.weights(population.others)
        if not population.mixed:
            atoms = np.where(self._also(population.cases), 0, atoms)
        return self._drawn("others", atoms, population, findings)

    def _also(self, cases: Weights) -> npt.NDArray[np.bool_]:
        """The atoms whose second condition is one of the cases'."""
        conditions = {key.partition("/")[0] for key in cases}
        pairs = [atom.pair for atom in self.world.people.atoms]
        return np.array([pair is not None and pair.second in conditions for pair in pairs])

    def weights(self, weights: Weights) -> Array:
        """The weight of each atom: (n_atoms,). Keys are `condition` or `condition/presentation`."""
        out = np.zeros(len(self.world.people.atoms))
        for key, weight in weights.items():
            here = self._named(key)
            if not here.any():
                raise ValueError(f"no atom is {key!r}; write condition or condition/presentation")
            share = here * self.world.atom_weight
            out += weight * share / share.sum()
        return out

    def _rest(self, population: Population) -> Array:
        atoms = self.world.mix(population.mix or "clinic")
        for key in (*population.cases, *population.without):
            atoms = np.where(self._named(key), 0, atoms)
        return np.asarray(atoms)

    def _named(self, key: str) -> npt.NDArray[np.bool_]:
        condition, _, presentation = key.partition("/")
        return np.array(
            [
                atom.condition == condition and presentation in ("", atom.presentation)
                for atom in self.world.people.atoms
            ]
        )

    def _drawn(
        self, name: str, atoms: Array, population: Population, findings: Iterable[str]
    ) -> Side:
        tables = replace(
            Tables.of(self.world, self.world.mix("clinic")),
            mix=np.ones((1, 1)),
            atoms=np.cumsum(atoms / atoms.sum())[None],
        )
        wanted = sorted(set(findings))
        parts: list[Side] = []
        for chunk in range(_CHUNKS):
            draws = Draws(self.seed, chunk * _CHUNK, _CHUNK)
            parts.append(self._let_in(_truth(tables, draws, wanted), population.where))
            if sum(len(part[CONDITION]) for part in parts) >= self.wanted:
                break
        side = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
        if not len(side[CONDITION]):
            raise ValueError(f"nobody is let in as {name} of: {population.says}; widen `where`")
        return side

    def _let_in(self, side: Side, where: Claim | None) -> Side:
        if where is None:
            return side
        kept = holds(where, side, self.world.vocabulary)
        return {key: column[kept] for key, column in side.items()}


def _truth(tables: Tables, draws: Draws, findings: list[str]) -> Side:
    """The truth about the wanted findings of a chunk of people."""
    hidden = draw_hidden(tables, draws)
    out: Side = {
        CONDITION: tables.world.condition_of[hidden.atom].astype(float),
        "age_years": hidden.age.astype(float),
        "sex": hidden.sex.astype(float),
        "painless": hidden.traits[-1].astype(float),
    }
    for position, group in enumerate(tables.world.groups):
        if {f.id for f in group.members} & set(findings):
            out |= _members(tables, hidden, draws, position)
    return out


def _members(tables: Tables, hidden: Hidden, draws: Draws, position: int) -> Side:
    group = tables.world.groups[position]
    rows = draw_rows(tables, hidden, position, draws.uniform(group.id))
    out = {f.id: group.codes[rows, m] for m, f in enumerate(group.members)}
    for finding in (f for f in group.members if f.kind == "number"):
        u = draws.uniform(f"within/{finding.id}")
        out[finding.id] = tables.world.bins[finding.id].value_at(out[finding.id], u)
    return out
