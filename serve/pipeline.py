"""The chain of scoring, one block at a time: normalise, overrides, probabilities, combine.

Each step is a function of its own module; here they only follow each other. Every row's result
depends on that row alone.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from data_gen.vocabulary.complete import Completed, complete
from serve.answer import JOIN, NO_MODEL
from serve.cases.csv_rows import DictionaryColumn
from serve.cases.header import Header
from serve.cases.parse import Cache, ParsedCases, parse_cases
from serve.issues import Issue
from serve.mapping.reader import Key
from serve.model.bundle import Bundle
from serve.model.explain import Explanation, explain
from serve.model.failing import failure
from serve.model.predict import ModelOutput, no_output, parts_per_million, predict
from serve.model.prediction_sets import count_asked
from serve.overrides.matrix.results import Flags, flags_of
from serve.triage import NONE, Triage, combine, model_reason, top

Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
ADULT = 18
_LOG = logging.getLogger("claudico.serve")


@dataclass(frozen=True)
class ScoringPipeline:
    """What scoring needs beside the cases: the vocabulary, and the model where there is one."""

    vocabulary: Vocabulary
    bundle: Bundle | None = None
    weights: Matrix | None = None
    cache: Cache = field(default_factory=Cache)
    explain: bool = False
    mix: str = "training"
    """The class mix that the weights stand for."""
    failure: str = ""
    """Why there is no model, where there should be one."""
    logged: set[str] = field(default_factory=set)

    @property
    def model_version(self) -> str:
        """The version of the bundle, or a word for none."""
        return self.bundle.model_version if self.bundle else NO_MODEL


@dataclass(frozen=True)
class Scores:
    """The answers for n cases, row by row in the order of the cases."""

    triage: Triage
    reasons: list[str]
    open_red_flags: tuple[list[str], Ints]
    """Distinct texts, and which row has which."""
    parts_per_million: Ints  # (n_cases, n_conditions) millionths; 0 where no model answered
    known: Mask  # (n_cases,) whether the model answered
    top: Ints  # (n_cases, 3)
    prediction_set: tuple[list[str], Ints]
    novelty: Matrix | None
    issues: list[str]  # JSON, or nothing
    counts: Mapping[str, int]  # issues by code
    model_version: str
    """Of the model that was asked; it has no part in the rows that it gave no answer to."""
    failure: str
    """What the model failed with, if it did."""
    explanations: list[str] | None  # where they were asked for; nothing where no model answered
    words_met: frozenset[tuple[int, Key]]  # of a mapping, each with the place of its column


def score_columns(
    chain: ScoringPipeline, columns: Mapping[int, DictionaryColumn], header: Header, n: int
) -> Scores:
    """The scores of n cases whose cells are given as texts, by column."""
    return score_values(chain, parse_cases(columns, header, n, chain.vocabulary, chain.cache))


def score_values(chain: ScoringPipeline, cases: ParsedCases) -> Scores:
    """The scores of cases whose cells are values."""
    completed = complete(cases.values, chain.vocabulary)
    flags = flags_of(completed.present, chain.vocabulary)
    said = _said(chain, completed)
    nothing: Mask = np.asarray(~np.isfinite(cases.values).any(axis=1))
    triage = combine(flags.level, said.output.probabilities, nothing, chain.vocabulary)
    known = triage.model_level != NONE
    issues = _issues(cases, completed, known, nothing, chain.vocabulary)
    texts, counts = _issue_texts(issues, len(known))
    return Scores(
        triage=triage,
        reasons=_reasons(flags, triage, nothing),
        open_red_flags=(flags.open, flags.open_codes),
        parts_per_million=said.parts_per_million,
        known=known,
        top=said.top,
        prediction_set=said.prediction_set,
        novelty=said.output.novelty,
        issues=texts,
        counts=counts,
        model_version=chain.model_version,
        failure=said.failure,
        explanations=_texts_of(explanations(chain, cases.values)) if chain.explain else None,
        words_met=cases.words_met,
    )


def _texts_of(found: Iterable[Explanation | None]) -> list[str]:
    return ["" if explanation is None else str(explanation) for explanation in found]


def explanations(chain: ScoringPipeline, values: Matrix) -> list[Explanation | None]:
    """Why each case's top condition comes before the second; None where no model answers.

    `values` is (n_cases, n_findings) as recorded. A model that fails at it costs the explanation.
    """
    return [_explanation(chain, values[row : row + 1]) for row in range(len(values))]


def _explanation(chain: ScoringPipeline, case: Matrix) -> Explanation | None:
    if chain.bundle is None:
        return None
    try:
        return next(explain(chain.bundle, case, chain.vocabulary, chain.weights))
    except Exception as error:  # whatever a runtime raises: the answer itself must stand
        _log(chain, f"the model failed ({failure(error)}): no explanation")
        return None


@dataclass(frozen=True)
class _Said:
    """All that rests on the model's answer."""

    output: ModelOutput
    parts_per_million: Ints
    top: Ints
    prediction_set: tuple[list[str], Ints]
    failure: str


