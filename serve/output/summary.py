"""Counts over a scored file: every row accounted for."""

from __future__ import annotations

import platform
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary
from serve.answer import NO_MODEL, SOURCES, Scores
from serve.cases.header import Header
from serve.issues import quoted_name
from serve.mapping.reader import NO_VALUE, Key
from serve.problem import Problem


@dataclass
class Summary:
    """Running counts. `rows_in` is always `scored` plus `rejected`."""

    scored: int = 0
    answered: int = 0
    """Rows of those scored to which the model gave an answer."""
    rejected: Counter[str] = field(default_factory=Counter)
    blank_lines: int = 0
    spreadsheet_safe_text: int = 0
    issues: Counter[str] = field(default_factory=Counter)
    triage: Counter[str] = field(default_factory=Counter)
    source: Counter[str] = field(default_factory=Counter)
    words_met: set[tuple[int, Key]] = field(default_factory=set)
    """The words of a mapping that some cell has, each with the place of its column."""
    asked: str = NO_MODEL
    """The version of the model that was asked."""
    failure: str = ""
    """What the model failed with last, if it did."""

    @property
    def model_version(self) -> str:
        """The version of the model that answered, `none` where it answered nothing."""
        return self.asked if self.answered or not self.scored else NO_MODEL

    @property
    def rows_in(self) -> int:
        """Rows of the input: those scored and those rejected."""
        return self.scored + self.rejected.total()

    def add(self, other: Summary) -> None:
        """Count another block of the same file as well."""
        self.scored += other.scored
        self.answered += other.answered
        self.blank_lines += other.blank_lines
        self.spreadsheet_safe_text += other.spreadsheet_safe_text
        self.words_met |= other.words_met
        self.asked = self.asked if other.asked == NO_MODEL else other.asked
        self.failure = other.failure or self.failure
        for name in ("rejected", "issues", "triage", "source"):
            getattr(self, name).update(getattr(other, name))


def tally_of(scores: Scores) -> Summary:
    """The counts of one block of scores."""
    issues = Counter[str]()
    for found, cases in scores.issues.counts():
        for issue in found:
            issues[issue.code] += cases
    return Summary(
        scored=len(scores.known),
        answered=int(np.count_nonzero(scores.known)),
        issues=issues,
        triage=Counter(dict(scores.triage.counts())),
        source=Counter(dict(scores.triage_source.counts())),
        words_met=set(scores.words_met),
        asked=scores.model_version,
        failure=scores.failure,
    )


class CaseIds:
    """The case ids seen so far, to count those that stand more than once.

    Of each, eight bytes are kept: a hash. Two ids among a hundred million share one with a chance
    below one in three thousand.
    """

    def __init__(self) -> None:
        self._seen: list[npt.NDArray[np.int64]] = []

    def add(self, ids: pa.Array | None) -> None:
        """Remember the ids of a block. Blank ones do not count."""
        if ids is not None:
            hashes = [hash(text) for text in ids.to_pylist() if text]
            self._seen.append(np.array(hashes, dtype=np.int64))

    def duplicated(self) -> int:
        """How many rows repeat the id of an earlier row."""
        if not self._seen:
            return 0
        self._seen = [np.sort(np.concatenate(self._seen))]
        return int(np.count_nonzero(self._seen[0][1:] == self._seen[0][:-1]))


def summary(
    tally: Summary, duplicates: int, warnings: tuple[Problem, ...], versions: dict[str, str]
) -> dict[str, Any]:
    """The counts as they are written to a summary file."""
    return {
        "rows_in": tally.rows_in,
        "scored": tally.scored,
        "rejected": tally.rejected.total(),
        "rejected_by_reason": dict(sorted(tally.rejected.items())),
        "blank_lines": tally.blank_lines,
        "duplicate_case_ids": duplicates,
        "neutralised_cells": tally.spreadsheet_safe_text,
        "issues": dict(sorted(tally.issues.items())),
        "triage": {level: tally.triage[level] for level in TRIAGE_LEVELS},
        "triage_source": {source: tally.source[source] for source in SOURCES},
        "warnings": [vars(warning) for warning in warnings],
        "versions": versions,
    }


def words_never_met(header: Header, tally: Summary, where: str) -> tuple[Problem, ...]:
    """A warning for each word of a mapping that gives a value, and that no cell of the file has."""
    return tuple(
        Problem(
            "word_never_met",
            where,
            f"the word {str(key)!r} that the mapping gives column "
            f"{quoted_name(header.names[place])} stands in no cell",
            "check how the file writes it",
        )
        for place, reading in header.readings
        for key in reading.words
        if (place, key) not in tally.words_met and reading.words[key] not in NO_VALUE
    )


def versions(model_version: str, vocabulary: Vocabulary) -> dict[str, str]:
    """What made the scores: the model, the vocabulary, and the libraries on the scoring path."""
    return {
        "model_version": model_version,
        "vocabulary": vocabulary.hash[:12],
        "python": platform.python_version(),
        **_libraries(),
    }


@cache
def _libraries() -> dict[str, str]:
    return {name: metadata.version(name) for name in ("numpy", "onnxruntime", "pyarrow")}
