"""Scored rows as lines of CSV: the input's cells as they stand, then the columns of the scores."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from math import isnan

import numpy as np
import pyarrow as pa

from serve.answer import DECIMALS, Cells, Column, Ints, Probabilities, Scores, cells_of
from serve.cases.arrow_columns import column_texts
from serve.cases.csv_quoting import quoted, split_record
from serve.dictionary_column import DictionaryColumn

# The signs in ASCII and in full width, behind whatever a spreadsheet drops before it looks.
_RUNS = re.compile("[\t\r\n]|[\\s\0\ufeff\u200b-\u200f\u2060]*[=+\\-@\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
# Rows worth a closer look: a cell begins with a sign, a blank, or what no ASCII text begins with.
_MAY_RUN = re.compile(rb'(?:^|,)"?[=+\-@\x00-\x20\x80-\xff]')
_YES_NO = {"true": "yes", "false": "no"}


def header_line(input_header: bytes, names: Sequence[str], *, safe: bool) -> bytes:
    """The header of a scored file: that of the input as it stands, then the added names."""
    if safe:
        ((input_header,), _) = spreadsheet_safe_text([input_header])
    return input_header + b"," + ",".join(names).encode() + b"\n"


def lines_of(rows: Sequence[bytes], scores: Scores, places: Sequence[int] | None = None) -> bytes:
    """The scored rows as text, each ending in a newline; `places` are the columns, None for all."""
    columns = [_texts(column, cells) for column, cells in cells_of(scores)]
    lines = [b",".join(cells) + b"\n" for cells in zip(rows, *columns, strict=True)]
    return b"".join(lines if places is None else [picked(line, places) for line in lines])


def picked(line: bytes, places: Sequence[int] | None) -> bytes:
    """The cells at some places of a line, in their order; the line itself for None."""
    if places is None:
        return line
    text = line.removesuffix(b"\n")
    if b'"' not in text:
        cells = text.split(b",")
        return b",".join([cells[place] for place in places]) + b"\n"
    cells = split_record(text)
    return b",".join([quoted(cells[place].decode()).encode() for place in places]) + b"\n"


def _texts(column: Column, cells: Cells) -> list[bytes]:
    """The text of each case, with the commas within it where a column has several cells."""
    if isinstance(cells, DictionaryColumn):
        return cells.map(lambda value: quoted(column.kind.text(value)).encode()).each()
    if isinstance(cells, Probabilities):
        return _probability_texts(cells.parts_per_million)
    return [b"" if isnan(value) else b"%.*f" % (DECIMALS, value) for value in cells.tolist()]


def _probability_texts(parts_per_million: Ints) -> list[bytes]:
    """Six decimals for each probability, with commas between; commas alone where unknown."""
    n_cases, n_conditions = parts_per_million.shape
    digits = np.empty((n_cases, n_conditions, 9), dtype=np.uint8)
    digits[:, :, 1] = ord(".")
    digits[:, :, 8] = ord(",")
    rest = parts_per_million.astype(np.int32)
    for place in (7, 6, 5, 4, 3, 2, 0):
        rest, digit = np.divmod(rest, 10)
        digits[:, :, place] = digit + ord("0")
    text = digits.tobytes()
    width = n_conditions * 9
    texts = [text[start : start + width - 1] for start in range(0, n_cases * width, width)]
    for case in np.flatnonzero(~parts_per_million.any(axis=1)).tolist():
        texts[case] = b"," * (n_conditions - 1)
    return texts


def legible(rows: Sequence[bytes]) -> list[bytes]:
    """Rows that every reader splits alike: a stray carriage return would end a line for some."""
    return [_requoted(row) if b"\r" in row else row for row in rows]


def _requoted(row: bytes) -> bytes:
    return ",".join(quoted(cell.decode()) for cell in split_record(row)).encode()


def spreadsheet_safe_text(rows: Sequence[bytes]) -> tuple[list[bytes], int]:
    """Rows whose cells no spreadsheet runs, and how many cells got a leading apostrophe for it.

    A cell that begins with = + - @ (also in full width, or behind blanks), a tab or a line end is
    text after it; plain numbers such as -5 are left alone.
    """
    out: list[bytes] = []
    count = 0
    for row in rows:
        if not _MAY_RUN.search(row):
            out.append(row)
            continue
        cells = [cell.decode() for cell in split_record(row)]
        marked = [f"'{cell}" if runs(cell) else cell for cell in cells]
        changed = sum(a != b for a, b in zip(cells, marked, strict=True))
        out.append(",".join(map(quoted, marked)).encode() if changed else row)
        count += changed
    return out, count


def runs(cell: str) -> bool:
    """Whether a spreadsheet might run this cell as a formula."""
    return bool(_RUNS.match(cell)) and not _NUMBER.fullmatch(cell)


def lines_of_table(table: pa.Table | pa.RecordBatch, in_words: Collection[int] = ()) -> list[bytes]:
    """The rows of a table as CSV text without line ends: null as blank, numbers in full.

    Booleans are true and false; in the columns `in_words`, yes and no.
    """
    columns = []
    for place, (name, column) in enumerate(zip(table.schema.names, table.columns, strict=True)):
        texts = column_texts(column, name).to_pylist()
        words = _YES_NO if place in in_words and pa.types.is_boolean(column.type) else {}
        columns.append(["" if text is None else quoted(words.get(text, text)) for text in texts])
    return [",".join(cells).encode() for cells in zip(*columns, strict=True)]
