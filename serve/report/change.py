"""What differs beyond chance between two scored files, or between one and what is expected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import erfc, sqrt

import numpy as np

from data_gen.vocabulary import Finding, Vocabulary
from serve.report.assessment import Assessment
from serve.report.chance import (
    ALPHA,
    WHOLE_WORLD,
    answers_each,
    corrected,
    counts_differ,
    means_differ,
    ranks_differ,
)
from serve.report.class_mix import estimate_mix, posterior
from serve.report.expected import Expected, counted
from serve.report.tally import BINS, Tally

FEWEST = 10
"""Rows that must have a thing, and lack it, for it to be looked at: fewer can show nothing."""
_SURE = 10_000  # rows as which a file counts beside a world whose numbers are judgements
EVEN = 0.5
"""The novelty that cases of the world have on average."""
_MORE_NOVEL = 0.05  # than that is no difference: records of one kind differ from all kinds by it
_NEAR = 0.02  # of a rate that the world expects: what lies nearer is no difference
_COUNTED = ("triage", "component", "issue")


@dataclass(frozen=True)
class Change:
    """One thing that was looked at. Shares are of rows; of a value, of the rows that are filled."""

    kind: str
    """`triage`, `condition`, `component`, `issue`, `filled`, `finding`, `number` or `novelty`."""
    name: str
    before: float
    after: float
    p_value: float
    """Corrected for how many things were looked at."""


def changes(before: Assessment, after: Assessment, vocabulary: Vocabulary) -> list[Change]:
    """Everything that was looked at in two files, each with its p-value."""
    return _corrected(
        [
            *_words(before.file.tally, after.file.tally),
            *_conditions(before, after, vocabulary),
            *_findings(before.file.tally, after.file.tally, vocabulary),
            *_novelty(before.file.tally, after.file.tally),
        ]
    )


def departures(
    after: Assessment, expected: Expected | None, vocabulary: Vocabulary
) -> list[Change]:
    """Everything in which a file was held against its bundle, each with its p-value.

    Conditions are held against the mix of the scores, findings against what is expected under the
    estimated mix: such a rate departs where nothing that the blanks may hide would reach it.
    """
    found = [*_from_scored(after, vocabulary), *_from_even(after.file.tally)]
    if expected is not None:
        found += _from_world(after.file.tally, expected, vocabulary)
    return _corrected(found)


def flagged(found: list[Change]) -> list[Change]:
    """What is beyond chance, the surest first; of those that are as sure, the greatest."""
    beyond = [change for change in found if change.p_value < ALPHA]
    return sorted(beyond, key=lambda one: (one.p_value, -abs(one.after - one.before)))


def _corrected(found: list[Change]) -> list[Change]:
    p_values = corrected([change.p_value for change in found])
    return [replace(one, p_value=p) for one, p in zip(found, p_values, strict=True)]


def _counts(kind: str, name: str, a: float, n_a: int, b: float, n_b: int) -> Iterator[Change]:
    """The change of a count among two numbers of rows, where there is enough of it to look at."""
    if n_a and n_b and min(a + b, n_a + n_b - a - b) >= FEWEST:
        yield Change(kind, name, a / n_a, b / n_b, counts_differ(a, n_a, b, n_b))


def _words(before: Tally, after: Tally) -> Iterator[Change]:
    for kind in _COUNTED:
        first, second = before.words[kind], after.words[kind]
        for word in sorted({*first, *second}):
            yield from _counts(kind, word, first[word], before.rows, second[word], after.rows)


def _conditions(before: Assessment, after: Assessment, vocabulary: Vocabulary) -> Iterator[Change]:
    """Shares as estimated; the test is of probabilities under the mix of both files together."""
    if before.mix is None or after.mix is None or before.scored is None or after.scored is None:
        return
    ratio = np.concatenate([before.ratio, after.ratio])
    n_a, n_b = len(before.ratio), len(after.ratio)
    if not n_a or not n_b:
        return
    scored = (before.scored * n_a + after.scored * n_b) / (n_a + n_b)
    told = posterior(ratio, estimate_mix(ratio * scored, scored).share)
    for k, name in enumerate(vocabulary.condition_ids):
        own, both = told[:, k], before.scored[k] > 0 and after.scored[k] > 0
        if both and min(own.sum(), len(own) - own.sum()) >= FEWEST:
            means = float(own[:n_a].mean()), float(own[n_a:].mean())
            p = means_differ(means, (n_a, n_b), answers_each(own))
            shares = float(before.mix.share[k]), float(after.mix.share[k])
            yield Change("condition", name, *shares, p)


def _findings(before: Tally, after: Tally, vocabulary: Vocabulary) -> Iterator[Change]:
    for finding in vocabulary.findings:
        k = finding.column
        n_a, n_b = int(before.filled[k]), int(after.filled[k])
        yield from _counts("filled", finding.id, n_a, before.rows, n_b, after.rows)
        if finding.kind == "yes_no":
            a, b = int(before.present[k]), int(after.present[k])
            yield from _counts("finding", finding.id, a, n_a, b, n_b)
            continue
        first, second = (t.values.get(k, Counter[float]()) for t in (before, after))
        if finding.kind == "number":
            yield from _ranks("number", finding.id, first, second)
            continue
        two = len(finding.values) == 2  # of two values one says it all
        for code, word in enumerate(finding.values[: 1 if two else None]):
            a, b = first[float(code)], second[float(code)]
            yield from _counts("finding", f"{finding.id}={word}", a, n_a, b, n_b)


def _ranks(kind: str, name: str, first: Counter[float], second: Counter[float]) -> Iterator[Change]:
    if min(first.total(), second.total()) >= FEWEST and len({*first, *second}) > 1:
        yield Change(kind, name, _mean(first), _mean(second), ranks_differ(first, second))


def _mean(values: Counter[float]) -> float:
    return sum(value * rows for value, rows in values.items()) / values.total()


def _novelty(before: Tally, after: Tally) -> Iterator[Change]:
    middle = (np.arange(BINS) + 0.5) / BINS
    first, second = (
        Counter(dict(zip(middle.tolist(), tally.novelty.tolist(), strict=True)))
        for tally in (before, after)
    )
    yield from _ranks("novelty", "novelty", +first, +second)


def _from_scored(after: Assessment, vocabulary: Vocabulary) -> Iterator[Change]:
    if after.mix is None or after.scored is None or not len(after.told):
        return
    rows = min(len(after.told), _SURE)
    for k, name in enumerate(vocabulary.condition_ids):
        own, scored = after.told[:, k], float(after.scored[k])
        if rows * max(scored, float(own.mean())) >= FEWEST and scored < 1:
            means, sizes = (scored, float(own.mean())), (WHOLE_WORLD, rows)
            p = means_differ(means, sizes, answers_each(own))
            yield Change("condition", name, scored, float(after.mix.share[k]), p)


def _from_even(after: Tally) -> Iterator[Change]:
    """Novelty beside what it is among the cases of the bundle's world: their rank, so even."""
    rows = int(after.novelty.sum())
    if rows >= FEWEST:
        mean = after.novelty_sum / rows
        beyond = max(0.0, abs(mean - EVEN) - _MORE_NOVEL)
        yield Change("novelty", "novelty", EVEN, mean, erfc(beyond * sqrt(6 * min(rows, _SURE))))


