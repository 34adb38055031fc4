"""An answer says what made it, holds the columns asked for, and can fail a pipeline."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from data_gen.vocabulary import load
from serve.answer import output_columns
from tests.serve.conftest import Score

CASES = b"""case_id,age_years,sex,chest_pain,ward
a,61,male,yes,"3, west"
b,50,female,no,4
"""
MAPPING = """columns:
  Alter: age_years
"""


def summary(path: Path) -> dict[str, Any]:
    """The counts that a run has written."""
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def test_summary_and_parquet_say_the_same(score: Score, tmp_path: Path) -> None:
    """Mix, hash of the mapping, versions and columns stand in the summary and in the Parquet."""
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(MAPPING)
    run = score(
        CASES.replace(b"age_years", b"Alter"), "--columns", str(mapping), "--mix", "clinic",
        "--summary", str(tmp_path / "s.json"), out="out.parquet",
    )  # fmt: skip
    made = json.loads(pq.read_schema(run.out).metadata[b"claudico"])
    assert made["mix"] == "clinic"
    assert made["mapping"] == hashlib.sha256(mapping.read_bytes()).hexdigest()[:12]
    assert made["versions"]["model_version"] == pq.read_table(run.out)["model_version"][0].as_py()
    assert made["versions"]["vocabulary"] == load().hash[:12]
    assert made["columns_read"] == ["case_id", "Alter", "sex", "chest_pain"]
    assert made["columns_not_read"] == ["ward"]
    assert summary(tmp_path / "s.json").items() >= made.items()


def test_the_same_answer_has_the_same_bytes(score: Score) -> None:
    """What made a file holds no time and no path: the same run again writes the same bytes."""
    first = score(CASES, out="a.parquet").out.read_bytes()
    assert score(CASES, out="b.parquet").out.read_bytes() == first


@pytest.mark.parametrize("out", ["out.csv", "out.parquet"])
@pytest.mark.parametrize(
    "columns_out",
    [None, "triage,model_version", "case_id,p_*,TRIAGE", "ward,issues"],
    ids=str,
)
def test_scored_again(out: str, columns_out: str | None, score: Score) -> None:
    """A scored file scored again is refused with one sentence, unless one column alone is ours."""
    chosen = [] if columns_out is None else ["--columns-out", f"age_years,{columns_out}"]
    first = score(CASES, *chosen, out=out)
    again = score(first.out, out="again.csv")
    assert again.code == 2
    (line,) = [line for line in again.talk.splitlines() if line.startswith("error")]
    ours = columns_out == "ward,issues"
    assert ("'issues', as one scoring writes" if ours else "it was scored before") in line


@pytest.mark.parametrize("out", ["out.csv", "out.parquet"])
def test_columns_out(out: str, score: Score) -> None:
    """The columns asked for are written, in their order, cell for cell as among all of them."""
    everything = score(CASES, "--explain", out=f"all.{out}")
    some = score(
        CASES, "--explain", "--columns-out", "p_sciatica, ward,explanation,triage", out=out
    )
    assert some.code == 0
    names = ["p_sciatica", "ward", "explanation", "triage"]
    if out.endswith(".parquet"):
        assert pq.read_table(some.out).equals(pq.read_table(everything.out).select(names))
    else:
        assert some.rows == [{name: row[name] for name in names} for row in everything.rows]
        assert some.out.read_bytes().splitlines()[0].decode() == ",".join(names)


def test_columns_out_by_pattern(score: Score) -> None:
    """`*` stands for any letters; a column that is named twice stands once."""
    run = score(CASES, "--columns-out", "case_id,p_*,P_sciatica,triage*")
    names = list(run.rows[0])
    figures = [name for name in output_columns(load()) if name.startswith("p_")]
    assert names == ["case_id", *figures, "triage", "triage_source", "triage_reasons"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("triage,p_sciatca", "did you mean 'p_sciatica'?"),
        ("explanation", "there is no column 'explanation'"),
        ("x*", "there is no column 'x*'"),
        (" , ", "no column is named"),
    ],
)
def test_columns_out_unknown(wanted: str, said: str, score: Score) -> None:
    """A name that no column has is refused before a row is read, and nothing is written."""
    run = score(CASES + b"short\n", "--columns-out", wanted)
    assert run.code == 2
    assert said in run.talk
    assert not run.out.exists()
    assert not run.rejects.exists()


SOUND = b"case_id,age_years,chest_pain\na,61,no\n"
UNREAD = b"case_id,age_years,chest_pain\na,61,maybe\n"
NEAR = b"case_id,age_years,chest_pian\na,61,\n"


@pytest.mark.parametrize(
    ("cases", "fails"),
    [(SOUND, []), (UNREAD, ["issues", "unread"]), (NEAR, ["near-miss"])],
    ids=["sound", "a cell unread", "a near-miss"],
)
@pytest.mark.parametrize("what", ["issues", "unread", "near-miss"])
def test_fail_on(what: str, cases: bytes, fails: list[str], score: Score) -> None:
    """With --fail-on a run that finds what is named ends with 1; its file is written as ever."""
    usual = score(cases, out="usual.csv")
    run = score(cases, "--fail-on", what)
    assert run.code == (1 if what in fails else usual.code)
    assert (f"error: {what}: 1 " in run.talk) == (what in fails)
    assert run.out.read_bytes() == usual.out.read_bytes()


def test_fail_on_comes_before_rejects(score: Score) -> None:
    """Where rows are rejected as well, the exit code is that of the failure."""
    assert score(UNREAD + b"short\n").code == 4
    assert score(UNREAD + b"short\n", "--fail-on", "unread", "--fail-on", "near-miss").code == 1
