"""A file's scores are the same however they are made, and every row is accounted for."""

from __future__ import annotations

import json
import os
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from data_gen.vocabulary import load
from data_gen.vocabulary.table import columns_from_values
from data_gen.vocabulary.words import write_cell
from serve.answer import output_columns
from serve.batch.job import score_file
from serve.request import Request
from tests.serve.conftest import Score, read_rows
from tests.serve.hostile import GOOD, HEADER
from tests.serve.model.test_predict import random_cases

ROWS = 400
PROBABILITIES = [name for name in output_columns(load()) if name.startswith("p_")]


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of random cases with broken rows, quotes and line ends of both kinds among them."""
    values = random_cases(ROWS, seed=9)
    lines = [",".join(["case_id", *load().finding_ids, "note"])]
    for number, row in enumerate(values):
        cells = [write_cell(f, v) for f, v in zip(load().findings, row, strict=True)]
        note = {3: '"a ""note"", here"', 5: '"two\nlines"', 7: '5" scar'}.get(number % 50, "")
        lines.append(
            ",".join([f"case-{number}", *cells, note]) + ("\r" if number % 40 == 1 else "")
        )
    lines[20:20] = ["only,four,cells,here", "", '"never closed' + "," * (len(load().findings) + 1)]
    path = tmp_path_factory.mktemp("cases") / "cases.csv"
    path.write_bytes("\n".join(lines).encode())
    return path


def _scored(cases: Path, out: Path, bundle: Path | None, **options: object) -> bytes:
    score_file(Request(str(cases), str(out), bundle=bundle, **options))  # type: ignore[arg-type]
    return out.read_bytes() + Path(f"{out}.rejects.csv").read_bytes()


@pytest.mark.parametrize("chunk", [97, 1000, 65_536])
def test_chunk_size_does_not_matter(
    chunk: int, cases: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    """The same bytes come out for any chunk size."""
    whole = _scored(cases, tmp_path / "a.csv", tiny_bundle)
    assert _scored(cases, tmp_path / "b.csv", tiny_bundle, chunk=chunk) == whole


@pytest.mark.parametrize("out", ["out.csv", "out.parquet"])
def test_workers_do_not_matter(out: str, cases: Path, tiny_bundle: Path, tmp_path: Path) -> None:
    """The same bytes come out for any number of processes."""
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    one = _scored(cases, tmp_path / "1" / out, tiny_bundle, chunk=20_000)
    two = _scored(cases, tmp_path / "2" / out, tiny_bundle, chunk=10_000, workers=2)
    assert one == two


def test_every_row_in_order(cases: Path, score: Score) -> None:
    """Rows come out in the order of the input, their cells unchanged."""
    run = score(cases)
    assert run.code == 4
    assert [row["case_id"] for row in run.rows] == [f"case-{n}" for n in range(ROWS)]
    assert [reject["code"] for reject in run.rejected] == ["cells_missing", "text_after_quote"]
    assert [reject["line"] for reject in run.rejected] == ["22", "24"]
    assert run.rows[53]["note"] == 'a "note", here'
    assert run.rows[55]["note"] == "two\nlines"
    assert run.rows[57]["note"] == '5" scar'
    expected = [*load().finding_ids, "note"]
    assert list(run.rows[0]) == ["case_id", *expected, *output_columns(load())]


def test_printed_probabilities_sum_to_one(cases: Path, score: Score) -> None:
    """Six decimals, twenty columns, exactly 1; the top condition is among the largest."""
    for row in score(cases).rows:
        printed = [row[name] for name in PROBABILITIES]
        assert all(len(text) == 8 and text[1] == "." for text in printed)
        assert sum(map(Decimal, printed)) == 1
        assert row[f"p_{row['top_condition']}"] == max(printed)
        assert row["top_condition"] in row["prediction_set"].split(" | ")


def test_written_cells_never_run(cases: Path, score: Score) -> None:
    """No cell that scoring writes begins with a sign a spreadsheet would run."""
    for row in score(cases).rows:
        for name in output_columns(load()):
            assert not row[name].startswith(("=", "+", "-", "@"))


def _typed(values: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> pa.Table:
    ids = pa.array([f"case-{n}" for n in range(len(values))])
    return pa.table({"case_id": ids, **columns_from_values(values, load())})


@pytest.mark.parametrize("source", ["csv", "parquet"])
@pytest.mark.parametrize("target", ["csv", "parquet"])
def test_formats_agree(source: str, target: str, tiny_bundle: Path, tmp_path: Path) -> None:
    """CSV and Parquet, in and out, give one answer: the printed figures as doubles."""
    table = _typed(random_cases(60, seed=4))
    pq.write_table(table, tmp_path / "cases.parquet")
    pa_csv.write_csv(table, tmp_path / "cases.csv", pa_csv.WriteOptions(quoting_style="none"))
    out = tmp_path / f"out.{target}"
    score_file(Request(str(tmp_path / f"cases.{source}"), str(out), bundle=tiny_bundle))
    score_file(
        Request(str(tmp_path / "cases.csv"), str(tmp_path / "reference.csv"), bundle=tiny_bundle)
    )
    reference = read_rows(tmp_path / "reference.csv")
    if target == "csv":
        names = output_columns(load())
        assert [[row[n] for n in names] for row in read_rows(out)] == [
            [row[n] for n in names] for row in reference
        ]
        return
    scored = pq.read_table(out)
    for name in PROBABILITIES:
        assert scored.schema.field(name).type == pa.float64()
        assert scored.column(name).to_pylist() == [float(row[name]) for row in reference]
    for name in ("triage", "triage_reasons", "open_red_flags", "prediction_set", "issues"):
        assert [v or "" for v in scored.column(name).to_pylist()] == [
            row[name] for row in reference
        ]


def test_parquet_keeps_its_columns(tmp_path: Path) -> None:
    """Columns of Parquet that are not findings come back with their type and values."""
    table = _typed(random_cases(5)).append_column("when", pa.array([1, 2, None, 4, 5], pa.int16()))
    pq.write_table(table, tmp_path / "cases.parquet")
    score_file(Request(str(tmp_path / "cases.parquet"), str(tmp_path / "o.parquet"), bundle=None))
    scored = pq.read_table(tmp_path / "o.parquet")
    assert scored.column("when").equals(table.column("when"))
    assert scored.column("age_years").equals(table.column("age_years"))


def test_empty_parquet(tmp_path: Path) -> None:
    """A Parquet file without rows gives one without rows, with all columns."""
    pq.write_table(_typed(random_cases(0)), tmp_path / "cases.parquet")
    score_file(Request(str(tmp_path / "cases.parquet"), str(tmp_path / "o.parquet")))
    scored = pq.read_table(tmp_path / "o.parquet")
    assert scored.num_rows == 0
    assert scored.column_names[-1] == "model_version"


def test_no_finding_at_all(score: Score) -> None:
    """A case with no finding is routine, with every emergency flag open, and says so."""
    run = score(b"case_id,fever,abi\na,,\n")
    (row,) = run.rows
    assert row["triage"] == "routine"
    assert "no_findings" in row["issues"]
    assert row["open_red_flags"]
    assert row["top_condition"]


def test_a_child_is_outside_the_scope(score: Score) -> None:
    """A case under 18 is scored, and the issue is told."""
    run = score(b"age_years,fever\n17,no\n18,no\n")
    assert ["outside_scope" in row["issues"] for row in run.rows] == [True, False]
    assert all(row["top_condition"] for row in run.rows)


def test_overrides_only(score: Score) -> None:
    """Without a model the overrides answer, probabilities stay blank, and the issue is told."""
    run = score(b"chest_pain,fever\nyes,no\n,no\n", "--overrides-only")
    first, second = run.rows
    assert (first["triage"], first["triage_source"]) == ("emergency", "override")
    assert (second["triage"], second["triage_source"]) == ("routine", "override")
    for row in run.rows:
        assert "no_model" in row["issues"]
        assert row["model_version"] == "none"
        assert not any(row[name] for name in (*PROBABILITIES, "top_condition"))


def test_a_model_that_fails_silences_nothing(
    score: Score, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the model breaks, every case still gets its overrides; no cell reaches the log."""

    def fails(*_: object) -> None:
        raise RuntimeError("fever=yes")

    monkeypatch.setattr("serve.pipeline.predict", fails)
    run = score(b"chest_pain\nyes\n")
    assert run.code == 1
    assert run.rows[0]["triage"] == "emergency"
    assert "no_model" in run.rows[0]["issues"]
    assert "RuntimeError" in caplog.text
    assert "fever" not in caplog.text


