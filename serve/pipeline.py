"""The chain of scoring, one block at a time: normalise, overrides, probabilities, combine.

Each step is a function of its own module; here they only follow each other. Every row's result
depends on that row alone.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary
from data_gen.vocabulary.complete import Completed, complete
from serve.answer import NO_MODEL, SOURCES, Likely, Probabilities, Scores
from serve.asking.askable import askable
from serve.asking.order import Ranking, ask_next
from serve.asking.worth import Answers
from serve.cases.header import Header
from serve.cases.parse import Cache, Mask, Matrix, ParsedCases, parse_cases
from serve.dictionary_column import DictionaryColumn, distinct, encoded
from serve.issues import Issue
from serve.model.bundle import Bundle
from serve.model.explain import Explanation, explain
from serve.model.mixes import MixWeights
from serve.model.predict import ModelOutput, failure, no_output, parts_per_million, predict
from serve.model.prediction_sets import form_code
from serve.model.unexplained import Rates
from serve.overrides.matrix.results import Flags, flags_of
from serve.triage import Causes, advice, combine, reasons, too_little, top

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
    output, in_set, failed = _answered(chain, completed)
    parts, ids = parts_per_million(output.probabilities), chain.vocabulary.condition_ids
    few = too_little(cases.values, chain.vocabulary)
    triage = combine(flags.level, chain.causes.own(output), few, chain.causes)
    known = ~np.isnan(output.probabilities[:, 0])
    return Scores(
        triage=DictionaryColumn(triage.level, TRIAGE_LEVELS),
        triage_source=DictionaryColumn(triage.source, SOURCES),
        reasons=reasons(flags.fired, triage, few, chain.causes),
        what_to_do=advice(flags.fired, triage, few, chain.causes),
        risk_emergency=triage.risk_emergency,
        risk_urgent=triage.risk_urgent,
        open_flags=flags.open,
        ask_next=_ask_next(chain, cases, completed, flags, output),
        probabilities=Probabilities(ids, parts),
        known=known,
        top=top(np.nan_to_num(output.probabilities), 3),
        likely=_likely(chain, output.components, len(known)),
        unexplained=_unexplained(chain, cases.values, output.own),
        prediction_set=_named(in_set, ids),
        novelty=output.novelty,
        issues=_issues(cases, completed, known, chain.vocabulary),
        model_version=chain.model_version,
        failure=failed,
        explanations=_explanations(chain, cases.values),
        explained=chain.explain,
        words_met=cases.words_met,
        posterior=output.own_components,
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


def _explanations(chain: ScoringPipeline, values: Matrix) -> DictionaryColumn[Explanation | None]:
    if not chain.explain:
        return DictionaryColumn(np.zeros(len(values), np.int64), (None,))
    return DictionaryColumn(np.arange(len(values)), explanations(chain, values))


def explanations(chain: ScoringPipeline, values: Matrix) -> list[Explanation | None]:
    """Why each case's top condition comes before the second; None where no model answers.

    `values` is (n_cases, n_findings) as recorded. A model that fails at it costs the explanation.
    """
    return [_explanation(chain, case) for case in values]


def _explanation(chain: ScoringPipeline, case: Matrix) -> Explanation | None:
    if chain.bundle is None:
        return None
    try:
        return explain(chain.bundle, case, chain.vocabulary, chain.weights)
    except Exception as error:  # whatever a runtime raises: the answer itself must stand
        _log(chain, f"the model failed ({failure(error)}): no explanation")
        return None


def _answered(chain: ScoringPipeline, completed: Completed) -> tuple[ModelOutput, Mask, str]:
    """The model's output, the conditions that it cannot put aside (n_cases, n_conditions), and "".

    Of a model that fails it is none at all, and why, so that overrides still reach.
    """
    size = len(completed.values), len(chain.vocabulary.conditions)
    in_set, reason = np.zeros(size, np.bool_), chain.failure
    if chain.bundle is not None:
        try:
            output = predict(chain.bundle, completed.values, chain.weights)
            output.check(*size)
            if (thresholds := chain.bundle.thresholds) is not None:
                forms = form_code(completed.values, chain.vocabulary)
                in_set = thresholds.sets(output.own, forms)
            return output, in_set, ""
        except Exception as error:  # whatever a runtime raises: overrides must answer
            reason = failure(error)
            _log(chain, f"the model failed ({reason}): overrides alone")
    return no_output(*size), in_set, reason


def _log(chain: ScoringPipeline, text: str) -> None:
    """Say it once, not for every block."""
    if text not in chain.logged:
        chain.logged.add(text)
        _LOG.warning(text)


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
    code, size, told = np.zeros(len(rest), np.int64), len(listed) * 101, []
    for place in range(_LIKELIEST):
        best = rest.argmax(axis=1)
        percent = np.rint(rest[rows, best] * 100).astype(np.int64)
        rest[rows, best] = 0.0
        named = (percent >= _IMPROBABLE) | ((place == 0) & (percent > 0))
        told.append(np.where(named, best * 101 + percent, 0))
        code = code * size + told[-1]
    cells = np.stack(told, axis=1).tolist()
    return distinct(
        code, lambda row: tuple(Likely(listed[c // 101], c % 101) for c in cells[row] if c), ()
    )


def _unexplained(
    chain: ScoringPipeline, values: Matrix, probabilities: Matrix
) -> DictionaryColumn[tuple[str, ...]]:
    if chain.rates is None:
        return _nothing(len(values))
    return chain.rates.unexplained(values, probabilities)


def _named(marks: Mask, ids: Sequence[str]) -> DictionaryColumn[tuple[str, ...]]:
    """The marked conditions of each case."""
    sets, which = np.unique(marks @ (1 << np.arange(len(ids))), return_inverse=True)
    values = [tuple(name for k, name in enumerate(ids) if code >> k & 1) for code in sets.tolist()]
    return DictionaryColumn(which.reshape(-1), values)


def _nothing(n_cases: int) -> DictionaryColumn[tuple[Any, ...]]:
    return DictionaryColumn(np.zeros(n_cases, np.int64), [()])


def _issues(
    cases: ParsedCases, completed: Completed, known: Mask, vocabulary: Vocabulary
) -> DictionaryColumn[tuple[Issue, ...]]:
    issues = {row: list(found) for row, found in cases.issues.items()}
    for conflict in completed.conflicts:
        issue = Issue("conflict", ", ".join(conflict.findings), conflict.relation)
        issues.setdefault(conflict.row, []).append(issue)
    age = cases.values[:, vocabulary.column("age_years")]
    for rows, issue in (
        (~np.isfinite(cases.values).any(axis=1), _NO_FINDINGS),
        (np.isfinite(age) & (age < ADULT), _OUTSIDE),
        (~known, _NO_MODEL),
    ):
        for row in np.flatnonzero(rows).tolist():
            issues.setdefault(row, []).append(issue)
    return encoded(tuple(issues.get(row, ())) for row in range(len(known)))


_NO_FINDINGS = Issue("no_findings", "", "no finding is recorded")
_OUTSIDE = Issue("outside_scope", "age_years", f"the model is made for {ADULT} years and over")
_NO_MODEL = Issue("no_model", "", "no model answered: overrides alone")
_LIKELIEST = 3
_IMPROBABLE = 5  # percent, from which on a further component is named
