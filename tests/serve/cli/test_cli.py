"""The command line says what it does, writes data where it is told, and talks to stderr."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from data_gen.vocabulary import load
from data_gen.vocabulary.words import parse_cell
from serve.cli.commands import main
from tests.serve.conftest import Score, read_rows
from tests.serve.hostile import GOOD, HEADER


@pytest.mark.parametrize("command", sorted(main.commands))
def test_help_has_an_example(command: str) -> None:
    """Every command's help shows how to call it."""
    result = CliRunner().invoke(main, [command, "--help"])
    assert result.exit_code == 0
    assert f"Example: python -m serve {command}" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [[], ["score"], ["score", "cases.csv"], ["score", "a", "--out", "b", "--workers", "0"], ["x"]],
    ids=" ".join,
)
def test_bad_arguments(arguments: list[str]) -> None:
    """Arguments that cannot be used end in exit 2."""
    assert CliRunner().invoke(main, arguments).exit_code == 2


def test_standard_streams(tiny_bundle: Path, tmp_path: Path) -> None:
    """`-` reads standard input and writes standard output, with no talk among the data."""
    command = [sys.executable, "-m", "serve", "score", "-", "--out", "-", "--model",
               str(tiny_bundle), "--rejects", str(tmp_path / "r.csv")]  # fmt: skip
    run = subprocess.run(command, input=HEADER + GOOD + b"x\n", capture_output=True, check=False)
    assert run.returncode == 4
    rows = list(csv.DictReader(run.stdout.decode().splitlines()))
    assert len(rows) == 1
    assert rows[0]["model_version"]
    assert b"scored 1 of 2 rows" in run.stderr
    assert len(read_rows(tmp_path / "r.csv")) == 1


@pytest.mark.parametrize(
    ("option", "name", "remedy"),
    [
        ("--out", "o.xlsx", "let its name end in .csv or .parquet or .pq; a spreadsheet opens"),
        ("--out", "o.csv.gz", "let its name end in .csv or .parquet or .pq"),
        ("--out", "o.json", "let its name end in .csv or .parquet or .pq"),
        ("--rejects", "r.parquet", "let its name end in .csv"),
        ("--summary", "s.csv", "let its name end in .json"),
    ],
    ids=str,
)
def test_a_form_that_is_not_written_is_refused(
    option: str, name: str, remedy: str, score: Score, tmp_path: Path
) -> None:
    """A name that promises another form of file is refused before anything is written."""
    run = score(HEADER + GOOD, option, str(tmp_path / name))
    assert run.code == 2
    assert remedy in run.talk
    assert not (tmp_path / name).exists()
    assert not run.out.exists()


@pytest.mark.parametrize("name", ["o.CSV", "o", "o.pq"])
def test_other_names_of_what_is_written(name: str, score: Score) -> None:
    """The ending of a name counts in any case, and a name without one is a CSV file's."""
    assert score(HEADER + GOOD, out=name).code == 0


def test_a_cell_that_overrides_cannot_see_is_told(score: Score) -> None:
    """A word that does not say which value it means silences no rule without a word about it."""
    header = b"age_years,sex,side,swelling,smoking,deep_calf_tenderness\n"
    run = score(header + b"60,M,left,yes,no,yes\n60,f,right,right,yes,yes\n")
    first, second = run.rows
    (issue,) = json.loads(first["issues"])
    assert issue["finding"] == "swelling"
    assert "it may keep overrides silent (embolism, thrombosis, " in issue["message"]
    assert first["open_red_flags"]
    assert "chest_pain" in first["ask_next"]
    assert second["issues"] == ""
    assert "DVT-2" in second["triage_reasons"]
    assert "cells that could not be read: 1;" in run.talk


