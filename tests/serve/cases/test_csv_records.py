"""Records end where they end, whatever the quotes and however the stream is cut."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serve.cases.csv_quoting import quoted, split_record
from serve.cases.csv_records import LIMIT, Record, blocks, first_record

CELL = st.text(st.sampled_from('ab",\n\r é'), max_size=6)
ROWS = st.integers(2, 4).flatmap(
    lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), min_size=1, max_size=8)
)
SOUP = st.text(st.sampled_from('a",\n\r'), max_size=60).map(str.encode)


def records(text: bytes, chunk: int, n_cells: int) -> list[Record]:
    """Every record of a text that is read `chunk` bytes at a time."""
    found = blocks(io.BytesIO(text), chunk, n_cells)
    return [record for block in found for record in block.all_records()]


def _written(rows: list[list[str]]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode()


@given(ROWS, st.integers(1, 40))
def test_quoted_cells_come_back(rows: list[list[str]], chunk: int) -> None:
    """What the standard writer quotes is read as the cells it was given."""
    found = records(_written(rows), chunk, len(rows[0]))
    assert not any(record.broken for record in found)
    assert [[c.decode() for c in split_record(r.text)] for r in found] == rows


@given(SOUP, st.integers(1, 20))
@settings(max_examples=300)
def test_chunks_do_not_matter(text: bytes, chunk: int) -> None:
    """The records of any text, good or bad, are the same for every chunk size."""
    assert records(text, chunk, 3) == records(text, 1 << 20, 3)


@given(SOUP)
@settings(max_examples=300)
def test_no_line_is_lost(text: bytes) -> None:
    """Records, in order, are the whole text: none is lost, doubled or moved."""
    found = records(text, 1 << 20, 3)
    lines = [part.rstrip(b"\r") for part in text.split(b"\n")]
    kept = [part.rstrip(b"\r") for record in found for part in record.text.split(b"\n")]
    assert kept == (lines[:-1] if text.endswith(b"\n") or not text else lines)
    line = 1
    for record in found:
        assert record.line == line
        line += record.text.count(b"\n") + 1


@given(st.lists(CELL, min_size=1, max_size=5))
def test_written_cells_come_back(cells: list[str]) -> None:
    """A cell that is written and read again is the same."""
    assert [c.decode() for c in split_record(",".join(map(quoted, cells)).encode())] == cells


@pytest.mark.parametrize("size", [LIMIT - 1, LIMIT, LIMIT + 1, LIMIT + 2])
@pytest.mark.parametrize("chunk", [1000, 1 << 16, 1 << 22])
@pytest.mark.parametrize("end", [b"\n", b""], ids=["ended", "endless"])
def test_longest_line(size: int, chunk: int, end: bytes) -> None:
    """A line of LIMIT bytes is read and a longer one rejected, for every chunk size."""
    first, *rest = records(b"x" * size + end, chunk, 1)
    assert first.broken == ("line_too_long" if size > LIMIT else "")
    assert not rest


def test_open_quote_costs_one_line() -> None:
    """After a quote that is never closed, reading goes on at the next line."""
    found = records(b'a,"b\nc,d\ne,f\n', 1 << 20, 2)
    assert [record.broken for record in found] == ["quote_not_closed", "", ""]


def test_first_record_leaves_the_rest() -> None:
    """The header is taken off with its line, and nothing of the rows."""
    record, rest, line = first_record(io.BytesIO(), b'\n"a\nb",c\nd,e\n')
    assert record == Record(2, b'"a\nb",c')
    assert (rest, line) == (b"d,e\n", 4)
