"""The mixes of the world: what share each component has of those who consult, or of training."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from data_gen.profiles import Knowledge
from data_gen.world.people import Atom

Array = npt.NDArray[np.float64]


def build_mixes(knowledge: Knowledge, atoms: tuple[Atom, ...]) -> dict[str, Array]:
    """The shares of the components (n_atoms,) under `training`, `clinic` and `safety`.

    A pair follows its first presentation from training to the clinic. The safety mix lies between
    the two: in proportion to training ** a * clinic ** (1 - a), the exponent a of mix.yaml.
    """
    ids = knowledge.vocabulary.condition_ids
    place = np.array([ids.index(atom.condition) for atom in atoms])
    weight = np.array([atom.weight for atom in atoms])
    training = _classes(knowledge, "training")[place] * weight
    consulting = weight * _raised(knowledge, atoms)
    consulting = consulting / np.bincount(place, consulting)[place]
    clinic = _classes(knowledge, "clinic")[place] * consulting
    a = knowledge.mix.safety.exponent
    between = training**a * clinic ** (1 - a)
    return {"training": training, "clinic": clinic, "safety": between / between.sum()}


def _classes(knowledge: Knowledge, name: str) -> Array:
    """The class mix of that name: (n_conditions,)."""
    mix = knowledge.mix.mix
    return np.array([getattr(mix[c], name) for c in knowledge.vocabulary.condition_ids])


def _raised(knowledge: Knowledge, atoms: tuple[Atom, ...]) -> Array:
    """How much commoner each presentation is in the clinic than in training: (n_atoms,)."""
    held = [knowledge.profiles[a.condition].presentations[a.presentation] for a in atoms]
    return np.array([one.clinic_share / one.weight for one in held])
