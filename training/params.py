"""The parameters of the pipeline: every knob, read from `params.yaml` and checked."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from data_gen.vocabulary.yaml_lines import YamlError, duplicate_keys, line_of, read_yaml
from serve.problem import Problem, RefusedError

PARAMS = Path("params.yaml")
Part = Literal["train", "validation", "test", "forms"]
"""The parts of the vignettes: to learn from, to tune on, to report whole records and forms."""
PARTS: tuple[Part, ...] = get_args(Part)
FORMS: tuple[Part, ...] = ("train", "forms")
"""Those of which what is asked is drawn too."""
EstimatorName = Literal["mixture-trees", "mixture", "lightgbm", "hist-gradient-boosting"]
"""What `training.model.estimators` makes."""
Count = Annotated[int, Field(ge=1)]
CountOrNone = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, lt=1)]
Fraction = Annotated[float, Field(ge=0, le=1)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LearnParams(_Section):
    """Which labelled cases update the knowledge, and how much each counts."""

    labelled_cases: Path
    labelled_weight: NotNegative


class SampleParams(_Section):
    """How many vignettes are drawn, and from which seeds."""

    train_rows: Count
    train_seed: CountOrNone
    validation_rows: Count
    validation_seed: CountOrNone
    test_rows: Count
    test_seed: CountOrNone
    forms_rows: Count
    forms_seed: CountOrNone
    workers: Count

    def drawn(self, part: Part) -> tuple[int, int]:
        """The seed and the rows of a part."""
        return getattr(self, f"{part}_seed"), getattr(self, f"{part}_rows")

    @model_validator(mode="after")
    def _apart(self) -> Self:
        """Two parts of one seed are the same patients: a model would be measured on its lessons."""
        seeds = {part: getattr(self, f"{part}_seed") for part in PARTS}
        for one, other in combinations(PARTS, 2):
            if seeds[one] == seeds[other]:
                raise ValueError(
                    f"{one}_seed and {other}_seed are both {seeds[one]}: they would draw the same "
                    "patients; give each part a seed of its own"
                )
        return self


class TrainParams(_Section):
    """Which estimator is fitted, and how."""

    estimator: EstimatorName
    seed: CountOrNone
    threads: Count
    epochs: Count
    first_epochs: Count
    learning_rate: Positive
    first_learning_rate: Positive
    batch_size: Count
    tree_rounds: CountOrNone
    tree_rows: Count
    tree_leaves: Annotated[int, Field(ge=2)]
    tree_learning_rate: Positive
    tree_min_data: Count
    tree_l2: NotNegative
    plain_rounds: Count
    plain_leaves: Annotated[int, Field(ge=2)]
    plain_learning_rate: Positive
    plain_min_data: Count
    plain_l2: NotNegative
    calibration_rows: Count
    coverage: Share
    complete_rows: Count
    novelty_rows: Count
    novelty_rounds: CountOrNone


class EvaluateParams(_Section):
    """What the evaluation looks at besides vignettes."""

    real_cases: Path


class GateParams(_Section):
    """What a candidate must reach, and by how much it may be worse than the champion."""

    rows: Count
    error: Annotated[float, Field(gt=0, lt=0.5)]
    confidence: Share
    kl_to_exact: Positive
    calibration: Positive
    emergencies: Positive
    real_top3: CountOrNone
    real_emergencies: CountOrNone
    real_log_loss: Positive
    labelled_kl_to_exact: Positive
    published: CountOrNone
    knowledge_step: Positive
    limit_real_emergencies: CountOrNone
    limit_real_top3: Fraction
    limit_kl_to_exact: Positive
    limit_calibration: Positive
    limit_emergencies: Fraction
    limit_published: Fraction


class TrackParams(_Section):
    """The names under which MLflow files a run and its model."""

    experiment: str
    model: str


class Params(_Section):
    """Every knob of the pipeline."""

    learn: LearnParams
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
