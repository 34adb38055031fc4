"""The gate: whether a candidate takes the champion's place, and a table that says why."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from training.contender import Contender
from training.evaluate import vignette_metrics
from training.labelled import LabelledCases
from training.measure import excess, log_loss, mean_interval
from training.params import GateParams
from training.real import RealCases, real_metrics, score_real
from training.vignettes import Vignettes


@dataclass(frozen=True)
class Check:
    """One comparison. It passes where the candidate is worse by less than the margin."""

    what: str
    candidate: float
    champion: float
    worse: float
    margin: float | None
    """None: reported, not judged."""
    passed: bool


@dataclass(frozen=True)
class Decision:
    """What the gate says, and why."""

    promote: bool
    reason: str
    candidate: str
    champion: str | None
    checks: list[Check] = field(default_factory=list)
    note: str = ""
    """What could not be compared, and why."""

    @property
    def same(self) -> bool:
        """Whether the candidate is the champion."""
        return self.candidate == self.champion

    def as_dict(self) -> dict[str, Any]:
        """What `reports/gate.json` holds."""
        return {"decision": "promote" if self.promote else "keep", **asdict(self)}


@dataclass(frozen=True)
class Grounds:
    """The cases on which two bundles are compared."""

    vignettes: Vignettes
    """Fresh ones of today's knowledge."""
    real: RealCases
    labelled: LabelledCases
    """Those that are held out of training."""
    holdout: Vignettes | None
    """Those stored beside the champion when it was promoted; None where they cannot be read."""
    note: str = ""
    """Why there is no hold-out."""


def decide(
    candidate: Contender,
    champion: Contender | None,
    turned_down: Collection[str],
    grounds: Callable[[], Grounds],
    vocabulary: Vocabulary,
    params: GateParams,
) -> Decision:
    """The gate's decision.

    `turned_down` are candidates that a rollback has put aside. `grounds` are
    read only where there is something to compare.
    """
    if champion is None:
        return Decision(True, "there is no champion", candidate.version, None)
    if champion.version == candidate.version:
        reason = "the candidate is the champion"
        return Decision(False, reason, candidate.version, champion.version)
    if candidate.version in turned_down:
        reason = "a rollback turned this candidate down; the champion stays until another comes"
        return Decision(False, reason, candidate.version, champion.version)
    compared_on = grounds()
    checks = _checks(candidate, champion, compared_on, vocabulary, params)
    failed = [check.what for check in checks if not check.passed]
    reason = f"worse or not better: {'; '.join(failed)}" if failed else "better, and nothing worse"
    versions = candidate.version, champion.version
    return Decision(not failed, reason, *versions, checks, compared_on.note)


def _checks(
    candidate: Contender,
    champion: Contender,
    grounds: Grounds,
    vocabulary: Vocabulary,
    params: GateParams,
) -> list[Check]:
    told, on_labelled = _on_labelled(candidate, champion, grounds.labelled, vocabulary, params)
    checks = _on_vignettes(candidate, champion, grounds.vignettes, told, vocabulary, params)
    checks += on_labelled
    checks += _on_real(candidate, champion, grounds.real, vocabulary, params)
    if grounds.holdout is not None:
        checks += _on_holdout(candidate, champion, grounds.holdout, vocabulary, params)
    return checks


def _on_vignettes(
    candidate: Contender,
    champion: Contender,
    vignettes: Vignettes,
    told_better: bool,
    vocabulary: Vocabulary,
    params: GateParams,
) -> list[Check]:
    new = candidate.probabilities(vignettes.cases, vocabulary)
    old = champion.probabilities(vignettes.cases, vocabulary)
    room = params.labelled_excess if told_better else 0.0
    paired = _better(new, old, vignettes, params.confidence, room)
    new_figures, old_figures = (
        vignette_metrics(vignettes, model, vocabulary, _BINS) for model in (new, old)
    )
    return [
        paired,
        _check(
            "class-wise calibration error, today's vignettes",
            new_figures["calibration_error"],
            old_figures["calibration_error"],
            params.calibration,
        ),
    ]


_BINS = 15
_FEWEST = 10  # labelled cases that an interval can rest on


def _better(
    new: npt.NDArray[np.float64],
    old: npt.NDArray[np.float64],
    vignettes: Vignettes,
    confidence: float,
    room: float,
) -> Check:
    """Better only where the whole interval of the paired difference is on the good side.

    Labelled cases that the knowledge does not explain pull a model from its vignettes: one that
    tells such cases better has `room` to be worse on these.
    """
    new_loss, old_loss = excess(vignettes.exact, new), excess(vignettes.exact, old)
    interval = mean_interval(new_loss - old_loss, confidence)
    upper = f"upper end of the paired {confidence:.0%} interval below {room:g}"
    return Check(
        f"excess on today's vignettes, {upper}",
        round(float(new_loss.mean()), 6),
        round(float(old_loss.mean()), 6),
        round(interval.high, 6),
        room,
        interval.high < room,
    )


def _on_labelled(
    candidate: Contender,
    champion: Contender,
    labelled: LabelledCases,
    vocabulary: Vocabulary,
    params: GateParams,
) -> tuple[bool, list[Check]]:
    """Whether held-out labelled cases are told better, and the check that they are not told worse.

    By the paired interval of log-loss: both ways the whole of it must be on one side of 0.
    """
    if len(labelled) < _FEWEST:
        return False, []
    new, old = (
        log_loss(labelled.label, bundle.probabilities(labelled.cases, vocabulary))
        for bundle in (candidate, champion)
    )
    interval = mean_interval(new - old, params.confidence)
    ends = f"{interval.low:+.4f} to {interval.high:+.4f}"
    what = f"log-loss of held-out labelled cases, paired interval {ends}: not all above 0"
    figures = round(float(new.mean()), 6), round(float(old.mean()), 6), round(interval.low, 6)
    return interval.high < 0.0, [Check(what, *figures, 0.0, interval.low <= 0.0)]


def _on_real(
    candidate: Contender,
    champion: Contender,
    real: RealCases,
    vocabulary: Vocabulary,
    params: GateParams,
) -> list[Check]:
    new, old = (
        real_metrics(real, score_real(bundle, real, vocabulary), vocabulary, params.confidence)
        for bundle in (candidate, champion)
    )
    missed = "emergencies_below_urgent"
    return [
        _check(
            "real cases without the diagnosis in the top three",
            new["top3"]["n"] - new["top3"]["k"],
            old["top3"]["n"] - old["top3"]["k"],
            params.real_top3,
        ),
        _check("real emergencies below urgent", new[missed], old[missed], params.real_emergencies),
    ]


def _on_holdout(
    candidate: Contender,
    champion: Contender,
    holdout: Vignettes,
    vocabulary: Vocabulary,
    params: GateParams,
) -> list[Check]:
    """On the champion's own hold-out only emergencies are judged: knowledge may have changed."""
    new, old = (
        vignette_metrics(
            holdout, bundle.probabilities(holdout.cases, vocabulary), vocabulary, _BINS
        )
        for bundle in (candidate, champion)
    )
    judged = "emergencies_below_urgent"
    checks = [
        _check(
            "share of emergencies below urgent, the champion's hold-out",
            new[judged],
            old[judged],
            params.holdout_emergencies,
        )
    ]
    reported = ("excess", "log_loss", "calibration_error")
    return checks + [
        _check(f"{name}, the champion's hold-out", new[name], old[name], None) for name in reported
    ]


def _check(what: str, candidate: float, champion: float, margin: float | None) -> Check:
    worse = round(candidate - champion, 6)
    return Check(what, candidate, champion, worse, margin, margin is None or worse < margin)
