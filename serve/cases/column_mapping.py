"""A column mapping: files with other headers, words and units, read as the vocabulary's.

A mapping is a YAML file:

    columns:
      Age: age_years                                     # another name
      temp_f: {finding: temperature_c, unit: degF}       # another unit
      Smoker: {finding: smoking, words: {Y: current, N: never}}
      Patient: case_id

Words *replace* those of the vocabulary: where a column says 1 for no and 2 for yes, 1 is no longer
yes, and a cell that is none of the words is told. Numbers compare as numbers: 1 is also 1.0. What
is blank stays blank unless the mapping names it. The whole is checked before any row is read.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from data_gen.vocabulary import Finding, Vocabulary
from data_gen.vocabulary.words import word_key
from serve.answer import CASE_ID
from serve.cases.names import key_of
from serve.cases.unknowns import AS_FILES_SAY, Unknowns
from serve.problem import Problem, RefusedError

UNITS: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "degC": {"degF": (5 / 9, -160 / 9), "K": (1.0, -273.15)},
    "m": {"yd": (0.9144, 0.0), "ft": (0.3048, 0.0), "km": (1000.0, 0.0), "mi": (1609.344, 0.0)},
    "min": {"s": (1 / 60, 0.0), "h": (60.0, 0.0)},
    "days": {"hours": (1 / 24, 0.0), "weeks": (7.0, 0.0), "months": (30.4375, 0.0),
             "years": (365.25, 0.0)},
    "cm": {"mm": (0.1, 0.0), "in": (2.54, 0.0)},
    "years": {"months": (1 / 12, 0.0)},
}  # fmt: skip
"""For each unit of the vocabulary, other units: value times the first plus the second."""
_FIELDS = ("finding", "words", "unit")


Key = str | Decimal


@dataclass(frozen=True)
class ColumnReader:
    """How one column is read: which finding, other words for its values, another unit."""

    finding: Finding
    words: Mapping[Key, str] = field(default_factory=dict)
    """Our word for each of theirs, by `word_key`."""
    scale: tuple[float, float] | None = None


@dataclass(frozen=True)
class ColumnMapping:
    """Readings and the case id of a file, by the name of its column in lower case.

    And what its silences mean.
    """

    columns: Mapping[str, ColumnReader] = field(default_factory=dict)
    case_id: str = CASE_ID
    source: str = ""
    unknowns: Unknowns = AS_FILES_SAY

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are mapped, in lower case."""
        return (*self.columns, *([self.case_id] if self.case_id != CASE_ID else []))

    def within(self, keys: Collection[str]) -> ColumnMapping:
        """What of the mapping is of columns that a file has."""
        columns = {name: reading for name, reading in self.columns.items() if name in keys}
        case_id = self.case_id if self.case_id in keys else CASE_ID
        return replace(self, columns=columns, case_id=case_id)

    def missing(
        self, keys: Sequence[str], where: str, lacking: str = "the file lacks"
    ) -> Iterator[Problem]:
        """A problem for each mapped column that the file, or all files together, do not have."""
        for name in self.names:
            if name not in keys:
                message = f"the mapping names a column {name!r} that {lacking}"
                yield Problem("mapped_column_missing", where, message, _hint(name, keys))


NO_MAPPING = ColumnMapping()


def read_mapping(path: Path, vocabulary: Vocabulary) -> ColumnMapping:
    """The mapping of a YAML file; RefusedError lists everything that is wrong with it."""
    from data_gen.vocabulary.yaml_lines import YamlError, read_yaml  # only for --columns

    try:
        raw = read_yaml(path)
    except (YamlError, OSError) as error:
        message = str(error) if isinstance(error, YamlError) else error.strerror or "unreadable"
        raise RefusedError(Problem("bad_mapping", str(path), message)) from None
    entries = raw.get("columns") if isinstance(raw, dict) else None
    if not isinstance(entries, dict) or not entries:
        remedy = "write `columns:` and below it `your name: finding`"
        raise RefusedError(Problem("bad_mapping", str(path), "there are no columns", remedy))
    return _checked(entries, path, vocabulary)


def _checked(entries: Mapping[Any, Any], path: Path, vocabulary: Vocabulary) -> ColumnMapping:
    columns: dict[str, ColumnReader] = {}
    problems: list[Problem] = []
    case_id = CASE_ID
    for raw_name, raw in entries.items():
        name = key_of(str(raw_name))
        entry = raw if isinstance(raw, dict) else {"finding": raw}
        if entry.get("finding") == CASE_ID:
            case_id = name
            continue
        found = list(_entry_problems(entry, f"{path}: {raw_name}", vocabulary))
        problems += found
        if not found:
            columns[name] = _reading(entry, vocabulary)
    if problems:
        raise RefusedError(*problems)
    return ColumnMapping(columns, case_id, str(path))


def _entry_problems(
    entry: Mapping[str, Any], where: str, vocabulary: Vocabulary
) -> Iterator[Problem]:
    for key in entry:
        if key not in _FIELDS:
            message = f"{key!r} is not one of {', '.join(_FIELDS)}"
            yield Problem("bad_mapping", where, message, _hint(str(key), _FIELDS))
    finding_id = str(entry.get("finding"))
    if finding_id not in vocabulary.finding_ids:
        hint = _hint(finding_id, vocabulary.finding_ids)
        yield Problem("bad_mapping", where, f"no finding is called {finding_id!r}", hint)
        return
    finding = vocabulary.finding(finding_id)
    yield from _unit_problems(entry.get("unit"), finding, where)
    yield from _word_problems(entry.get("words"), finding, where)


def _unit_problems(unit: Any, finding: Finding, where: str) -> Iterator[Problem]:
    known = (finding.unit, *UNITS.get(finding.unit, ())) if finding.kind == "number" else ()
    if unit is not None and unit not in known:
        can = f"use one of {', '.join(known)}" if known else "leave it out"
        yield Problem("bad_mapping", where, f"{finding.id} has no unit {unit!r}", can)


def _word_problems(words: Any, finding: Finding, where: str) -> Iterator[Problem]:
    if words is None:
        return
    if not isinstance(words, dict):
        yield Problem("bad_mapping", where, "`words` must be a list of `theirs: ours`")
        return
    ours = {"yes_no": ("yes", "no"), "choice": finding.values, "number": ()}[finding.kind]
    for word in map(str, words.values()):
        if word not in (*ours, "unknown"):
            message = f"{word!r} is no value of {finding.id}"
            yield Problem("bad_mapping", where, message, f"use {', '.join((*ours, 'unknown'))}")
    first: dict[Key, str] = {}
    for word in map(str, words):
        other = first.setdefault(word_key(word), word)
        if other != word:
            message = f"the words {other!r} and {word!r} are the same"
            yield Problem("bad_mapping", where, message, "keep one of them")


def _reading(entry: Mapping[str, Any], vocabulary: Vocabulary) -> ColumnReader:
    finding = vocabulary.finding(entry["finding"])
    words = {word_key(str(k)): str(v) for k, v in (entry.get("words") or {}).items()}
    return ColumnReader(finding, words, UNITS.get(finding.unit, {}).get(str(entry.get("unit"))))


def _hint(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else ""
