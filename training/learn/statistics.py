"""What each number's cases would say of it: the statistics of a world, number by number.

Of each group of findings and each number that speaks of it: the statistic of every combination of
the group's values, its mean in every component, and how fast the mean moves with the number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.profiles import Knowledge
from data_gen.vocabulary import Finding
from data_gen.world.group import Group
from data_gen.world.people import TRAITS, slope_of_shift
from data_gen.world.rates import Rates
from data_gen.world.world import World
from training.learn.numbers import Number

Array = npt.NDArray[np.float64]
PEOPLE = (*TRAITS, "age_years", "sex", "painless")
"""What the numbers that no group of findings has are of."""
_HOT = 38.0  # degrees; what `fever` is the share of


@dataclass(frozen=True)
class Statistic:
    """Numbers of one finding in one condition, as one group of findings tells of them.

    The complete-data score of a case in a component, by log-odds (of a shift, in its standard
    deviations), is slope * (value - mean) where the row has a value, and 0 elsewhere.
    """

    numbers: tuple[int, ...]
    atoms: tuple[int, ...]
    """The components that they are of, alone."""
    owner: npt.NDArray[np.float64]  # (n_atoms of this, n_numbers) 1 where the number is the atom's
    value: Array  # (n_rows, n_values), 0 where there is none
    known: Array  # (n_rows,) 1 where the row has a value
    mean: Array  # (n_strata or 1, n_atoms of this, 1 or 2, n_values)
    variance: Array  # the same
    slope: Array  # (n_strata or 1, n_atoms of this, 1 or 2)


@dataclass(frozen=True)
class Statistics:
    """All statistics of a world."""

    groups: tuple[tuple[Statistic, ...], ...]  # a group
    owned: Mapping[str, tuple[tuple[int, tuple[int, ...]], ...]]
    """Numbers of traits and of `age_years`, `sex`, `painless`, each with its components."""
    trait_slope: Array  # (n_traits, n_strata, n_alone)


def atoms_of(
    world: World, numbers: Sequence[Number], knowledge: Knowledge
) -> list[tuple[int, ...]]:
    """The components alone that each number is of: its presentation, or those without an own."""
    at = {
        (atom.condition, atom.presentation): k
        for k, atom in enumerate(world.people.atoms[: world.people.n_alone])
    }
    own = {(n.condition, n.component, n.finding) for n in numbers}
    own |= {
        (condition, name, finding)
        for condition, profile in knowledge.profiles.items()
        for name, one in profile.presentations.items()
        for finding in (*one.findings, *one.traits, *_of_people(one.age, one.female))
    }
    return [
        tuple(
            at[number.condition, name]
            for name in knowledge.profiles[number.condition].presentations
            if number.component == name
            or (not number.component and (number.condition, name, number.finding) not in own)
        )
        for number in numbers
    ]


def _of_people(age: object, female: object) -> Iterator[str]:
    if age is not None:
        yield "age_years"
    if female is not None:
        yield "sex"


def statistics_of(
    knowledge: Knowledge, world: World, numbers: Sequence[Number], atoms: Sequence[tuple[int, ...]]
) -> Statistics:
    """The statistics of a world whose knowledge states the numbers; each with its components."""
    rates = Rates(knowledge, world.people)
    by_finding: dict[str, list[int]] = defaultdict(list)
    for i, number in enumerate(numbers):
        by_finding[number.finding].append(i)
    groups = tuple(
        tuple(
            statistic
            for m, finding in enumerate(group.members)
            for statistic in _of_member(rates, world, group, m, finding, numbers, atoms,
                                        by_finding.get(finding.id, ()))
        )
        for group in world.groups
    )  # fmt: skip
    owned = {name: tuple((i, atoms[i]) for i in by_finding.get(name, ())) for name in PEOPLE}
    return Statistics(groups, owned, _trait_slopes(world))


def _of_member(
    rates: Rates,
    world: World,
    group: Group,
    m: int,
    finding: Finding,
    numbers: Sequence[Number],
    atoms: Sequence[tuple[int, ...]],
    own: Sequence[int],
) -> Iterator[Statistic]:
    codes = group.codes[:, m]
    known = (~np.isnan(codes)).astype(np.float64)
    place = np.where(known > 0, codes, 0).astype(np.int64)
    slopes = rates.slope(finding.id, group.trait) if finding.kind == "yes_no" and own else None
    for alike in _alike(numbers, [i for i in own if atoms[i]]):
        held = [atom for i in alike for atom in atoms[i]]
        owner = np.repeat(np.eye(len(alike)), [len(atoms[i]) for i in alike], axis=0)
        value = _values(numbers[alike[0]], finding, world, place) * known[:, None]
        prob = group.prob[:, held] * known
        total = np.maximum(prob.sum(axis=-1), 1e-300)[..., None]
        mean = prob @ value / total
        variance = np.maximum(prob @ value**2 / total - mean**2, 0.0)
        slope = np.ones(mean.shape[:3])
        if slopes is not None:
            p = np.array([_stated(rates, world, atom, finding.id) for atom in held])[:, None]
            rate = np.broadcast_to(slopes[:, held], slope.shape)
            slope = rate * p * (1 - p) / np.maximum(variance[..., 0], 1e-12)
        yield Statistic(tuple(alike), tuple(held), owner, value, known, mean, variance, slope)


def _alike(numbers: Sequence[Number], own: Sequence[int]) -> Iterator[list[int]]:
    """Numbers of one finding whose statistic is the same, condition by condition."""
    found: dict[object, list[int]] = defaultdict(list)
    for i in own:
        one = numbers[i]
        apart = i if one.kind == "shift" else None
        found[one.condition, one.kind, one.values, apart].append(i)
    yield from found.values()


def _stated(rates: Rates, world: World, atom: int, finding: str) -> float:
    entry = rates.entry(world.people.atoms[atom], finding)
    return 0.0 if entry is None or entry.p is None else entry.p


def _values(number: Number, finding: Finding, world: World, place: npt.NDArray[np.int64]) -> Array:
    if number.kind == "probability":
        return np.asarray((place == 1)[:, None], dtype=np.float64)
    if number.kind == "shares":
        codes = np.array([finding.values.index(word) for word in number.values])
        return np.asarray(place[:, None] == codes, dtype=np.float64)
    edges = world.bins[finding.id].edges
    if number.kind == "fever":
        return np.asarray((edges[place] >= _HOT)[:, None], dtype=np.float64)
    middle = _middles(edges, number)
    return np.asarray(middle[place][:, None] / number.deviation)


def _middles(edges: Array, number: Number) -> Array:
    """The middle of each bin on the scale of the number; an open end is as wide as is told."""
    low, high = number.stated[0] - 2 * number.deviation, number.stated[2] + 2 * number.deviation
    with np.errstate(divide="ignore"):
        bounds = np.log(edges) if number.logarithmic else edges.astype(np.float64)
    bounds = np.clip(bounds, low, high)
    return np.asarray((bounds[:-1] + bounds[1:]) / 2)


def _trait_slopes(world: World) -> Array:
    """How fast each trait's rates move with its stated share: (n_traits, n_strata, n_alone)."""
    people = world.people
    alone = people.n_alone
    weights = people.stratum[:, :alone, None]
    out = np.zeros((len(TRAITS), weights.shape[0], alone))
    for t in range(len(TRAITS)):
        background = people.trait_background[t][:, None, None]
        mean = (people.stratum[:, :alone] * people.trait[t, :, :alone]).sum(axis=0)
        out[t] = slope_of_shift(background, weights, mean)[..., 0]
    return out
