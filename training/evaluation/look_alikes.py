"""The pairs of conditions that a model takes for each other, and what separates each pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.look_alikes.confusion import Confusion
from data_gen.look_alikes.marginals import Marginals, build_marginals
from data_gen.look_alikes.separation import separators
from data_gen.pages.amounts import label as called
from data_gen.pages.amounts import met
from data_gen.world import World
from training.data.vignettes import Vignettes

Matrix = npt.NDArray[np.float64]
Rows = npt.NDArray[np.bool_]
PAIRS, FINDINGS = 15, 5


@dataclass(frozen=True)
class Separating:
    """A finding that separates a pair, and how often it is there to be used."""

    finding: str
    meets: tuple[str, str]
    """How often it is met in either condition, in words."""
    settles: float
    """Bits of the doubt "which of the two?" that its answer settles on average."""
    recorded: float
    """Share of the pair's vignettes that record it."""
    recorded_in_mistakes: float
    """The same share among those taken for the other; not a number where there are none."""


@dataclass(frozen=True)
class ConfusedPair:
    """Two conditions, how much of each other's probability they get, and what separates them."""

    conditions: tuple[str, str]
    by_model: tuple[float, float]
    """Mean probability that the first's vignettes give to the second, and the other way round."""
    by_exact: tuple[float, float]
    """The same of the exact posterior: doubt that no model can remove."""
    mistakes: int
    """Vignettes of one whose most probable condition is the other."""
    separating: tuple[Separating, ...]


def confused_pairs(
    vignettes: Vignettes, model: Matrix, world: World, count: int = PAIRS
) -> list[ConfusedPair]:
    """The pairs that the model confuses most, worst first; what separates them in the world."""
    ids, tables = world.vocabulary.condition_ids, build_marginals(world)
    ours, best = (
        Confusion(ids, _shares(vignettes, told), len(vignettes))
        for told in (model, vignettes.exact)
    )
    return [
        ConfusedPair(
            pair,
            (ours.between(*pair), ours.between(*reversed(pair))),
            (best.between(*pair), best.between(*reversed(pair))),
            *_apart(pair, vignettes, model, world, tables),
        )
        for pair in ours.pairs()[:count]
    ]


def _shares(vignettes: Vignettes, probabilities: Matrix) -> Matrix:
    """(n_conditions, n_conditions) mean probability of the column's in vignettes of the row's."""
    n = probabilities.shape[1]
    return np.stack([_mean(probabilities[vignettes.label == k]) for k in range(n)])


def _mean(rows: Matrix) -> Matrix:
    return np.asarray(rows.mean(axis=0)) if len(rows) else np.zeros(rows.shape[1])


def _apart(
    pair: tuple[str, str], vignettes: Vignettes, model: Matrix, world: World, marginals: Marginals
) -> tuple[int, tuple[Separating, ...]]:
    """How many vignettes of a pair are taken for the other, and what would separate it."""
    vocabulary, label = world.vocabulary, vignettes.label
    a, b = (vocabulary.condition_ids.index(name) for name in pair)
    of_pair = (label == a) | (label == b)
    mistaken = of_pair & (model.argmax(axis=1) == np.where(label == a, b, a))
    found = []
    for separator in separators(marginals, vocabulary, pair, FINDINGS):
        finding = vocabulary.finding(separator.finding)
        known = vignettes.cases[:, finding.column] >= 0
        table = marginals.of[finding.id]
        meets = met(world, finding, table[a]), met(world, finding, table[b])
        recorded, missed = _share(known[of_pair]), _share(known[mistaken])
        found.append(Separating(called(finding), meets, separator.bits, recorded, missed))
    return int(mistaken.sum()), tuple(found)


def _share(known: Rows) -> float:
    return float(known.mean()) if len(known) else float("nan")
