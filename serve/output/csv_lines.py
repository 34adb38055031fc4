"""Scored rows as lines of CSV: the input's cells as they stand, then the columns of the scores."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from math import isnan

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary
from serve.answer import NO_MODEL, SOURCES
from serve.cases.arrow_columns import column_texts
from serve.cases.csv_quoting import quoted, split_record
from serve.pipeline import Scores

# The signs in ASCII and in full width, behind whatever a spreadsheet drops before it looks.
_RUNS = re.compile("[\t\r\n]|[\\s\0\ufeff\u200b-\u200f\u2060]*[=+\\-@\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
# Rows worth a closer look: a cell begins with a sign, a blank, or what no ASCII text begins with.
_MAY_RUN = re.compile(rb'(?:^|,)"?[=+\-@\x00-\x20\x80-\xff]')
_YES_NO = {"true": "yes", "false": "no"}


def header_line(input_header: bytes, names: Sequence[str]) -> bytes:
    """The header of a scored file: that of the input as it stands, then the added names."""
    return input_header + b"," + ",".join(names).encode() + b"\n"


def lines_of(
    rows: Sequence[bytes],
    scores: Scores,
    vocabulary: Vocabulary,
    places: Sequence[int] | None = None,
) -> bytes:
    """The scored rows as text, each ending in a newline; `places` are the columns, None for all."""
    triage, top = scores.triage, scores.top[:, 0]
    levels = _coded(triage.level, TRIAGE_LEVELS)
    sources = _coded(triage.source, SOURCES)
    tops = _coded(np.where(scores.known, top, -1), [*vocabulary.condition_ids, ""])
    open_, sets = _texts(scores.open_red_flags), _texts(scores.prediction_set)
    numbers = _probability_cells(scores)
    novelty = _novelty_cells(scores)
    last = _last_cells(scores)
    columns = zip(rows, levels, sources, _written(scores.reasons), open_, tops, strict=True)
    tails = zip(numbers, sets, novelty, _written(scores.issues), last, strict=True)
    lines = [
        b"%b,%b,%b,%b,%b,%b%b,%b,%b,%b,%b\n" % (*head, *tail)
        for head, tail in zip(columns, tails, strict=True)
    ]
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


def _last_cells(scores: Scores) -> list[bytes]:
    """The model's version and, where it was asked for, the explanation behind it."""
    versions = _coded(scores.known.astype(np.int64), [NO_MODEL, scores.model_version])
    if scores.explanations is None:
        return versions
    told = _written(scores.explanations)
    return [b"%b,%b" % pair for pair in zip(versions, told, strict=True)]


def _coded(codes: npt.NDArray[np.int64], words: Sequence[str]) -> list[bytes]:
    encoded = [word.encode() for word in words]
    return [encoded[code] for code in codes.tolist()]


def _texts(column: tuple[list[str], npt.NDArray[np.int64]]) -> list[bytes]:
    return _coded(column[1], [quoted(text) for text in column[0]])


def _written(texts: Sequence[str]) -> list[bytes]:
    """Texts as cells. Few are distinct, so each is written once."""
    cells: dict[str, bytes] = {text: quoted(text).encode() for text in set(texts)}
    return [cells[text] for text in texts]


def _probability_cells(scores: Scores) -> list[bytes]:
    """For each row, a comma and six decimals for each probability; commas alone where unknown."""
    n_cases, n_conditions = scores.parts_per_million.shape
    digits = np.empty((n_cases, n_conditions, 9), dtype=np.uint8)
    digits[:, :, 0] = ord(",")
    digits[:, :, 2] = ord(".")
    rest = scores.parts_per_million.astype(np.int32)
    for place in (8, 7, 6, 5, 4, 3, 1):
        rest, digit = np.divmod(rest, 10)
        digits[:, :, place] = digit + ord("0")
    text = digits.tobytes()
    width = n_conditions * 9
    cells = [text[start : start + width] for start in range(0, n_cases * width, width)]
    for row in np.flatnonzero(~scores.known).tolist():
        cells[row] = b"," * n_conditions
    return cells


def _novelty_cells(scores: Scores) -> list[bytes]:
    if scores.novelty is None:
        return [b""] * len(scores.known)
    return [b"" if isnan(value) else b"%.6f" % value for value in scores.novelty.tolist()]


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
