"""Rows of a block: records of the right shape, and the ones that are rejected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from serve.cases.csv_quoting import split_record
from serve.cases.csv_records import LIMIT, Block, Record
from serve.dictionary_column import DictionaryColumn, encoded
from serve.problem import Problem, RefusedError

BOM = b"\xef\xbb\xbf"
_EMPTY = b", \t\v\f"  # what a row without a filled cell consists of
_QUOTED_EMPTY = _EMPTY + b'"\r\n'


class Reject(NamedTuple):
    """A record whose shape is broken: its line, a stable code, and its text as it stands."""

    line: int
    code: str
    text: str


@dataclass(frozen=True)
class Rows:
    """The good rows of a block, as text without line ends, in order."""

    texts: list[bytes]
    rejects: tuple[Reject, ...]
    blank_lines: int
    plain: bool
    """No quotes and no stray carriage returns: a comma always ends a cell."""
    lines: Sequence[int] = ()
    """The line of the file that each row begins on."""


REASONS = {
    "line_too_long": f"the line is longer than {LIMIT} bytes",
    "quote_not_closed": "a quote is opened and never closed",
    "text_after_quote": "text follows a closing quote",
    "quote_swallows_rows": "a quoted cell seems to hold whole rows: a quote is missing",
    "blank_row": "every cell of the row is empty",
    "header_row": "the row repeats the header",
    "cells_missing": "the row has fewer cells than the header",
    "cells_too_many": "the row has more cells than the header",
}


def rows_of(block: Block, n_cells: int, where: str, header: bytes = b"") -> Rows:
    """The rows of a block: every record is a row, a reject, or a blank line.

    A row without a single filled cell is no case, nor is one that repeats the header's text.

    Raises RefusedError, with line and byte, for text that is not UTF-8.
    """
    if block.lines:
        _check_utf8(block.lines, block.first_line, where)
        texts = _even_lines(block.lines, n_cells)
        if texts is not None and _all_cases(texts, header):
            begin = block.first_line
            return Rows(texts, (), 0, plain=True, lines=range(begin, begin + len(texts)))
    else:
        for record in block.records:
            _check_utf8(record.text, record.line, where, cut=record.broken == "line_too_long")
    return _sorted_out(block.all_records(), n_cells, header)


def _even_lines(lines: bytes, n_cells: int) -> list[bytes] | None:
    """The lines of a block if each is a row of the right shape: what nearly every block is."""
    if b"\r" in lines:
        if lines.count(b"\r") != lines.count(b"\r\n"):
            return None
        lines = lines.replace(b"\r\n", b"\n")
    texts = lines.split(b"\n")
    texts.pop()
    commas = n_cells - 1
    if all([text.count(b",") == commas for text in texts]) and max(map(len, texts)) <= LIMIT:  # noqa: C419 a list is twice as fast
        return texts
    return None


def _sorted_out(records: list[Record], n_cells: int, header: bytes) -> Rows:
    texts: list[bytes] = []
    lines: list[int] = []
    rejects: list[Reject] = []
    blank = 0
    for record in records:
        code = record.broken or _shape_problem(record.text, n_cells) or _no_case(record, header)
        if code:
            rejects.append(Reject(record.line, code, record.text.decode(errors="replace")))
        elif record.text or n_cells == 1:
            texts.append(record.text)
            lines.append(record.line)
        else:
            blank += 1
    plain = not any(b'"' in text or b"\r" in text for text in texts)
    return Rows(texts, tuple(rejects), blank, plain, lines)


def _shape_problem(text: bytes, n_cells: int) -> str:
    if not text:
        return ""  # a blank line, or the blank cell of a file with one column
    found = text.count(b",") + 1 if b'"' not in text else len(split_record(text))
    if found == n_cells:
        return ""
    return "cells_missing" if found < n_cells else "cells_too_many"


def _all_cases(texts: list[bytes], header: bytes) -> bool:
    """Whether no row of plain text is blank or a header: what nearly every block is."""
    if header in texts or BOM + header in texts:
        return False
    return all([text.strip(_EMPTY) for text in texts])  # noqa: C419 a list is twice as fast


def _no_case(record: Record, header: bytes) -> str:
    """Why a row of the right shape is no case, if it is none."""
    if record.text and record.text.removeprefix(BOM) == header:
        return "header_row"
    if (
        record.text
        and not record.text.strip(_QUOTED_EMPTY)
        and not any(cell.strip() for cell in split_record(record.text))
    ):
        return "blank_row"
    return ""


def _check_utf8(text: bytes, line: int, where: str, *, cut: bool = False) -> None:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        if cut and error.start >= len(text) - 3:
            return  # a character that was cut in two with its line
        raise not_utf8(text, error.start, line, where) from None


def not_utf8(text: bytes, place: int, line: int, where: str) -> RefusedError:
    """The refusal of a byte that is not UTF-8, with its line, byte and column."""
    begun = text.rfind(b"\n", 0, place) + 1
    line += text.count(b"\n", 0, place)
    column = text.count(b",", begun, place) + 1
    spot = f"{where}, line {line}, byte {place - begun + 1} (about column {column})"
    message = f"byte 0x{text[place]:02x} is not UTF-8"
    remedy = "save the file as UTF-8; if it is text of Windows, add `--encoding cp1252`"
    return RefusedError(Problem("not_utf8", spot, message, remedy))


def coded_columns(rows: Rows, n_cells: int, places: list[int]) -> dict[int, DictionaryColumn[str]]:
    """The wanted columns of the rows, by place."""
    if not rows.texts or not places:
        nothing = DictionaryColumn(np.zeros(len(rows.texts), np.int32), [""])
        return dict.fromkeys(places, nothing)
    if rows.plain:
        return _parsed(b"\n".join(rows.texts) + b"\n", n_cells, places)
    cells = [split_record(text) for text in rows.texts]
    return {place: encoded([row[place] for row in cells]).map(bytes.decode) for place in places}


def _parsed(lines: bytes, n_cells: int, places: list[int]) -> dict[int, DictionaryColumn[str]]:
    names = [str(place) for place in range(n_cells)]
    wanted = [names[place] for place in places]
    table = pa_csv.read_csv(
        pa.BufferReader(lines),
        pa_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(lines) + 1),
        pa_csv.ParseOptions(
            quote_char=False, double_quote=False, escape_char=False, ignore_empty_lines=False
        ),
        pa_csv.ConvertOptions(
            check_utf8=False,  # done before
            include_columns=wanted,
            column_types=dict.fromkeys(wanted, pa.dictionary(pa.int32(), pa.string())),
            strings_can_be_null=False,
        ),
    )
    return {place: coded(table.column(str(place))) for place in places}


def coded(array: pa.Array | pa.ChunkedArray) -> DictionaryColumn[str]:
    """An array of texts without null, encoded or not, by its distinct texts."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    begin = array.indices.offset
    codes = np.frombuffer(array.indices.buffers()[1], np.int32)[begin : begin + len(array)]
    return DictionaryColumn(codes, array.dictionary.to_pylist())


def strings(texts: list[str]) -> pa.Array:
    """Texts as an Arrow array. `pa.array` would do, but imports pandas where that is installed."""
    encoded = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.large_string(), len(texts), buffers)