def test_a_damaged_bundle_is_refused(score: Score, tmp_path: Path) -> None:
    """A bundle that was asked for and is not whole is refused, not passed over."""
    run = score(HEADER + GOOD, "--model", str(tmp_path))
    assert run.code == 2
    assert "bundle.sha256" in run.talk
    assert not run.out.exists()


def test_a_row_does_not_depend_on_its_file(cases: Path, score: Score) -> None:
    """A case alone gets the scores it gets in its file; columns it lacks are blanks."""
    row = score(cases).rows[0]
    cells = {f: row[f] for f in reversed(load().finding_ids) if row[f]}
    alone = score((",".join(cells) + "\n" + ",".join(cells.values()) + "\n").encode(), out="1.csv")
    names = output_columns(load())
    assert [alone.rows[0][n] for n in names] == [row[n] for n in names]


def test_duplicate_ids_are_counted(score: Score, tmp_path: Path) -> None:
    """Rows that repeat an id are scored and counted; blank ids do not count."""
    summary = tmp_path / "s.json"
    cases = b"case_id,fever\na,no\nb,no\na,yes\na,no\n,no\n,no\n"
    run = score(cases, "--summary", str(summary))
    assert json.loads(summary.read_text())["duplicate_case_ids"] == 2
    assert "2 rows repeat the case_id" in run.talk
    assert len(run.rows) == 6


