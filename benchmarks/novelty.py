"""Novelty of a condition that the knowledge lacks, beside the exact log-evidence's own.

    python -m benchmarks.novelty --model models/leg_pain --out benchmarks/novelty.txt

For each condition in turn, log-evidence is learned from a world without it, and then asked to tell
complete records of that condition from complete records of the others: the area under the ROC
curve. The exact log-evidence of the world without the condition answers the same question.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from benchmarks.output import options, table, tell
from data_gen.inference import ExactPosterior
from data_gen.profiles import load_knowledge
from data_gen.world import build_world
from data_gen.world.world import World
from training.bundles.loaded import read_bundle
from training.model.adam import Schedule
from training.model.calibrate import Drawn, draw
from training.model.classifier import LegPainClassifier
from training.model.log_evidence import Evidence, fit_evidence
from training.model.mixture import Mixture

Real = npt.NDArray[np.float64]
_MIX = "training"
_SCHEDULE = Schedule(epochs=20, learning_rate=0.02, batch_size=1000, seed=0)


class Pool:
    """Cases with what the exact posterior says of each in a world that lacks any condition."""

    def __init__(self, world: World, drawn: Drawn, mix: Real, workers: int) -> None:
        self.drawn, self.mix = drawn, world.class_mix(mix)
        found = ExactPosterior(world)(drawn.values, mix, workers)
        self.log_evidence = found.log_evidence
        shares = [found.atoms[:, world.condition_of == k].sum(axis=1) for k in range(len(self.mix))]
        self.by_condition = np.stack(shares, axis=1)  # sums of small numbers, not 1 - a large one

    def without(self, condition: int) -> Real:
        """(n_cases,) exact log-evidence under the same mix without a condition."""
        others = np.delete(self.by_condition, condition, axis=1).sum(axis=1)
        left = np.log(np.maximum(others, 1e-300))
        return np.asarray(self.log_evidence + left - np.log1p(-self.mix[condition]))


def without(mixture: Mixture, condition: int) -> Mixture:
    """A mixture that lacks the components of a class."""
    kept = mixture.component_class != condition
    classes = mixture.component_class[kept]
    return replace(
        mixture,
        component_class=classes - (classes > condition),
        components=mixture.components[:, kept],
        bias=mixture.bias[kept],
        log_interaction=mixture.log_interaction[kept],
    )


def area(unlikely: Real, novel: npt.NDArray[np.bool_]) -> float:
    """The area under the ROC curve: how often a novel case is the unlikelier of two."""
    ranks = rankdata(unlikely)
    n, m = int(novel.sum()), int((~novel).sum())
    return float((ranks[novel].sum() - n * (n + 1) / 2) / (n * m))


def learned(model: LegPainClassifier, pools: list[Pool], condition: int, rounds: int) -> Evidence:
    """Log-evidence learned from the cases of the other conditions."""
    keep = [pool.drawn.label != condition for pool in pools]
    parts = list(zip(pools, keep, strict=True))
    cases = np.concatenate([pool.drawn.cases[rows] for pool, rows in parts])
    target = np.concatenate([pool.without(condition)[rows] for pool, rows in parts])
    features = model.intervals_.indicators(cases)
    start = without(model.mixture_, condition)
    return fit_evidence(start, cases, features, target, _SCHEDULE, rounds, model.n_jobs)


def rows_of(
    model: LegPainClassifier, world: World, pools: list[Pool], test: Pool, rounds: int
) -> list[tuple[str, float, float]]:
    """The condition, and the areas by the exact and by the learned log-evidence."""
    out = []
    features = model.intervals_.indicators(test.drawn.cases)
    for k, name in enumerate(world.vocabulary.condition_ids):
        evidence = learned(model, pools, k, rounds)
        novel = test.drawn.label == k
        exact = area(-test.without(k), novel)
        ours = area(-evidence.predict(test.drawn.cases, features), novel)
        out.append((name, exact, ours))
        print(f"{name:32} exact {exact:.3f}  learned {ours:.3f}", flush=True)
    return out


def report(rows: list[tuple[str, float, float]], sizes: str) -> str:
    """The table as text."""
    mean = "mean", *np.mean([row[1:] for row in rows], axis=0).tolist()
    told = [
        {"condition left out": name, "exact": exact, "learned": ours, "difference": ours - exact}
        for name, exact, ours in (*rows, mean)
    ]
    formats = {"exact": ".3f", "learned": ".3f", "difference": "+.3f"}
    title = "Area under the ROC curve of log-evidence, complete records of a condition left out"
    return "\n".join([title, sizes, "", table(told, formats)])


def main() -> None:
    """Measure, print, and write the table."""
    parser = options(__doc__, model=True)
    parser.add_argument("--rows", type=int, default=25_000)
    parser.add_argument("--complete", type=int, default=25_000)
    parser.add_argument("--test", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=60)
    given = parser.parse_args()
    model: Any = read_bundle(given.model).estimator()
    world = build_world(load_knowledge())
    mix = world.mix(_MIX)
    pools = [
        Pool(world, draw(world, mix, given.rows, 71), mix, 2),
        Pool(world, draw(world.complete(), mix, given.complete, 72), mix, 2),
    ]
    test = Pool(world, draw(world.complete(), mix, given.test, 73), mix, 2)
    sizes = (
        f"learned from {given.rows} cases and {given.complete} complete records; {given.test} test"
    )
    text = report(rows_of(model, world, pools, test, given.rounds), sizes)
    tell(text, given.out)


if __name__ == "__main__":
    main()
