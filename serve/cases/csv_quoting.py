"""Quotes in CSV: where a quoted record ends, what its cells are, and how to write one.

A cell is quoted where its first character is a quote. A quote further inside an unquoted cell is a
character like any other (`5" long`). Nothing may follow a closing quote but a comma or a line end.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

_QUOTE, _COMMA = 0x22, 0x2C
_NEED_QUOTES = (",", '"', "\n", "\r")


class End(NamedTuple):
    """How a record ends: at a line end, at a quote that text follows, or not in this text."""

    kind: Literal["line", "text_after_quote", "open"]
    place: int
    cells: int
    """Cells of the record, where it ends with a line."""


class RecordEnds:
    """Where records of a text end.

    What follows a quote that opens a cell does not depend on where its record began. So it is kept,
    and each stretch of the text is looked at once or twice, however many lines are tried as the
    beginning of a record.
    """

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._after: dict[int, End] = {}
        self.steps = 0
        """Quotes looked at so far, a measure of the work."""

    def end_of(self, start: int) -> End:
        """How the record that begins at `start` ends."""
        text, place, cells = self._text, start, 1
        first_end = end_of_line = -1
        passed: list[tuple[int, int]] = []  # the quotes that open cells, and the cells before each
        while True:
            self.steps += 1
            if end_of_line < place:
                found = text.find(b"\n", place)
                end_of_line = found if found >= 0 else len(text)
                first_end = end_of_line if first_end < 0 else first_end
            quote = self._opening(start, place, end_of_line)
            cells += text.count(b",", place, end_of_line if quote < 0 else quote)
            if quote < 0:
                kind: Literal["line", "open"] = "line" if end_of_line < len(text) else "open"
                end = End(kind, end_of_line, cells)
                # A record of one line is never tried again.
                return end if end_of_line == first_end else self._keep(passed, end)
            if quote in self._after:
                known = self._after[quote]
                return self._keep(passed, known._replace(cells=cells + known.cells))
            passed.append((quote, cells))
            closing = _closing_quote(text, quote, len(text))
            after = b"\r" if closing is None else text[closing + 1 : closing + 3]
            if closing is None or after == b"\r":
                return self._keep(passed, End("open", len(text), cells))
            if not after.startswith((b",", b"\n", b"\r\n")):
                return self._keep(passed, End("text_after_quote", closing, cells))
            cells += after.startswith(b",")
            place = closing + (1 if after.startswith(b"\n") else 2)

    def _opening(self, start: int, place: int, stop: int) -> int:
        """The next quote that opens a cell, or -1: others are characters like any other."""
        while True:
            quote = self._text.find(b'"', place, stop)
            if quote <= start or self._text[quote - 1] == _COMMA:
                return quote
            self.steps += 1
            place = quote + 1

    def _keep(self, passed: list[tuple[int, int]], end: End) -> End:
        for quote, before in passed:
            self._after[quote] = End(end.kind, end.place, end.cells - before)
        return end


def _closing_quote(text: bytes, quote: int, stop: int) -> int | None:
    """The place of the quote that closes the one at `quote`; doubled quotes are content."""
    place = quote + 1
    while True:
        place = text.find(b'"', place, stop)
        if place < 0 or place + 1 >= stop:
            return None
        if text[place + 1] != _QUOTE:
            return place
        place += 2


def split_record(record: bytes) -> list[bytes]:
    """The cells of a record whose quotes are whole, unquoted."""
    if b'"' not in record:
        return record.split(b",")
    cells: list[bytes] = []
    text = record + b"\n"  # so that a closing quote always has something behind it
    place = begun = 0
    while True:
        quote = record.find(b'"', place)
        if quote < 0:
            return cells + record[begun:].split(b",")
        if quote > 0 and record[quote - 1] != _COMMA:
            place = quote + 1
            continue
        if quote > begun:
            cells += record[begun : quote - 1].split(b",")
        closing = _closing_quote(text, quote, len(text))
        if closing is None:
            raise ValueError("a quote of the record is not closed")
        cells.append(record[quote + 1 : closing].replace(b'""', b'"'))
        if closing + 1 >= len(record):
            return cells
        place = begun = closing + 2


def quoted(text: str) -> str:
    """A cell as it is written: quoted only where it has to be."""
    if any(mark in text for mark in _NEED_QUOTES):
        return '"' + text.replace('"', '""') + '"'
    return text
