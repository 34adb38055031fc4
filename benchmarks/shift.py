"""Worlds that the model was not trained in, and records worse than those it learned from.

    python -m benchmarks.shift --model models/leg_pain --out benchmarks/shift.txt

Beside the model stand the same before its last part, the trees, and the exact posterior of the
knowledge, which is as wrong as the model there. Excess is over the exact posterior of the world
that the cases come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from benchmarks.output import options, tell
from benchmarks.redraw import other_world
from data_gen.inference import ExactPosterior
from data_gen.profiles import Knowledge, load_knowledge
from data_gen.vocabulary import Vocabulary
from data_gen.world import World, build_world
from serve.triage import Causes
from training.bundles.loaded import LoadedBundle, Told, read_bundle
from training.evaluation.metrics import kl_to_exact, log_loss, mean_interval
from training.evaluation.parts import WORDS, with_blanks, with_errors
from training.evaluation.triage import ranks, triaged
from training.model.calibrate import TRAINING, Drawn, draw
from training.model.estimators import Estimator

Real = npt.NDArray[np.float64]
_SEED = 700_000


@dataclass(frozen=True)
class Row:
    """One shifted world: what model and knowledge lose in it, in nats a case."""

    name: str
    model: float
    before: float  # before its last part
    knowledge: float
    best: float  # log-loss of the world's own exact posterior, below which no model can be
    change: Real  # (n_cases,) what the last part adds to the loss, below 0 where it helps


@dataclass(frozen=True)
class Bench:
    """The model, and the knowledge that it learned from."""

    bundle: LoadedBundle
    knowledge: Knowledge
    world: World
    rows: int

    @property
    def mix(self) -> Real:
        """The class mix that the model was trained under."""
        return self.world.class_mix(self.world.mix(TRAINING))

    @property
    def vocabulary(self) -> Vocabulary:
        """The findings and conditions."""
        return self.world.vocabulary

    def exact(self, world: World, drawn: Drawn, mix: Real) -> Real:
        """The exact posterior of a world."""
        return ExactPosterior(world)(drawn.values, world.spread(mix), 2).probability

    @cached_property
    def estimator(self) -> Estimator:
        """What the bundle's graph was made from, asked part by part."""
        return self.bundle.estimator()

    def before(self, drawn: Drawn) -> Real:
        """What the model says without its last part; of one part, what the whole says."""
        return self.estimator.predict_proba(drawn.cases, self.estimator.stages[-2:][0])

    def model(self, drawn: Drawn) -> Real:
        """What the bundle's graph says."""
        return self.bundle.probabilities(drawn.cases, self.vocabulary)

    def row(self, name: str, world: World, mix: Real, seed: int, mixed: bool = False) -> Row:
        """The excess of model and knowledge on cases of another world or mix.

        With `mixed`, all are re-weighted to the mix, as `--mix` does where it is known.
        """
        drawn = draw(world, world.spread(mix), self.rows, seed)
        true = self.exact(world, drawn, mix)
        answers = [self.model(drawn), self.before(drawn), self.exact(self.world, drawn, self.mix)]
        if mixed:
            weighed = [answer * (mix / self.mix) for answer in answers]
            answers = [w / w.sum(axis=1, keepdims=True) for w in weighed]
        lost = [kl_to_exact(true, answer) for answer in answers]
        model, before, knowledge = (float(one.mean()) for one in lost)
        best = float(log_loss(drawn.label, true).mean())
        return Row(name, model, before, knowledge, best, lost[0] - lost[1])


def redrawn(bench: Bench, worlds: int) -> Iterator[Row]:
    """Every probability redrawn within its interval."""
    for seed in range(worlds):
        world, _ = other_world(bench.knowledge, seed)
        yield bench.row(f"world {seed}", world, bench.mix, _SEED + seed)


def prevalence(bench: Bench, mixed: bool) -> Iterator[Row]:
    """One condition four times as common, and four times as rare, all others in proportion."""
    for place, name in enumerate(bench.vocabulary.condition_ids):
        for factor in (4.0, 0.25):
            mix = bench.mix.copy()
            mix[place] *= factor
            mix /= mix.sum()
            yield bench.row(f"{name} x {factor:g}", bench.world, mix, _SEED + 100 + place, mixed)


