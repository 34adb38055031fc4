"""Scoring on Spark gives the rows that scoring on one machine gives."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_gen.vocabulary import load
from serve.answer import output_columns
from serve.batch.job import score_file
from serve.problem import RefusedError
from serve.request import Request
from serve.spark.column_types import as_spark, conformed, merged
from serve.spark.files import unique_names
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


INPUTS = Path(__file__).parents[1] / "inputs"


@dataclass(frozen=True)
class Tree:
    """A scored folder: what the command did, its rows by id, its summary, and where it is."""

    run: subprocess.CompletedProcess[str]
    rows: dict[str, dict[str, Any]]
    summary: dict[str, Any]
    out: Path


@pytest.fixture(autouse=True)
def _workers_run_this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)


def _spark(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "serve", "spark", *arguments, "--master", "local[1]"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_readme_example_runs(tiny_bundle: Path, tmp_path: Path) -> None:
    """The command of the README's block scores every case of the file that it names."""
    root = Path(__file__).parents[3]
    text = (root / "README.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^(\S+ -m serve spark .*)$", text, re.MULTILINE)
    command, source, target = line.rsplit(" ", 2)
    assert command == ".venv/bin/python -m serve spark"
    assert (root / source).is_file()
    assert target.startswith("build/")
    run = _spark(str(root / source), str(tmp_path / target), "--model", str(tiny_bundle))
    assert run.returncode == 0, run.stderr
    assert pq.read_table(tmp_path / target).num_rows == 183


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


def write_tree(folder: Path) -> None:
    """A folder of cases in every form that is read, and of files that are not."""
    deep = folder / "year=2024" / "site=St%20Mary"
    deep.mkdir(parents=True)
    (deep / "part.CSV").write_text("case_id,age_years,chest_pain\nupper,61,yes\n,short\n")
    nested = folder / "more" / "deep"
    nested.mkdir(parents=True)
    packed = gzip.compress(b"case_id,age_years,Chest pain,breathlessness\npacked,61,yes,maybe\n")
    (nested / "packed[1].csv.gz").write_bytes(packed)
    shutil.copy(INPUTS / "spark_timestamp" / "part-0.parquet", nested / "with time.pq")
    (folder / "near.csv").write_text("case_id,age_years,chest_pian,age\nnear,61,yes,9\n")
    (folder / "_SUCCESS").touch()
    (folder / "empty.csv").touch()
    (folder / "notes.txt").write_text("no cases")


@pytest.fixture(scope="module")
def tree(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """The folder of every form, scored with what a pipeline asks for."""
    where = tmp_path_factory.mktemp("tree")
    write_tree(where / "cases")
    asked = ["--summary", str(where / "s.json"), "--fail-on", "near-miss", "--mix", "clinic"]
    run = _spark(str(where / "cases"), str(where / "out"), "--model", str(tiny_bundle), *asked)
    rows = {row["case_id"]: row for row in pq.read_table(where / "out").to_pylist()}
    return Tree(run, rows, json.loads((where / "s.json").read_text()), where / "out")


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("upper", {"triage": "emergency", "year": "2024", "site": "St Mary", "seen": None}),
        ("packed", {"triage": "emergency", "Chest pain": "yes", "chest_pain": None}),
        ("a", {"triage": "emergency", "age_years": "61", "year": None}),
        ("near", {"chest_pian": "yes", "issues": ANY}),
    ],
)
def test_every_form_is_read(case: str, told: dict[str, Any], tree: Tree) -> None:
    """.CSV, gzip, .pq with a timestamp, nested, partitioned: each by its own header."""
    row = tree.rows[case]
    assert {name: row[name] for name in told} == told
    assert len(tree.rows) == 4
    assert tree.rows["a"]["seen"].isoformat().startswith("2024-01-05T10:00:00")


def test_nothing_is_skipped_in_silence(tree: Tree) -> None:
    """Files that are not read are named, each with its reason, on stderr and in the summary."""
    told = " ".join(warning["message"] for warning in tree.summary["warnings"])
    for name, why in (("_SUCCESS", "hidden"), ("empty.csv", "empty"), ("notes.txt", "kind")):
        assert re.search(rf"since {why}.*: {name}|since of another {why}.*: {name}", told)
        assert name in tree.run.stderr


def test_the_same_summary(tree: Tree) -> None:
    """The summary has the counts and keys of `serve score`, and says what made the scores."""
    assert tree.summary["rows_in"] == 5
    assert tree.summary["rejected_by_reason"] == {"cells_missing": 1}
    assert tree.summary["issues"] == {"bad_word": 1, "near_miss": 2, "read_as": 1}
    assert {w["code"] for w in tree.summary["warnings"]} >= {"near_miss", "read_as"}
    assert tree.summary["mix"] == "clinic"
    assert "chest_pian" in tree.summary["columns_not_read"]
    made = json.loads((tree.out / "_claudico.json").read_text())
    assert made.items() <= tree.summary.items()
    assert "cells that could not be read: 1" in tree.run.stderr


