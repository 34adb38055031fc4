"""Our classifier beside six other kinds of model, all from the same vignettes, in one run.

    python -m benchmarks.models --vignettes build/vignettes --out benchmarks/models.txt

Every model gets the same cases. The others learn the sampled labels, at their library's defaults
and tuned on training vignettes; ours learns the exact posterior too, and for
comparison only what the others see. Figures are on fresh vignettes; times hold on a quiet machine.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import onnxruntime as ort
from threadpoolctl import threadpool_limits

from benchmarks.models_text import Row, report
from benchmarks.output import options, tell
from benchmarks.peers import LIBRARIES, Given, Library, Real, Settings
from benchmarks.training_data import first, intervals_of, read_part
from serve.batch.processors import processors
from training.bundles.onnx.graph import export
from training.data.features import Cases
from training.data.vignettes import Vignettes
from training.evaluation.metrics import calibration_error, in_top, kl_to_exact, mean_interval
from training.model.boosting import TreeSettings, fit_trees
from training.model.classifier import LegPainClassifier
from training.model.estimators import mixture_trees
from training.params import read_params

_CONFIDENCE = 0.95
_REPEATS = 3
_SERVED_BLOCK = 4096  # cases that scoring gives the graph at a time
_PACKAGES = ("numpy", "scikit-learn", "lightgbm", "xgboost", "catboost", "onnxruntime")
Predict = Callable[[Cases], Real]


@dataclass(frozen=True)
class Fitted:
    """A model that has learned."""

    name: str
    learned: str  # from what
    predict: Predict
    seconds: float
    keep: Callable[[Path], object]


def peers(data: Vignettes, threads: int, names: Sequence[str]) -> Iterator[Fitted]:
    """Every named library at its defaults, then tuned."""
    given = Given(data.cases, intervals_of(data), threads)
    for library in LIBRARIES:
        if library.name in names:
            bound = "".join(f", {rounds} rounds" for rounds in library.defaults.values())
            yield _peer(library, f"{library.name}, defaults{bound}", library.defaults, given, data)
            yield _peer(library, f"{library.name}, tuned", library.tuned, given, data)


def _peer(
    library: Library, name: str, settings: Settings, given: Given, data: Vignettes
) -> Fitted:  # fmt: skip
    begun = time.perf_counter()
    features = library.features(given)
    model = library.make(settings, given)
    model.fit(features(data.cases), data.label)
    seconds = time.perf_counter() - begun
    return Fitted(
        name,
        "labels",
        lambda cases: np.asarray(model.predict_proba(features(cases)), dtype=np.float64),
        seconds,
        lambda path: library.keep(model, path),
    )


def ours(data: Vignettes, threads: int) -> Iterator[Fitted]:
    """Our classifier as the pipeline fits it, as graph and estimator; then from less."""
    begun = time.perf_counter()
    model = _blank(data, threads).learn(data)
    seconds = time.perf_counter() - begun
    served = export(model).SerializeToString(deterministic=True)
    learned = "exact posterior"
    yield Fitted("ours, graph as served", learned, _graph(served), seconds,
                 lambda path: path.write_bytes(served))  # fmt: skip
    yield _estimator("ours, estimator", learned, model, seconds)
    classes = range(data.exact.shape[1])
    begun = time.perf_counter()
    model = _blank(data, threads)
    model.fit(data.cases, data.label, classes=classes, component=data.component, latent=data.latent)
    seconds = time.perf_counter() - begun
    yield _estimator("ours, nothing exact", "labels, hidden states", model, seconds)
    begun = time.perf_counter()
    model = _blank(data, threads).fit(data.cases, data.label, classes=classes)
    yield _estimator("ours, labels alone", "labels", model, time.perf_counter() - begun)


def _blank(data: Vignettes, threads: int) -> LegPainClassifier:
    params = read_params().train.model_copy(update={"threads": threads})
    return mixture_trees(intervals_of(data), params)


def _estimator(name: str, learned: str, model: LegPainClassifier, seconds: float) -> Fitted:
    return Fitted(
        name, learned, model.predict_proba, seconds, lambda path: joblib.dump(model, path)
    )


def _graph(served: bytes) -> Predict:
    """What scoring asks: the graph, on one thread, block by block."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(served, options, providers=["CPUExecutionProvider"])

    def predict(cases: Cases) -> Real:
        starts = range(0, len(cases), _SERVED_BLOCK)
        blocks = [{"cases": cases[start : start + _SERVED_BLOCK]} for start in starts]
        found = [session.run(["probabilities"], block)[0] for block in blocks]
        return np.concatenate(found).astype(np.float64)

    return predict