def without_condition(bench: Bench) -> Iterator[tuple[str, list[float]]]:
    """Patients of a condition that the knowledge lacks: what is said of them.

    Its probability is taken out of model and exact posterior. For each the mean of the highest
    probability, and the share that is placed at the level the condition needs, or above.
    """
    needs = ranks(bench.vocabulary.conditions)
    drawn = draw(bench.world, bench.world.spread(bench.mix), 40 * bench.rows, _SEED + 400)
    for place, name in enumerate(bench.vocabulary.condition_ids):
        part = drawn.of(np.flatnonzero(drawn.label == place)[: bench.rows])
        told = []
        for answer in (bench.model(part), bench.exact(bench.world, part, bench.mix)):
            left = np.delete(answer, place, axis=1)
            full = np.insert(left / left.sum(axis=1, keepdims=True), place, 0.0, axis=1)
            causes = Causes.of(None, bench.vocabulary)
            level = triaged(part.values, Told(full, full, causes), bench.vocabulary).level
            told += [float(full.max(axis=1).mean()), float((level <= needs[place]).mean())]
        yield name, told


def summary(title: str, rows: list[Row]) -> list[str]:
    """Mean and worst of a family of worlds."""
    out = [f"{title} ({len(rows)})"]
    values: tuple[tuple[str, Callable[[Row], float]], ...] = (
        ("model", lambda row: row.model),
        ("the same before its trees", lambda row: row.before),
        ("exact posterior of the knowledge", lambda row: row.knowledge),
    )
    for name, value in values:
        worst = max(rows, key=value)
        mean = float(np.mean([value(row) for row in rows]))
        where = f" ({worst.name})" if len(rows) > 1 else ""
        out.append(f"  {name:34} mean {mean:.4f}  worst {value(worst):.4f}{where}")
    change = mean_interval(np.concatenate([row.change for row in rows]), 0.95)
    brought = "nothing beyond chance"
    if change.low > 0 or change.high < 0:
        brought = "less loss" if change.mean < 0 else "MORE loss"
    out.append(f"  the trees bring {brought}: {change.low:+.4f} to {change.high:+.4f}")
    best = float(np.mean([row.best for row in rows]))
    return [*out, f"  {'log-loss of the world itself':34} mean {best:.4f}", ""]


def report(bench: Bench, worlds: int) -> str:
    """Everything as text."""
    lines = [
        f"Shift: nats a case above the exact posterior of the world the cases come from; bundle "
        f"{bench.bundle.version}, {bench.rows} cases a world",
        "",
        *summary("no shift", [bench.row("none", bench.world, bench.mix, _SEED)]),
        *summary("every probability redrawn within its interval", list(redrawn(bench, worlds))),
        *summary(
            "one condition four times as common or as rare, unknown to the model",
            list(prevalence(bench, mixed=False)),
        ),
        *summary("the same, told with --mix", list(prevalence(bench, mixed=True))),
    ]
    worse = {
        "blanks": with_blanks(bench.world, 0.5), "wrong_cells": with_errors(bench.world, 0.05)
    }  # fmt: skip
    for name, world in worse.items():
        row = bench.row(name, world, bench.mix, _SEED + 200)
        lines += summary(f"{WORDS[name]}, unknown to the model", [row])
    lines += [
        "A condition that the knowledge lacks: highest probability, share at its level or above",
        f"  {'':34} {'model':>14} {'exact posterior':>18}",
    ]
    for name, (top, safe, exact_top, exact_safe) in without_condition(bench):
        lines.append(f"  {name:34} {top:6.3f} {safe:7.3f} {exact_top:10.3f} {exact_safe:7.3f}")
    return "\n".join([*lines, ""])


def main() -> None:
    """Measure, print, and write the text."""
    parser = options(__doc__, model=True)
    parser.add_argument("--worlds", type=int, default=50)
    parser.add_argument("--rows", type=int, default=2000, help="cases a world")
    given = parser.parse_args()
    knowledge = load_knowledge()
    bench = Bench(read_bundle(given.model), knowledge, build_world(knowledge), given.rows)
    text = report(bench, given.worlds)
    tell(text, given.out)


if __name__ == "__main__":
    main()
