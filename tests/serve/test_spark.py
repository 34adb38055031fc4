"""Scoring on Spark gives the rows that scoring on one machine gives."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from data_gen.vocabulary import load
from serve.columns import output_columns
from serve.job import Request, score_file
from tests.serve.hostile import GOOD, HEADER
from tests.serve.mlflow_folder import (
    REAL,
    SPARK_AND_PREDICT,
    as_text,
    predictions,
    run,
    save,
    scored,
    without_explanation,
)

pytestmark = pytest.mark.skipif(
    "CLAUDICO_REQUIRE_SPARK" not in os.environ
    and (
        shutil.which("java") is None or not __import__("importlib.util").util.find_spec("pyspark")
    ),
    reason="Spark needs Java and the extra `spark`; CLAUDICO_REQUIRE_SPARK=1 fails instead",
)

LINES = (
    GOOD * 40 + b'b,70,female,yes,,ever,"a, ""b"""\n' + b"short\n" + GOOD.replace(b"0.9", b"0,9")
)


@pytest.fixture(autouse=True)
def _workers_run_this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)


def _spark(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "serve", "spark", *arguments, "--master", "local[1]"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_readme_example_runs(tiny_bundle: Path, tmp_path: Path) -> None:
    """The command of the README's block scores every case of the file that it names."""
    root = Path(__file__).parents[2]
    text = (root / "README.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^```spark\n(.*)\n```$", text, re.MULTILINE)
    command, source, target = line.rsplit(" ", 2)
    assert command == ".venv/bin/python -m serve spark"
    assert (root / source).is_file()
    assert target.startswith("build/")
    run = _spark(str(root / source), str(tmp_path / target), "--model", str(tiny_bundle))
    assert run.returncode == 0, run.stderr
    assert pq.read_table(tmp_path / target).num_rows == 80


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_equal_to_one_machine(kind: str, tiny_bundle: Path, tmp_path: Path) -> None:
    """Every row of a folder is as it is in the file that one machine scores."""
    folder = tmp_path / "cases"
    folder.mkdir()
    (tmp_path / "one.csv").write_bytes(HEADER + LINES)
    score_file(
        Request(str(tmp_path / "one.csv"), str(tmp_path / "one.parquet"), bundle=tiny_bundle)
    )
    expected = pq.read_table(tmp_path / "one.parquet")
    if kind == "csv":
        shutil.copy(tmp_path / "one.csv", folder)
    else:
        names = expected.column_names[: -len(output_columns(load()))]
        pq.write_table(expected.select(names), folder / "one.parquet")
    run = _spark(str(folder), str(tmp_path / "out"), "--model", str(tiny_bundle))
    assert run.returncode == (4 if kind == "csv" else 0), run.stderr
    assert pq.read_table(tmp_path / "out").to_pylist() == expected.to_pylist()
    if kind == "csv":
        rejects = pq.read_table(tmp_path / "out.rejects").to_pylist()
        assert [(r["code"], r["record"]) for r in rejects] == [
            ("cells_missing", "short"), ("cells_too_many", "a,60,male,no,0,9,never,x"),
        ]  # fmt: skip


def test_the_mlflow_model_as_a_function(tiny_bundle: Path, tmp_path: Path) -> None:
    """`mlflow.pyfunc.spark_udf` gives every row the answer that one machine gives it."""
    model = save(tiny_bundle, tmp_path / "model")
    out = tmp_path / "out.json"
    run([sys.executable, "-c", SPARK_AND_PREDICT, str(model), str(REAL), str(out)], tmp_path)
    with REAL.open(newline="") as stream:
        ids = [row["case_id"] for row in csv.DictReader(stream)]
    expected = dict(zip(ids, scored(tiny_bundle, REAL, tmp_path), strict=True))
    assert len(expected) == len(ids)
    found = [without_explanation(row) for row in as_text(predictions(out))]
    assert {row.pop("case_id"): row for row in found} == expected


def test_a_bad_file_is_told(tmp_path: Path) -> None:
    """A file that cannot be used ends in exit 2 and its problem, without a traceback."""
    folder = tmp_path / "cases"
    folder.mkdir()
    (folder / "a.csv").write_bytes(HEADER + GOOD)
    (folder / "b.csv").write_bytes(HEADER + b"\xff\n")
    run = _spark(str(folder), str(tmp_path / "out"), "--overrides-only")
    assert run.returncode == 2
    assert "byte 0xff is not UTF-8" in run.stderr
    assert "Traceback" not in run.stderr
