"""Work grows with size: ten times the input, about ten times the steps."""

from __future__ import annotations

import io

import pytest

from serve.cases.csv_quoting import RecordEnds
from serve.cases.csv_records import blocks, first_record
from serve.cases.parse import _remembered
from serve.mapping.reader import ColumnReader

SHAPES = [b'x","\n', b'"a","b",', b'a,"""\n', b'""""\n', b',"a\r\n"\n', b'"\n', b'a,"\n,\n', b'""']


def _steps(text: bytes, n_cells: int, monkeypatch: pytest.MonkeyPatch) -> int:
    made: list[RecordEnds] = []

    def make(text: bytes) -> RecordEnds:
        made.append(RecordEnds(text))
        return made[-1]

    monkeypatch.setattr("serve.cases.csv_records.RecordEnds", make)
    found = list(blocks(io.BytesIO(text), 1 << 20, n_cells))
    return sum(ends.steps for ends in made) + sum(len(block.records) for block in found)


@pytest.mark.parametrize("n_cells", [2, 9, 2000])
@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_the_search_for_a_records_end(
    shape: bytes, n_cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken quotes of any shape cost steps in proportion to the text."""
    small = _steps(shape * 300, n_cells, monkeypatch)
    large = _steps(shape * 3000, n_cells, monkeypatch)
    assert large <= 12 * small + 100
    assert large <= 6 * len(shape) * 3000


def test_blank_lines_before_the_header() -> None:
    """Blank lines are passed over together, and counted."""
    record, rest, line = first_record(io.BytesIO(b"\n" * 70_000 + b"a,b\nc\n"), b"")
    assert record is not None
    assert (record.line, record.text, rest, line) == (70_001, b"a,b", b"c\n", 70_002)


def test_long_texts_are_not_remembered() -> None:
    """A cell longer than any value is read and not kept."""
    from data_gen.vocabulary import load

    known: dict[str, object] = {}
    _remembered("x" * 10_000, ColumnReader(load().finding("age_years")), known)  # type: ignore[arg-type]
    assert not known
