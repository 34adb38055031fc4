"""Cases in, answers out: the chain of scoring between two shapes of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any

import numpy as np

from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary
from data_gen.vocabulary.finding import NOT_ASKED
from data_gen.vocabulary.words import cell_text, is_blank
from serve.answer import JOIN, SOURCES
from serve.cases.header import told
from serve.cases.names import named
from serve.cases.parse import ParsedCases, value_of
from serve.issues import Issue
from serve.mapping.reader import ColumnReader
from serve.mapping.unknowns import AS_FILES_SAY, Unknowns
from serve.model.explain import Explanation
from serve.model.predict import MICRO
from serve.pipeline import Scores, ScoringPipeline, explanations, score_values

Case = Mapping[str, Any]
Answer = dict[str, Any]


def answers(
    chain: ScoringPipeline, cases: Sequence[Case], *, explained: bool = False
) -> list[Answer]:
    """The answer for each case, by the same chain as a file's rows.

    A case's answer does not depend on the cases beside it. An explanation is added where asked for.
    """
    normalised = normalised_cases(chain.vocabulary, cases)
    scores = score_values(replace(chain, explain=False), normalised)
    found = answers_of(scores, chain.vocabulary)
    if explained:
        for answer, explanation in zip(found, _explained(chain, normalised), strict=True):
            answer["explanation"] = explanation
    return found


def fields_read(cases: Sequence[Case], vocabulary: Vocabulary) -> dict[str, list[str]]:
    """The names that some case has: those read as findings, and those that only nearly are some."""
    names = dict.fromkeys(name for case in cases for name in case)
    found = {name: named(name, vocabulary) for name in names}
    read = [name for name, one in found.items() if one and one.likeness != "near"]
    return {"columns_read": read, "columns_not_read": [name for name in names if name not in read]}


def normalised_cases(
    vocabulary: Vocabulary, cases: Sequence[Case], unknowns: Unknowns = AS_FILES_SAY
) -> ParsedCases:
    """The matrix of cases; each value is read as the text that a file's cell would have.

    Names are read as those of a file's columns; what is not quite a finding's is told.
    """
    values = unknowns.nothing(len(cases), len(vocabulary.findings))
    issues: dict[int, list[Issue]] = {}
    readings = _readings(vocabulary)
    for row, case in enumerate(cases):
        for name, value in case.items():
            text, found = cell_text(value), named(name, vocabulary)
            if found is None:
                continue  # refused before
            if found.likeness != "same" and not is_blank(text):
                issues.setdefault(row, []).append(told(name, found))
            if found.likeness == "near":
                continue
            reading = readings[found.finding]
            read = value_of(text, reading)
            if isinstance(read, Issue):
                issues.setdefault(row, []).append(read)
                read = NOT_ASKED
            values[row, reading.finding.column] = unknowns.read(np.array([read]))[0]
    return ParsedCases(values, issues)


@lru_cache(maxsize=4)
def _readings(vocabulary: Vocabulary) -> Mapping[str, ColumnReader]:
    return {finding.id: ColumnReader(finding) for finding in vocabulary.findings}


def answers_of(scores: Scores, vocabulary: Vocabulary) -> list[Answer]:
    """Each row of the scores as it stands in an answer: the columns of a file, as JSON."""
    flags, flag_codes = scores.open_red_flags
    sets, set_codes = scores.prediction_set
    rows = zip(
        scores.triage.level.tolist(), scores.triage.source.tolist(), scores.reasons,
        flag_codes.tolist(), set_codes.tolist(), scores.issues, strict=True,
    )  # fmt: skip
    return [
        {
            "triage": TRIAGE_LEVELS[level],
            "triage_source": SOURCES[source],
            "triage_reasons": _split(reasons),
            "open_red_flags": _split(flags[flag]),
            **_likely(scores, row, vocabulary),
            "prediction_set": _split(sets[inside]),
            "novelty": _novelty(scores, row),
            "issues": json.loads(issues) if issues else [],
        }
        for row, (level, source, reasons, flag, inside, issues) in enumerate(rows)
    ]


def _likely(scores: Scores, row: int, vocabulary: Vocabulary) -> Answer:
    """The top condition and all probabilities, the greatest first; null where no model answered."""
    if not scores.known[row]:
        return {"top_condition": None, "probabilities": None}
    ids = vocabulary.condition_ids
    parts = sorted(
        zip(scores.parts_per_million[row].tolist(), ids, strict=True), key=lambda pair: -pair[0]
    )
    probabilities = {condition: part / MICRO for part, condition in parts}
    return {"top_condition": ids[int(scores.top[row, 0])], "probabilities": probabilities}


def _novelty(scores: Scores, row: int) -> float | None:
    if scores.novelty is None or np.isnan(scores.novelty[row]):
        return None
    return round(float(scores.novelty[row]), 6)


def _split(text: str) -> list[str]:
    return text.split(JOIN) if text else []


def _explained(chain: ScoringPipeline, cases: ParsedCases) -> list[Answer | None]:
    found = explanations(chain, cases.values)
    return [None if one is None else _told(one) for one in found]


def _told(explanation: Explanation) -> Answer:
    return {**asdict(explanation), "text": str(explanation)}
