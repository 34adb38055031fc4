"""The columns of a file as a suggestion sees them: names, labels, and the values of some rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from data_gen.vocabulary.words import is_blank
from serve.cases.arrow_columns import coded_values
from serve.cases.blocks import read_cases
from serve.cases.csv_records import Block
from serve.cases.csv_rows import coded_columns, rows_of
from serve.cases.detection import detect
from serve.cases.header import Header
from serve.cases.source import open_source
from serve.dictionary_column import DictionaryColumn
from serve.mapping.dates import ORDERS, DateProblem, read_date
from serve.mapping.dialect import Dialect, Said, dialect_of
from serve.mapping.reader import with_point
from serve.suggestion.phrases import is_unknown
from serve.suggestion.redcap import Field, field_of

ROWS = 2000
"""So many rows are looked at."""
_FIRST = 1 << 16
_DATED = 0.8  # of the cells of a column of dates
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")


@dataclass(frozen=True)
class Column:
    """A column: its name, what a dictionary says of it, and how often each value stands in it."""

    name: str
    field: Field
    counts: Mapping[str, int]
    """The rows that have each value; blank ones do not count."""

    @property
    def key(self) -> str:
        """The name as it is compared."""
        return self.name.strip().lower()

    @property
    def filled(self) -> int:
        """The cells that are not blank."""
        return sum(self.counts.values())

    @property
    def told(self) -> int:
        """The cells that say something: neither blank nor a word for what is not known."""
        return sum(count for text, count in self.counts.items() if not is_unknown(text))

    @property
    def numbers(self) -> list[float]:
        """The values that are plain numbers, each as often as it stands."""
        return [
            float(text)
            for text, count in self.counts.items()
            if _NUMBER.fullmatch(text)
            for _ in range(count)
        ]

    @property
    def median(self) -> float | None:
        """The middle of its numbers; None where few of its cells are numbers."""
        numbers = self.numbers
        enough = numbers and len(numbers) >= 0.7 * self.told
        return float(np.median(numbers)) if enough else None


@dataclass(frozen=True)
class Table:
    """The columns of a file, and how it is written."""

    columns: tuple[Column, ...]
    dialect: Dialect
    rows: int


def is_dated(column: Column) -> bool:
    """Whether a column holds dates, in whatever order."""
    dated = sum(
        count
        for text, count in column.counts.items()
        if any(not isinstance(read_date(text, order), DateProblem) for order in ORDERS)
    )
    return bool(column.filled) and dated >= _DATED * column.filled


def read_table(path: str, said: Said, dictionary: Mapping[str, Field]) -> Table:
    """The columns of a file of cases, in the dialect that is said, or else seems to be its own."""
    dialect = _dialect(path, said)
    counts: list[Counter[str]] = []
    rows = 0
    with open_source(path, dialect) as source:
        cases = read_cases(source, lambda names, _: Header(tuple(names), (), None, ()))
        names = cases.header.names
        counts = [Counter() for _ in names]
        for item in cases.items:
            for count, column in zip(counts, _columns(item, names, path), strict=True):
                _add(count, column, dialect.decimal)
            rows += item.num_rows if isinstance(item, pa.RecordBatch) else _length(item)
            if rows >= ROWS:
                break
    columns = [
        Column(name, field_of(name, dictionary), dict(count.most_common()))
        for name, count in zip(names, counts, strict=True)
    ]
    return Table(tuple(columns), dialect, rows)


def _dialect(path: str, said: Said) -> Dialect:
    given = dialect_of(said)
    if not Path(path).is_file():
        return given
    with Path(path).open("rb") as stream:
        first = stream.read(_FIRST)
    if first.startswith(b"PAR1"):
        return given
    found = detect(first).dialect
    own = {name: getattr(found, name) for name in vars(found) if said.get(name) is None}
    dialect = replace(given, **own)
    return (
        dialect if dialect.decimal == "," or said.get("decimal") else replace(dialect, decimal="")
    )


def _columns(
    item: Block | pa.RecordBatch, names: Sequence[str], where: str
) -> Iterator[DictionaryColumn[str]]:
    if isinstance(item, Block):
        rows = rows_of(item, len(names), where)
        yield from coded_columns(rows, len(names), list(range(len(names)))).values()
        return
    for column, name in zip(item.columns, names, strict=True):
        yield coded_values(column, name)


def _length(block: Block) -> int:
    return len(block.records) or block.lines.count(b"\n")


def _add(count: Counter[str], column: DictionaryColumn[str], decimal: str) -> None:
    for text, number in column.counts():
        if number and not is_blank(text):
            count[with_point(text.strip()) if decimal == "," else text.strip()] += number
