"""Quotes in CSV: where a quoted record ends, what its cells are, and how to write one.

A cell is quoted where its first character is a quote. A quote further inside an unquoted cell is a
character like any other (`5" long`). Nothing may follow a closing quote but a comma or a line end.
"""

from __future__ import annotations

_QUOTE, _COMMA = 0x22, 0x2C
_NEED_QUOTES = (",", '"', "\n", "\r")


def record_end(text: bytes, start: int, stop: int) -> int | None:
    """Where the record that begins at `start` ends: the place of its line end.

    None where that is not known before `stop`; -1 where text follows a closing quote.
    """
    place = start
    while True:
        end_of_line = text.find(b"\n", place, stop)
        quote = text.find(b'"', place, end_of_line if end_of_line >= 0 else stop)
        if quote < 0:
            return end_of_line if end_of_line >= 0 else None
        if quote > start and text[quote - 1] != _COMMA:
            place = quote + 1
            continue
        closing = _closing_quote(text, quote, stop)
        if closing is None:
            return None
        after = text[closing + 1 : closing + 3]
        if after == b"\r":
            return None
        if not after.startswith((b",", b"\n", b"\r\n")):
            return -1
        place = closing + (1 if after.startswith(b"\n") else 2)


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