def _from_world(after: Tally, expected: Expected, vocabulary: Vocabulary) -> Iterator[Change]:
    """Each value; one that only says that it is one of several (smoking: ever) is as a blank."""
    loose = {(one.finding, one.value) for one in vocabulary.relations.recorded_as}
    for finding in vocabulary.findings:
        k = finding.column
        values, rates = Counter(after.values.get(k, {})), expected.rates.get(k)
        vague = {code for name, code in loose if name == finding.id}
        filled = int(after.filled[k]) - sum(values[code] for code in vague)
        if rates is None or filled < FEWEST:
            continue
        met = counted(finding, int(after.present[k]), filled, values, expected.edges.get(k))
        for place, (word, rows) in enumerate(met):
            if float(place) in vague:
                continue
            rate = float(rates[1 if finding.kind == "yes_no" else place])
            p = _out_of_reach(rows / after.rows, filled / after.rows, rate, min(after.rows, _SURE))
            yield Change("finding", _named(finding, word), rate, rows / filled, p)


def _named(finding: Finding, word: str) -> str:
    return f"{finding.id}={word}" if word else finding.id


def _out_of_reach(met: float, filled: float, rate: float, rows: int) -> float:
    """The p-value of a rate, where values are met in a share `met` of rows and blank in the rest.

    Where every blank may have been one, or none, the rate lies between two others.
    """
    low, high = met, met + 1 - filled
    nearest = min(max(rate, low), high)
    allowed = rate + np.clip(nearest - rate, -_NEAR, _NEAR)
    return counts_differ(allowed * WHOLE_WORLD, WHOLE_WORLD, nearest * rows, rows)
