"""An output is absent or complete, even where the process is killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data_gen.vocabulary.files.atomic import atomic_write
from tests.serve.conftest import Score
from tests.serve.hostile import GOOD, HEADER

KILLS = int(os.environ.get("CLAUDICO_KILLS", "4"))
"""Moments at which the process is killed; `CLAUDICO_KILLS=100` is the long form."""


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """After kill -9 the output is not there, or all of it is."""
    cases, out = tmp_path / "cases.csv", tmp_path / "out.csv"
    cases.write_bytes(HEADER + GOOD * 40_000)
    command = [sys.executable, "-m", "serve", "score", str(cases), "--out", str(out),
               "--overrides-only", "--workers", "1"]  # fmt: skip
    begun = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    whole, lasted = out.read_bytes(), time.monotonic() - begun
    out.unlink()
    chance = random.Random(11)  # noqa: S311 - when to kill is no secret
    moments = [lasted * (0.3 + 0.75 * chance.random()) for _ in range(KILLS)]
    for moment in moments:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not out.exists() or out.read_bytes() == whole
        out.unlink(missing_ok=True)


def test_an_error_leaves_the_old_file(tmp_path: Path) -> None:
    """Where writing fails, what stood there before still stands, and nothing beside it."""
    path = tmp_path / "out.csv"
    path.write_bytes(b"before")
    with pytest.raises(TypeError), atomic_write(path) as stream:
        stream.writelines([b"half", "no bytes"])  # type: ignore[list-item]
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_refusal_half_way_leaves_nothing(score: Score) -> None:
    """A byte that is not UTF-8 in the last row refuses the file; no scored part of it appears."""
    run = score(HEADER + b"short\n" + GOOD * 100 + b"\xff\n")
    assert run.code == 2
    assert not run.out.exists()
    assert not run.rejects.exists()


def test_links_stay_links(score: Score, tmp_path: Path) -> None:
    """An output that is a link is written where it points."""
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "out.csv"
    (tmp_path / "out.csv").symlink_to(target)
    score(HEADER + GOOD)
    assert (tmp_path / "out.csv").is_symlink()
    assert target.read_bytes().startswith(b"case_id")
