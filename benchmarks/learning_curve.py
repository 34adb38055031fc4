"""Our classifier's excess by the number of training vignettes and by the seconds of fitting.

    python -m benchmarks.learning_curve --vignettes build/vignettes \
        --out benchmarks/learning_curve.txt

Writes the table, and a plot beside it. Sizes beyond the training file's are drawn first, from the
same seed: their first rows are the file's.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from threadpoolctl import threadpool_limits

from benchmarks.output import options, table, tell
from benchmarks.training_data import first, intervals_of, read_part
from serve.batch.processors import processors
from training.data.vignettes import Vignettes
from training.evaluation.metrics import in_top, kl_to_exact, mean_interval
from training.model.estimators import mixture_trees
from training.params import read_params
from training.paths import pair

_SIZES = (10_000, 20_000, 40_000, 80_000, 160_000, 240_000, 480_000)
_CONFIDENCE = 0.95
_LONG = 3600  # seconds of fitting that one machine is not asked for
_FLAT = 0.15  # a doubling that saves a smaller share of the excess than this is flat
_PACKAGES = ("numpy", "lightgbm", "scikit-learn")


@dataclass(frozen=True)
class Point:
    """What so many vignettes give."""

    rows: int
    seconds: float  # of fitting
    kl_to_exact: float
    margin: float  # half of its 95 % interval
    before_trees: float  # excess of the mixture alone
    additive: float  # and of the additive start
    top1: float


def measure(data: Vignettes, test: Vignettes, threads: int) -> Point:
    """Fit to all of the vignettes and measure."""
    params = read_params().train.model_copy(update={"threads": threads})
    begun = time.perf_counter()
    model = mixture_trees(intervals_of(data), params).learn(data)
    seconds = time.perf_counter() - begun
    proba = model.predict_proba(test.cases)
    lost = mean_interval(kl_to_exact(test.exact, proba), _CONFIDENCE)
    mixture, additive = (
        float(kl_to_exact(test.exact, model.predict_proba(test.cases, stage)).mean())
        for stage in ("mixture", "additive")
    )
    top1 = float(in_top(test.label, proba, 1).mean())
    point = Point(
        len(data), seconds, lost.mean, lost.high - lost.mean, mixture, additive, top1
    )  # fmt: skip
    print(
        f"{point.rows} vignettes: {point.kl_to_exact:.4f}, {seconds:.0f} s",
        file=sys.stderr,
        flush=True,
    )
    return point


def curve(given: argparse.Namespace) -> Iterator[Point]:
    """A point for each size, drawing more vignettes where the file has too few."""
    test = read_part(given.vignettes, "test")
    data = read_part(given.vignettes, "train")
    for rows in sorted(given.sizes):
        if rows > len(data):
            data = drawn(rows, data)
        with threadpool_limits(given.threads):
            yield measure(first(data, rows), test, given.threads)


def drawn(rows: int, known: Vignettes) -> Vignettes:
    """More vignettes from the seed of the training file; ends where they do not continue it."""
    sample = read_params().sample
    with tempfile.TemporaryDirectory() as scratch:
        cases, truth = pair(Path(scratch), "train")
        command = [sys.executable, "-m", "data_gen", "sample", "--workers", str(sample.workers),
                   "--rows", str(rows), "--seed", str(sample.train_seed),
                   "--out", str(cases), "--truth", str(truth)]  # fmt: skip
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        found = read_part(Path(scratch), "train")
    if not np.array_equal(found.cases[: len(known)], known.cases):
        sys.exit("the training vignettes are of other knowledge: `.venv/bin/dvc repro sample`")
    return found


_COLUMNS = {"vignettes": ",", "fit s": ".1f", "excess": ".4f", "±": ".4f", "mixture": ".4f",
            "additive": ".4f", "top-1": ".4f"}  # fmt: skip


def answer(points: Sequence[Point]) -> str:
    """Whether one machine is enough to train on, from the last points of the curve."""
    last = points[-1]
    flat = next((a for a, b in pairwise(points) if _saved(a, b) < _FLAT), None)
    where = (
        f"the curve flattens at {flat.rows:,} vignettes ({flat.kl_to_exact:.4f} nats, "
        f"{flat.seconds:.0f} s), where a doubling saves less than {_FLAT:.0%} of the excess"
        if flat
        else f"the curve still falls at {last.rows:,} vignettes ({last.kl_to_exact:.4f} nats)"
    )
    verdict = "enough" if last.seconds < _LONG else "slow"
    return (
        f"One machine is {verdict} to train on: {where}, and the longest fit here, of "
        f"{last.rows:,}, took {last.seconds / 60:.1f} minutes on {processors()} cores."
    )


def _saved(a: Point, b: Point) -> float:
    """The share of the excess that a doubling saves, between two sizes."""
    return float(1 - (b.kl_to_exact / a.kl_to_exact) ** (1 / np.log2(b.rows / a.rows)))


def report(points: Sequence[Point], about: str) -> str:
    """The table as text, and what it answers."""
    rows = [dict(zip(_COLUMNS, astuple(point), strict=True)) for point in points]
    return "\n".join(
        [
            "Our classifier by the number of training vignettes, with the knobs of params.yaml",
            about,
            "",
            "excess: nats over the exact posterior, with half of its 95 % interval; mixture and",
            "additive: the same before the boosted trees, and for the additive start; fit s:",
            "seconds from encoded cases to a fitted model, novelty not learned",
            "",
            table(rows, _COLUMNS),
            "",
            answer(points),
            "",
        ]
    )


def plot(points: Sequence[Point], path: Path) -> None:
    """The curve by vignettes and by seconds, both on logarithmic axes."""
    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    lost = [p.kl_to_exact for p in points]
    error = [p.margin for p in points]
    by = ([p.rows / 1000 for p in points], [p.seconds for p in points])
    titles = ("training vignettes, thousands", f"fitting time, seconds on {processors()} cores")
    for axis, x, title in zip(axes, by, titles, strict=True):
        axis.errorbar(x, lost, yerr=error, marker="o", color="tab:blue", label="our classifier")
        axis.set(xscale="log", yscale="log", xlabel=title)
        axis.grid(visible=True, which="both", alpha=0.3)
        axis.minorticks_off()
        axis.set_xticks(x, [f"{value:,.0f}" for value in x])
    ticks = [0.005, 0.01, 0.02, 0.05, 0.1]
    axes[0].set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes[0].set_ylabel("excess log-loss over the exact posterior, nats")
    axes[0].plot(by[0], [p.before_trees for p in points], "--", color="tab:gray",
                 label="before the boosted trees")  # fmt: skip
    axes[0].legend()
    figure.savefig(path, dpi=150)


def main() -> None:
    """Measure, print, write the table and draw the plot."""
    parser = options(__doc__, vignettes=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=_SIZES)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    before = os.getloadavg()[0]
    points = list(curve(given))
    about = (
        f"{processors()} cores, {given.threads} threads; load before {before:.1f}; "
        + ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    )
    text = report(points, about)
    tell(text, given.out)
    if given.out:
        plot(points, given.out.with_suffix(".png"))


if __name__ == "__main__":
    main()
