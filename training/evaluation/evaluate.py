"""How good a bundle is: against the exact posterior, cell by cell, and on real cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from training.bundles.loaded import LoadedBundle, Told
from training.data.features import asked_of, decoded
from training.data.labelled import LabelledCases
from training.data.real_cases import RealCases
from training.data.vignettes import Answered, Vignettes
from training.evaluation.metrics import calibration_error, in_top, kl_to_exact, log_loss
from training.evaluation.real_metrics import RealResult, real_metrics, real_rows, score_real
from training.evaluation.triage import URGENT, condition_ranks, triage_ranks
from training.model.classifier import Stage

Matrix = npt.NDArray[np.float64]
_STARTS: tuple[Stage, ...] = ("additive", "mixture")  # stages of fitting, before the trees
AGE_BANDS = (("under 40", 0, 40), ("40-64", 40, 65), ("65+", 65, 200))
_ASKED = (0, 9, 21, 41, 81)
"""Where the groups of forms begin, by how many findings they ask."""
_OF_FORMS = ("rows", "kl_to_exact", "top1", "top1_of_exact", "calibration_error")
SHARE_OF_A_CELL = 0.01
"""Cells of condition, age band and sex that hold less are too small to judge alone."""


@dataclass(frozen=True)
class Evaluation:
    """Everything the reports show."""

    version: str
    metrics: dict[str, Any]
    conditions: list[dict[str, Any]]
    cells: list[dict[str, Any]]
    real: list[dict[str, str]]
    probabilities: Matrix  # (n_vignettes, n_conditions)
    real_result: RealResult


def evaluate(
    bundle: LoadedBundle,
    vignettes: Vignettes,
    real: RealCases,
    labelled: LabelledCases,
    vocabulary: Vocabulary,
) -> Evaluation:
    """The evaluation of a bundle on vignettes it was not fitted to, and on the real cases.

    `labelled` are the labelled cases held out of training; none, and nothing is said of them.
    """
    answer = bundle.answer(vignettes.cases, vocabulary)
    model = answer.probabilities
    estimator = bundle.estimator()
    told: dict[str, Matrix] = {s: estimator.predict_proba(vignettes.cases, s) for s in _STARTS}
    told["model"] = model
    loss = {name: kl_to_exact(vignettes.exact, said) for name, said in told.items()}
    cells = list(_cells(vignettes, model, loss, vocabulary))
    result = score_real(bundle, real, vocabulary)
    metrics = {
        "vignettes": vignette_metrics(vignettes, answer, vocabulary),
        "kl_to_exact_of_additive_start": _mean(loss["additive"]),
        "kl_to_exact_of_mixture_start": _mean(loss["mixture"]),
        "worst_cell": max((c for c in cells if c["judged"]), key=_by_kl, default={}),
        "real": real_metrics(real, result, vocabulary),
        **_labelled_metrics(bundle, labelled, vocabulary),
    }
    return Evaluation(
        version=bundle.version,
        metrics=metrics,
        conditions=list(_conditions(vignettes, model, loss, vocabulary)),
        cells=cells,
        real=real_rows(real, result, vocabulary),
        probabilities=model,
        real_result=result,
    )


def _labelled_metrics(
    bundle: LoadedBundle, labelled: LabelledCases, vocabulary: Vocabulary
) -> dict[str, dict[str, float]]:
    if not len(labelled):
        return {}
    model = bundle.probabilities(labelled.cases, vocabulary)
    return {
        "labelled_held_out": {
            "cases": len(labelled),
            "log_loss": _mean(log_loss(labelled.label, model)),
            "top1": _mean(in_top(labelled.label, model, 1)),
            "top3": _mean(in_top(labelled.label, model, 3)),
        }
    }


def vignette_metrics(vignettes: Answered, answer: Told, vocabulary: Vocabulary) -> dict[str, float]:
    """The figures of a model on vignettes, beside those of the exact posterior."""
    label, exact, model = vignettes.label, vignettes.exact, answer.probabilities
    needs = condition_ranks(vocabulary)[label]
    told = triage_ranks(decoded(vignettes.cases), answer, vocabulary)
    errors = calibration_error(label, model)
    return {
        "rows": len(label),
        "kl_to_exact": _mean(kl_to_exact(exact, model)),
        "log_loss": _mean(log_loss(label, model)),
        "log_loss_of_exact": _mean(log_loss(label, exact)),
        "top1": _mean(in_top(label, model, 1)),
        "top1_of_exact": _mean(in_top(label, exact, 1)),
        "top3": _mean(in_top(label, model, 3)),
        "top3_of_exact": _mean(in_top(label, exact, 3)),
        "calibration_error": _mean(errors),
        "worst_calibration_error": round(float(errors.max()), 6),
        "emergencies_below_urgent": _mean(told[needs == 0] > URGENT),
    }


def form_metrics(
    bundle: LoadedBundle, forms: Answered, vocabulary: Vocabulary
) -> dict[str, dict[str, float]]:
    """The figures of vignettes by how many findings were asked, whole records last.

    `mean_highest` is the mean highest probability, which `top1` equals where it can be trusted.
    """
    asked, everything = asked_of(forms.cases), len(vocabulary.findings)
    answer = bundle.answer(forms.cases, vocabulary)
    found = {}
    for low, high in pairwise((*_ASKED, everything, everything + 1)):
        here = (asked >= low) & (asked < high)
        if here.any():
            some = Answered(forms.cases[here], forms.label[here], forms.exact[here])
            figures = vignette_metrics(some, answer.of(here), vocabulary)
            kept = {name: figures[name] for name in _OF_FORMS}
            kept["mean_highest"] = _mean(answer.probabilities[here].max(axis=1))
            found[f"asked_{low}_to_{high - 1}"] = kept
    return found


def age_band(cases: npt.NDArray[np.float32], vocabulary: Vocabulary) -> npt.NDArray[np.object_]:
    """(n_cases,) the band of each age, `unknown` where it is not recorded."""
    age = cases[:, vocabulary.column("age_years")]
    out = np.full(len(age), "unknown", dtype=object)
    for name, low, high in AGE_BANDS:
        out[(age >= low) & (age < high)] = name
    return out


def _sex(cases: npt.NDArray[np.float32], vocabulary: Vocabulary) -> npt.NDArray[np.object_]:
    finding = vocabulary.finding("sex")
    words = np.array([*finding.values, "unknown"], dtype=object)
    return np.asarray(words[np.maximum(cases[:, finding.column], -1).astype(np.int64)])


def _conditions(
    vignettes: Vignettes,
    model: Matrix,
    loss: Mapping[str, Matrix],
    vocabulary: Vocabulary,
) -> Iterator[dict[str, Any]]:
    errors = calibration_error(vignettes.label, model)
    for place, condition in enumerate(vocabulary.condition_ids):
        here = vignettes.label == place
        figures = _figures(here, vignettes, model, loss)
        yield {"condition": condition, **figures, "calibration_error": round(errors[place], 6)}


def _cells(
    vignettes: Vignettes, model: Matrix, loss: Mapping[str, Matrix], vocabulary: Vocabulary
) -> Iterator[dict[str, Any]]:
    bands, sexes = age_band(vignettes.cases, vocabulary), _sex(vignettes.cases, vocabulary)
    for place, condition in enumerate(vocabulary.condition_ids):
        for band in [*(name for name, *_ in AGE_BANDS), "unknown"]:
            for sex in np.unique(sexes):
                here = (vignettes.label == place) & (bands == band) & (sexes == sex)
                if here.any():
                    names = {"condition": condition, "age": band, "sex": sex}
                    figures = _figures(here, vignettes, model, loss)
                    yield {**names, **figures, "judged": bool(here.mean() >= SHARE_OF_A_CELL)}


def _figures(
    here: npt.NDArray[np.bool_], vignettes: Vignettes, model: Matrix, loss: Mapping[str, Matrix]
) -> dict[str, Any]:
    label, seen, exact = vignettes.label[here], model[here], vignettes.exact[here]
    return {
        "rows": int(here.sum()),
        "kl_to_exact": _mean(loss["model"][here]),
        "kl_to_exact_of_additive_start": _mean(loss["additive"][here]),
        "top1": _mean(in_top(label, seen, 1)),
        "top1_of_exact": _mean(in_top(label, exact, 1)),
        "top3": _mean(in_top(label, seen, 3)),
        "log_loss": _mean(log_loss(label, seen)),
        "log_loss_of_exact": _mean(log_loss(label, exact)),
    }


def _by_kl(cell: Mapping[str, Any]) -> float:
    return float(cell["kl_to_exact"])


def _mean(values: npt.NDArray[Any]) -> float:
    return round(float(values.mean()), 6) if len(values) else float("nan")
