"""Triage beside what cases need: sensitivity, over-triage, and calibration of both risks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary
from serve.model.components import Components
from serve.triage import EMERGENCY, URGENT
from training.bundles.loaded import LoadedBundle, Told
from training.data.features import decoded
from training.data.labelled import LabelledCases
from training.data.vignettes import Vignettes
from training.evaluation.groups import Groups
from training.evaluation.metrics import binned_error
from training.evaluation.triage import Triaged, needed, ranks, risks, triaged

Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Figures = dict[str, Any]


@dataclass(frozen=True)
class TriageOutcome:
    """The triage of n cases, and what it is measured by."""

    said: Triaged
    needs: Ints  # (n_cases,) the level of what each has, a place in TRIAGE_LEVELS
    risks: Matrix  # (n_cases, 2) those to be told: exact ones, or 0 and 1 as each case came out
    weight: Matrix  # (n_cases,) how common a case is in the mix of the risks

    @classmethod
    def known(cls, said: Triaged, needs: Ints) -> TriageOutcome:
        """Cases of which the level is all that is known."""
        came = np.stack([needs == EMERGENCY, needs <= URGENT], axis=1).astype(np.float64)
        return cls(said, needs, came, np.ones(len(needs)))

    def of(self, rows: Mask) -> TriageOutcome:
        """Some of the cases."""
        return TriageOutcome(
            self.said.of(rows), self.needs[rows], self.risks[rows], self.weight[rows]
        )

    def figures(self) -> Figures:
        """Sensitivity for emergencies, over-triage, and errors of risks; shares of nothing None."""
        emergency, waits = self.needs == EMERGENCY, self.needs > URGENT
        told = self.said.risks
        errors = [binned_error(told[:, k], self.risks[:, k], self.weight) for k in range(2)]
        return {
            "cases": len(self.needs),
            "emergencies": int(emergency.sum()),
            "sensitivity": _hurried(self.said.level[emergency]),
            "without_hurry": int(waits.sum()),
            "raised_by_overrides": _hurried(self.said.overrides[waits]),
            "raised_by_model": _hurried(self.said.model[waits]),
            "raised": _hurried(self.said.level[waits]),
            "risk_emergency_error": round(errors[0], 6),
            "risk_urgent_or_above_error": round(errors[1], 6),
        }

    def by_level(self) -> dict[str, Figures]:
        """Of the cases that need each level, the shares at urgent or above, and at emergency."""
        return {level: self._of_level(rank) for rank, level in enumerate(TRIAGE_LEVELS)}

    def _of_level(self, rank: int) -> Figures:
        said = self.said.of(self.needs == rank)
        return {
            "cases": len(said.level),
            "by_overrides": _hurried(said.overrides),
            "by_model": _hurried(said.model),
            "together": _hurried(said.level),
            "as_emergency": _share(said.level == EMERGENCY),
        }

    def grouped(self, groups: Groups) -> dict[str, Figures]:
        """The figures of each group."""
        return {name: self.of(rows).figures() for name, rows in groups.items()}


def of_vignettes(
    bundle: LoadedBundle, vignettes: Vignettes, told: Told, vocabulary: Vocabulary
) -> TriageOutcome:
    """The triage of vignettes. Risks are to be the exact posterior's under the safety mix."""
    exact = _exact_by_cause(bundle, vignettes, vocabulary)
    return TriageOutcome(
        triaged(decoded(vignettes.cases), told, vocabulary),
        needed(vignettes, vocabulary),
        risks(told.causes, exact),
        exact @ told.causes.weight,
    )


def _exact_by_cause(bundle: LoadedBundle, vignettes: Vignettes, vocabulary: Vocabulary) -> Matrix:
    components = Components.of(bundle.manifest, vocabulary.condition_ids)
    if components is None:
        return vignettes.exact
    held = list(vignettes.components)
    order = [held.index(component.id) for component in components.listed]
    return np.asarray(vignettes.posterior[:, order], dtype=np.float64)


def of_labelled(
    bundle: LoadedBundle, labelled: LabelledCases, told: Told, vocabulary: Vocabulary
) -> TriageOutcome:
    """The triage of labelled cases whose level is known: all of their condition need the same."""
    own, mixed = ranks(vocabulary.conditions), np.zeros(len(vocabulary.conditions), np.bool_)
    components = Components.of(bundle.manifest, vocabulary.condition_ids)
    for component in () if components is None else components.listed:
        place = vocabulary.condition_ids.index(component.condition)
        mixed[place] |= TRIAGE_LEVELS.index(component.triage) != own[place]
    known = ~mixed[labelled.label]
    said = triaged(labelled.values[known], told.of(known), vocabulary)
    return TriageOutcome.known(said, own[labelled.label[known]])


def _hurried(level: Ints) -> float | None:
    return _share(level <= URGENT)


def _share(hits: Mask) -> float | None:
    return round(float(hits.mean()), 6) if len(hits) else None
