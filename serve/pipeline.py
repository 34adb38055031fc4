"""The chain of scoring, one block at a time: normalise, overrides, probabilities, combine.

Each step is a function of its own module; here they only follow each other. Every row's result
depends on that row alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary
from data_gen.vocabulary.complete import Completed, complete
from serve.answer import NO_MODEL, SOURCES, Likely, Probabilities, Reason, Scores
from serve.asking.askable import askable
from serve.asking.order import Ranking, ask_next
from serve.asking.worth import Answers
from serve.cases.header import Header
from serve.cases.parse import Cache, ParsedCases, parse_cases
from serve.dictionary_column import DictionaryColumn
from serve.issues import Issue
from serve.model.bundle import Bundle
from serve.model.components import Component
from serve.model.explain import Explanation, explain
from serve.model.failing import failure
from serve.model.mixes import MixWeights
from serve.model.predict import ModelOutput, no_output, parts_per_million, predict
from serve.model.prediction_sets import form_size
from serve.model.unexplained import Rates
from serve.overrides.matrix.results import Flags, flags_of
from serve.overrides.rule import Rule
from serve.triage import Causes, Triage, combine, few_recorded, model_reason, top, what_to_do

Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Value = TypeVar("Value")
_Likely = tuple[Likely, ...]
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
    ask: int = 0
    """How many findings to name as what to ask next; 0 for those that settle open flags alone."""
    mix: str = "training"
    """The class mix that the weights stand for."""
    failure: str = ""
    """Why there is no model, where there should be one."""
    logged: set[str] = field(default_factory=set)

    @cached_property
    def causes(self) -> Causes:
        """The causes that the model tells apart, as triage sees them."""
        return Causes.of(self.bundle.components if self.bundle else None, self.vocabulary)

    @cached_property
    def rates(self) -> Rates | None:
        """How often what can stand out is met in each condition, where the bundle knows."""
        bundle = self.bundle
        if bundle is None or bundle.components is None or bundle.likelihoods is None:
            return None
        return Rates.of(bundle.likelihoods, bundle.components, self.vocabulary)

    @cached_property
    def worths(self) -> Answers | None:
        """What each answer would be worth, where the bundle knows."""
        bundle = self.bundle
        if bundle is None or bundle.components is None or bundle.likelihoods is None:
            return None
        return Answers.of(bundle.likelihoods, bundle.components, self.vocabulary)

    def told(self, *, explain: bool = False, ask: int = 0) -> ScoringPipeline:
        """The same chain told to explain, and how much to ask; what it worked out stays known."""
        kept: dict[str, Any] = {"causes": self.causes, "rates": self.rates}
        if ask:
            kept["worths"] = self.worths
        made = replace(self, explain=explain, ask=ask)
        made.__dict__.update(kept)
        return made

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
    few = few_recorded(cases.values, chain.vocabulary)
    triage = combine(flags.level, _own(said.output, chain.causes), few, chain.causes)
    known = ~np.isnan(said.output.probabilities[:, 0])
    return Scores(
        triage=DictionaryColumn(triage.level, TRIAGE_LEVELS),
        triage_source=DictionaryColumn(triage.source, SOURCES),
        reasons=_reasons(flags, triage, few, chain.causes),
        what_to_do=_what_to_do(flags, triage, few, chain.causes),
        risk_emergency=triage.risk_emergency,
        risk_urgent=triage.risk_urgent,
        open_flags=flags.open,
        ask_next=_ask_next(chain, cases, completed, flags, said.output),
        probabilities=Probabilities(chain.vocabulary.condition_ids, said.parts_per_million),
        known=known,
        top=said.top,
        likely=_likely(chain, said.output.components, len(known)),
        unexplained=_unexplained(chain, cases.values, said.output.own),
        prediction_set=said.prediction_set,
        novelty=said.output.novelty,
        issues=_issues(cases, completed, known, nothing, chain.vocabulary),
        model_version=chain.model_version,
        failure=said.failure,
        explanations=_explanations(chain, cases.values),
        explained=chain.explain,
        words_met=cases.words_met,
        posterior=said.output.own_components,
    )


def _ask_next(
    chain: ScoringPipeline, cases: ParsedCases, completed: Completed, flags: Flags,
    output: ModelOutput,
) -> DictionaryColumn[tuple[str, ...]]:  # fmt: skip
    settling = flags.open.map(lambda found: found.questions)
    if not chain.ask and not cases.not_known:
        return settling
    return ask_next(_ranking(chain, cases, completed, output), settling, chain.ask)


def _ranking(
    chain: ScoringPipeline, cases: ParsedCases, completed: Completed, output: ModelOutput
) -> Ranking:
    """What may be asked of each case; what it is worth where more than the flags is asked."""
    open_ = askable(completed.present, cases.declined, chain.vocabulary)
    parts, worths = output.own_components, chain.worths if chain.ask else None
    worth = None if worths is None or parts is None else worths.worth(parts)
    return Ranking(chain.vocabulary, open_, worth)


def _own(output: ModelOutput, causes: Causes) -> Matrix:
    """The causes' probabilities (n_cases, n_causes) in the model's own mix, NaN for no answer."""
    own = output.own if output.own_components is None else output.own_components
    missing = own.shape[1] != len(causes.listed)  # a model that failed, or says less than it should
    return np.full((len(own), len(causes.listed)), np.nan) if missing else own


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
    return _told(no_output(*size), _nothing(size[0]), reason)


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


def _reasons(
    flags: Flags, triage: Triage, few: Mask, causes: Causes
) -> DictionaryColumn[tuple[Reason, ...]]:
    """Fired rules, then the model's own call where it is what decides, or decides as well."""
    fired = flags.fired.map(lambda rules: tuple(map(_rule_reason, rules)))
    silent = (_NO_REASON,)
    calls = _model_reasons(triage, few, causes)
    return fired.joined(calls, lambda rules, called: rules + called or silent)


