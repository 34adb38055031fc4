"""How far a number may be off: the interval that it is stated with."""

from __future__ import annotations

from math import log
from statistics import NormalDist

from data_gen.profiles.frequency_words import band_of
from data_gen.profiles.knowledge import Knowledge
from data_gen.profiles.schema import Based
from data_gen.vocabulary.proportion import wilson

CONFIDENCE = 0.9
"""How sure an interval is to hold the number."""
HALF_WIDTH = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
"""Of an interval of a normal, in its standard deviations."""
_LEAST = 0.005  # no interval reaches further down than this share, nor further up than its rest


def log_odds(p: float) -> float:
    """The logarithm of the odds of a probability between 0 and 1."""
    return log(p / (1 - p))


def log_odds_interval(knowledge: Knowledge, p: float, based: Based) -> tuple[float, float]:
    """The log-odds between which a probability lies, by its basis; itself always within.

    A study's 95 % interval, the band of a document's frequency word, and for a judgement what
    `intervals.yaml` allows it.
    """
    at, width = log_odds(p), knowledge.intervals.judgement.log_odds
    low, high = at - width, at + width
    if based.basis == "document" and based.word:
        band = band_of(based.word, knowledge.studies)
        if band is not None:
            low, high = _clipped(band.low), _clipped(band.high)
    for n, of in _counts(knowledge, based):
        low, high = (_clipped(bound) for bound in wilson(n / of, of, 0.95))
    return min(low, at), max(high, at)


def patients(knowledge: Knowledge, based: Based) -> int | None:
    """How many patients a study's number counts; None for a number of another basis."""
    counted = [of for _, of in _counts(knowledge, based)]
    return counted[-1] if counted else None


def _counts(knowledge: Knowledge, based: Based) -> list[tuple[int, int]]:
    cited = based.cite if based.basis == "study" else ()
    rows = [knowledge.studies.get(cite, {}) for cite in cited]
    return [(int(row["n"]), int(row["of"])) for row in rows if row.get("n") and row.get("of")]


def _clipped(p: float) -> float:
    return log_odds(min(max(p, _LEAST), 1 - _LEAST))
