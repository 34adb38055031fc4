"""Files of labelled cases, read as any case file is, with the established condition of each row."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data_gen.vocabulary import Vocabulary, load
from serve.answer import FINAL, output_columns
from serve.cases.arrow_columns import coded_values, without_blank_rows
from serve.cases.blocks import read_cases
from serve.cases.csv_records import Block
from serve.cases.csv_rows import BOM, REASONS, Reject, coded_columns, rows_of
from serve.cases.header import Header, is_scored, match_header
from serve.cases.names import key_of, squeezed
from serve.cases.parse import UNREAD, Cache, parse_cases
from serve.cases.source import open_source
from serve.dictionary_column import DictionaryColumn
from serve.issues import quoted_name
from serve.mapping.column_mapping import NO_MAPPING, ColumnMapping
from serve.mapping.reading import read_mapping
from serve.problem import Problem, RefusedError

CONDITION = "condition"
MAPPING = "columns.yaml"
_LABELS = (CONDITION, "diagnosis")
_PATIENT = "patientid"
_KINDS = (".csv", ".parquet", ".pq")
_PAGES = ("readme.md", MAPPING)
_HIDDEN = (".", "~", "_")
_NO_CASES = ("blank_row", "header_row")  # rows that are no cases: told, not refused


@dataclass
class Reading:
    """What the files of a folder hold: a row a case, and what is to be told of them."""

    values: list[npt.NDArray[np.float64]] = field(default_factory=list)
    label: list[int] = field(default_factory=list)
    ids: list[tuple[str, str]] = field(default_factory=list)
    """The patient and the case that a row names, blank where it names none."""
    places: list[str] = field(default_factory=list)
    told: list[Problem] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    """Rows of each scored file that have no label yet, or no finding."""
    headers: list[frozenset[str]] = field(default_factory=list)
    """The columns of each file whose header could be read, as `key_of` names them."""


def case_files(folder: Path) -> list[Path]:
    """The files of cases of a folder, in the order of their names."""
    return sorted(path for path in folder.iterdir() if _is_cases(path)) if folder.is_dir() else []


def _is_cases(path: Path) -> bool:
    hidden = path.name.startswith(_HIDDEN)
    return path.is_file() and not hidden and path.suffix.lower() in _KINDS


def read_files(folder: Path, vocabulary: Vocabulary) -> Reading:
    """The rows of every file of a folder, and each that cannot be used, with its line.

    A mapped column is a mistake where no file has it: each file may have some of them.
    """
    found = Reading()
    found.told += _ignored(folder)
    mapping = NO_MAPPING
    try:
        if (folder / MAPPING).is_file():
            mapping = read_mapping(folder / MAPPING, vocabulary)
    except RefusedError as error:
        found.refused += error.problems
        return found
    files = case_files(folder)
    for path in files:
        try:
            _read_file(path, vocabulary, mapping, found)
        except RefusedError as error:
            found.refused += error.problems
    for name, rows in found.left_out.items():
        message = f"{rows} rows of this scored file have no label yet, or no finding"
        found.told.append(Problem("not_labelled_yet", name, message, "they are left out"))
    if files and len(found.headers) == len(files):
        keys = sorted(set().union(*found.headers))
        found.refused += mapping.missing(keys, str(folder / MAPPING), "no file has")
    return found


def _ignored(folder: Path) -> Iterator[Problem]:
    for path in sorted(folder.iterdir()):
        if not _is_cases(path) and path.name.lower() not in _PAGES and path.name != ".gitkeep":
            hidden = path.name.startswith(_HIDDEN)
            what = (
                "a folder" if path.is_dir() else "a hidden file" if hidden else "no file of cases"
            )
            remedy = (
                f"a file of cases ends in {', '.join(_KINDS)} and its name begins with a letter"
            )
            yield Problem("ignored", str(path), f"this is {what}, and not read", remedy)


@dataclass(frozen=True)
class _Columns:
    """Where a file says who and what: places of the labels, the patient, and the case's id."""

    labels: tuple[int, ...]
    patient: int | None
    case_id: int | None
    scored: bool = False
    """Whether the file was scored: its answers are not read, and of its rows those that have no
    finding or no label yet are left out, where other files must not have any."""


def _read_file(path: Path, vocabulary: Vocabulary, mapping: ColumnMapping, found: Reading) -> None:
    def match(names: Sequence[str], where: str) -> Header:
        found.headers.append(frozenset(map(key_of, names)))
        own = mapping.within(found.headers[-1])
        by = str(path.parent / MAPPING)
        return match_header(
            names, where, vocabulary, own, scored=is_scored(names, vocabulary), mapped_by=by
        )

    with open_source(str(path), mapping.dialect) as source:
        cases = read_cases(source, match)
        header = cases.header
        own = _columns(header, path, scored=is_scored(header.names, vocabulary))
        found.told += [*header.warnings, *_passed_over(header, own, path)]
        cache, before = Cache(), 0
        text = cases.header_text.removeprefix(BOM)
        places = [*header.used, *own.labels, *([] if own.patient is None else [own.patient])]
        for item in cases.items:
            if isinstance(item, Block):
                rows = rows_of(item, len(header.names), str(path), text)
                columns = coded_columns(rows, len(header.names), list(dict.fromkeys(places)))
                lines, rejects = list(rows.lines), rows.rejects
            else:
                columns, lines, rejects = _of_batch(item, header, places, before)
                before += item.num_rows
            _sort_rejects(rejects, path, found)
            _add(columns, lines, header, own, path, vocabulary, cache, found)