def test_fail_on(tree: Tree) -> None:
    """With --fail-on, a near-miss column ends in exit 1 and a sentence; the rows are written."""
    assert tree.run.returncode == 1
    assert "error: near-miss: 2 columns are nearly named like a finding" in tree.run.stderr


TEXTS = ['say "hi"', "a, b", "ends in \\", '\\"', 'a\\b "c"', "two\nlines", '"', "plain", '",",']


IN_ONE_SESSION = """
import json, sys
from serve.problem import RefusedError
from serve.request import Request
from serve.spark.job import score_folder
from serve.spark.session import open_session
texts, written, scored, bad = sys.argv[1:]
with open_session("local[1]") as spark:
    rows = [(str(place), 61, text) for place, text in enumerate(json.loads(texts))]
    frame = spark.createDataFrame(rows, "case_id string, age_years int, note string")
    frame.coalesce(1).write.csv(written, header=True)
    warnings = score_folder(spark, Request(written, scored)).warnings
    try:
        score_folder(spark, Request(bad, f"{bad}.out"))
    except RefusedError as error:
        print(json.dumps([[warning.code for warning in warnings], str(error)]))
"""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], str]:
    """A folder, the warnings for what Spark wrote in it, and why a folder of bad files is no use.

    One session for both: it takes long to start.
    """
    where = tmp_path_factory.mktemp("session")
    bad = where / "bad"
    bad.mkdir()
    (bad / "a.csv").write_bytes(HEADER + GOOD)
    (bad / "b.csv.gz").write_bytes(gzip.compress(b"age_years\n61\n")[:-6])
    (bad / "c.csv").write_bytes(b"colour,taste\nred,sweet\n")
    paths = [str(where / "written"), str(where / "scored"), str(bad)]
    command = [sys.executable, "-c", IN_ONE_SESSION, json.dumps(TEXTS), *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    warnings, refused = json.loads(done.stdout.splitlines()[-1])
    return where, warnings, refused


def test_quotes_as_spark_writes_them(session: tuple[Path, list[str], str]) -> None:
    """Texts that Spark's own CSV writer puts behind backslashes come back as they were."""
    where, warnings, _ = session
    rows = pq.read_table(where / "scored").sort_by("case_id").to_pylist()
    assert [row["note"] for row in rows] == TEXTS
    assert "backslash_quotes" in warnings


def test_bad_files_are_told_at_once(session: tuple[Path, list[str], str]) -> None:
    """Every file that cannot be used is named at once, and nothing is written."""
    where, _, refused = session
    assert "b.csv.gz: the gzip file is damaged" in refused
    assert "c.csv, line 1: no column is the name of a finding" in refused
    assert not (where / "bad.out").exists()


@pytest.mark.parametrize(
    "types",
    [
        [pa.timestamp("ns"), pa.timestamp("us", tz="UTC")],
        [pa.timestamp("s"), pa.timestamp("s")],
        [pa.uint32(), pa.uint32()],
        [pa.int64(), pa.string()],
        [pa.duration("s"), pa.duration("s")],
        [pa.dictionary(pa.int8(), pa.string()), pa.string()],
        [pa.list_(pa.int64()), pa.list_(pa.int64())],
    ],
    ids=str,
)
def test_types_of_several_files(types: list[pa.DataType]) -> None:
    """Columns of several files have one type that Spark holds; their values keep what they say."""
    schemas = [pa.schema([("column", kind)]) for kind in types]
    joined = merged(schemas)
    as_spark(joined)  # refuses a type that Spark has not
    for schema in schemas:
        values = pa.array([None], schema.field(0).type)
        assert conformed(pa.table({"COLUMN": values}), joined, "here")["column"].null_count == 1
    if len(set(types)) > 1:
        assert joined.field(0).type == pa.string()


def test_a_value_without_room_is_told() -> None:
    """Nanoseconds, which Spark has no room for, are refused by the name of their column."""
    table = pa.table({"seen": pa.array([1], pa.timestamp("ns"))})
    with pytest.raises(RefusedError, match="column 'seen' does not fit"):
        conformed(table, merged([table.schema]), "here")


@pytest.mark.parametrize(
    "names", [["a", "A", "a"], ["", "column_1", " "], ["x", "x", "x_2", "x"]], ids=str
)
def test_names_that_spark_tells_apart(names: list[str]) -> None:
    """Names that repeat, differ by case alone or are blank become names of their own."""
    unique = unique_names(names)
    assert len({name.lower() for name in unique}) == len(names)
    assert all(unique)


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
