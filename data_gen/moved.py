"""Stated numbers that a relation between findings moves: what the world has in their place.

A finding that implies another can be no commoner than it, in any age band, sex and hidden trait;
where stated numbers cross there, the world brings one of them within reach of the other. A number
that another finding excludes from some value on has fewer values there, and oftener none; so has
one that can be no greater than another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from data_gen.look_alikes.marginals import of_atoms
from data_gen.profiles import Knowledge
from data_gen.profiles.schema import Group as GroupEntry
from data_gen.vocabulary import Finding
from data_gen.vocabulary.relation import AtMost, Implication
from data_gen.vocabulary.yaml_lines import line_of
from data_gen.world import World
from data_gen.world.group import GroupBuilder
from data_gen.world.people import Atom
from data_gen.world.rates import Rates

Array = npt.NDArray[np.float64]
_ROUNDING = 1e-6
Rule = Implication | AtMost


@dataclass(frozen=True)
class Moved:
    """One stated entry of one presentation whose numbers a relation moves."""

    relation: str
    condition: str
    text: str
    """File, line and entry; each number as stated and as the world has it; the presentation."""
    by: float
    """How far, as a probability: the farthest of its numbers."""


def moved_numbers(knowledge: Knowledge, world: World) -> Iterator[Moved]:
    """Each stated number that the world does not have as it is stated, by the relation at fault.

    The relations are laid on the stated numbers one by one, in the order of their file; the first
    that moves a number is the one it is told by.
    """
    rates = Rates(knowledge, world.people)
    for entry in knowledge.background.groups:
        relations = knowledge.vocabulary.relations
        every: tuple[Rule, ...] = (*relations.implications, *relations.at_most)
        rules = [rule for rule in every if _of(rule) <= set(entry.members)]
        steps = [_tables(rates, world, entry, rules[:n]) for n in range(len(rules) + 1)]
        stated, held = steps[0], steps[-1]
        for (name, k), rule in _at_fault(rules, steps).items():
            if _apart(stated[name][k], held[name][k]):
                yield from _moved(rates, rule, name, k, stated[name][k], held[name][k])


def _of(rule: Rule) -> set[str]:
    """The findings that a relation names."""
    if isinstance(rule, AtMost):
        return {rule.finding, rule.than}
    return {rule.if_.finding, rule.then.finding}


def _at_fault(
    rules: Sequence[Rule], steps: Sequence[Mapping[str, Array]]
) -> dict[tuple[str, int], Rule]:
    """The first relation that moves each finding in each atom, of the findings that it names."""
    found: dict[tuple[str, int], Rule] = {}
    for rule, before, after in zip(rules, steps, steps[1:], strict=False):
        for name in _of(rule) & set(after):
            for k in np.flatnonzero(_apart(before[name], after[name])).tolist():
                found.setdefault((name, k), rule)
    return found


def _apart(one: Array, other: Array) -> npt.NDArray[np.bool_]:
    return np.asarray(np.abs(one - other).max(axis=-1) > _ROUNDING)


def _tables(
    rates: Rates, world: World, entry: GroupEntry, rules: Sequence[Rule]
) -> dict[str, Array]:
    """P(value | atom alone) of each finding of a group, were these its only relations."""
    vocabulary = world.vocabulary
    relations = replace(
        vocabulary.relations,
        implications=tuple(rule for rule in rules if isinstance(rule, Implication)),
        at_most=tuple(rule for rule in rules if isinstance(rule, AtMost)),
    )
    edges = {name: bins.edges for name, bins in world.bins.items()}
    builder = GroupBuilder(rates, replace(vocabulary, relations=relations), edges)
    alone = slice(world.people.n_alone)
    return {name: p[alone] for name, p in of_atoms(world, builder.build(entry)).items()}


def _moved(
    rates: Rates, rule: Rule, name: str, k: int, stated: Array, now: Array
) -> Iterator[Moved]:
    """What is to be told of one finding in one atom, where its profile states a number."""
    atom = rates.people.atoms[k]
    if rates.entry(atom, name) is None:
        return
    finding = rates.knowledge.vocabulary.finding(name)
    edges = np.array(rates.knowledge.background.findings[name].edges)
    bounds = _bounds(rule, name, edges, stated, now)
    pairs = [
        (what, a, b)
        for (what, a), (_, b) in zip(_named(finding, bounds, edges, stated),
                                     _named(finding, bounds, edges, now), strict=True)
        if abs(a - b) > _ROUNDING
    ]  # fmt: skip
    change = ", ".join(f"{what}{a:.4g} is {b:.4f}" for what, a, b in pairs)
    text = f"{_place(rates, atom, name)}: {change} in {atom.presentation}"
    yield Moved(rule.text, atom.condition, text, max(abs(a - b) for _, a, b in pairs))


def _bounds(rule: Rule, name: str, edges: Array, stated: Array, now: Array) -> list[float]:
    """The values of a number from which on its share is told.

    Those of an implication itself; of an order the one at which stated and held shares differ most.
    """
    if isinstance(rule, Implication):
        return [s.value for s in (rule.if_, rule.then) if s.finding == name]
    above = [p[-2::-1].cumsum()[::-1] / max(1 - p[-1], _ROUNDING) for p in (stated, now)]
    return [float(edges[int(np.abs(above[0] - above[1]).argmax())])]


def _named(
    finding: Finding, bounds: Sequence[float], edges: Array, share: Array
) -> Iterator[tuple[str, float]]:
    """The numbers of a finding, named as its entry names them, from P(value) (n_values,).

    A choice is never moved: the yes/no finding of a relation gives way to it.
    """
    if finding.kind != "number":
        yield "", share[1]
        return
    yield "applies ", 1 - share[-1]
    for bound in bounds:
        rest = share[:-1][edges[:-1] >= bound].sum() / max(1 - share[-1], _ROUNDING)
        yield f"share of {bound:g} or more ", rest


def _place(rates: Rates, atom: Atom, name: str) -> str:
    """File, line and path of the entry that states the number."""
    profile = rates.knowledge.profiles[atom.condition]
    own = name in profile.presentations[atom.presentation].findings
    path = (*(("presentations", atom.presentation) if own else ()), "findings", name)
    file = rates.knowledge.folder / "conditions" / f"{atom.condition}.yaml"
    return f"conditions/{file.name}:{line_of(file, path)}: {'.'.join(path)}"


def by_relation(moved: Sequence[Moved], *, whole: bool = False) -> Iterator[str]:
    """A line a relation: how many numbers it moves, of how many conditions, the farthest of them.

    With `whole` each of its numbers follows on a line of its own.
    """
    for relation in dict.fromkeys(one.relation for one in moved):
        mine = [one for one in moved if one.relation == relation]
        conditions = len({one.condition for one in mine})
        where = f"{conditions} conditions" if conditions > 1 else mine[0].condition
        yield f"  {relation}: {len(mine)}, in {where}"
        if whole:
            yield from (f"    {one.text}" for one in mine)
        else:
            yield f"    the farthest: {max(mine, key=lambda one: one.by).text}"
