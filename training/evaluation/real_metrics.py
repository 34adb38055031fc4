"""What a bundle says of the real cases, and how right it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary
from serve.triage import EMERGENCY, URGENT
from training.bundles.loaded import LoadedBundle
from training.data.features import encoded
from training.data.real_cases import RealCases
from training.evaluation.metrics import in_top, log_loss, wilson
from training.evaluation.triage import Triaged, triaged
from training.evaluation.triage_metrics import TriageOutcome

OTHER = "other_cause"


@dataclass(frozen=True)
class RealResult:
    """What a bundle says of the real cases."""

    probabilities: npt.NDArray[np.float64]  # (n_cases, n_conditions)
    triage: Triaged


def score_real(bundle: LoadedBundle, cases: RealCases, vocabulary: Vocabulary) -> RealResult:
    """Probabilities and triage of the real cases, as scoring would give them."""
    told = bundle.answer(encoded(cases.values, vocabulary), vocabulary)
    return RealResult(told.probabilities, triaged(cases.values, told, vocabulary))


def real_metrics(
    cases: RealCases, result: RealResult, vocabulary: Vocabulary, confidence: float = 0.95
) -> dict[str, Any]:
    """Top-1 and top-3 on the named conditions, log-loss, and triage, with Wilson intervals."""
    named = cases.label != vocabulary.condition_ids.index(OTHER)
    label, model = cases.label[named], result.probabilities[named]
    emergency = cases.triage == EMERGENCY
    benign = cases.triage > URGENT
    level = result.triage.level

    def share(hits: npt.NDArray[np.bool_]) -> dict[str, float]:
        return wilson(int(hits.sum()), len(hits), confidence).as_dict()

    return {
        "cases": len(cases.label),
        "named_cases": int(named.sum()),
        "top1": share(in_top(label, model, 1)),
        "top3": share(in_top(label, model, 3)),
        "log_loss": round(float(log_loss(label, model).mean()), 4) if named.any() else None,
        "emergencies_urgent_or_above": share(level[emergency] <= URGENT),
        "emergencies_below_urgent": int((level[emergency] > URGENT).sum()),
        "as_urgent_as_expected": share(level <= cases.triage),
        "benign_raised_to_urgent": share(level[benign] <= URGENT),
        "triage": TriageOutcome.known(result.triage, cases.triage).figures(),
    }


def real_rows(cases: RealCases, result: RealResult, vocabulary: Vocabulary) -> list[dict[str, str]]:
    """One row a case: diagnosis, the three most probable answers, triage, and whether right."""
    ids = vocabulary.condition_ids
    order = np.argsort(-result.probabilities, axis=1, kind="stable")
    rows = []
    for number, case_id in enumerate(cases.ids):
        best = order[number, :3]
        place = int(np.flatnonzero(order[number] == cases.label[number])[0]) + 1
        row = {
            "case_id": case_id,
            "diagnosis": ids[cases.label[number]],
            "verdict": "right" if place == 1 else "in the top three" if place <= 3 else "wrong",
            "rank": str(place),
            "p_diagnosis": f"{result.probabilities[number, cases.label[number]]:.3f}",
        }
        for rank, condition in enumerate(best, start=1):
            chance = result.probabilities[number, condition]
            row[f"answer_{rank}"] = f"{ids[condition]} {chance:.2f}"
        row["triage_expected"] = TRIAGE_LEVELS[cases.triage[number]]
        row["triage"] = TRIAGE_LEVELS[result.triage.level[number]]
        rows.append(row)
    return rows
