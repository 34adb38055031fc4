"""What labelled cases bring where the world differs from the knowledge, and where it does not.

    python -m benchmarks.labelled --vignettes build/vignettes --out benchmarks/labelled.txt

Cases are drawn from the knowledge's own world, and from worlds whose numbers were redrawn within
their intervals, and within intervals twice as wide (in log-odds). The model is fitted with none of
them, with 200, and with 1,000; its excess is over the exact posterior of the world of the cases, on
fresh ones. For comparison the cases are also given as more rows of training data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from benchmarks.output import options
from benchmarks.redraw import other_world
from benchmarks.training_data import first, intervals_of, read_part
from data_gen.inference import ExactPosterior
from data_gen.profiles import load_knowledge
from data_gen.world import World, build_world
from training.data.features import Intervals
from training.data.vignettes import Vignettes
from training.evaluation.metrics import kl_to_exact
from training.learn.reweighting import Tilt, corrected, count, fit_tilt, tilted_posterior
from training.model.calibrate import TRAINING, Drawn, draw
from training.model.fit import classifier, fit_classifier
from training.params import TrainParams, read_params

Real = npt.NDArray[np.float64]
SIZES = (200, 1000)
TRUSTS = (0.5, 0.7, 1.0)
ROW_WEIGHTS = (20.0, 100.0)
_SEEDS = {"labelled": 710_001, "test": 710_002}


@dataclass(frozen=True)
class Bench:
    """What every fit shares."""

    vignettes: Vignettes
    intervals: Intervals
    home: World
    params: TrainParams
    test_rows: int

    def model(self, vignettes: Vignettes, cases: Drawn) -> Real:
        """What a classifier fitted to vignettes says of cases."""
        fitted = fit_classifier(classifier(self.intervals, self.params), vignettes)
        return fitted.predict_proba(cases.cases)

    def tilt(self, labelled: Drawn, trust: float | None = None) -> Tilt:
        """The tilt towards cases, at the trust that training uses where none is given."""
        counts = count(self.intervals, self.vignettes, labelled.cases, labelled.label)
        given = counts, self.vignettes, 1.0
        return fit_tilt(*given) if trust is None else fit_tilt(*given, trust)


def as_rows(vignettes: Vignettes, labelled: Drawn, weight: float) -> Vignettes:
    """The vignettes with the cases as further rows, each with the weight of so many."""
    n, none = len(labelled.label), np.full(len(labelled.label), None, dtype=object)
    certain = np.eye(vignettes.exact.shape[1])[labelled.label]
    weights = np.concatenate([np.ones(len(vignettes)), np.full(n, weight)])
    return replace(
        vignettes,
        cases=np.concatenate([vignettes.cases, labelled.cases]),
        label=np.concatenate([vignettes.label, labelled.label]),
        exact=np.concatenate([vignettes.exact, certain]),
        log_evidence=np.concatenate([vignettes.log_evidence, np.zeros(n)]),
        component=np.concatenate([vignettes.component, none]),
        latent={k: np.concatenate([cells, none]) for k, cells in vignettes.latent.items()},
        posterior=np.concatenate(
            [vignettes.posterior, np.zeros((n, vignettes.posterior.shape[1]))]
        ),
        weight=weights / weights.mean(),
    )


def of_world(
    bench: Bench, name: str, world: World, as_rows_too: bool, complete: bool
) -> Iterator[str]:
    """The lines of one world; `as_rows_too`: also what cases bring as rows of training data.

    `complete` labelled cases have every cell written down, as no vignette has.
    """
    home = bench.home
    mix = world.mix(TRAINING)
    written = world.complete() if complete else world
    labelled = draw(written, mix, max(SIZES), _SEEDS["labelled"])
    test = draw(world, mix, bench.test_rows, _SEEDS["test"])
    true = ExactPosterior(world)(test.values, mix, 2).probability
    exact = ExactPosterior(home)(test.values, home.mix(TRAINING), 2).probability

    def told(answer: Real) -> str:
        lost = kl_to_exact(true, answer)
        return f"{lost.mean():8.4f} +- {lost.std() / np.sqrt(len(lost)):.4f}"

    yield name
    plain = bench.model(bench.vignettes, test)
    yield f"  {'model, vignettes alone':44} {told(plain)}"
    for size in SIZES:
        learned = corrected(bench.vignettes, bench.tilt(labelled.of(slice(size))))
        yield f"  {f'model, {size} labelled cases':44} {told(bench.model(learned, test))}"
    for weight in ROW_WEIGHTS if as_rows_too else ():
        rows = as_rows(bench.vignettes, labelled, weight)
        what = f"the same, {max(SIZES)} as rows of weight {weight:g}"
        yield f"  {what:44} {told(bench.model(rows, test))}"
    yield f"  {'exact posterior of the knowledge':44} {told(exact)}"
    for size in SIZES:
        for trust in TRUSTS:
            tilt = bench.tilt(labelled.of(slice(size)), trust)
            what = f"the same, tilted by {size} cases, trust {trust:g}"
            yield f"  {what:44} {told(tilted_posterior(exact, tilt.log_ratio(test.cases))[0])}"
    yield ""


def main() -> None:
    """Measure, print, and write the text."""
    parser = options(__doc__, vignettes=True)
    parser.add_argument("--rows", type=int, default=60_000, help="vignettes to fit to")
    parser.add_argument("--test", type=int, default=10_000)
    given = parser.parse_args()
    vignettes = first(read_part(given.vignettes, "train"), given.rows)
    knowledge = load_knowledge()
    own = build_world(knowledge)
    bench = Bench(vignettes, intervals_of(vignettes), own, read_params().train, given.test)
    lines = [
        f"Labelled cases: excess in nats over the exact posterior of the world of the cases; "
        f"{given.rows} vignettes, {given.test} fresh cases",
        "",
    ]
    far = other_world(knowledge, 1, 2.0)[0]
    near = other_world(knowledge, 1)[0]
    for name, world, complete in (
        ("The knowledge's own world", own, False),
        ("The same, labelled cases with every cell written down", own, True),
        ("Numbers redrawn within their intervals", near, False),
        ("Numbers redrawn within twice their intervals", far, False),
        ("The same, labelled cases with every cell written down", far, True),
    ):
        for line in of_world(bench, name, world, world is far and not complete, complete):
            print(line, flush=True)
            lines.append(line)
    if given.out:
        given.out.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
