"""What an edit of the knowledge does: to its numbers, to patients, to their top diagnoses.

Both worlds draw the same patients: every draw is keyed by seed, patient and variable, so that a
difference between two records is the edit's and not chance's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from data_gen.inference import ExactPosterior
from data_gen.profiles import Knowledge, load_knowledge
from data_gen.profiles.located import located_numbers
from data_gen.sampler.draw import Tables
from data_gen.sampler.keyed import Draws
from data_gen.sampler.recording_process import sample_chunk
from data_gen.world import World, build_world

Codes = npt.NDArray[np.int64]
SEED = 20_000_000


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

    def lines(self) -> Iterator[str]:
        """The difference as text."""
        yield f"{len(self.changes)} numbers changed"
        for change in self.changes:
            yield f"  {change.place}: {change.old or '(none)'} -> {change.new or '(none)'}"
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

    Without `new`, the second is our own.

    Raises KnowledgeError where one of them has mistakes, ValueError for an unknown mix.
    """
    first, second = load_knowledge(old), load_knowledge(new)
    return Difference(
        changes=tuple(_changes(_numbers(first), _numbers(second))),
        flips=tuple(_flips(build_world(first), build_world(second), patients, mix)),
    )


def _numbers(knowledge: Knowledge) -> dict[str, str]:
    out = {}
    for number in located_numbers(knowledge):
        content = number.based.model_dump(
            exclude={"basis", "cite", "word", "why", "says", "findings", "traits"},
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
    before, after = (_Drawn.of(world, patients, mix) for world in (old, new))
    same = (before.values == after.values) | (np.isnan(before.values) & np.isnan(after.values))
    changed = ~same.all(axis=1) | (before.condition != after.condition)
    flipped = before.top != after.top
    for number, condition in enumerate(old.vocabulary.condition_ids):
        mine = before.condition == number
        yield Flips(condition, int(mine.sum()), int(changed[mine].sum()), int(flipped[mine].sum()))


@dataclass(frozen=True)
class _Drawn:
    values: npt.NDArray[np.float64]
    condition: Codes
    top: Codes

    @classmethod
    def of(cls, world: World, patients: int, mix: str) -> _Drawn:
        shares = world.mix(mix)
        sample = sample_chunk(Tables.of(world, shares), Draws(SEED, 0, patients))
        posterior = ExactPosterior(world)(sample.values, shares, workers=2)
        return cls(sample.values, sample.hidden.condition, posterior.probability.argmax(axis=1))
