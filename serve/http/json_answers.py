"""Cases in, answers out: the chain of scoring between two shapes of JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import numpy as np

from data_gen.vocabulary import Vocabulary
from data_gen.vocabulary.finding import NOT_ASKED
from data_gen.vocabulary.words import cell_text, is_blank
from serve.answer import Scores, cells_of, value_at
from serve.asking.question import questions
from serve.cases.header import Header, match_header, told
from serve.cases.names import key_of, named
from serve.cases.parse import Cache, Ints, ParsedCases, parse_cases, says_not_known, value_of
from serve.dictionary_column import encoded
from serve.issues import Issue
from serve.mapping.column_mapping import NO_MAPPING, ColumnMapping
from serve.mapping.reader import ColumnReader
from serve.mapping.unknowns import AS_FILES_SAY, Unknowns
from serve.pipeline import ScoringPipeline, score_values

Case = Mapping[str, Any]
Answer = dict[str, Any]


def answers(
    chain: ScoringPipeline, cases: Sequence[Case], mapping: ColumnMapping = NO_MAPPING, *,
    explained: bool = False, ask: int = 0,
) -> list[Answer]:  # fmt: skip
    """The answer for each case, by the same chain as a file's rows.

    A case's answer does not depend on the cases beside it. An explanation is added where asked for,
    and what to ask next is filled up to `ask`.
    """
    normalised = read_values(chain.vocabulary, cases, mapping)
    return answers_of(score_values(chain.told(explain=explained, ask=ask), normalised))


def asked(
    chain: ScoringPipeline, cases: Sequence[Case], mapping: ColumnMapping, count: int
) -> list[Answer]:
    """What to ask next of each case, at most `count` questions or those that settle open flags."""
    chain = chain.told(ask=count)
    scores = score_values(chain, read_values(chain.vocabulary, cases, mapping))
    found = (
        questions(scores, row, chain.worths, chain.vocabulary) for row in range(len(scores.known))
    )
    return [
        {"triage": scores.triage[row], "questions": [asdict(question) for question in each]}
        for row, each in enumerate(found)
    ]


def read_values(
    vocabulary: Vocabulary, cases: Sequence[Case], mapping: ColumnMapping = NO_MAPPING
) -> ParsedCases:
    """The matrix of cases as a mapping, or the vocabulary, reads their fields."""
    if mapping.source:
        return _mapped_cases(vocabulary, cases, mapping)
    return normalised_cases(vocabulary, cases, mapping.unknowns)


def fields_read(
    cases: Sequence[Case], vocabulary: Vocabulary, mapping: ColumnMapping = NO_MAPPING
) -> dict[str, list[str]]:
    """The names that some case has: those read as findings, and those that only nearly are some."""
    names = dict.fromkeys(name for case in cases for name in case)
    found = {name: named(name, vocabulary) for name in names}
    read = [
        name
        for name, one in found.items()
        if mapping.takes(key_of(name)) or (one and one.likeness != "near")
    ]
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
    not_known: list[tuple[int, Ints]] = []
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
            elif says_not_known(text, (read, None)):
                not_known.append((reading.finding.column, np.array([row])))
            values[row, reading.finding.column] = unknowns.read(np.array([read]))[0]
    return ParsedCases(values, issues, not_known=not_known)


def mapped_header(case: Case, row: int, vocabulary: Vocabulary, mapping: ColumnMapping) -> Header:
    """What a mapping makes of a case's fields; RefusedError where they cannot stand together."""
    own = mapping.within([key_of(name) for name in case])
    return match_header(list(case), f"cases[{row}]", vocabulary, own, mapped_by="")


def _mapped_cases(
    vocabulary: Vocabulary, cases: Sequence[Case], mapping: ColumnMapping
) -> ParsedCases:
    """The matrix of cases whose fields a mapping reads, each as a file of one row."""
    values = mapping.unknowns.nothing(len(cases), len(vocabulary.findings))
    issues: dict[int, list[Issue]] = {}
    not_known: list[tuple[int, Ints]] = []
    for row, case in enumerate(cases):
        if not case:
            continue
        header = mapped_header(case, row, vocabulary, mapping)
        cells = {place: encoded([cell_text(value)]) for place, value in enumerate(case.values())}
        parsed = parse_cases(cells, header, 1, vocabulary, Cache())
        values[row], issues[row] = parsed.values[0], parsed.issues.get(0, [])
        not_known += [(column, rows + row) for column, rows in parsed.not_known]
    return ParsedCases(values, issues, not_known=not_known)


@lru_cache(maxsize=4)
def _readings(vocabulary: Vocabulary) -> Mapping[str, ColumnReader]:
    return {finding.id: ColumnReader(finding) for finding in vocabulary.findings}


def answers_of(scores: Scores) -> list[Answer]:
    """Each row of the scores as it stands in an answer: the columns of a file, as JSON."""
    shown = [(column, cells) for column, cells in cells_of(scores) if not column.told_once]
    return [
        {column.name: column.kind.plain(value_at(cells, case)) for column, cells in shown}
        for case in range(len(scores.known))
    ]