def _of_batch(
    batch: pa.RecordBatch, header: Header, places: Sequence[int], before: int
) -> tuple[dict[int, DictionaryColumn[str]], list[int], tuple[Reject, ...]]:
    """The columns of a batch of Parquet; a row's line is its place in the file."""
    filled, rejects = without_blank_rows(batch)
    blank = {reject.line for reject in rejects}
    columns = {place: coded_values(filled.column(place), header.names[place]) for place in places}
    lines = [before + row for row in range(1, batch.num_rows + 1) if row not in blank]
    return columns, lines, tuple(one._replace(line=one.line + before) for one in rejects)


def _columns(header: Header, path: Path, *, scored: bool) -> _Columns:
    keys = [squeezed(name) for name in header.names]
    final = tuple(place for place, key in enumerate(keys) if key == squeezed(FINAL))
    # what was established after scoring outdoes the others
    labels = final or tuple(place for place, key in enumerate(keys) if key in _LABELS)
    if not labels:
        remedy = "add the established condition of each case, as `condition` or `diagnosis`"
        message = "there is no column `condition`"
        if scored:
            remedy, message = (
                f"add `{FINAL}`, blank where it is not known",
                f"{message} or `{FINAL}`",
            )
        raise RefusedError(Problem("no_condition", str(path), message, remedy))
    patient = keys.index(_PATIENT) if _PATIENT in keys else None
    return _Columns(labels, patient, header.case_id, scored=scored)


def _passed_over(header: Header, own: _Columns, path: Path) -> Iterator[Problem]:
    known = {*header.used, *own.labels, own.patient}
    ours = output_columns(load(), explain=True) if own.scored else ()
    unread = [name for place, name in enumerate(header.names) if place not in known]
    others = [name for name in unread if key_of(name) not in ours]
    if others:
        shown = ", ".join(map(quoted_name, others[:8])) + (", ..." if len(others) > 8 else "")
        yield Problem("passed_over", str(path), f"{len(others)} columns are not read: {shown}")


def _sort_rejects(rejects: Sequence[Reject], path: Path, found: Reading) -> None:
    for reject in rejects:
        problem = Problem(
            reject.code, f"{path}:{reject.line}", REASONS[reject.code], "mend the row"
        )
        (found.told if reject.code in _NO_CASES else found.refused).append(problem)


def _add(
    columns: dict[int, DictionaryColumn[str]],
    lines: list[int],
    header: Header,
    own: _Columns,
    path: Path,
    vocabulary: Vocabulary,
    cache: Cache,
    found: Reading,
) -> None:
    cases = parse_cases(columns, header, len(lines), vocabulary, cache)
    for row, line in enumerate(lines):
        where = f"{path}:{line}"
        names = {_text(columns[place], row).lower() for place in own.labels} - {""}
        if own.scored and not (names and np.isfinite(cases.values[row]).any()):
            found.left_out[str(path)] += 1
            continue
        for issue in cases.issues.get(row, ()):
            if issue.code in UNREAD:
                message = f"column {issue.finding}: {issue.message}"
                problem = Problem(issue.code, where, message)
                (found.told if own.scored else found.refused).append(problem)
        found.label.append(_condition(names, where, vocabulary, found.refused))
        found.values.append(cases.values[row])
        patient = "" if own.patient is None else _text(columns[own.patient], row)
        found.ids.append((patient, "" if own.case_id is None else _text(columns[own.case_id], row)))
        found.places.append(where)


def _text(column: DictionaryColumn[str], row: int) -> str:
    return column[row].strip()


def _condition(names: set[str], where: str, vocabulary: Vocabulary, problems: list[Problem]) -> int:
    if len(names) > 1:
        message = f"it has two conditions: {' and '.join(sorted(names))}"
        problems.append(Problem("two_conditions", where, message, "leave one of the two columns"))
        return 0
    name = next(iter(names), "")
    if name in vocabulary.condition_ids:
        return vocabulary.condition_ids.index(name)
    near = difflib.get_close_matches(name, vocabulary.condition_ids, n=1)
    every = ", ".join(vocabulary.condition_ids)
    remedy = f"did you mean {near[0]}?" if near else f"use one of {every}"
    problems.append(Problem("unknown_condition", where, f"condition is {name!r}", remedy))
    return 0
