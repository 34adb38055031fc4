"""Worlds that the model was not trained in, and records worse than those it learned from.

    python -m benchmarks.shift --model models/leg_pain --out benchmarks/shift.txt

Beside the model stands the exact posterior of the knowledge, which is as wrong as the model there.
Excess is over the exact posterior of the world that the cases come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from benchmarks.output import options, tell
from benchmarks.redraw import other_world
from data_gen.inference import ExactPosterior
from data_gen.profiles import Knowledge, load_knowledge
from data_gen.vocabulary import Vocabulary
from data_gen.vocabulary.complete import complete
from data_gen.world import World, build_world
from serve.triage import Causes
from training.bundles.loaded import LoadedBundle, Told, read_bundle
from training.data.features import encode
from training.evaluation.metrics import kl_to_exact, log_loss
from training.evaluation.triage import condition_ranks, triaged
from training.model.calibrate import TRAINING, Drawn, draw

Real = npt.NDArray[np.float64]
_SEED = 700_000


@dataclass(frozen=True)
class Row:
    """One shifted world: what model and knowledge lose in it, in nats a case."""

    name: str
    model: float
    knowledge: float
    best: float  # log-loss of the world's own exact posterior, below which no model can be


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

    def model(self, drawn: Drawn) -> Real:
        """What the bundle's graph says."""
        return self.bundle.probabilities(drawn.cases, self.vocabulary)

    def row(self, name: str, world: World, mix: Real, seed: int, mixed: bool = False) -> Row:
        """The excess of model and knowledge on cases of another world or mix.

        With `mixed`, both are re-weighted to the mix, as `--mix` does where it is known.
        """
        drawn = draw(world, world.spread(mix), self.rows, seed)
        true = self.exact(world, drawn, mix)
        answers = self.model(drawn), self.exact(self.world, drawn, self.mix)
        if mixed:
            weighed = [answer * (mix / self.mix) for answer in answers]
            answers = tuple(w / w.sum(axis=1, keepdims=True) for w in weighed)
        lost = [float(kl_to_exact(true, answer).mean()) for answer in answers]
        return Row(name, lost[0], lost[1], float(log_loss(drawn.label, true).mean()))


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


def fewer_cells(bench: Bench) -> tuple[float, float, Row]:
    """The share of blanks, twice that, and what is lost where so many cells are blank.

    Where twice the share would leave nothing, half of the recorded cells are lost.
    """
    plain = np.isnan(draw(bench.world, bench.world.spread(bench.mix), 5000, _SEED).values).mean()
    kept = max((1 - 2 * plain) / (1 - plain), 0.5)
    recording = bench.world.recording
    rates = {name: rate * kept for name, rate in recording.rate.items()}
    world = replace(bench.world, recording=replace(recording, rate=rates))
    after = np.isnan(draw(world, world.spread(bench.mix), 5000, _SEED).values).mean()
    return float(plain), float(after), bench.row("fewer cells", world, bench.mix, _SEED + 200)


def wrong_entries(bench: Bench, share: float) -> tuple[Row, Row]:
    """Log-loss before and after this share of recorded cells says what another patient's says.

    A yes/no cell says the opposite, any other one what another case has in it. The exact posterior
    of such records is not known: both are told by their log-loss, `best` being that of clean ones.
    """
    clean = draw(bench.world, bench.world.spread(bench.mix), 4 * bench.rows, _SEED + 300)
    rng = np.random.default_rng(_SEED)
    values = clean.values.copy()
    for finding in bench.vocabulary.findings:
        cell = values[:, finding.column]
        rows = np.flatnonzero(~np.isnan(cell) & (rng.random(len(cell)) < share))
        known = cell[~np.isnan(cell)]
        taken = rng.choice(known, len(rows)) if len(known) else cell[rows]
        cell[rows] = 1 - cell[rows] if finding.kind == "yes_no" else taken
    cases = encode(complete(values, bench.vocabulary).values)
    spoilt = replace(clean, values=values, cases=cases)
    best = float(log_loss(clean.label, bench.exact(bench.world, clean, bench.mix)).mean())
    rows_ = []
    for name, drawn in (("clean", clean), ("5 % wrong", spoilt)):
        model = float(log_loss(drawn.label, bench.model(drawn)).mean())
        exact = float(log_loss(drawn.label, bench.exact(bench.world, drawn, bench.mix)).mean())
        rows_.append(Row(name, model, exact, best))
    return rows_[0], rows_[1]


def without_condition(bench: Bench) -> Iterator[tuple[str, list[float]]]:
    """Patients of a condition that the knowledge lacks: what is said of them.

    Its probability is taken out of model and exact posterior. For each the mean of the highest
    probability, and the share that is placed at the level the condition needs, or above.
    """
    needs = condition_ranks(bench.vocabulary)
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
        ("exact posterior of the knowledge", lambda row: row.knowledge),
    )
    for name, value in values:
        worst = max(rows, key=value)
        mean = float(np.mean([value(row) for row in rows]))
        where = f" ({worst.name})" if len(rows) > 1 else ""
        out.append(f"  {name:34} mean {mean:.4f}  worst {value(worst):.4f}{where}")
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
    before, after, fewer = fewer_cells(bench)
    lines += summary(f"blanks {100 * before:.0f} % -> {100 * after:.0f} % of cells", [fewer])
    clean, spoilt = wrong_entries(bench, 0.05)
    exact = "exact posterior of the knowledge"
    lines += [
        f"5 % of the recorded cells wrong: log-loss, that of clean records being {clean.best:.4f}",
        f"  {'model':34} {clean.model:.4f} -> {spoilt.model:.4f}",
        f"  {exact:34} {clean.knowledge:.4f} -> {spoilt.knowledge:.4f}",
        "",
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
