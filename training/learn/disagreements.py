"""Where labelled cases and the knowledge disagree, condition by condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

from data_gen.inference import ExactPosterior
from data_gen.vocabulary import Vocabulary
from data_gen.world.world import World
from training.data.features import Intervals
from training.data.labelled import LabelledCases
from training.data.vignettes import Vignettes
from training.learn.reweighting import Counts

Real = npt.NDArray[np.float64]
_CHANCE = 1e-4  # of some 3,000 findings and conditions, less than one disagrees so by chance
_SHOWN = 3  # findings a condition


def conflicts(
    labelled: LabelledCases,
    counts: Counts,
    vignettes: Vignettes,
    world: World,
    mix: Real,
) -> list[dict[str, Any]]:
    """One row a condition that has labelled cases.

    `right_first` is how often the knowledge's exact posterior puts the label first, `expected` how
    often it does so for its own vignettes of that condition; `disagreements` are findings recorded
    far more or less often among the cases in which they are known than the knowledge says, as this
    file writes things down (`counts`).
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
                "disagreements": _told(counts, int(k), world.vocabulary),
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


def _told(counts: Counts, k: int, vocabulary: Vocabulary) -> list[str]:
    parts = counts.seen[k], counts.recorded[k], counts.intervals
    found = sorted(_disagreements(*parts, vocabulary))
    return [text for _, text in found[:_SHOWN]]


def _disagreements(
    seen: Real, recorded: Real, intervals: Intervals, vocabulary: Vocabulary
) -> Iterator[tuple[float, str]]:
    """Chance of a difference as large, and the difference in words."""
    for place, name in enumerate(intervals.names):
        finding, equals, word = name.partition("=")
        known = int(seen[intervals.column == intervals.column[place]].sum())
        if not equals or not known or (word == "no" and _is_yes_no(finding, vocabulary)):
            continue
        share = float(np.clip(recorded[place], 0.0, 1.0))
        chance = float(binomtest(int(seen[place]), known, share).pvalue)
        if chance < _CHANCE:
            says = f"{finding} {word} in {int(seen[place])} of {known} cases that record it"
            yield chance, f"{says}; expected {100 * share:.0f} %"


def _is_yes_no(finding: str, vocabulary: Vocabulary) -> bool:
    return vocabulary.finding(finding).kind == "yes_no"
