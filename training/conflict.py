"""Where labelled cases and the knowledge disagree, condition by condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

from data_gen.posterior import ExactPosterior
from data_gen.vocabulary import Vocabulary
from data_gen.world.world import World
from training.labelled import LabelledCases
from training.vignettes import Vignettes

Real = npt.NDArray[np.float64]
_CHANCE = 1e-4  # of some 3,000 findings and conditions, less than one disagrees so by chance
_SHOWN = 3  # findings a condition


def conflicts(
    labelled: LabelledCases, vignettes: Vignettes, world: World, mix: Real
) -> list[dict[str, Any]]:
    """One row a condition that has labelled cases.

    `right_first` is how often the knowledge's exact posterior puts the label first, `expected` how
    often it does so for its own vignettes of that condition; `disagreements` are findings recorded
    far more or less often among the cases in which they are known than the knowledge says.
    """
    exact = ExactPosterior(world)(labelled.values, mix).probability
    rows = []
    for k in np.unique(labelled.label):
        cases, own = labelled.label == k, vignettes.label == k
        rows.append(
            {
                "condition": world.vocabulary.condition_ids[k],
                "cases": int(cases.sum()),
                "right_first": _first(exact[cases], int(k)),
                "expected": _first(vignettes.exact[own], int(k)),
                "disagreements": _told(
                    labelled.cases[cases], vignettes.cases[own], world.vocabulary
                ),
            }
        )
    return rows


def told(labelled: Mapping[str, Any]) -> list[str]:
    """What a bundle's manifest says of its labelled cases, as lines of text: `labelled`."""
    lines = [f"{labelled['fitted']} labelled cases fitted, {labelled['held_out']} held out"]
    for row in labelled["conditions"]:
        shares = f"{100 * row['right_first']:.0f} % (expected {100 * row['expected']:.0f} %)"
        lines.append(f"{row['condition']}: {row['cases']} cases, the knowledge first in {shares}")
        lines += [f"  {text}" for text in row["disagreements"]]
    return lines


def _first(exact: Real, k: int) -> float:
    return round(float((exact.argmax(axis=1) == k).mean()), 4)


def _told(cases: Real, vignettes: Real, vocabulary: Vocabulary) -> list[str]:
    found = sorted(_disagreements(cases, vignettes, vocabulary))
    return [text for _, text in found[:_SHOWN]]


def _disagreements(
    cases: Real, vignettes: Real, vocabulary: Vocabulary
) -> Iterator[tuple[float, str]]:
    """Chance of a difference as large, and the difference in words."""
    for finding in vocabulary.findings:
        if finding.kind == "number":
            continue
        seen, stated = (table[:, finding.column] for table in (cases, vignettes))
        known, expected = int((seen >= 0).sum()), stated[stated >= 0]
        if not known or not len(expected):
            continue
        for code, word in enumerate(finding.values if finding.kind == "choice" else ("", "yes")):
            count = int((seen == code).sum())
            share = (float((expected == code).sum()) + 0.5) / (len(expected) + 1)
            chance = float(binomtest(count, known, share).pvalue)
            if word and chance < _CHANCE:
                says = f"{finding.id} {word} in {count} of {known} cases that record it"
                yield chance, f"{says}; the knowledge: {100 * share:.0f} %"
