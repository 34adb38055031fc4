"""Our classifier beside seven other kinds of model, all from the same vignettes, in one run.

    python -m benchmarks.models --vignettes build/vignettes --out benchmarks/models.txt

Every model gets the same cases. The others learn the sampled labels, and then the exact posterior
of the causes; ours learns that of the components too, and for comparison only what the others see.
Figures are on fresh vignettes, and on worse records, forms and other worlds; times hold on a quiet
machine.
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
from itertools import chain
from pathlib import Path

import joblib
import numpy as np
import onnxruntime as ort
from threadpoolctl import threadpool_limits

from benchmarks.elsewhere import Elsewhere, Predict
from benchmarks.models_text import Row, report
from benchmarks.network import Network
from benchmarks.output import options, tell
from benchmarks.peers import LIBRARIES, Given, Library, Real, soft_rows
from benchmarks.training_data import first, intervals_of, read_part
from data_gen.inference import ExactPosterior
from data_gen.profiles import load_knowledge
from data_gen.world import World, build_world
from serve.batch.processors import processors
from training.bundles.onnx.graph import export
from training.data.features import Cases, decoded
from training.data.vignettes import Vignettes
from training.evaluation.metrics import calibration_error, in_top, kl_to_exact, mean_interval
from training.model.calibrate import TRAINING
from training.model.classifier import LegPainClassifier
from training.model.estimators import mixture_trees
from training.params import read_params

LABELS, POSTERIOR = "labels", "exact posterior"
_CONFIDENCE = 0.95
_REPEATS = 3
_SERVED_BLOCK = 4096  # cases that scoring gives the graph at a time
_PACKAGES = ("numpy", "scikit-learn", "lightgbm", "xgboost", "catboost", "onnxruntime")


@dataclass(frozen=True)
class Fitted:
    """A model that has learned."""

    name: str
    learned: str  # from what
    predict: Predict
    seconds: float
    keep: Callable[[Path], object]


def peers(data: Vignettes, threads: int, names: Sequence[str]) -> Iterator[Fitted]:
    """Every named library from labels, then from the exact posterior; and a network from that."""
    given = Given(data.cases, intervals_of(data), threads)
    for library in LIBRARIES:
        if library.name in names:
            yield _peer(library, given, data, soft=False)
            yield _peer(library, given, data, soft=True)
    yield _network(given, data)


def _network(given: Given, data: Vignettes) -> Fitted:
    begun = time.perf_counter()
    features = given.intervals.indicators
    model = Network().fit(features(data.cases), data.exact)
    return Fitted(
        "neural network",
        POSTERIOR,
        lambda cases: model.predict_proba(features(cases)),
        time.perf_counter() - begun,
        lambda path: joblib.dump(model, path),
    )


def _peer(library: Library, given: Given, data: Vignettes, *, soft: bool) -> Fitted:
    begun = time.perf_counter()
    features = library.features(given)
    model = library.make(library.tuned, given)
    if soft:
        rows, label, weight = soft_rows(data.exact)
        model.fit(features(data.cases)[rows], label, sample_weight=weight)
    else:
        model.fit(features(data.cases), data.label)
    seconds = time.perf_counter() - begun
    return Fitted(
        library.name,
        POSTERIOR if soft else LABELS,
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
    learned = "exact posterior of components"
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
    yield _estimator("ours, labels alone", LABELS, model, time.perf_counter() - begun)


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


def measure(fitted: Fitted, test: Vignettes, elsewhere: Elsewhere) -> Row:
    """The figures of a model on test vignettes, and its excess elsewhere."""
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
        elsewhere.lost(fitted.predict),
    )
    print(
        f"{row.name}: excess {row.kl_to_exact:.4f}, {row.seconds:.0f} s",
        file=sys.stderr,
        flush=True,
    )
    return row


def exact_row(test: Vignettes, elsewhere: Elsewhere, world: World) -> Row:
    """What the exact posterior of the knowledge reaches: no model can do better on its own world.

    Elsewhere it is as wrong as what learned from it.
    """

    def predict(cases: Cases) -> Real:
        mix = world.mix(TRAINING)
        return ExactPosterior(world)(decoded(cases), mix, workers=2).probability

    top = float(in_top(test.label, test.exact, 1).mean())
    error = float(calibration_error(test.label, test.exact).mean())
    lost = elsewhere.lost(predict)
    return Row("the exact posterior", "", 0.0, 0.0, top, error, elsewhere=lost)


def run(given: argparse.Namespace) -> str:
    """Fit and measure everything; the report."""
    data = first(read_part(given.vignettes, "train"), given.rows)
    test = first(read_part(given.vignettes, "test"), given.test_rows)
    load_before = os.getloadavg()[0]
    begun = time.perf_counter()
    knowledge = load_knowledge()
    world = build_world(knowledge)
    elsewhere = Elsewhere.of(knowledge, world, given.elsewhere_rows)
    rows = [exact_row(test, elsewhere, world)]
    with threadpool_limits(given.threads):
        fitted = chain(ours(data, given.threads), peers(data, given.threads, given.only))
        rows += [measure(one, test, elsewhere) for one in fitted]
    about = [
        f"{len(data):,} training vignettes, {len(test):,} fresh ones to measure on, "
        f"{given.elsewhere_rows:,} of each kind elsewhere; "
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
    parser.add_argument("--elsewhere-rows", type=int, default=6_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", nargs="*", choices=names, default=names, help="of the others")
    given = parser.parse_args()
    text = run(given)
    tell(text, given.out)


if __name__ == "__main__":
    main()
