"""Versions that give prepared answers, for tests of the gate: no model is trained for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from data_gen.inference import ExactPosterior
from data_gen.vocabulary import load
from data_gen.world import World
from serve.triage import Causes
from training.bundles.loaded import LoadedBundle, Told
from training.data.features import decoded
from training.model.calibrate import TRAINING
from training.promotion.store.history import Event, Kind

Matrix = npt.NDArray[np.float64]
VOCABULARY = load()


@dataclass(frozen=True)
class Prepared:
    """A version that gives prepared answers, told apart by how many cases it is asked of."""

    version: str
    answers: Mapping[int, Matrix]
    knowledge: str = "k"
    folder: Path = Path()
    model: str = "m"
    manifest: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "manifest", {"knowledge_hash": self.knowledge})

    def probabilities(self, cases: npt.NDArray[np.float32], _: object) -> Matrix:
        """The prepared answers."""
        return self.answers[len(cases)]

    def answer(self, cases: npt.NDArray[np.float32], _: object) -> Told:
        """The same, as of a model that knows no components."""
        told = self.probabilities(cases, _)
        return Told(told, told, Causes.of(None, VOCABULARY))


@dataclass(frozen=True)
class Exact:
    """A version that answers with the exact posterior of a world: training at its very best."""

    world: World
    version: str
    folder: Path = Path()
    model: str = "m"

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What the gate reads of a manifest."""
        return {"knowledge_hash": self.world.knowledge_hash}

    def probabilities(self, cases: npt.NDArray[np.float32], _: object) -> Matrix:
        """The exact posterior of encoded cases."""
        exact = ExactPosterior(self.world)
        return exact(decoded(cases), self.world.mix(TRAINING), workers=2).probability

    def answer(self, cases: npt.NDArray[np.float32], _: object) -> Told:
        """The same, as of a model that knows no components."""
        told = self.probabilities(cases, _)
        return Told(told, told, Causes.of(None, VOCABULARY))


def as_version(prepared: Prepared | Exact) -> LoadedBundle:
    """The same, for what takes a bundle."""
    return cast("LoadedBundle", prepared)


def event(kind: Kind, version: str, before: str | None) -> Event:
    """An event of a history."""
    return Event(1, kind, version, before, None, "", "k")


def blurred(exact: Matrix, share: float) -> Matrix:
    """Probabilities with a share of the answer spread over all conditions."""
    return exact * (1 - share) + share / exact.shape[1]


def certain(label: npt.NDArray[np.int64]) -> Matrix:
    """All probability on each label."""
    return np.eye(len(VOCABULARY.conditions))[label]