def trees_of_posterior(data: Vignettes, threads: int) -> Fitted:
    """LightGBM's trees from the exact posterior: whether soft labels alone would do."""
    tuned = next(library.tuned for library in LIBRARIES if library.name == "LightGBM")
    settings = TreeSettings(
        rounds=tuned["n_estimators"],
        leaves=tuned["num_leaves"],
        learning_rate=tuned["learning_rate"],
        min_data=tuned["min_child_samples"],
        l2=tuned["reg_lambda"],
        max_bin=255,
        threads=threads,
        seed=0,
    )
    begun = time.perf_counter()
    prior = np.log(data.exact.mean(axis=0)).astype(np.float32)
    margin = np.tile(prior, (len(data), 1))
    weight = np.ones(len(data), dtype=np.float32)
    booster: Any = fit_trees(data.cases, margin, data.exact, settings, weight)
    seconds = time.perf_counter() - begun

    def predict(cases: Cases) -> Real:
        scores = prior + booster.predict(cases, raw_score=True, num_threads=threads)
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float64)

    return Fitted("LightGBM, soft labels", "exact posterior of causes", predict, seconds,
                  booster.save_model)  # fmt: skip


def measure(fitted: Fitted, test: Vignettes) -> Row:
    """The figures of a model on test vignettes."""
    taken = []
    for _ in range(_REPEATS):
        begun = time.perf_counter()
        proba = fitted.predict(test.cases)
        taken.append(time.perf_counter() - begun)
    lost = mean_interval(kl_to_exact(test.exact, proba), _CONFIDENCE)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "model"
        fitted.keep(path)
        size = path.stat().st_size
    row = Row(
        fitted.name,
        fitted.learned,
        lost.mean,
        lost.high - lost.mean,
        float(in_top(test.label, proba, 1).mean()),
        float(calibration_error(test.label, proba).mean()),
        fitted.seconds,
        min(taken) / len(test) * 1e6,
        size,
    )
    print(
        f"{row.name}: excess {row.kl_to_exact:.4f}, {row.seconds:.0f} s",
        file=sys.stderr,
        flush=True,
    )
    return row


def exact_row(test: Vignettes) -> Row:
    """What the exact posterior itself reaches: no model can do better, except by luck."""
    top = float(in_top(test.label, test.exact, 1).mean())
    error = float(calibration_error(test.label, test.exact).mean())
    return Row("the exact posterior", "", 0.0, 0.0, top, error)


def run(given: argparse.Namespace) -> str:
    """Fit and measure everything; the report."""
    data = first(read_part(given.vignettes, "train"), given.rows)
    test = first(read_part(given.vignettes, "test"), given.test_rows)
    load_before = os.getloadavg()[0]
    begun = time.perf_counter()
    rows = [exact_row(test)]
    with threadpool_limits(given.threads):
        rows += [measure(fitted, test) for fitted in ours(data, given.threads)]
        if "LightGBM" in given.only:
            rows.append(measure(trees_of_posterior(data, given.threads), test))
        rows += [measure(fitted, test) for fitted in peers(data, given.threads, given.only)]
    about = [
        f"{len(data):,} training vignettes, {len(test):,} fresh ones to measure on; "
        f"{processors()} cores, {given.threads} threads; load before {load_before:.1f}; "
        f"{(time.perf_counter() - begun) / 60:.0f} minutes in all",
        ", ".join(f"{name} {version(name)}" for name in _PACKAGES),
    ]
    return report(rows, about)


def main() -> None:
    """Measure, print, and write the table."""
    names = [library.name for library in LIBRARIES]
    parser = options(__doc__, vignettes=True)
    parser.add_argument("--rows", type=int, default=100_000, help="training vignettes")
    parser.add_argument("--test-rows", type=int, default=20_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", nargs="*", choices=names, default=names, help="of the others")
    given = parser.parse_args()
    text = run(given)
    tell(text, given.out)


if __name__ == "__main__":
    main()
