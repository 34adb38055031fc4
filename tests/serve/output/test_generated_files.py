"""Over thousands of generated files: no row is lost, and no value is silently changed."""

from __future__ import annotations

import csv
import io
import os
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serve.answer import output_columns
from serve.batch.job import score_file
from serve.problem import RefusedError
from serve.request import Request
from tests.serve.conftest import read_rows

FILES = int(os.environ.get("CLAUDICO_FILES", "150"))
"""Files of each kind in the quick form; `CLAUDICO_FILES=10000` is the long one."""
_SETTINGS = settings(
    max_examples=FILES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

COLUMNS = ["case_id", "age_years", "fever", "smoking", "note"]
WORD = st.sampled_from(
    ["", "yes", "no", "YES ", "?", "n/a", "none", "60", "1e400", "-1", "0,9", "=1+1", "never",
     "ever", 'a "b"', "a\nb", "a\r\nb", "é", "\0", "1.0", " ", "'", "17"]
)  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
FILLED = st.lists(WORD | TEXT, min_size=5, max_size=5).filter(lambda row: any(map(str.strip, row)))
ROWS = st.lists(FILLED, min_size=1, max_size=6)
SOUP = st.lists(
    st.sampled_from([b"yes", b"60", b",", b",,,,", b'"', b'""', b"\n", b"\r\n", b"\r", b"a", b"\0",
                     "é".encode(), b"\xff", b"no,60,yes,never,x\n"]),
    max_size=40,
).map(b"".join)  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder for the files of one test."""
    return tmp_path


def _written(rows: list[list[str]], quoting: int, end: str) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=quoting, lineterminator=end)
    writer.writerows([COLUMNS, *rows])
    return stream.getvalue().encode()


@given(
    rows=ROWS,
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n"]),
)
@_SETTINGS
def test_good_files(rows: list[list[str]], quoting: int, end: str, files: Path) -> None:
    """Every row with a filled cell is scored, in order, its cells exactly as they were."""
    (files / "in.csv").write_bytes(_written(rows, quoting, end))
    report = score_file(Request(str(files / "in.csv"), str(files / "out.csv")))
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    assert report.tally.scored == len(filled)
    assert report.tally.rows_in == len(rows)
    scored = read_rows(files / "out.csv")
    assert [[row[name] for name in COLUMNS] for row in scored] == filled
    for row in scored:
        _nothing_silent(row)


def _nothing_silent(row: dict[str, str]) -> None:
    """A cell of a finding is a known word, or is told as an issue."""
    word = row["fever"].strip().lower()
    if word not in _YES_NO and not re.fullmatch("[-+0-9.e]+", word):
        assert '"fever"' in row["issues"]


_YES_NO = {
    "yes", "y", "true", "t", "1", "1.0", "present", "no", "n", "false", "f", "0", "0.0", "absent",
    "", "unknown", "na", "n/a", "nan", "?", "null", "none", ".", "<na>", "#n/a", "\\n", "not asked",
    "checked", "unchecked",
}  # fmt: skip


@given(soup=SOUP, chunk=st.integers(1, 50))
@_SETTINGS
def test_bad_files(soup: bytes, chunk: int, files: Path) -> None:
    """A file of any bytes is refused whole, or each line of it is in one of the two outputs."""
    out, rejects = files / "out.csv", files / "out.csv.rejects.csv"
    for path in (out, rejects):
        path.unlink(missing_ok=True)
    (files / "in.csv").write_bytes(b"fever,age_years,abi,smoking,note\n" + soup)
    try:
        report = score_file(Request(str(files / "in.csv"), str(out), chunk=chunk))
    except RefusedError:
        assert b"\xff" in soup
        assert not out.exists()
        return
    rejected = read_rows(rejects) if rejects.exists() else []
    assert len(rejected) == report.tally.rejected.total()
    header = len(output_columns_text()) + len(b"fever,age_years,abi,smoking,note")
    assert out.read_bytes()[header : header + 1] == b"\n"
    kept = sum(_lines_of(row) for row in read_rows(out))
    kept += sum(1 + row["record"].count("\n") for row in rejected)
    lines = soup.count(b"\n") + (not soup.endswith(b"\n") and soup != b"")
    assert kept + report.tally.blank_lines == lines


def output_columns_text() -> bytes:
    """The columns that scoring adds, as they stand in the header."""
    from data_gen.vocabulary import load

    return b"," + ",".join(output_columns(load())).encode()


def _lines_of(row: dict[str, str]) -> int:
    """How many lines of the input a scored row took."""
    return 1 + sum(
        row[name].count("\n") for name in ("fever", "age_years", "abi", "smoking", "note")
    )
