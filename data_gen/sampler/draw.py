"""Patients: their hidden states and the truth about every finding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.sampler.keyed import Draws, pick
from data_gen.world.people import TRAITS
from data_gen.world.rates import PAINLESS
from data_gen.world.world import World

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Hidden:
    """What nobody wrote down: (n_cases,) each, `traits` (n_traits + 1, n_cases) with the switch."""

    condition: Codes
    atom: Codes
    age: Codes
    sex: Codes
    stratum: Codes
    traits: Codes
    setting: Codes


@dataclass(frozen=True)
class Tables:
    """Cumulative tables of a world under a mix, made once for a whole sample."""

    world: World
    mix: Array
    atoms: Array  # (n_conditions, n_atoms)
    ages: Array  # (n_atoms, 121)
    traits: Array  # (n_strata * n_atoms, 16)
    groups: tuple[Array, ...]  # (n_strata * n_atoms * states, n_rows) each, or 1 stratum

    @classmethod
    def of(cls, world: World, mix: Array) -> Tables:
        """The tables of a world under a mix of components (n_atoms,)."""
        classes = world.class_mix(mix)
        hot = world.condition_of == np.arange(len(classes))[:, None]
        within = hot * mix / np.where(classes > 0, classes, 1)[:, None]
        return cls(
            world=world,
            mix=np.cumsum(classes)[None],
            atoms=np.cumsum(within, axis=1),
            ages=np.cumsum(world.people.age, axis=1),
            traits=np.cumsum(world.people.traits_joint.reshape(-1, 2 ** len(TRAITS)), axis=1),
            groups=tuple(
                np.cumsum(group.prob.reshape(-1, group.prob.shape[-1]), axis=1)
                for group in world.groups
            ),
        )


def draw_hidden(tables: Tables, draws: Draws) -> Hidden:
    """The hidden states of a chunk of patients."""
    world = tables.world
    none = np.zeros(draws.size, dtype=np.int64)
    condition = pick(tables.mix, none, draws.uniform("condition"))
    atom = pick(tables.atoms, condition, draws.uniform("atom"))
    age = pick(tables.ages, atom, draws.uniform("age"))
    sex = np.where(draws.uniform("sex") < world.people.female[atom], 0, 1)
    stratum = world.people.stratum_of(age, sex)
    joint = pick(tables.traits, stratum * len(world.people.atoms) + atom, draws.uniform("traits"))
    traits = np.empty((len(TRAITS) + 1, draws.size), dtype=np.int64)
    for trait in range(len(TRAITS)):
        traits[trait] = (joint >> trait) & 1
    traits[PAINLESS] = draws.uniform("painless") < world.painless[atom]
    setting = pick(np.cumsum(world.recording.weight)[None], none, draws.uniform("setting"))
    return Hidden(condition, atom, age, sex, stratum, traits, setting)


def draw_rows(tables: Tables, hidden: Hidden, position: int, u: Array) -> Codes:
    """The combination that each patient has of one group: (n_cases,), rows of `group.codes`."""
    group = tables.world.groups[position]
    n_strata, n_atoms, n_states, n_rows = group.prob.shape
    row = hidden.atom
    if n_strata > 1:
        row = hidden.stratum * n_atoms + row
    if group.trait is not None:
        row = row * n_states + hidden.traits[group.trait]
    if n_rows == 2:
        return np.asarray(u >= tables.groups[position][row, 0], dtype=np.int64)
    return pick(tables.groups[position], row, u)
