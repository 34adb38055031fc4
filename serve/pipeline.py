"""The chain of scoring, one block at a time: normalise, overrides, probabilities, combine.

Each step is a function of its own module; here they only follow each other. Every row's result
depends on that row alone.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary
from data_gen.vocabulary.complete import Completed, complete
from serve.answer import NO_MODEL, SOURCES, Probabilities, Reason, Scores
from serve.cases.header import Header
from serve.cases.parse import Cache, ParsedCases, parse_cases
from serve.columns import DictionaryColumn
from serve.issues import Issue
from serve.model.bundle import Bundle
from serve.model.explain import Explanation, explain
from serve.model.failing import failure
from serve.model.mixes import MixWeights
from serve.model.predict import ModelOutput, no_output, parts_per_million, predict
from serve.model.prediction_sets import count_asked
from serve.overrides.matrix.results import Flags, flags_of
from serve.overrides.rule import Rule
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
    weights: MixWeights | None = None
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


def score_columns(
    chain: ScoringPipeline, columns: Mapping[int, DictionaryColumn[str]], header: Header, n: int
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
    return Scores(
        triage=DictionaryColumn(triage.level, TRIAGE_LEVELS),
        triage_source=DictionaryColumn(triage.source, SOURCES),
        reasons=_reasons(flags, triage, nothing),
        open_flags=flags.open,
        probabilities=Probabilities(chain.vocabulary.condition_ids, said.parts_per_million),
        known=known,
        top=said.top,
        prediction_set=said.prediction_set,
        novelty=said.output.novelty,
        issues=_issues(cases, completed, known, nothing, chain.vocabulary),
        model_version=chain.model_version,
        failure=said.failure,
        explanations=_explanations(chain, cases.values),
        explained=chain.explain,
        words_met=cases.words_met,
    )


def _explanations(chain: ScoringPipeline, values: Matrix) -> DictionaryColumn[Explanation | None]:
    if not chain.explain:
        return DictionaryColumn(np.zeros(len(values), np.int64), (None,))
    return DictionaryColumn(np.arange(len(values)), explanations(chain, values))


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
    prediction_set: DictionaryColumn[tuple[str, ...]]
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
    return _told(no_output(*size), _no_sets(size[0]), reason)


def _told(output: ModelOutput, sets: DictionaryColumn[tuple[str, ...]], reason: str) -> _Said:
    probabilities = output.probabilities
    best = top(np.nan_to_num(probabilities), 3)
    return _Said(output, parts_per_million(probabilities), best, sets, reason)


def _check_shape(output: ModelOutput, size: tuple[int, int]) -> None:
    shapes = output.probabilities.shape, output.own.shape, output.novelty.shape
    if shapes != (size, size, size[:1]):
        raise ValueError("the model's outputs have other shapes than its cases and conditions")


def _log(chain: ScoringPipeline, text: str) -> None:
    """Say it once, not for every block."""
    if text not in chain.logged:
        chain.logged.add(text)
        _LOG.warning(text)


def _reasons(flags: Flags, triage: Triage, nothing: Mask) -> DictionaryColumn[tuple[Reason, ...]]:
    """Fired rules, then the model's own call where it is what decides, or decides as well."""
    fired = flags.fired.map(lambda rules: tuple(map(_rule_reason, rules)))
    called = _model_reasons(triage, nothing)
    silent = (_NO_REASON,)
    return fired.joined(called, lambda rules, calls: rules + calls or silent)


@cache
def _rule_reason(rule: Rule) -> Reason:
    return Reason(rule.id, rule.reason, rule.reason)


def _model_reasons(triage: Triage, nothing: Mask) -> DictionaryColumn[tuple[Reason, ...]]:
    """The model's own call, nothing where the overrides alone decide."""
    code = (triage.model_level * 101 + triage.emergency) * 101 + triage.urgent
    code = np.where(triage.source > 0, code * 2 + nothing, -1)
    distinct, first, which = np.unique(code, return_index=True, return_inverse=True)
    said = [
        () if value < 0 else (_model_reason(triage, at, recorded=not nothing[at]),)
        for value, at in zip(distinct.tolist(), first.tolist(), strict=True)
    ]
    return DictionaryColumn(which.reshape(-1), said)


def _model_reason(triage: Triage, row: int, *, recorded: bool) -> Reason:
    level, emergency, urgent = triage.model_level, triage.emergency, triage.urgent
    return model_reason(int(level[row]), int(emergency[row]), int(urgent[row]), recorded=recorded)


def _prediction_set(
    chain: ScoringPipeline, probabilities: Matrix, completed: Completed
) -> DictionaryColumn[tuple[str, ...]]:
    """The conditions that cannot be put aside. `probabilities` are the model's own."""
    ids = chain.vocabulary.condition_ids
    thresholds = chain.bundle.thresholds if chain.bundle else None
    if thresholds is None:
        return _no_sets(len(probabilities))
    inside = thresholds.sets(probabilities, count_asked(completed.values))
    sets, which = np.unique(inside @ (1 << np.arange(len(ids))), return_inverse=True)
    values = [tuple(name for k, name in enumerate(ids) if code >> k & 1) for code in sets.tolist()]
    return DictionaryColumn(which.reshape(-1), values)


def _no_sets(n_cases: int) -> DictionaryColumn[tuple[str, ...]]:
    return DictionaryColumn(np.zeros(n_cases, np.int64), [()])


def _issues(
    cases: ParsedCases,
    completed: Completed,
    known: Mask,
    nothing: Mask,
    vocabulary: Vocabulary,
) -> DictionaryColumn[tuple[Issue, ...]]:
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
    places: dict[tuple[Issue, ...], int] = {(): 0}
    codes = np.zeros(len(known), np.int64)
    for row, found in issues.items():
        codes[row] = places.setdefault(tuple(found), len(places))
    return DictionaryColumn(codes, list(places))


_NO_FINDINGS = Issue("no_findings", "", "no finding is recorded")
_OUTSIDE = Issue("outside_scope", "age_years", f"the model is made for {ADULT} years and over")
_NO_MODEL = Issue("no_model", "", "no model answered: overrides alone")
_SILENT = "no override fires on what is recorded, and no model answered"
_NO_REASON = Reason("NO_MODEL", _SILENT, _SILENT)
