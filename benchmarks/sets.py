"""Coverage of prediction sets in each class, and graph against estimator on a million cases.

    python -m benchmarks.sets --model models/leg_pain --out benchmarks/sets.txt

The thresholds of the bundle, and thresholds from fresh calibration cases, on fresh test cases.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import joblib
import numpy as np
import numpy.typing as npt

from data_gen.profiles import load_knowledge
from data_gen.world import build_world
from training.calibrate import Drawn, draw
from training.contender import Contender, open_contender
from training.sets import coverage, least_probabilities, sets

Real = npt.NDArray[np.float64]
_COVERAGE = 0.95
_SEEDS = {"calibration": 81, "test": 82}


def probabilities(bundle: Contender, drawn: Drawn) -> Real:
    """What the bundle's graph says of drawn cases."""
    return bundle.probabilities(drawn.cases, load_knowledge().vocabulary)


def parity(bundle: Contender, drawn: Drawn) -> tuple[float, float]:
    """The largest difference of graph and estimator: in a probability, in novelty."""
    model = joblib.load(io.BytesIO(bundle.files["estimator.joblib"]))
    worst = np.zeros(2)
    for start in range(0, len(drawn.cases), 50_000):
        block = drawn.cases[start : start + 50_000]
        graph = bundle.session.run(["probabilities", "novelty"], {"cases": block})
        own = model.predict_proba(block), model.novelty(block)
        found = [np.abs(a - b).max() for a, b in zip(graph, own, strict=True)]
        worst = np.maximum(worst, found)
    return float(worst[0]), float(worst[1])


def report(bundle: Contender, calibration_rows: int, test_rows: int) -> str:
    """The table as text."""
    world = build_world(load_knowledge())
    ids, mix = world.vocabulary.condition_ids, world.mix("training")
    first = draw(world, mix, calibration_rows, _SEEDS["calibration"])
    test = draw(world, mix, test_rows, _SEEDS["test"])
    model = probabilities(bundle, test)
    own = np.array([bundle.manifest["prediction_set"][name] for name in ids])
    fresh = least_probabilities(probabilities(bundle, first), first.label, _COVERAGE)
    both = [sets(model, least) for least in (own, fresh)]
    covered = [coverage(inside, test.label) for inside in both]
    fewest = [int(np.bincount(part.label, minlength=len(ids)).min()) for part in (first, test)]
    lines = [f"{'condition':32} {'bundle':>8} {'fresh':>8}"]
    lines += [f"{name:32} {a:8.4f} {b:8.4f}" for name, a, b in zip(ids, *covered, strict=True)]
    lines += [f"{'least':32} {covered[0].min():8.4f} {covered[1].min():8.4f}"]
    lines += [f"{'most':32} {covered[0].max():8.4f} {covered[1].max():8.4f}"]
    lines += [
        f"{'mean size of a set':32} {both[0].sum(1).mean():8.3f} {both[1].sum(1).mean():8.3f}"
    ]
    difference, novelty = parity(bundle, test)
    return "\n".join(
        [
            "Coverage of prediction sets, 0.95 asked for in each condition",
            f"bundle {bundle.version}; at least {fewest[0]} calibration and {fewest[1]} test cases "
            "a condition",
            "",
            *lines,
            "",
            f"Graph and estimator on {len(test.cases)} cases: probabilities differ by at most "
            f"{difference:.1e}, novelty by {novelty:.1e}",
            "",
        ]
    )


def main() -> None:
    """Measure, print, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--model", type=Path, default=Path("models/leg_pain"))
    parser.add_argument("--calibration", type=int, default=430_000)
    parser.add_argument("--test", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    text = report(open_contender(given.model), given.calibration, given.test)
    print(text)
    if given.out:
        given.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