def test_a_cell_that_no_override_looks_at_is_only_told(score: Score) -> None:
    """Where no urgent rule looks at a finding, its bad cell says nothing of overrides."""
    run = score(b"age_years,sex\n60,neither\n")
    (issue,) = json.loads(run.rows[0]["issues"])
    assert issue["code"] == "bad_choice"
    assert "overrides" not in issue["message"]


def test_a_reader_that_leaves(tmp_path: Path) -> None:
    """Where whoever reads the output goes away, the command ends without a traceback."""
    (tmp_path / "cases.csv").write_bytes(HEADER + GOOD * 20_000)
    command = f"{sys.executable} -m serve score {tmp_path}/cases.csv --out - --overrides-only"
    shell = f"{command} 2>{tmp_path}/talk | head -1"
    subprocess.run(["bash", "-c", shell], check=True, capture_output=True)
    assert "Traceback" not in (tmp_path / "talk").read_text()


_HEAVY = ("pandas", "mlflow", "sklearn", "lightgbm", "scipy", "pydantic", "rich", "onnx",
          "training", "joblib")  # fmt: skip


def test_what_scoring_imports(tiny_bundle: Path, tmp_path: Path) -> None:
    """Scoring a file loads none of the training stack, and rich only to show cases."""
    (tmp_path / "cases.csv").write_bytes(HEADER + GOOD)
    program = (
        "import sys; from serve.cli.commands import main\n"
        f"main(['score', {str(tmp_path / 'cases.csv')!r}, '--out', {str(tmp_path / 'o.csv')!r},"
        f" '--model', {str(tiny_bundle)!r}], standalone_mode=False)\n"
        f"print([name for name in {_HEAVY!r} if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_importing_serve_is_light() -> None:
    """The package itself loads nothing heavy."""
    program = "import sys, serve; print([n for n in ('numpy', 'pyarrow') if n in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_no_bundle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where no model was promoted, overrides answer, and the talk says what to run."""
    monkeypatch.setattr("serve.api.PROMOTED", tmp_path / "none")
    (tmp_path / "cases.csv").write_bytes(HEADER + GOOD)
    arguments = ["score", str(tmp_path / "cases.csv"), "--out", str(tmp_path / "o.csv")]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert "make run" in result.stderr
    assert result.stdout == ""
    assert "no_model" in read_rows(tmp_path / "o.csv")[0]["issues"]


def test_near_miss_is_told(score: Score) -> None:
    """A column that is nearly a finding is warned of, and passes through."""
    run = score(b"fever,walking_distance\nyes,100\n")
    assert "did you mean 'walking_distance_m'" in run.talk
    assert run.rows[0]["walking_distance"] == "100"


def test_show(score: Score) -> None:
    """The cases of a short file are shown with triage, reason and three conditions."""
    run = score(b"case_id,chest_pain,fever\n[b]one,yes,no\n,no,no\n", "--show")
    assert "emergency (1)" in run.talk
    assert "[b]one" in run.talk
    assert "row 2" in run.talk
    assert run.talk.count("%") >= 6
    table = run.talk.partition("columns read:")[0]
    assert max(map(len, table.splitlines())) <= 100


def test_template(tmp_path: Path, score: Score) -> None:
    """The template is a file that scoring takes, and the dictionary describes each column."""
    cases, dictionary = tmp_path / "empty.csv", tmp_path / "dictionary.csv"
    arguments = ["template", "--out", str(cases), "--dictionary", str(dictionary)]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    columns = cases.read_text().strip().split(",")
    assert columns == ["case_id", *load().finding_ids]
    described = read_rows(dictionary)
    assert [row["column"] for row in described] == columns
    for row in described[1:]:
        finding = load().finding(row["column"])
        words = row["values"].split(" | " if finding.kind != "number" else " to ")
        assert all(isinstance(parse_cell(finding, word), float) for word in words)
    run = score(cases.read_bytes() + b"a" + b"," * len(load().findings) + b"\n")
    assert run.code == 0
    assert "no_findings" in run.rows[0]["issues"]
