"""The gate: whether a candidate takes the champion's place, and why.

    first candidate            every limit holds
    other training             the same, better beyond chance, nothing worse by more than its margin
    other knowledge            the same without the better; published statistics, how far it moves

Where there is an anchor, nothing may be worse than it by more than the margin either, so that small
losses do not add up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from data_gen.vocabulary import Vocabulary
from training.bundles.loaded import LoadedBundle
from training.params import GateParams
from training.promotion.checks.check import Check, with_anchor
from training.promotion.checks.comparison import Comparison
from training.promotion.checks.comparison_data import Answers, ComparisonData, knowledge_of
from training.promotion.checks.limits import knowledge_checks, within_limits
from training.promotion.checks.spending import share_of_try, which_try
from training.promotion.store.history import (
    Event,
    rejected_models,
    rejected_versions,
    state_of,
)
from training.promotion.wording import lacking, promoted

TURNED_DOWN = "a rollback turned this candidate down; the champion stays until another comes"


@dataclass(frozen=True)
class Standing:
    """What the model store says when a candidate comes."""

    champion: LoadedBundle | None
    anchor: LoadedBundle | None
    history: Sequence[Event] = ()


@dataclass(frozen=True)
class Decision:
    """What the gate says, and why."""

    promote: bool
    reason: str
    candidate: str
    champion: str | None
    anchor: str | None = None
    history: str = state_of(())
    """The state of the store's history: a decision counts only for that."""
    checks: tuple[Check, ...] = ()
    note: str = ""
    """What could not be compared, and why."""

    @property
    def same(self) -> bool:
        """Whether the candidate is the champion."""
        return self.candidate == self.champion

    def as_dict(self) -> dict[str, Any]:
        """What `reports/gate.json` holds."""
        content = asdict(self)
        promote = content.pop("promote")
        return {"decision": "promote" if promote else "keep", **content}


def decide(
    candidate: LoadedBundle,
    standing: Standing,
    data: Callable[[], ComparisonData],
    vocabulary: Vocabulary,
    params: GateParams,
) -> Decision:
    """The gate's decision. `data` is read only where there is something to judge."""
    if standing.champion is not None and candidate.version == standing.champion.version:
        return _decision(candidate, standing, False, "the candidate is the champion")
    if _turned_down(candidate, standing.history):
        return _decision(candidate, standing, False, TURNED_DOWN)
    judged_on = data()
    checks = tuple(_checks(candidate, standing, judged_on, vocabulary, params))
    passed = all(check.passed for check in checks) and not judged_on.missing
    reason = promoted(checks, standing.champion) if passed else lacking(checks, judged_on.missing)
    return _decision(candidate, standing, passed, reason, checks, judged_on.note)


def _turned_down(candidate: LoadedBundle, history: Sequence[Event]) -> bool:
    """Whether a rollback put the candidate aside, or its model under another version."""
    down = candidate.version in rejected_versions(history)
    return down or candidate.model in rejected_models(history)


def _decision(
    candidate: LoadedBundle,
    standing: Standing,
    promote: bool,
    reason: str,
    checks: tuple[Check, ...] = (),
    note: str = "",
) -> Decision:
    champion, anchor = (
        version.version if version is not None else None
        for version in (standing.champion, standing.anchor)
    )
    state = state_of(standing.history)
    return Decision(promote, reason, candidate.version, champion, anchor, state, checks, note)


def _checks(
    candidate: LoadedBundle,
    standing: Standing,
    data: ComparisonData,
    vocabulary: Vocabulary,
    params: GateParams,
) -> list[Check]:
    new = Answers(candidate, data, vocabulary)
    checks = list(within_limits(new, vocabulary, params))
    if data.change is not None:
        checks += knowledge_checks(data.change, vocabulary, params)
    champion, anchor = standing.champion, standing.anchor
    if champion is None:
        return checks
    beside = Comparison(new, Answers(champion, data, vocabulary), vocabulary, params)
    if knowledge_of(candidate) == knowledge_of(champion):
        k = which_try(standing.history, champion.version, candidate.version)
        checks += _of_training(beside, share_of_try(params.error, k))
    else:
        checks += _no_worse(beside)
    if anchor is not None and anchor.version not in (champion.version, candidate.version):
        beside = Comparison(new, Answers(anchor, data, vocabulary), vocabulary, params)
        checks += with_anchor(_no_worse(beside))
    return checks


def _of_training(beside: Comparison, error: float) -> list[Check]:
    """Better beyond chance, on fresh vignettes or on labelled cases, and nothing else worse.

    Two ways of being better share the error between them. Labelled cases that the knowledge does
    not explain pull a model from its vignettes: one that tells such cases better has some room.
    """
    tail = error / 2 if beside.has_labelled else error
    if beside.labelled_better(tail):
        checks = beside.checks(beside.params.labelled_kl_to_exact)
        return [beside.told_better(tail), *checks]
    return [beside.better(tail), *list(beside.checks(beside.params.kl_to_exact))[1:]]


def _no_worse(beside: Comparison) -> list[Check]:
    """Nothing worse by more than its margin."""
    told_better = beside.labelled_better(beside.tail)
    tolerance = beside.params.labelled_kl_to_exact if told_better else beside.params.kl_to_exact
    return list(beside.checks(tolerance))
