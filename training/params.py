"""The parameters of the pipeline: every knob, read from `params.yaml` and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data_gen.vocabulary.yaml_lines import YamlError, duplicate_keys, line_of, read_yaml
from serve.problem import Problem, RefusedError

PARAMS = Path("params.yaml")
Count = Annotated[int, Field(ge=1)]
CountOrNone = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, lt=1)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SampleParams(_Section):
    """How many vignettes are drawn, and from which seeds."""

    train_rows: Count
    train_seed: CountOrNone
    test_rows: Count
    test_seed: CountOrNone
    workers: Count


class TrainParams(_Section):
    """How the classifier is fitted."""

    seed: CountOrNone
    threads: Count
    epochs: Count
    first_epochs: Count
    last_epochs: CountOrNone
    learning_rate: Positive
    first_learning_rate: Positive
    last_learning_rate: Positive
    batch_size: Count
    tree_rounds: CountOrNone
    tree_rows: Count
    tree_leaves: Annotated[int, Field(ge=2)]
    tree_learning_rate: Positive
    tree_min_data: Count
    tree_l2: NotNegative
    tree_max_bin: Annotated[int, Field(ge=2, le=65535)]
    calibration_rows: Count
    coverage: Share
    complete_rows: Count
    novelty_rows: Count
    novelty_rounds: CountOrNone
    labelled_cases: Path
    labelled_weight: NotNegative


class EvaluateParams(_Section):
    """What the evaluation reports."""

    real_cases: Path
    calibration_bins: Count
    confidence: Share


class GateParams(_Section):
    """By how much a candidate must not be worse than the champion."""

    confidence: Share
    calibration: Positive
    real_top3: Count
    real_emergencies: Count
    holdout_emergencies: Positive
    labelled_excess: Positive


class TrackParams(_Section):
    """The names under which MLflow files a run and its model."""

    experiment: str
    model: str


class Params(_Section):
    """Every knob of the pipeline."""

    sample: SampleParams
    train: TrainParams
    evaluate: EvaluateParams
    gate: GateParams
    track: TrackParams


def read_params(path: Path = PARAMS) -> Params:
    """The parameters of a file; RefusedError lists every mistake with its line and remedy."""
    try:
        raw = read_yaml(path)
        twice = [_twice(path, line, key) for line, key in duplicate_keys(path)]
    except OSError as error:
        message = error.strerror or "it cannot be read"
        problem = Problem("no_params", str(path), message, "run from the project's folder")
        raise RefusedError(problem) from None
    except YamlError as error:
        raise RefusedError(Problem("not_yaml", str(path), str(error))) from None
    if twice:
        raise RefusedError(*twice)
    try:
        return Params.model_validate(raw)
    except ValidationError as error:
        raise RefusedError(*_problems(path, error)) from None


def _twice(path: Path, line: int, key: str) -> Problem:
    return Problem("key_twice", f"{path}:{line}", f"{key} stands twice", "delete one of them")


def _problems(path: Path, error: ValidationError) -> list[Problem]:
    found = []
    for item in error.errors():
        name = ".".join(str(part) for part in item["loc"]) or "the file"
        given = "" if item["type"] == "missing" else f" (given: {item['input']!r})"
        where = f"{path}:{line_of(path, item['loc'])}"
        message = f"{name}: {item['msg']}{given}"
        remedy = "correct the value; the file says what each knob does"
        found.append(Problem("bad_param", where, message, remedy))
    return found
