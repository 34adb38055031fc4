"""How often each value of a finding is met in each condition, all its presentations together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Finding
from data_gen.world import World
from data_gen.world.group import Group

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Marginals:
    """P(value of a finding | condition), whether or not anybody asks for it.

    `of[finding id]` is (n_conditions, n_values): no and yes, the values of a choice, or the bins of
    a number with a last column for "it has no value"; ages are whole years.
    """

    of: Mapping[str, Array]

    def level(self, finding: Finding) -> Array | None:
        """How much of a finding each condition has: (n_conditions,).

        P(present); for a choice with `none`, P(any); the mean age or bin of a number. None for a
        choice without a natural order.
        """
        table = self.of[finding.id]
        if finding.kind == "yes_no":
            return table[:, 1]
        if finding.kind == "choice":
            return 1 - table[:, finding.values.index("none")] if "none" in finding.values else None
        bins = table if finding.id == "age_years" else table[:, :-1]
        return np.asarray(bins @ np.arange(bins.shape[1]) / bins.sum(axis=1))


def build_marginals(world: World) -> Marginals:
    """The marginals of every finding that is drawn, by summing over all hidden states."""
    found = {name: _by_condition(world, table) for name, table in likelihoods_of(world).items()}
    found["age_years"] = _by_condition(world, world.people.age)
    return Marginals(found)


def likelihoods_of(world: World) -> dict[str, Array]:
    """P(value | component) of every finding but age, by its id: (n_atoms, n_values), as Marginals.

    What is derived from a number follows from it: there is fever where the temperature says so.
    """
    female, painless = world.people.female, world.painless
    found: dict[str, Array] = {}
    for group in world.groups:
        found |= of_atoms(world, group)
    found["sex"] = np.stack([female, 1 - female], axis=1)
    found["painless"] = np.stack([1 - painless, painless], axis=1)
    for derived in world.vocabulary.relations.derived:
        if derived.from_ in found:
            lower = world.bins[derived.from_].edges[:-1]
            holds = [derived.holds(edge) for edge in lower]
            there = found[derived.from_][:, :-1][:, holds].sum(axis=1)
            found[derived.finding] = np.stack([1 - there, there], axis=1)
    return {f.id: found[f.id] for f in world.vocabulary.findings if f.id in found}


def of_atoms(world: World, group: Group) -> dict[str, Array]:
    """P(value | atom) of each finding of a group: (n_atoms, n_values), columns as in Marginals.

    A choice that does not apply to everyone has the shares among those to whom it does.
    """
    rows = _rows(world, group)
    found = {}
    for member, finding in enumerate(group.members):
        number = finding.kind == "number"
        size = world.n_bins(finding.id) + 1 if number else len(finding.words)
        shares = _values(rows, group.codes[:, member], size, none=number)
        found[finding.id] = shares / shares.sum(axis=1, keepdims=True)
    return found


def values_of_atoms(world: World) -> dict[str, Array]:
    """P(value | atom) of every finding in words that is drawn: (n_atoms, n_values) each.

    A choice that does not apply to everyone has its shares among all, which sum to less than 1.
    """
    return {
        finding.id: _values(_rows(world, group), group.codes[:, member], len(finding.words))
        for group in world.groups
        for member, finding in enumerate(group.members)
        if finding.kind != "number"
    }


def _rows(world: World, group: Group) -> Array:
    """P(combination of the group | atom): (n_atoms, n_rows)."""
    people = world.people
    if group.trait is None:
        state = people.stratum[:, :, None]
    else:
        painless = group.trait >= len(people.trait)
        on = np.broadcast_to(world.painless, people.stratum.shape) if painless else None
        share = people.trait[group.trait] if on is None else on
        state = people.stratum[:, :, None] * np.stack([1 - share, share], axis=2)
    if len(group.prob) == 1:
        state = state.sum(axis=0, keepdims=True)
    return np.asarray(np.einsum("sah,sahr->ar", state, group.prob))


def _values(rows: Array, codes: Array, size: int, none: bool = False) -> Array:
    """P(value of one member | atom): (n_atoms, size); with `none`, its last column is no value."""
    place = np.where(np.isnan(codes), size - 1, codes) if none else codes
    return np.asarray(rows @ (place[:, None] == np.arange(size)))


def _by_condition(world: World, of_atom: Array) -> Array:
    belongs = world.condition_of[None, :] == np.arange(len(world.vocabulary.conditions))[:, None]
    return np.asarray((belongs * world.atom_weight) @ of_atom)
