"""What is no data is told, ids count whatever their column is called, and no cell acts."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_gen.vocabulary.terminal import printable
from serve.output.summary import CaseIds
from tests.serve.conftest import Score


def test_blank_rows_of_parquet_are_rejected_by_their_place(score: Score, tmp_path: Path) -> None:
    """A row without a filled cell is a reject with its number, in any batch of the file."""
    path = tmp_path / "cases.parquet"
    ages = [60, None, 61] + [50] * 5000 + [None]
    pq.write_table(pa.table({"age_years": ages, "fever": [""] * len(ages)}), path)
    for out in ("out.csv", "out.parquet"):
        run = score(path, "--overrides-only", out=out)
        assert run.code == 4
        found = [(reject["line"], reject["code"]) for reject in run.rejected]
        assert found == [("2", "blank_row"), (str(len(ages)), "blank_row")]


def test_a_mapped_case_id_counts(score: Score, tmp_path: Path) -> None:
    """`Patient: case_id` names the cases: repeated ones are counted, and shown."""
    mapping, summary = tmp_path / "mapping.yaml", tmp_path / "summary.json"
    mapping.write_text("columns: {Patient: case_id}")
    cases = b"Patient,age_years\nanna,60\nanna,61\nbert,62\n"
    options = ("--columns", str(mapping), "--summary", str(summary), "--show")
    run = score(cases, *options)
    counts = json.loads(summary.read_text())
    assert counts["duplicate_case_ids"] == 1
    assert counts["columns_read"] == ["Patient", "age_years"]
    assert "bert" in run.talk


def test_the_summary_says_what_was_read(score: Score, tmp_path: Path) -> None:
    """Columns read, columns not read, and the rows that hold no finding are counted."""
    summary = tmp_path / "summary.json"
    score(b"case_id,age_years,note,fevr\na,60,x,\nb,,x,yes\n", "--summary", str(summary))
    counts = json.loads(summary.read_text())
    assert counts["columns_read"] == ["case_id", "age_years"]
    assert counts["columns_not_read"] == ["note", "fevr"]
    assert counts["rows_without_finding"] == 1


def test_blank_ids_are_no_duplicates() -> None:
    """Ids are compared over all blocks; a blank one is not an id."""
    ids = CaseIds()
    for block in (["a", "", "b"], ["", "b", "b"], None):
        ids.add(None if block is None else pa.array(block))
    assert ids.duplicated() == 2


@pytest.mark.parametrize("character", ["\x1b", "\x07", "\x9b", "\u202e", "\r", "\u2028"])
def test_nothing_of_a_file_acts_on_the_terminal(character: str, score: Score) -> None:
    """Control characters of a header or an id reach the terminal written out."""
    text = f'case_id,age_years,fevr,"no{character}te"\n"a{character}b",60,y,z\n'
    run = score(text.encode(), "--show")
    assert character not in run.talk
    assert character not in printable(f"a{character}b")


def test_a_byte_order_mark_comes_back(score: Score) -> None:
    """A CSV that began with a byte order mark does so again, and no other does."""
    assert score(b"\xef\xbb\xbffever\nyes\n").out.read_bytes().startswith(b"\xef\xbb\xbffever,")
    assert score(b"sep=,\nfever\nyes\n").out.read_bytes().startswith(b"fever,")


def test_two_returns_across_reads(score: Score) -> None:
    """Doubled returns are one line end wherever the reads of the file fall."""
    rows = b"yes,x\r\r\n" * 60_000
    run = score(b"fever,note\r\r\n" + rows, "--overrides-only")
    assert run.code == 0, run.talk
    assert [row["note"] for row in run.rows] == ["x"] * 60_000
