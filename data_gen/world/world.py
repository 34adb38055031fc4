"""The world: one set of arrays that drives the sampler and the exact posterior alike."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from data_gen.profiles import Knowledge, load_knowledge
from data_gen.profiles.schema import Group as GroupEntry
from data_gen.vocabulary import Vocabulary
from data_gen.world.components import Component, build_components
from data_gen.world.group import Group, GroupBuilder
from data_gen.world.mixes import build_mixes
from data_gen.world.people import People, build_people
from data_gen.world.rates import Rates
from data_gen.world.recording import Recording, build_recording

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class NumberBins:
    """The bins of a number and how its values are written down.

    Bin b holds (first[b] + i * stride) / per_unit[b] for i below count[b], all alike likely.
    """

    edges: Array  # (n_bins + 1,)
    per_unit: npt.NDArray[np.int64]  # (n_bins,)
    first: npt.NDArray[np.int64]
    count: npt.NDArray[np.int64]
    stride: int

    def bin_of(self, values: Array) -> npt.NDArray[np.int64]:
        """The bin of each value; values beyond the ends belong to the end bins."""
        bins = np.searchsorted(self.edges, values, side="right") - 1
        return np.asarray(np.clip(bins, 0, len(self.count) - 1))

    def value_at(self, code: Array, u: Array) -> Array:
        """What a uniform draw picks of each bin: (n_cases,), NaN where there is no value."""
        b = np.where(np.isnan(code), 0, code).astype(np.int64)
        place = (u * self.count[b]).astype(np.int64)
        value = (self.first[b] + place * self.stride) / self.per_unit[b]
        return np.where(np.isnan(code), np.nan, value)


@dataclass(frozen=True)
class World:
    """A finite mixture: who consults, what they have, and what is written down of it."""

    vocabulary: Vocabulary
    knowledge_hash: str
    people: People
    groups: tuple[Group, ...]
    painless: Array  # (n_atoms,)
    recording: Recording
    bins: dict[str, NumberBins]
    components: tuple[Component, ...]
    """What each atom is called, and how urgent it is: (n_atoms,)."""
    mixes: dict[str, Array]  # training, clinic and safety -> (n_atoms,)

    @cached_property
    def condition_of(self) -> npt.NDArray[np.int64]:
        """The condition of each atom: (n_atoms,)."""
        ids = self.vocabulary.condition_ids
        return np.array([ids.index(atom.condition) for atom in self.people.atoms])

    @cached_property
    def atom_weight(self) -> Array:
        """P(atom | its condition) in training: (n_atoms,)."""
        return np.array([atom.weight for atom in self.people.atoms])

    @cached_property
    def even(self) -> Array:
        """The mix of components (n_atoms,) in which all conditions are as frequent."""
        n_conditions = len(self.vocabulary.conditions)
        return self.spread(np.full(n_conditions, 1 / n_conditions))

    @property
    def n_states(self) -> int:
        """Hidden states for a given age band and sex: atoms x trait states x settings."""
        return len(self.people.atoms) * 16 * len(self.recording.settings)

    def n_bins(self, finding: str) -> int:
        """How many bins a number has; 0 for any other finding."""
        return len(self.bins[finding].count) if finding in self.bins else 0

    def complete(self) -> World:
        """The same world with every applicable cell recorded, without error."""
        return replace(self, recording=self.recording.complete())

    def spread(self, classes: Array) -> Array:
        """A class mix (n_conditions,) as one of components: with training's shares in each."""
        return np.asarray(classes[self.condition_of] * self.atom_weight)

    def class_mix(self, mix: Array) -> Array:
        """The class mix (n_conditions,) that a mix of components (n_atoms,) comes to."""
        return np.bincount(self.condition_of, mix, len(self.vocabulary.conditions)).astype(
            np.float64
        )

    def mix(self, text: str) -> Array:
        """The mix of components (n_atoms,) named, or written as `id=share,id=share`.

        Each posterior under one mix is that under another times new over old, component by
        component. A written mix keeps training's shares within each condition.

        Raises ValueError for an unknown name or id, a share that is no number, or no sum to scale.
        """
        if text in self.mixes:
            return self.mixes[text]
        out = np.zeros(len(self.vocabulary.conditions))
        for part in text.split(","):
            name, equals, share = part.partition("=")
            if not equals:
                raise ValueError(
                    f"mix {text!r}: use clinic, training, safety or condition=share,..."
                )
            if name.strip() not in self.vocabulary.condition_ids:
                near = difflib.get_close_matches(name.strip(), self.vocabulary.condition_ids, n=1)
                hint = f"did you mean {near[0]}?" if near else "use an id of docs/README.md"
                raise ValueError(f"mix part {part!r}: no condition is called {name!r}; {hint}")
            try:
                out[self.vocabulary.condition_ids.index(name.strip())] = float(share)
            except ValueError:
                raise ValueError(f"mix part {part!r}: {share!r} is no number") from None
        if not np.isfinite(out).all() or (out < 0).any() or out.sum() <= 0:
            raise ValueError(f"mix {text!r}: shares must be 0 or more and not all 0")
        return self.spread(out / out.sum())


def load_world(
    folder: Path | None = None, learned: Path | None = None, *, complete: bool = False
) -> World:
    """The world of a knowledge folder, or of our own; ValueError names what is wrong with it.

    `learned` is a file of numbers that cases have updated (`data_gen.profiles.overlay`); with
    `complete` every applicable cell is recorded, without error.
    """
    world = build_world(load_knowledge(folder, learned))
    return world.complete() if complete else world


def build_world(knowledge: Knowledge) -> World:
    """The arrays of a knowledge. ClashError names the group and atom whose numbers clash."""
    vocabulary = knowledge.vocabulary
    people = build_people(knowledge)
    rates = Rates(knowledge, people)
    edges = {
        name: np.array(entry.edges)
        for name, entry in knowledge.background.findings.items()
        if entry.edges
    }
    builder = GroupBuilder(rates, vocabulary, edges)
    return World(
        vocabulary=vocabulary,
        knowledge_hash=knowledge.hash(),
        people=people,
        groups=tuple(builder.build(entry) for entry in _group_entries(knowledge)),
        painless=rates.painless(),
        recording=build_recording(knowledge),
        bins={name: _number_bins(knowledge, name) for name in edges},
        components=build_components(knowledge, people.atoms),
        mixes=build_mixes(knowledge, people.atoms),
    )


def _group_entries(knowledge: Knowledge) -> list[GroupEntry]:
    declared = list(knowledge.background.groups)
    taken = {member for group in declared for member in group.members}
    taken |= {"age_years", "sex", "painless"}
    lone = [f.id for f in knowledge.vocabulary.findings if f.id not in taken]
    return declared + [GroupEntry(members=(name,)) for name in lone]


def _number_bins(knowledge: Knowledge, name: str) -> NumberBins:
    entry = knowledge.background.findings[name]
    edges = np.array(entry.edges)
    fine = round(1 / entry.step) if entry.step < 1 else 1
    per_unit = np.where(edges[:-1] >= entry.whole_from, 1, fine)
    stride = round(entry.step) if entry.step > 1 else 1
    first = np.rint(edges[:-1] * per_unit).astype(np.int64)
    last = np.rint(edges[1:] * per_unit).astype(np.int64)
    high = knowledge.vocabulary.finding(name).high or edges[-1]
    last = np.minimum(last, np.floor(high * per_unit).astype(np.int64) + 1)
    return NumberBins(edges, per_unit, first, np.maximum((last - first) // stride, 1), stride)