def _said(chain: ScoringPipeline, completed: Completed) -> _Said:
    """The model's answer; none at all from a model that fails, so that overrides still reach."""
    size = len(completed.values), len(chain.vocabulary.conditions)
    reason = chain.failure
    if chain.bundle is not None:
        try:
            output = predict(chain.bundle, completed.values, chain.weights)
            _check_shape(output, size)
            return _told(output, _prediction_set(chain, output.own, completed), "")
        except Exception as error:  # whatever a runtime raises: overrides must answer
            reason = failure(error)
            _log(chain, f"the model failed ({reason}): overrides alone")
    nothing = ([""], np.zeros(size[0], np.int64))
    return _told(no_output(*size), nothing, reason)


def _told(output: ModelOutput, sets: tuple[list[str], Ints], reason: str) -> _Said:
    probabilities = output.probabilities
    best = top(np.nan_to_num(probabilities), 3)
    return _Said(output, parts_per_million(probabilities), best, sets, reason)


def _check_shape(output: ModelOutput, size: tuple[int, int]) -> None:
    shapes = [output.probabilities.shape == size, output.own.shape == size]
    if output.novelty is not None:
        shapes.append(output.novelty.shape == size[:1])
    if not all(shapes):
        raise ValueError("the model's outputs have other shapes than its cases and conditions")


def _log(chain: ScoringPipeline, text: str) -> None:
    """Say it once, not for every block."""
    if text not in chain.logged:
        chain.logged.add(text)
        _LOG.warning(text)


def _reasons(flags: Flags, triage: Triage, nothing: Mask) -> list[str]:
    """Fired rules, then the model's own call where it is what decides, or decides as well."""
    calls = triage.source > 0
    code = (triage.model_level * 101 + triage.emergency) * 101 + triage.urgent
    code = np.where(calls, code * 2 + nothing, -1)
    distinct, first, which = np.unique(code, return_index=True, return_inverse=True)
    texts = [
        "" if value < 0 else _model_text(triage, int(at), recorded=not nothing[at])
        for value, at in zip(distinct.tolist(), first.tolist(), strict=True)
    ]
    fired = [flags.reasons[code] for code in flags.reason_codes.tolist()]
    called = [texts[code] for code in which.reshape(-1).tolist()]
    reasons = [f"{a}{JOIN}{b}" if a and b else a or b for a, b in zip(fired, called, strict=True)]
    silent = np.flatnonzero((flags.level == NONE) & (triage.model_level == NONE))
    for row in silent.tolist():
        reasons[row] = "NO_MODEL: no override fires on what is recorded, and no model answered"
    return reasons


def _model_text(triage: Triage, row: int, *, recorded: bool) -> str:
    level, emergency, urgent = triage.model_level, triage.emergency, triage.urgent
    return model_reason(int(level[row]), int(emergency[row]), int(urgent[row]), recorded=recorded)


def _prediction_set(
    chain: ScoringPipeline, probabilities: Matrix, completed: Completed
) -> tuple[list[str], Ints]:
    """Distinct sets as texts, and which row has which. `probabilities` are the model's own."""
    ids = chain.vocabulary.condition_ids
    thresholds = chain.bundle.thresholds if chain.bundle else None
    if thresholds is None:
        return [""], np.zeros(len(probabilities), np.int64)
    inside = thresholds.sets(probabilities, count_asked(completed.values))
    codes, which = np.unique(inside @ (1 << np.arange(len(ids))), return_inverse=True)
    texts = [JOIN.join(name for k, name in enumerate(ids) if code >> k & 1) for code in codes]
    return texts, which.reshape(-1)


def _issues(
    cases: ParsedCases,
    completed: Completed,
    known: Mask,
    nothing: Mask,
    vocabulary: Vocabulary,
) -> dict[int, list[Issue]]:
    issues = {row: list(found) for row, found in cases.issues.items()}
    for conflict in completed.conflicts:
        issue = Issue("conflict", ", ".join(conflict.findings), conflict.relation)
        issues.setdefault(conflict.row, []).append(issue)
    age = cases.values[:, vocabulary.column("age_years")]
    for rows, issue in (
        (nothing, _NO_FINDINGS),
        (np.isfinite(age) & (age < ADULT), _OUTSIDE),
        (~known, _NO_MODEL),
    ):
        for row in np.flatnonzero(rows).tolist():
            issues.setdefault(row, []).append(issue)
    return issues


_NO_FINDINGS = Issue("no_findings", "", "no finding is recorded")
_OUTSIDE = Issue("outside_scope", "age_years", f"the model is made for {ADULT} years and over")
_NO_MODEL = Issue("no_model", "", "no model answered: overrides alone")


def _issue_texts(issues: Mapping[int, list[Issue]], n: int) -> tuple[list[str], dict[str, int]]:
    """The issues of each of n rows as JSON, nothing where there are none; and counts by code."""
    texts = [""] * n
    counts: dict[str, int] = {}
    written: dict[tuple[Issue, ...], str] = {}
    for row, found in issues.items():
        key = tuple(found)
        if key not in written:
            entries = [{k: v for k, v in vars(issue).items() if v} for issue in found]
            written[key] = json.dumps(entries, ensure_ascii=False)
        texts[row] = written[key]
        for issue in found:
            counts[issue.code] = counts.get(issue.code, 0) + 1
    return texts, counts
