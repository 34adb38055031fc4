"""Which conditions are taken for each other, measured on patients of the world."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.inference import ExactPosterior
from data_gen.sampler.draw import Tables
from data_gen.sampler.keyed import Draws
from data_gen.sampler.recording_process import sample_chunk
from data_gen.world import World

Array = npt.NDArray[np.float64]
PATIENTS, SEED = 6000, 1
PAIRS = 30


@dataclass(frozen=True)
class Confusion:
    """How much probability the patients of each condition give to each other one.

    `share` (n_conditions, n_conditions) is the mean exact posterior of the column's condition in
    patients of the row's, all conditions being as frequent.
    """

    conditions: tuple[str, ...]
    share: Array
    patients: int

    def pairs(self) -> list[tuple[str, str]]:
        """The pairs most confused, both directions together, worst first."""
        both = self.share + self.share.T
        first, second = np.triu_indices(len(both), k=1)
        order = np.argsort(-both[first, second], kind="stable")[:PAIRS]
        return [(self.conditions[first[i]], self.conditions[second[i]]) for i in order]

    def between(self, first: str, second: str) -> float:
        """How much of the first's probability goes to the second."""
        at = self.conditions.index
        return float(self.share[at(first), at(second)])

    def like(self, condition: str) -> list[tuple[str, float]]:
        """The other conditions with the share they take of this one's patients, most first."""
        shares = [(c, self.between(condition, c)) for c in self.conditions if c != condition]
        return sorted(shares, key=lambda item: -item[1])


def measure_confusion(world: World) -> Confusion:
    """The confusion of a world, from records as its settings write them down. Repeatable."""
    n_conditions = len(world.vocabulary.conditions)
    sample = sample_chunk(Tables.of(world, world.even), Draws(SEED, 0, PATIENTS))
    posterior = ExactPosterior(world)(sample.values, world.even).probability
    truth = world.condition_of[sample.hidden.atom]
    share = np.stack([posterior[truth == c].mean(axis=0) for c in range(n_conditions)])
    return Confusion(world.vocabulary.condition_ids, share, PATIENTS)
