"""The facts of a report, as JSON has them and the page shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data_gen.vocabulary import TRIAGE_LEVELS, Finding, Vocabulary
from serve.report.assessment import Assessment
from serve.report.change import EVEN, Change, flagged
from serve.report.class_mix import CONFIDENCE, Matrix, posterior
from serve.report.expected import Expected
from serve.report.outcome import outcome_facts
from serve.report.tally import Tally

_UNLIKE = 0.1
"""So much more novelty than that, beyond chance, says that a part of the mix does not fit."""
_COUNTED = {
    "triage_source": "triage_source",
    "top_conditions": "top_condition",
    "components": "component",
    "issues": "issue",
}
_SURE, _FEWEST = 4.0, 20  # standard errors, and rows, from which a part is said not to fit


@dataclass(frozen=True)
class Beside:
    """What a file was held against: another file, or the bundle."""

    name: str
    looked_at: Sequence[Change]
    other: Assessment | None = None
    """The other file, where it is one."""


def facts(
    found: Assessment,
    beside: Beside | None,
    expected: Expected | None,
    warnings: Sequence[str],
    vocabulary: Vocabulary,
) -> dict[str, Any]:
    """Everything that is reported of a file; shares are from 0 to 1.

    `flagged` is what differs from the reference beyond chance, with p-values corrected for how many
    things were looked at; `mix` has the estimated share of each condition with the interval that
    holds it in nine files of ten.
    """
    tally = found.file.tally
    return {
        "file": Path(found.file.where).name,
        "rows": tally.rows,
        "flagged": [asdict(change) for change in flagged([*beside.looked_at])] if beside else [],
        "mix": _mix(found, vocabulary),
        "mix_within": found.within,
        "mix_confidence": CONFIDENCE,
        "mix_gain": found.mix.gain if found.mix else None,
        "mix_rows": len(found.ratio),
        "not_fitting": _not_fitting(found, vocabulary),
        "scored_under": found.scored_under,
        "scored_mix": _by_condition(found.scored, vocabulary),
        "reference": _reference(beside, vocabulary),
        "warnings": list(warnings),
        "model_versions": dict(tally.words["model_version"]),
        **_counts(tally),
        "novelty": _novelty(tally),
        "findings": {
            f.id: _finding(f, found, beside.other if beside else None, expected)
            for f in vocabulary.findings
        },
        "outcome": outcome_facts(tally.outcome),
    }


def _mix(found: Assessment, vocabulary: Vocabulary) -> dict[str, dict[str, float]]:
    if found.mix is None:
        return {}
    parts = {name: getattr(found.mix, name).tolist() for name in ("share", "low", "high")}
    return {
        condition: {name: values[k] for name, values in parts.items()}
        for k, condition in enumerate(vocabulary.condition_ids)
    }


def _by_condition(shares: Matrix | None, vocabulary: Vocabulary) -> dict[str, float]:
    if shares is None:
        return {}
    return dict(zip(vocabulary.condition_ids, shares.tolist(), strict=True))


def _reference(beside: Beside | None, vocabulary: Vocabulary) -> dict[str, Any] | None:
    if beside is None:
        return None
    told = {"name": beside.name, "looked_at": len(beside.looked_at)}
    if beside.other is None:
        return told
    tally = beside.other.file.tally
    return {
        **told,
        "rows": tally.rows,
        "mix": _mix(beside.other, vocabulary),
        "novelty": _novelty(tally),
        **_counts(tally),
    }


def _counts(tally: Tally) -> dict[str, dict[str, int]]:
    """Rows by triage, and by the words of other columns, the most frequent first."""
    counts = {name: dict(tally.words[word].most_common()) for name, word in _COUNTED.items()}
    return {"triage": {level: tally.words["triage"][level] for level in TRIAGE_LEVELS}, **counts}


def _novelty(tally: Tally) -> dict[str, Any]:
    rows = int(tally.novelty.sum())
    mean = tally.novelty_sum / rows if rows else None
    return {"rows": rows, "mean": mean, "bins": tally.novelty.tolist()}


def _not_fitting(found: Assessment, vocabulary: Vocabulary) -> dict[str, float]:
    """The mean novelty of the conditions whose rows are much more novel than the world's.

    Where it is high, what is inside a condition may differ from the world, and its share is then
    that of whatever looks most like it.
    """
    known = np.isfinite(found.novelty)
    if (
        found.mix is None
        or found.scored is None
        or not known.any()
        or len(found.ratio) != len(known)
    ):
        return {}
    weight = posterior(found.ratio, found.mix.share)[known]
    rows = weight.sum(axis=0)
    mean = weight.T @ found.novelty[known] / np.maximum(rows, 1e-12)
    error = np.sqrt(1 / 12 / np.maximum(rows, 1.0))
    apart = (mean - EVEN > np.maximum(_UNLIKE, _SURE * error)) & (rows >= _FEWEST)
    return {vocabulary.condition_ids[k]: float(mean[k]) for k in np.flatnonzero(apart).tolist()}


def _finding(
    finding: Finding, found: Assessment, other: Assessment | None, expected: Expected | None
) -> dict[str, Any]:
    """In how many rows it is known, and what is said there, beside what the reference has."""
    k, file = finding.column, found.file
    told = {"asked": k in file.asked, **_values(finding, file.tally)}
    if other is not None:
        told["before"] = {"asked": k in other.file.asked, **_values(finding, other.file.tally)}
    if expected is not None and k in expected.rates:
        told["expected"] = dict(_expected(finding, expected.rates[k], expected.edges.get(k)))
    return told


def _values(finding: Finding, tally: Tally) -> dict[str, Any]:
    k = finding.column
    filled = int(tally.filled[k])
    values = tally.values.get(k, Counter[float]())
    told: dict[str, Any] = {"filled": filled}
    if finding.kind == "yes_no":
        told["values"] = {"yes": int(tally.present[k])}
    elif finding.kind == "choice":
        told["values"] = {word: values[float(code)] for code, word in enumerate(finding.values)}
    elif filled:
        told["quartiles"] = [_quantile(values, part) for part in (0.25, 0.5, 0.75)]
    return told


def _quantile(values: Mapping[float, int], part: float) -> float:
    """The value below which a part of the rows lies."""
    ordered = sorted(values)
    rows = np.cumsum([values[value] for value in ordered])
    return ordered[int(np.searchsorted(rows, part * rows[-1]))]


def _expected(finding: Finding, rates: Matrix, edges: Matrix | None) -> Iterator[tuple[str, float]]:
    """The expected rate of each value; of a number its median."""
    if finding.kind == "number":
        if edges is not None and rates[:-1].sum() > 0:
            yield "median", _median(rates[:-1], edges)
        return
    yield from zip(finding.words, rates.tolist(), strict=True)


def _median(rates: Matrix, edges: Matrix) -> float:
    """The median of a number by its bins, as if each were even inside."""
    ends = np.cumsum(rates) / rates.sum()
    place = int(np.searchsorted(ends, 0.5))
    if place + 1 == len(edges):
        return float(edges[place])
    begin = ends[place - 1] if place else 0.0
    part = (0.5 - begin) / max(ends[place] - begin, 1e-12)
    return float(edges[place] + part * (edges[place + 1] - edges[place]))
