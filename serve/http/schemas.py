"""The shapes of answers, for OpenAPI, and examples of requests."""

from __future__ import annotations

from typing import Any, Literal, get_type_hints

from pydantic import BaseModel, Field, create_model

from data_gen.vocabulary.condition import Triage
from serve.answer import (
    ANSWER,
    EXPLANATION,
    ISSUES,
    LIKELY,
    NUMBER,
    PROBABILITIES,
    WORD,
    WORDS,
    Column,
    Kind,
)
from serve.asking.question import Question
from serve.model.components import Component
from serve.model.explain import Explanation, Share


class ProblemReply(BaseModel):
    """One thing that is wrong with a request."""

    code: str
    field: str
    """Where it is, such as `cases[0].age_years`; blank for the request as a whole."""
    message: str
    remedy: str


class Refused(BaseModel):
    """Why a request is not answered: the first problems, and how many there are."""

    problems: list[ProblemReply]
    count: int
    request_id: str


class Issue(BaseModel):
    """One thing about a case that its score had to work around."""

    code: str
    message: str
    finding: str = ""


def _shape(name: str, says: str, of: type, **others: Any) -> Any:
    """The fields of a dataclass, but for those that JSON has otherwise, or beside them."""
    own = {field: (kind, ...) for field, kind in get_type_hints(of).items()}
    return create_model(name, __doc__=says, **own | others)


ShareReply = _shape(
    "ShareReply", "What one finding adds: above 0 it speaks for the top condition.", Share
)
ExplanationReply = _shape(
    "ExplanationReply",
    "Why `top` comes before `second`: `blank` plus all weights is `margin`.",
    Explanation, shares=(list[ShareReply], ...), text=(str, ...),  # type: ignore[valid-type]
)  # fmt: skip
LikelyReply = _shape(
    "LikelyReply", "One thing that the case could be, and how probable it is.",
    Component, within=(str, ...), probability=(float, ...),
)  # fmt: skip
QuestionReply = _shape("QuestionReply", "One finding to ask for, and why.", Question)

SHAPES: dict[Kind, Any] = {
    WORD: str | None,
    WORDS: list[str],
    NUMBER: float | None,
    PROBABILITIES: dict[str, float] | None,
    LIKELY: list[LikelyReply],  # type: ignore[valid-type] # made above
    ISSUES: list[Issue],
    EXPLANATION: ExplanationReply | None,
}
"""What JSON has for each kind of column."""


def _field(column: Column) -> Any:
    shape = Literal[column.words] if column.words else SHAPES[column.kind]
    default = None if column.on_request else ...
    return shape, Field(default, description=column.meaning)


Result = create_model(
    "Result",
    __doc__="The answer for one case: the columns of a scored file.",
    case_id=(str | None, ...),
    **{column.name: _field(column) for column in ANSWER if not column.told_once},
)


class MadeBy(BaseModel):
    """What made the answers."""

    mix: str
    mapping: str | None
    """Always null: a mapping is for files of `serve score`."""
    versions: dict[str, str]
    columns_read: list[str]
    columns_not_read: list[str]
    """Fields that are nearly named like a finding; each is in the `issues` of its case."""


class ScoreReply(BaseModel):
    """The answers, in the order of the cases."""

    model_version: str
    overrides_only: bool
    """True while no model can be loaded: then silence is no all-clear."""
    made_by: MadeBy
    warnings: list[str]
    results: list[Result]  # type: ignore[valid-type] # made above


class AskResult(BaseModel):
    """What to ask next of one case, the most helpful first."""

    case_id: str | None
    triage: Triage
    """As far as the case is known: what is asked may raise it."""
    questions: list[QuestionReply]  # type: ignore[valid-type] # made above


class AskReply(BaseModel):
    """What to ask next, in the order of the cases."""

    model_version: str
    overrides_only: bool
    """True while no model can be loaded: then only open flags are asked about."""
    results: list[AskResult]


class Health(BaseModel):
    """Whether the service can answer, and by what."""

    status: Literal["live", "ready", "busy", "unready"]
    reason: str | None = None
    """Why it is unready."""
    model_version: str
    overrides_only: bool


class PredictionSetReply(BaseModel):
    """The least probability of each condition in a set, by how many findings are recorded."""

    recorded: list[int]
    least: dict[str, list[float]]


class ModelReply(BaseModel):
    """The model in use, from its manifest; null where there is none."""

    model_version: str
    overrides_only: bool
    vocabulary_hash: str
    conditions: list[str]
    mix: dict[str, dict[str, float]] | None
    prediction_set: PredictionSetReply | None
    libraries: dict[str, str] | None
    data_hash: str | None


class FindingReply(BaseModel):
    """One finding: what it means, what to ask, and what a case may say of it."""

    id: str
    kind: Literal["yes_no", "choice", "number"]
    values: list[str]
    low: float | None
    high: float | None
    unit: str
    asked: str
    meaning: str
    question: str


class ConditionReply(BaseModel):
    """One of the causes that the model tells apart."""

    id: str
    name: str
    icd10: str
    triage: Triage
    indicates: str
    tests: list[str]
    care: list[str]
    caution: list[str]
    safety_net: list[str]


class VocabularyReply(BaseModel):
    """What a case may say, and what an answer can be."""

    hash: str
    findings: list[FindingReply]
    conditions: list[ConditionReply]


EXAMPLES: dict[str, dict[str, Any]] = {
    "one": {
        "summary": "One case",
        "value": {
            "cases": [
                {"age_years": 67, "smoking": "current", "site_calf": "yes", "worse_walking": True,
                 "walking_distance_m": 150, "relief_standing": "yes"}
            ]
        },
    },
    "many": {
        "summary": "Two cases, one of them an emergency by an override",
        "value": {
            "cases": [
                {"case_id": "a", "age_years": 58, "saddle_numbness": "yes", "weakness": "yes"},
                {"case_id": "b", "age_years": 24, "sex": "female", "site_shin": "yes",
                 "diffuse_shin_tenderness": True, "training_increase": True},
            ]
        },
    },
    "explained": {
        "summary": "A case with the findings that spoke for its top condition",
        "value": {
            "cases": [{"age_years": 52, "first_step_pain": "yes", "heel_tenderness": "present"}],
            "explain": True,
        },
    },
}  # fmt: skip
FILE_EXAMPLE = "case_id,age_years,site_calf,relief_standing\na,67,yes,yes\nb,24,no,\n"