@cache
def _rule_reason(rule: Rule) -> Reason:
    return Reason(rule.id, rule.reason, rule.reason)


def _model_reasons(
    triage: Triage, few: Mask, causes: Causes
) -> DictionaryColumn[tuple[Reason, ...]]:
    """The model's own call, nothing where the overrides alone decide."""

    def reason(row: int) -> tuple[Reason, ...]:
        chances = int(emergency[row]), int(urgent[row])
        return (model_reason(*chances, few=bool(few[row]), of_conditions=causes.of_conditions),)

    risks = triage.risk_emergency, triage.risk_urgent
    emergency, urgent = (np.rint(np.nan_to_num(risk) * 100).astype(np.int64) for risk in risks)
    called = np.where(triage.source > 0, (emergency * 101 + urgent) * 2 + few, -1)
    return _distinct(called, reason, ())


def _what_to_do(flags: Flags, triage: Triage, few: Mask, causes: Causes) -> DictionaryColumn[str]:
    """What the most urgent rule asks for, where the model is no more urgent; else what it does."""
    level, deciding = triage.model_level, triage.deciding
    code = (level * len(causes.listed) + deciding) * 2 + few
    said = _distinct(
        np.where(triage.source == _MODEL, code, -1),
        lambda row: what_to_do(int(level[row]), causes.listed[deciding[row]], few=bool(few[row])),
        "",
    )
    asked = flags.fired.map(lambda rules: rules[0].what_to_do if rules else _NO_RULE)
    return asked.joined(said, lambda rule, model: model or rule)


def _distinct(codes: Ints, value: Callable[[int], Value], none: Value) -> DictionaryColumn[Value]:
    """A column by codes that rows of one value share, from a row of each; `none` for -1."""
    distinct, first, which = np.unique(codes, return_index=True, return_inverse=True)
    pairs = zip(distinct.tolist(), first.tolist(), strict=True)
    return DictionaryColumn(which.reshape(-1), [none if c < 0 else value(row) for c, row in pairs])


def _likely(
    chain: ScoringPipeline, probabilities: Matrix | None, n_cases: int
) -> DictionaryColumn[_Likely]:
    """The likeliest components of each case that are not improbable, the first in any case."""
    components = chain.bundle.components if chain.bundle else None
    if components is None or probabilities is None:
        return _nothing(n_cases)
    listed = components.listed
    rest = np.nan_to_num(probabilities)
    rows = np.arange(len(rest))
    code = np.zeros(len(rest), np.int64)
    for place in range(_LIKELIEST):
        best = rest.argmax(axis=1)
        percent = np.rint(rest[rows, best] * 100).astype(np.int64)
        rest[rows, best] = 0.0
        told = (percent >= _IMPROBABLE) | ((place == 0) & (percent > 0))
        code = code * len(listed) * 101 + np.where(told, best * 101 + percent, 0)
    return _distinct(code, lambda row: _likely_of(int(code[row]), listed), ())


def _likely_of(code: int, listed: Sequence[Component]) -> _Likely:
    found = []
    for _ in range(_LIKELIEST):
        code, one = divmod(code, len(listed) * 101)
        place, percent = divmod(one, 101)
        if percent:
            found.append(Likely(listed[place], percent))
    return tuple(reversed(found))


def _unexplained(
    chain: ScoringPipeline, values: Matrix, probabilities: Matrix
) -> DictionaryColumn[tuple[str, ...]]:
    if chain.rates is None:
        return _nothing(len(values))
    return chain.rates.unexplained(values, probabilities)


def _prediction_set(
    chain: ScoringPipeline, probabilities: Matrix, completed: Completed
) -> DictionaryColumn[tuple[str, ...]]:
    """The conditions that cannot be put aside. `probabilities` are the model's own."""
    ids = chain.vocabulary.condition_ids
    thresholds = chain.bundle.thresholds if chain.bundle else None
    if thresholds is None:
        return _nothing(len(probabilities))
    inside = thresholds.sets(probabilities, form_size(completed.values))
    sets, which = np.unique(inside @ (1 << np.arange(len(ids))), return_inverse=True)
    values = [tuple(name for k, name in enumerate(ids) if code >> k & 1) for code in sets.tolist()]
    return DictionaryColumn(which.reshape(-1), values)


def _nothing(n_cases: int) -> DictionaryColumn[tuple[Any, ...]]:
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
_MODEL = SOURCES.index("model")
_LIKELIEST = 3
_IMPROBABLE = 5  # percent, from which on a further component is named
_NO_RULE = "See a doctor when convenient: no rule fires, and no model answered."
_SILENT = "no override fires on what is recorded, and no model answered"
_NO_REASON = Reason("NO_MODEL", _SILENT, _SILENT)
