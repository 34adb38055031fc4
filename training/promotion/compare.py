"""Runs beside each other: what each loses, and the paired interval of the difference."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from serve.model.bundle import HASHES
from serve.problem import Problem, RefusedError
from training.bundles.loaded import LoadedBundle, read_bundle
from training.data.real_cases import RealCases
from training.data.vignettes import Vignettes
from training.evaluation.metrics import Interval, in_top, kl_to_exact, log_loss
from training.evaluation.real_metrics import score_real
from training.promotion.checks.check import of_means
from training.promotion.store.model_store import ModelStore

Real = npt.NDArray[np.float64]
_TAIL = 0.025
_VERSION = re.compile(r"[0-9a-f]{12}")
HEAD = (
    "run", "estimator", "excess, nats", "more than the first", "cause first",
    "real cases: log-loss", "more than the first",
)  # fmt: skip


def open_run(name: str, store: ModelStore, experiment: str) -> LoadedBundle:
    """The bundle of a folder, or of a version that the model store or a run in MLflow holds."""
    from training.tracking.client import fetch_bundle

    if (Path(name) / HASHES).is_file():
        return read_bundle(Path(name))
    if name in store.kept():
        return store.open(name)
    if _VERSION.fullmatch(name):
        with tempfile.TemporaryDirectory() as scratch:
            folder = fetch_bundle(experiment, name, Path(scratch))
            if folder is not None:
                return read_bundle(folder)
    message = "it is no folder of a bundle, and neither model store nor MLflow has such a version"
    remedy = "name such a folder, as build/candidate, or a version of `python -m training list`"
    raise RefusedError(Problem("no_run", name, message, remedy))


def compared_runs(
    runs: Sequence[LoadedBundle], vignettes: Vignettes, real: RealCases, vocabulary: Vocabulary
) -> Iterator[list[str]]:
    """A row of `HEAD` for each run; every run is held against the first, on the same cases."""
    first: tuple[Real, Real] | None = None
    for run in runs:
        told = run.probabilities(vignettes.cases, vocabulary)
        lost = kl_to_exact(vignettes.exact, told)
        of_real = log_loss(real.label, score_real(run, real, vocabulary).probabilities)
        beside = [""] * 2
        if first is not None:
            new = zip((lost, of_real), first, strict=True)
            beside = [_interval(of_means(*pair, _TAIL)[1]) for pair in new]
        first = first or (lost, of_real)
        top = in_top(vignettes.label, told, 1).mean()
        knobs = run.manifest.get("params", {}).get("train", {})
        yield [
            run.version, str(knobs.get("estimator", "")), f"{lost.mean():.4f}", beside[0],
            f"{100 * top:.1f} %", f"{of_real.mean():.4f}", beside[1],
        ]  # fmt: skip


def _interval(within: Interval) -> str:
    return f"{within.mean:+.4f} ({within.low:+.4f} to {within.high:+.4f})"
