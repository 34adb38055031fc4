"""The records of a CSV stream, split where and only where a record ends.

A record is the text of one row, as it stands, without its line end. Where quotes are broken only
the line that holds them is given up: reading goes on at the next line, so that one stray quote
cannot swallow the cases behind it. Every decision looks at most `LIMIT` bytes ahead of a record's
start and never at how the stream was cut, so the records are the same for any chunk size.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO, NamedTuple

from serve.cases.csv_quoting import End, RecordEnds

LIMIT = 1 << 20
"""Bytes of the longest record. Longer ones are rejected, so that memory stays bounded."""
_SHOWN = 1000  # bytes kept of a line that is too long to keep whole
_BLANK_LINES = re.compile(rb"(?:\r?\n)+")
_WIDE = 9  # cells from which a line inside a quoted cell is known for a row by its commas


class Record(NamedTuple):
    """One record: the number of its first line (from 1), its text, and what is broken, if any."""

    line: int
    text: bytes
    broken: str = ""


@dataclass(frozen=True)
class Block:
    """Consecutive records, in one of two forms: whole lines without any quote, or a list."""

    first_line: int
    lines: bytes = b""
    records: tuple[Record, ...] = ()

    def all_records(self) -> list[Record]:
        """The records of either form, empty lines included."""
        if self.records:
            return list(self.records)
        texts = self.lines.split(b"\n")[:-1]
        return [_plain(text, line) for line, text in enumerate(texts, start=self.first_line)]


@dataclass(frozen=True)
class _Text:
    """Text not yet handed on: `cut` is behind its last line end, `ended` says no more comes."""

    text: bytes
    cut: int
    ended: bool
    n_cells: int | None

    @cached_property
    def ends(self) -> RecordEnds:
        """Where its records end."""
        return RecordEnds(self.text)

    @cached_property
    def row_like(self) -> list[int]:
        """Where lines begin that have as many commas as a row; none for narrow rows."""
        if self.n_cells is None or self.n_cells < _WIDE:
            return []
        starts: list[int] = []
        place = 0
        for line in self.text[: self.cut].split(b"\n"):
            if line.count(b",") == self.n_cells - 1:
                starts.append(place)
            place += len(line) + 1
        return starts


def first_record(stream: BinaryIO, pending: bytes) -> tuple[Record | None, bytes, int]:
    """The first record that is not blank, the text read beyond it, and the line that begins at.

    None where the stream has no such record. `pending` is text already read from the stream.
    """
    line, ended = 1, False
    while True:
        blank = _BLANK_LINES.match(pending)
        if blank is not None:
            pending, line = pending[blank.end() :], line + blank.group().count(b"\n")
        if pending and ended and not pending.endswith(b"\n"):
            pending += b"\n"
        found = None
        if b"\n" in pending:
            found = _next(_Text(pending, len(pending), ended, None), 0, line)
        if found or ended or len(pending) > 2 * LIMIT:
            break
        more = stream.read(1 << 16)
        pending, ended = pending + more, not more
    if found is None:
        too_long = Record(line, pending[:_SHOWN], "line_too_long") if pending else None
        return too_long, b"", line
    record, end = found
    return record, pending[end:], line + record.text.count(b"\n") + 1


def blocks(
    stream: BinaryIO, chunk: int, n_cells: int, pending: bytes = b"", line: int = 1
) -> Iterator[Block]:
    """The records of a stream whose rows have `n_cells` cells, in blocks of about `chunk` bytes.

    `pending` is text already read from the stream, whose first line has the number `line`.
    """
    ended = False
    while not ended:
        text = stream.read(chunk)
        ended = not text
        pending += text
        if ended and pending and not pending.endswith(b"\n"):
            pending += b"\n"
        held = _Text(pending, pending.rfind(b"\n") + 1, ended, n_cells)
        block, pending, line = _take(held, line)
        if block is not None:
            yield block
        if len(pending) > LIMIT and b"\n" not in pending:
            record, pending = _skip_line(stream, pending, line, chunk)
            yield Block(line, records=(record,))
            line += 1


def _take(held: _Text, line: int) -> tuple[Block | None, bytes, int]:
    """What of the held text is decided: a block, the rest, and the line the rest begins at."""
    if held.cut == 0:
        return None, held.text, line
    whole, rest = held.text[: held.cut], held.text[held.cut :]
    if b'"' not in whole:
        return Block(line, lines=whole), rest, line + whole.count(b"\n")
    records: list[Record] = []
    start, next_line = 0, line
    while start < held.cut and (found := _next(held, start, next_line)):
        record, start = found
        records.append(record)
        next_line += record.text.count(b"\n") + 1
    block = Block(line, records=tuple(records)) if records else None
    return block, held.text[start:], next_line


def _next(held: _Text, start: int, line: int) -> tuple[Record, int] | None:
    """The record that begins at `start` and where the next one does; None if still undecided."""
    text = held.text
    end_of_line = text.index(b"\n", start)
    if text.find(b'"', start, end_of_line) < 0:
        return _plain(text[start:end_of_line], line), end_of_line + 1
    end = _within(held.ends.end_of(start), start + LIMIT)
    if end.kind == "open" and not held.ended and len(text) - start <= LIMIT:
        return None
    if end.kind == "line" and not _swallows(held, end_of_line, end):
        return Record(line, _trimmed(text[start : end.place])), end.place + 1
    raw = text[start:end_of_line]
    return Record(line, _trimmed(raw), _too_long(raw) or _BROKEN[end.kind]), end_of_line + 1


_BROKEN = {
    "open": "quote_not_closed",
    "text_after_quote": "text_after_quote",
    "line": "quote_swallows_rows",
}


def _within(end: End, last: int) -> End:
    """The end, or that it is open where it is not known from the text up to `last`."""
    known = end.place + 1 if end.kind == "text_after_quote" else end.place
    return end if known <= last else End("open", last, end.cells)


def _swallows(held: _Text, first_end: int, end: End) -> bool:
    """Whether a quoted cell seems to hold whole rows: an unclosed quote that a later one closed.

    So it is where a record of several lines has the wrong number of cells, or where a line inside
    has as many commas as a row. `first_end` is the end of its first line.
    """
    if held.n_cells is None or end.place == first_end:
        return False
    if end.cells != held.n_cells:
        return True
    after = bisect_right(held.row_like, first_end)
    return after < len(held.row_like) and held.row_like[after] <= end.place


def _plain(line_text: bytes, line: int) -> Record:
    return Record(line, _trimmed(line_text), _too_long(line_text))


def _trimmed(text: bytes) -> bytes:
    """Text without the carriage return of its line end, cut where it is too long to keep."""
    kept = text if len(text) <= LIMIT else text[:_SHOWN]
    return kept[:-1] if kept.endswith(b"\r") else kept


def _too_long(line: bytes) -> str:
    return "line_too_long" if len(line) > LIMIT else ""


def _skip_line(stream: BinaryIO, pending: bytes, line: int, chunk: int) -> tuple[Record, bytes]:
    """The rejected record of a line without end, and what follows it in the stream."""
    kept = pending[:_SHOWN]
    while b"\n" not in pending:
        pending = stream.read(chunk)
        if not pending:
            break
    return Record(line, _trimmed(kept), "line_too_long"), pending.partition(b"\n")[2]
