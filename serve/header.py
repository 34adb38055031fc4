"""The header of a case file, matched to the vocabulary before any row is read."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from data_gen.vocabulary import Vocabulary
from serve.columns import CASE_ID, output_columns
from serve.mapping import NO_MAPPING, ColumnMapping, Reading
from serve.problem import Problem, RefusedError

_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


@dataclass(frozen=True)
class Header:
    """Which column of a file holds which finding. Places count from 0."""

    names: tuple[str, ...]
    readings: tuple[tuple[int, Reading], ...]
    case_id: int | None
    warnings: tuple[Problem, ...]


def match_header(
    names: Sequence[str],
    where: str,
    vocabulary: Vocabulary,
    mapping: ColumnMapping = NO_MAPPING,
    *,
    explain: bool = False,
) -> Header:
    """The header of a file whose columns have these names.

    Raises RefusedError, with every problem at once, for a name that stands twice, a column named
    like one that scoring writes, or no known column at all.
    """
    keys = [key_of(name) for name in names]
    wanted = mapping.readings(vocabulary)
    readings = tuple((place, wanted[key]) for place, key in enumerate(keys) if key in wanted)
    problems = [
        *_twice(names, keys, where),
        *_same_finding(names, readings, where),
        *_taken(names, keys, where, set(output_columns(vocabulary, explain=explain))),
        *mapping.missing(keys, where),
    ]
    if not problems and not readings:
        problems = [_none_known(names, where, vocabulary)]
    if problems:
        raise RefusedError(*problems)
    unknown = [name for name, key in zip(names, keys, strict=True) if key not in wanted]
    case_id = keys.index(CASE_ID) if CASE_ID in keys else None
    return Header(tuple(names), readings, case_id, tuple(_near(unknown, where, vocabulary)))


def key_of(name: str) -> str:
    """A header cell as it is compared: without outer spaces, in lower case."""
    return name.strip().lower()


def _twice(names: Sequence[str], keys: Sequence[str], where: str) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for place, key in enumerate(keys):
        if key in first:
            what = f"column {names[place]!r}" if key else "a column without a name"
            message = f"{what} stands twice, in columns {first[key] + 1} and {place + 1}"
            yield Problem("header_twice", where, message, "rename or delete one of them")
        first.setdefault(key, place)


def _same_finding(
    names: Sequence[str], readings: Sequence[tuple[int, Reading]], where: str
) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for place, reading in readings:
        other = first.setdefault(reading.finding.id, place)
        if other != place and key_of(names[other]) != key_of(names[place]):
            message = f"{names[other]!r} and {names[place]!r} both give {reading.finding.id}"
            yield Problem("finding_twice", where, message, "delete one of them, or its mapping")


def _taken(
    names: Sequence[str], keys: Sequence[str], where: str, ours: Collection[str]
) -> Iterator[Problem]:
    for place, key in enumerate(keys):
        if key in ours:
            message = f"column {place + 1} is named {names[place]!r}, as a column scoring writes"
            remedy = "rename or delete it (is this a file that was scored before?)"
            yield Problem("output_column", where, message, remedy)


def _none_known(names: Sequence[str], where: str, vocabulary: Vocabulary) -> Problem:
    message = "no column is the name of a finding"
    for mark, word in _SEPARATORS.items():
        if len(names) == 1 and mark in names[0]:
            remedy = "save it with commas between the cells"
            return Problem("separator", where, f"{message}: cells are split by {word}", remedy)
    close = " ".join(str(problem) for problem in _near(names, where, vocabulary))
    if close:
        return Problem("no_known_column", where, message, close)
    remedy = "the first line must name the columns; `python -m serve template` writes one"
    return Problem("no_known_column", where, message, remedy)


def _near(names: Sequence[str], where: str, vocabulary: Vocabulary) -> Iterator[Problem]:
    for name in names:
        finding = near_finding(name, vocabulary)
        if finding is not None:
            message = f"column {name!r} is not read; did you mean {finding!r}?"
            yield Problem("near_miss", where, message, "rename it, or map it with --columns")


def near_finding(name: str, vocabulary: Vocabulary) -> str | None:
    """The finding whose name this column nearly has, if there is one."""
    key = re.sub(r"[^a-z0-9]+", "_", key_of(name)).strip("_")
    if len(key) < 3 or key == CASE_ID:
        return None
    ids = vocabulary.finding_ids
    squeezed = {finding.replace("_", ""): finding for finding in ids}
    if key.replace("_", "") in squeezed:
        return squeezed[key.replace("_", "")]
    begins = [finding for finding in ids if finding.startswith(f"{key}_")]
    within = [finding for finding in ids if key.startswith(f"{finding}_")]
    close = difflib.get_close_matches(key, ids, n=1, cutoff=0.8)
    return next(iter([*close, *within, *(begins if len(begins) == 1 else [])]), None)
