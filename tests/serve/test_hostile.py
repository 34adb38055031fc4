"""Every bad file gets the verdict its name says, and no row is ever lost."""

from __future__ import annotations

import json
import os
import resource
import stat
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.serve.conftest import Score
from tests.serve.hostile import FILES, GOOD, HEADER, Hostile


def test_there_are_sixty_bad_files() -> None:
    """The catalogue names at least sixty files, each once."""
    names = [file.id for file in FILES]
    assert len(names) == len(set(names)) >= 60


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.id)
def test_verdict(file: Hostile, score: Score, tmp_path: Path) -> None:
    """A bad file is refused, or every row of it is scored or rejected, as its entry says."""
    summary = tmp_path / "summary.json"
    run = score(file.content, "--overrides-only", "--summary", str(summary))
    assert run.code == file.exit, run.talk
    assert file.says in run.talk
    assert "Traceback" not in run.talk
    if file.exit == 2:
        assert not run.out.exists()
        assert not run.rejects.exists()
        return
    assert Counter(reject["code"] for reject in run.rejected) == Counter(file.rejected)
    assert len(run.rows) == file.scored
    counts = json.loads(summary.read_text())
    assert counts["rows_in"] == counts["scored"] + counts["rejected"]
    found = {code: n for code, n in counts["issues"].items() if code not in _OF_THE_CASE}
    assert found == file.issues
    for (place, column), text in file.cells.items():
        assert run.rows[place][column] == text.strip('"' if "," in text else "")


_OF_THE_CASE = ("no_model", "no_findings", "outside_scope", "conflict")


def test_missing_file(score: Score, tmp_path: Path) -> None:
    """A path without a file is refused, and the path is named."""
    run = score(tmp_path / "none.csv")
    assert run.code == 2
    assert "none.csv: No such file" in run.talk


def test_folder(score: Score, tmp_path: Path) -> None:
    """A folder is no file of cases."""
    run = score(tmp_path)
    assert run.code == 2
    assert "this is a folder" in run.talk


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_unreadable(score: Score, tmp_path: Path) -> None:
    """A file that may not be read is refused."""
    path = tmp_path / "secret.csv"
    path.write_bytes(HEADER + GOOD)
    path.chmod(0)
    run = score(path)
    assert run.code == 2
    assert "Permission denied" in run.talk


def test_pipe(score: Score, tmp_path: Path) -> None:
    """A named pipe is read like a file."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(HEADER + GOOD * 3,))
    writer.start()
    run = score(pipe, "--overrides-only")
    writer.join()
    assert run.code == 0, run.talk
    assert len(run.rows) == 3
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_full_disk(tmp_path: Path) -> None:
    """A disk that is full ends in exit 1 and words, and leaves no output behind."""
    cases = tmp_path / "cases.csv"
    cases.write_bytes(HEADER + GOOD * 2000)
    out = tmp_path / "out.csv"

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    command = [sys.executable, "-m", "serve", "score", str(cases), "--out", str(out),
               "--overrides-only"]  # fmt: skip
    run = subprocess.run(
        command, capture_output=True, text=True, preexec_fn=small_disk, check=False
    )
    assert run.returncode == 1
    assert "File too large" in run.stderr
    assert "Traceback" not in run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["cases.csv"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_full_device(score: Score) -> None:
    """A device that takes nothing more ends in exit 1."""
    run = score(HEADER + GOOD, "--out", "/dev/full")
    assert run.code == 1
    assert "No space left" in run.talk


@pytest.mark.parametrize(
    ("option", "name"),
    [("--out", "missing/out.csv"), ("--rejects", "missing/r.csv"), ("--summary", "missing/s.json")],
)
def test_no_folder(option: str, name: str, score: Score, tmp_path: Path) -> None:
    """An output in a folder that does not exist is refused before any work."""
    run = score(HEADER + GOOD, option, str(tmp_path / name))
    assert run.code == 2
    assert "there is no folder" in run.talk


def test_output_is_input(score: Score, tmp_path: Path) -> None:
    """The file of cases is never replaced by its own scores."""
    run = score(HEADER + GOOD, "--out", str(tmp_path / "cases.csv"))
    assert run.code == 2
    assert (tmp_path / "cases.csv").read_bytes() == HEADER + GOOD