def test_summary(score: Score, tmp_path: Path) -> None:
    """The counts of a file are written for machines, and name what made them."""
    summary = tmp_path / "s.json"
    score(HEADER + GOOD + b"x\n\n" + b"b,170,male,maybe,,,\n", "--summary", str(summary))
    counts = json.loads(summary.read_text())
    assert (counts["rows_in"], counts["scored"], counts["rejected"]) == (3, 2, 1)
    assert counts["blank_lines"] == 1
    assert counts["rejected_by_reason"] == {"cells_missing": 1}
    assert counts["issues"] == {"bad_word": 1, "out_of_range": 1}
    assert sum(counts["triage"].values()) == sum(counts["triage_source"].values()) == 2
    assert set(counts["versions"]) >= {"model_version", "vocabulary", "onnxruntime"}


def test_spreadsheet_safe(score: Score) -> None:
    """Cells a spreadsheet would run are disarmed and counted; numbers are left alone."""
    cases = b'note,fever,x\n=1+1,no,-5\n"@a, b",no,+1e3\n"-x",no,\n'
    run = score(cases, "--spreadsheet-safe")
    assert [row["note"] for row in run.rows] == ["'=1+1", "'@a, b", "'-x"]
    assert [row["x"] for row in run.rows] == ["-5", "+1e3", ""]
    assert "3 cells got a leading apostrophe" in run.talk


@pytest.mark.parametrize(
    "cell",
    ["\n=1+1", "\t=1+1", "\r\n=1+1", " =1+1", "\u3000@a", "\u00a0=a", "\ufeff=a", "\n", "\t5",
     "\uff1d1+1", "\uff0b1", "\uff0dx", "\uff20a", " \uff1da", "-5-", "+1_0", "-inf"],
    ids=ascii,
)  # fmt: skip
def test_a_formula_cannot_hide(cell: str, score: Score) -> None:
    """Blanks before a sign, and signs in full width, are disarmed like the bare sign."""
    run = score(f'fever,note\nno,"{cell}"\n'.encode(), "--spreadsheet-safe")
    assert run.rows[0]["note"] == f"'{cell}"
    assert "1 cells got a leading apostrophe" in run.talk


@pytest.mark.parametrize("cell", ["-5", "+1e3", "-.5", " a", '""a=b""', "\u00e9=1", "a\n=b", "'=1"])
def test_text_that_no_spreadsheet_runs_stays(cell: str, score: Score) -> None:
    """A row without a formula is left as it stands, its quotes included."""
    run = score(f'fever,note\nno,"{cell}"\n'.encode(), "--spreadsheet-safe")
    assert f'\nno,"{cell}",'.encode() in run.out.read_bytes()
    assert "apostrophe" not in run.talk


def test_rejects_of_an_earlier_run_do_not_stay(score: Score) -> None:
    """A rejects file is never left over from another run."""
    first = score(HEADER + GOOD + b"x\n")
    assert len(first.rejected) == 1
    second = score(HEADER + GOOD)
    assert second.code == 0
    assert second.rejected == []


def test_no_rejects_no_file(score: Score) -> None:
    """Where nothing is rejected there is no rejects file, unless one is asked for."""
    assert not score(HEADER + GOOD).rejects.exists()


def test_rejects_can_be_mended(score: Score) -> None:
    """A rejected record is kept as it stands."""
    run = score(HEADER + b'a,"b ""c"", d",e\n')
    assert run.rejected[0]["record"] == 'a,"b ""c"", d",e'


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="needs Linux")
def test_memory_of_a_long_line_is_bounded(tmp_path: Path) -> None:
    """A line without end is skipped in pieces, not held."""
    import resource

    cases = tmp_path / "cases.csv"
    with cases.open("wb") as stream:
        stream.write(HEADER + GOOD)
        for _ in range(150):
            stream.write(b"y" * (1 << 20))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    score_file(Request(str(cases), str(tmp_path / "out.csv")))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown * (1 if sys.platform == "darwin" else 1024) < 80 << 20
