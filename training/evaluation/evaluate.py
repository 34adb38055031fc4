"""How good a bundle is: against the exact posterior, cell by cell, and on real cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from serve.triage import EMERGENCY, URGENT
from training.bundles.loaded import LoadedBundle, Told
from training.data.features import decoded
from training.data.labelled import LabelledCases
from training.data.real_cases import RealCases
from training.data.vignettes import Answered, Vignettes
from training.evaluation.groups import by_age, by_asked, by_sex
from training.evaluation.metrics import calibration_error, in_top, kl_to_exact, log_loss
from training.evaluation.real_metrics import real_metrics, real_rows, score_real
from training.evaluation.triage import needed, triaged
from training.evaluation.triage_metrics import of_labelled, of_vignettes

Matrix = npt.NDArray[np.float64]
_OF_FORMS = ("rows", "kl_to_exact", "top1", "top1_of_exact", "calibration_error")
_WHOLE = "model"
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
    told: dict[str, Matrix] = {
        stage: estimator.predict_proba(vignettes.cases, stage) for stage in estimator.stages[:-1]
    }
    told[_WHOLE] = model
    loss = {name: kl_to_exact(vignettes.exact, said) for name, said in told.items()}
    cells = list(_cells(vignettes, model, loss, vocabulary))
    judged = [cell for cell in cells if cell["judged"]]
    result = score_real(bundle, real, vocabulary)
    metrics = {
        "vignettes": vignette_metrics(vignettes, answer, vocabulary),
        **_of_starts(loss, slice(None)),
        "worst_cell": max(judged, key=itemgetter("kl_to_exact"), default={}),
        "triage": _triage_metrics(bundle, vignettes, answer, vocabulary),
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
    )


def _triage_metrics(
    bundle: LoadedBundle, vignettes: Vignettes, answer: Told, vocabulary: Vocabulary
) -> dict[str, Any]:
    found = of_vignettes(bundle, vignettes, answer, vocabulary)
    return {
        "all": found.figures(),
        "by_age": found.grouped(by_age(vignettes.cases, vocabulary)),
        "by_sex": found.grouped(by_sex(vignettes.cases, vocabulary)),
        "by_level": found.by_level(),
    }


def _labelled_metrics(
    bundle: LoadedBundle, labelled: LabelledCases, vocabulary: Vocabulary
) -> dict[str, dict[str, Any]]:
    if not len(labelled):
        return {}
    answer = bundle.answer(labelled.cases, vocabulary)
    model = answer.probabilities
    return {
        "labelled_held_out": {
            "cases": len(labelled),
            "log_loss": _mean(log_loss(labelled.label, model)),
            "top1": _mean(in_top(labelled.label, model, 1)),
            "top3": _mean(in_top(labelled.label, model, 3)),
            "triage": of_labelled(bundle, labelled, answer, vocabulary).figures(),
        }
    }


def vignette_metrics(vignettes: Answered, answer: Told, vocabulary: Vocabulary) -> dict[str, float]:
    """The figures of a model on vignettes, beside those of the exact posterior."""
    label, exact, model = vignettes.label, vignettes.exact, answer.probabilities
    emergency = needed(vignettes, vocabulary) == EMERGENCY
    told = triaged(decoded(vignettes.cases[emergency]), answer.of(emergency), vocabulary)
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
        "emergencies_below_urgent": _mean(told.level > URGENT),
    }


def form_metrics(
    forms: Answered, answer: Told, vocabulary: Vocabulary
) -> dict[str, dict[str, float]]:
    """The figures of vignettes by how many findings were asked, whole records last.

    `mean_highest` is the mean highest probability, which `top1` equals where it can be trusted.
    """
    found = {}
    for name, here in by_asked(forms.cases, vocabulary).items():
        some = Answered(forms.cases[here], forms.label[here], forms.exact[here])
        figures = vignette_metrics(some, answer.of(here), vocabulary)
        kept = {figure: figures[figure] for figure in _OF_FORMS}
        kept["mean_highest"] = _mean(answer.probabilities[here].max(axis=1))
        found[name] = kept
    return found


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
    ages, sexes = by_age(vignettes.cases, vocabulary), by_sex(vignettes.cases, vocabulary)
    for place, condition in enumerate(vocabulary.condition_ids):
        for band, of_age in ages.items():
            for sex, of_sex in sexes.items():
                here = (vignettes.label == place) & of_age & of_sex
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
        "kl_to_exact": _mean(loss[_WHOLE][here]),
        **_of_starts(loss, here),
        "top1": _mean(in_top(label, seen, 1)),
        "top1_of_exact": _mean(in_top(label, exact, 1)),
        "top3": _mean(in_top(label, seen, 3)),
        "log_loss": _mean(log_loss(label, seen)),
        "log_loss_of_exact": _mean(log_loss(label, exact)),
    }


def _of_starts(loss: Mapping[str, Matrix], here: npt.NDArray[np.bool_] | slice) -> dict[str, float]:
    """The excess of each stage before the whole model, none of one that has a single stage."""
    starts = {name: lost for name, lost in loss.items() if name != _WHOLE}
    return {f"kl_to_exact_of_{name}_start": _mean(lost[here]) for name, lost in starts.items()}


def _mean(values: npt.NDArray[Any]) -> float:
    return round(float(values.mean()), 6) if len(values) else float("nan")
