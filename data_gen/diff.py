"""What an edit of the knowledge does: to its numbers, to patients, to their top diagnoses.

Both worlds draw the same patients: every draw is keyed by seed, patient and variable, so that a
difference between two records is the edit's and not chance's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from data_gen.inference import ExactPosterior
from data_gen.moved import Moved, moved_numbers
from data_gen.profiles import KNOWLEDGE, Knowledge, KnowledgeError, load_knowledge
from data_gen.profiles.located import located_numbers
from data_gen.sampler.draw import Tables
from data_gen.sampler.keyed import Draws
from data_gen.sampler.recording_process import sample_chunk
from data_gen.vocabulary import Vocabulary
from data_gen.world import World, build_world

Names = npt.NDArray[np.object_]
Shares = npt.NDArray[np.float64]
SEED = 20_000_000
_MOVED_SHOWN = 5  # numbers of a relation that are shown of one side


@dataclass(frozen=True)
class Change:
    """One number that stands in only one of two knowledges, or differs; None where it is absent."""

    place: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Flips:
    """Of the patients with a condition: how many, changed records, changed top diagnoses."""

    condition: str
    patients: int
    changed: int
    flipped: int


@dataclass(frozen=True)
class Difference:
    """What lies between two knowledges."""

    changes: tuple[Change, ...]
    flips: tuple[Flips, ...]
    one_sided: tuple[str, ...] = ()
    """Findings and conditions that only one of them has, in words."""
    moved: tuple[str, ...] = ()
    """Relations that move stated numbers, and what they move in one of the two alone, in words."""

    def lines(self) -> Iterator[str]:
        """The difference as text."""
        yield from self.one_sided
        yield f"{len(self.changes)} numbers changed"
        for change in self.changes:
            yield f"  {change.place}: {change.old or '(none)'} -> {change.new or '(none)'}"
        yield from self.moved
        patients = sum(flip.patients for flip in self.flips)
        changed = sum(flip.changed for flip in self.flips)
        flipped = sum(flip.flipped for flip in self.flips)
        yield f"{patients:,} patients: {_share(changed, patients)} have another record"
        yield f"{_share(flipped, patients)} have another top diagnosis, by their condition:"
        for flip in self.flips:
            if flip.changed or flip.flipped:
                yield (
                    f"  {flip.condition:34}{flip.patients:7,} patients"
                    f"{_share(flip.changed, flip.patients):>9} changed"
                    f"{_share(flip.flipped, flip.patients):>9} flipped"
                )


def _share(part: int, whole: int) -> str:
    return f"{part / max(whole, 1):.2%}"


def difference(old: Path, new: Path | None, patients: int, mix: str) -> Difference:
    """The difference between two knowledge folders, on so many patients under a mix.

    Without `new`, the second is our own. Each has the vocabulary that lies beside it; records are
    compared in the findings that both have. Where one has conditions that the other lacks, patients
    and diagnoses are those that both have, in the shares that OLD gives them.

    Raises ValueError for an unknown mix, and where one of them has mistakes: it says which.
    """
    first, second = _side("OLD", old), _side("NEW", new or KNOWLEDGE)
    worlds = build_world(first), build_world(second)
    return Difference(
        changes=tuple(_changes(_numbers(first), _numbers(second))),
        flips=tuple(_flips(*worlds, patients, mix)),
        one_sided=tuple(_one_sided(first.vocabulary, second.vocabulary)),
        moved=tuple(_moved(*(list(moved_numbers(*side)) for side in
                             zip((first, second), worlds, strict=True)))),
    )  # fmt: skip


def _side(name: str, folder: Path) -> Knowledge:
    try:
        return load_knowledge(folder)
    except KnowledgeError as error:
        raise ValueError(f"{name} ({folder}) has mistakes:\n{error}") from None


def _one_sided(old: Vocabulary, new: Vocabulary) -> Iterator[str]:
    pairs = ("findings", old.finding_ids, new.finding_ids), (
        "conditions", old.condition_ids, new.condition_ids,
    )  # fmt: skip
    for what, before, after in pairs:
        gone, come = ([i for i in one if i not in other] for one, other in
                      ((before, after), (after, before)))  # fmt: skip
        if gone:
            yield f"{what} that only OLD has: {', '.join(gone)}"
        if come:
            yield f"{what} that only NEW has: {', '.join(come)}"


def _moved(old: Sequence[Moved], new: Sequence[Moved]) -> Iterator[str]:
    """A line for each relation that moves something, and the numbers it moves in one side only."""
    for relation in dict.fromkeys(one.relation for one in (*old, *new)):
        before, after = (
            {
                (one.condition, one.text.partition(": ")[2]): one.text
                for one in side
                if one.relation == relation
            }
            for side in (old, new)
        )
        yield f"{relation}: moves {len(before)} stated numbers of OLD, {len(after)} of NEW"
        for name, side, other in (("OLD", before, after), ("NEW", after, before)):
            alone = [text for number, text in side.items() if number not in other]
            yield from (f"  {name} {text}" for text in alone[:_MOVED_SHOWN])
            if len(alone) > _MOVED_SHOWN:
                yield f"  {name} and {len(alone) - _MOVED_SHOWN} more (`check --moved`)"


_UNSHOWN = {"basis", "cite", "word", "why", "says", "findings", "traits", "triage", "clinic"}
"""What is no number, or stands as a number of its own."""


def _numbers(knowledge: Knowledge) -> dict[str, str]:
    out = {}
    for number in located_numbers(knowledge):
        content = number.based.model_dump(
            exclude=_UNSHOWN,
            exclude_defaults=True,
            by_alias=True,
        )
        out[f"{number.file}:{number.entry}"] = _text(content)
    return out


def _text(content: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in content.items())


def _changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    for place in sorted({*old, *new}):
        if old.get(place) != new.get(place):
            yield Change(place, old.get(place), new.get(place))


def _flips(old: World, new: World, patients: int, mix: str) -> Iterator[Flips]:
    shares = _shares(old, new, mix)
    before, after = (_Drawn.of(*side, patients) for side in zip((old, new), shares, strict=True))
    kinds = [{(f.id, f.kind, f.values) for f in w.vocabulary.findings} for w in (old, new)]
    shared = sorted(name for name, _, _ in kinds[0] & kinds[1])
    first, second = (
        drawn.values[:, [world.vocabulary.column(name) for name in shared]]
        for drawn, world in ((before, old), (after, new))
    )
    same = (first == second) | (np.isnan(first) & np.isnan(second))
    changed = ~same.all(axis=1) | (before.condition != after.condition)
    flipped = before.top != after.top
    for condition in dict.fromkeys([*old.vocabulary.condition_ids, *new.vocabulary.condition_ids]):
        mine = before.condition == condition
        yield Flips(condition, int(mine.sum()), int(changed[mine].sum()), int(flipped[mine].sum()))


def _shares(old: World, new: World, mix: str) -> tuple[Shares, Shares]:
    """The mix of each world; OLD's for the conditions of both where one has others."""
    ids = [world.vocabulary.condition_ids for world in (old, new)]
    if set(ids[0]) == set(ids[1]):
        return old.mix(mix), new.mix(mix)
    both = set(ids[0]) & set(ids[1])
    of_old = dict(zip(ids[0], old.class_mix(old.mix(mix)), strict=True))
    first, second = (np.array([of_old[n] if n in both else 0.0 for n in side]) for side in ids)
    if not first.any():
        raise ValueError(f"mix {mix!r} has none of the conditions of both OLD and NEW")
    return _within(old, mix, first / first.sum()), _within(new, mix, second / second.sum())


def _within(world: World, mix: str, classes: Shares) -> Shares:
    """A mix of components with these class shares (n_conditions,), within each those of a mix."""
    named = world.mixes.get(mix, world.mixes["training"])
    share = classes / world.class_mix(named)
    return np.asarray(named * share[world.condition_of])


@dataclass(frozen=True)
class _Drawn:
    values: npt.NDArray[np.float64]
    condition: Names
    top: Names

    @classmethod
    def of(cls, world: World, shares: Shares, patients: int) -> _Drawn:
        sample = sample_chunk(Tables.of(world, shares), Draws(SEED, 0, patients))
        posterior = ExactPosterior(world)(sample.values, shares, workers=2)
        ids = np.array(world.vocabulary.condition_ids, dtype=object)
        top = ids[posterior.probability.argmax(axis=1)]
        return cls(sample.values, ids[sample.hidden.condition], top)
