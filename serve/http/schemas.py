"""The shapes of requests and answers, for OpenAPI: generated from the vocabulary where they can."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from data_gen.vocabulary import Finding, Vocabulary
from data_gen.vocabulary.condition import Triage
from serve.answer import CASE_ID
from serve.http.json_cases import LONGEST, TYPES
from serve.http.options import Limits

Schema = dict[str, Any]


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


class ShareReply(BaseModel):
    """What one finding adds: above 0 it speaks for the top condition."""

    finding: str
    words: str
    weight: float


class ExplanationReply(BaseModel):
    """Why `top` comes before `second`: `blank` plus all weights is `margin`."""

    top: str
    second: str
    margin: float
    """log(p_top / p_second)."""
    blank: float
    shares: list[ShareReply]
    text: str


class Result(BaseModel):
    """The answer for one case: the columns of a scored file."""

    case_id: str | None
    triage: Triage
    triage_source: Literal["override", "model", "both"]
    triage_reasons: list[str]
    open_red_flags: list[str]
    """Rules that a blank leaves open: what is still to be asked."""
    top_condition: str | None
    probabilities: dict[str, float] | None
    """By condition, the greatest first; null where no model answered."""
    prediction_set: list[str]
    novelty: float | None
    issues: list[Issue]
    explanation: ExplanationReply | None = None


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
    results: list[Result]


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


class VocabularyReply(BaseModel):
    """What a case may say, and what an answer can be."""

    hash: str
    findings: list[FindingReply]
    conditions: list[ConditionReply]


def body_schema(vocabulary: Vocabulary, limits: Limits) -> Schema:
    """The schema of a body of cases."""
    cases = {"type": "array", "minItems": 1, "maxItems": limits.cases, "items": _case(vocabulary)}
    told = f"Explain each answer; at most {limits.explained_cases} cases."
    explain = {"type": "boolean", "default": False, "description": told}
    properties = {"cases": cases, "explain": explain}
    return {
        "type": "object",
        "properties": properties,
        "required": ["cases"],
        "additionalProperties": False,
    }


def _case(vocabulary: Vocabulary) -> Schema:
    name = {"type": ["string", "null"], "maxLength": LONGEST, "description": "Your name for it."}
    findings = {finding.id: _finding(finding) for finding in vocabulary.findings}
    return {
        "type": "object",
        "properties": {CASE_ID: name, **findings},
        "additionalProperties": False,
    }


def _finding(finding: Finding) -> Schema:
    allowed = {
        "yes_no": "true, false, yes or no",
        "choice": ", ".join(finding.values),
        "number": f"{finding.low:g} to {finding.high:g} {finding.unit}" if finding.unit else "",
    }[finding.kind]
    told = f"{finding.question} ({allowed})" if allowed else finding.question
    return {"type": list(TYPES[finding.kind]), "maxLength": LONGEST, "description": told}


EXAMPLES: dict[str, Schema] = {
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
