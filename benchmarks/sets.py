"""Coverage of prediction sets in each class, and graph against estimator on a million cases.

    python -m benchmarks.sets --model models/leg_pain --out benchmarks/sets.txt

The thresholds of the bundle, and thresholds from fresh calibration cases, on fresh test cases: two
fifths whole records, the others asked what a form of their own asks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.output import options, table, tell
from data_gen.profiles import load_knowledge
from data_gen.world import build_world
from serve.model.prediction_sets import KIND, Thresholds, form_code
from training.bundles.loaded import LoadedBundle, read_bundle
from training.data.features import decoded
from training.model.calibrate import Drawn, draw
from training.model.conformal import coverage, thresholds

Real = npt.NDArray[np.float64]
_COVERAGE = 0.95
_SEEDS = {"calibration": 81, "test": 82}

_KINDS = ("facts", "facts with age or sex", "form", "form with age or sex")


def parity(bundle: LoadedBundle, drawn: Drawn) -> tuple[float, float]:
    """The largest difference of graph and estimator: in a probability, in novelty."""
    model: Any = bundle.estimator()
    worst = np.zeros(2)
    for start in range(0, len(drawn.cases), 50_000):
        block = drawn.cases[start : start + 50_000]
        graph = bundle.session.run(["probabilities", "novelty"], {"cases": block})
        own = model.predict_proba(block), model.novelty(block)
        found = [np.abs(a - b).max() for a, b in zip(graph, own, strict=True)]
        worst = np.maximum(worst, found)
    return float(worst[0]), float(worst[1])


def report(bundle: LoadedBundle, calibration_rows: int, test_rows: int, parity_rows: int) -> str:
    """The table as text."""
    world = build_world(load_knowledge())
    ids = world.vocabulary.condition_ids
    first = draw(world, world.even, calibration_rows, _SEEDS["calibration"], forms=True)
    test = draw(world, world.even, test_rows, _SEEDS["test"], forms=True)
    told, model = (bundle.probabilities(d.cases, world.vocabulary) for d in (first, test))
    count = form_code(decoded(test.cases), world.vocabulary)
    own = Thresholds.of(bundle.manifest, ids)
    if own is None:
        raise SystemExit(f"{bundle.folder}: the bundle has no prediction sets")
    codes = form_code(decoded(first.cases), world.vocabulary)
    fresh = thresholds(told, first.label, codes, _COVERAGE)
    both = [found.sets(model, count) for found in (own, fresh)]
    covered = [coverage(inside, test.label) for inside in both]
    fewest = [int(np.bincount(part.label, minlength=len(ids)).min()) for part in (first, test)]
    figures = [
        *zip(ids, *covered, strict=True),
        ("least", *(rates.min() for rates in covered)),
        ("most", *(rates.max() for rates in covered)),
        ("mean size of a set", *(inside.sum(axis=1).mean() for inside in both)),
        ("share of empty sets", *((~inside.any(axis=1)).mean() for inside in both)),
    ]
    rows = [dict(zip(("condition", "bundle", "fresh"), line, strict=True)) for line in figures]
    difference, novelty = parity(
        bundle, draw(world, world.mix("training"), parity_rows, 83, forms=True)
    )
    return "\n".join(
        [
            "Coverage of prediction sets, 0.95 asked for in each condition",
            f"bundle {bundle.version}; at least {fewest[0]} calibration and {fewest[1]} test cases "
            "a condition",
            "",
            table(rows, dict.fromkeys(("bundle", "fresh"), ".4f")),
            "",
            _by_count(own, both[0], count, test.label),
            "",
            f"Graph and estimator on {parity_rows} cases: probabilities differ by at most "
            f"{difference:.1e}, novelty by {novelty:.1e}",
            "",
        ]
    )


def _by_count(
    own: Thresholds,
    inside: npt.NDArray[np.bool_],
    count: npt.NDArray[np.int64],
    label: npt.NDArray[np.int64],
) -> str:
    """Coverage and size by what is asked: the calibrated groups."""
    hit = inside[np.arange(len(label)), label]
    bounds = own.asked.tolist()
    rows = []
    for low, high in zip(bounds, [*bounds[1:], np.inf], strict=True):
        here = (count >= low) & (count < high)
        name = f"{_KINDS[low // KIND]}, {low % KIND} or more"
        covered, size = hit[here].mean(), inside[here].sum(axis=1).mean()
        rows.append({"asked": name, "share": here.mean(), "covered": covered, "size": size})
    return table(rows, dict.fromkeys(("share", "covered", "size"), ".4f"))


def main() -> None:
    """Measure, print, and write the table."""
    parser = options(__doc__, model=True)
    parser.add_argument("--calibration", type=int, default=210_000)
    parser.add_argument("--test", type=int, default=420_000)
    parser.add_argument("--parity", type=int, default=1_000_000)
    given = parser.parse_args()
    text = report(read_bundle(given.model), given.calibration, given.test, given.parity)
    tell(text, given.out)


if __name__ == "__main__":
    main()
