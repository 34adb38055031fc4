"""The generator's command line: what it writes, and what it says to bad input."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from data_gen.cli import main

ROOT = Path(__file__).parent.parent.parent


def call(*words: object) -> Result:
    """The outcome of `python -m data_gen` with these words."""
    return CliRunner().invoke(main, [str(word) for word in words])


def test_sample_writes_cases_truth_and_card(tmp_path: Path) -> None:
    """One command leaves the cases, the truth beside them, and a card that says how."""
    out, truth = tmp_path / "cases.csv", tmp_path / "truth.parquet"
    done = call("sample", "--rows", 20, "--seed", 4, "--out", out, "--truth", truth, "--narrative")
    assert done.exit_code == 0, done.output
    cases = pyarrow.csv.read_csv(out)
    hidden = pq.read_table(truth)
    assert cases.num_rows == hidden.num_rows == 20
    assert all(text.endswith(".") for text in cases["narrative"].to_pylist())
    card = (tmp_path / "cases.csv.card.md").read_text(encoding="utf-8")
    assert "--rows 20 --seed 4" in card
    assert done.stdout == ""


def test_posterior_of_a_sample_is_its_truth(tmp_path: Path) -> None:
    """`posterior` on a sampled CSV gives the probabilities that its truth file holds."""
    out, truth, exact = (tmp_path / n for n in ("cases.csv", "truth.parquet", "exact.parquet"))
    call("sample", "--rows", 300, "--seed", 5, "--out", out, "--truth", truth)
    done = call("posterior", out, "--out", exact)
    assert done.exit_code == 0, done.output
    first, second = pq.read_table(truth), pq.read_table(exact)
    for name in second.column_names[1:]:
        gap = [
            abs(a - b)
            for a, b in zip(first[name].to_pylist(), second[name].to_pylist(), strict=True)
        ]
        assert max(gap) < 1e-9


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--out", "cases.txt"), "must end in .parquet or .csv"),
        (("--out", "cases.csv", "--mix", "gout=1"), "no condition is called 'gout'"),
        (
            ("--out", "cases.csv", "--mix", "everyone"),
            "use clinic, training, safety or condition=share",
        ),
        (("--out", "cases.csv", "--mix", "sciatica=-1"), "0 or more"),
        (("--out", "cases.csv", "--mix", "sciatica=nan"), "0 or more"),
    ],
    ids=["suffix", "unknown condition", "unknown mix", "negative share", "share that is no number"],
)
def test_arguments_that_cannot_be_used(
    words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2, a remedy on stderr, and no file."""
    monkeypatch.chdir(tmp_path)
    done = call("sample", "--rows", 5, "--seed", 1, *words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """A place that cannot be written is named, without a traceback."""
    out = tmp_path / "nowhere" / "cases.parquet"
    done = call("sample", "--rows", 5, "--seed", 1, "--out", out)
    assert done.exit_code == 1
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("case_id,age_years,fever\na,67,yes\nb,200,maybe\n", ":3: column age_years"),
        ("case_id,age_years,fever\na,67,yes\nb,200,maybe\n", ":3: column fever"),
        ("case_id,colour\na,red\n", "no column is a finding"),
        ("", "Empty CSV file"),
    ],
    ids=["number out of range", "bad word", "no finding", "empty"],
)
def test_posterior_of_a_bad_file(text: str, said: str, tmp_path: Path) -> None:
    """Exit 2 with file, line, column and remedy, every bad cell at once."""
    path = tmp_path / "cases.csv"
    path.write_text(text, encoding="utf-8")
    done = call("posterior", path, "--out", tmp_path / "exact.csv")
    assert done.exit_code == 2
    assert said in done.stderr
    assert not (tmp_path / "exact.csv").exists()


def test_help_is_light() -> None:
    """`--help` loads neither numpy nor the knowledge."""
    code = (
        "import sys; from click.testing import CliRunner; from data_gen.cli import main;"
        "CliRunner().invoke(main, ['--help']);"
        "print(*[m for m in ('numpy', 'pyarrow', 'pydantic', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_has_an_example(command: str) -> None:
    """The help of each command ends with a line to copy."""
    assert f"Example: python -m data_gen {command}" in call(command, "--help").output
