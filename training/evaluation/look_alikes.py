"""The pairs of conditions that a model takes for each other, and what separates each pair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.look_alikes.marginals import Marginals, build_marginals
from data_gen.look_alikes.separation import Separator, separators
from data_gen.pages.amounts import label, met
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
    ours, best = _shares(vignettes, model), _shares(vignettes, vignettes.exact)
    both = ours + ours.T
    first, second = np.triu_indices(len(both), k=1)
    order = np.argsort(-both[first, second], kind="stable")[:count]
    tables = build_marginals(world)
    return [
        _pair((int(first[k]), int(second[k])), vignettes, model, (ours, best), world, tables)
        for k in order
    ]


def _shares(vignettes: Vignettes, probabilities: Matrix) -> Matrix:
    """(n_conditions, n_conditions) mean probability of the column's in vignettes of the row's."""
    n = probabilities.shape[1]
    return np.stack([_mean(probabilities[vignettes.label == k]) for k in range(n)])


def _mean(rows: Matrix) -> Matrix:
    return np.asarray(rows.mean(axis=0)) if len(rows) else np.zeros(rows.shape[1])


def _pair(
    places: tuple[int, int],
    vignettes: Vignettes,
    model: Matrix,
    shares: tuple[Matrix, Matrix],
    world: World,
    marginals: Marginals,
) -> ConfusedPair:
    vocabulary, (a, b) = world.vocabulary, places
    names = vocabulary.condition_ids[a], vocabulary.condition_ids[b]
    of_pair = (vignettes.label == a) | (vignettes.label == b)
    other = np.where(vignettes.label == a, b, a)
    mistaken = of_pair & (model.argmax(axis=1) == other)
    ours, best = shares
    best_apart = separators(marginals, vocabulary, names, FINDINGS)
    groups = of_pair, mistaken
    return ConfusedPair(
        conditions=names,
        by_model=(float(ours[a, b]), float(ours[b, a])),
        by_exact=(float(best[a, b]), float(best[b, a])),
        mistakes=int(mistaken.sum()),
        separating=tuple(_separating(best_apart, places, vignettes, groups, world, marginals)),
    )


def _separating(
    found: list[Separator],
    places: tuple[int, int],
    vignettes: Vignettes,
    groups: tuple[Rows, Rows],
    world: World,
    marginals: Marginals,
) -> Iterator[Separating]:
    for separator in found:
        finding = world.vocabulary.finding(separator.finding)
        known = vignettes.cases[:, finding.column] >= 0
        a, b = (met(world, finding, marginals.of[finding.id][place]) for place in places)
        recorded, missed = (_share(known[group]) for group in groups)
        yield Separating(label(finding), (a, b), separator.bits, recorded, missed)


def _share(known: Rows) -> float:
    return float(known.mean()) if len(known) else float("nan")
