"""What is committed fits together: the check names each stage whose lock is of other code."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CHECK = Path(__file__).parent.parent / ".ci" / "fresh.py"
PIPELINE = """\
stages:
  draw:
    cmd: mkdir -p build && cat code/draw.txt knob.yaml > build/drawn
    deps: [code]
    params: [knob.yaml: [rows]]
    outs: [build/drawn]
  tell:
    cmd: cat build/drawn code/tell.txt > report.txt
    deps: [build/drawn, code/tell.txt]
    outs: [report.txt: {cache: false}]
"""


def run(*command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A Python command, run in a folder."""
    return subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def reproduced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project whose lock is that of its code."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "code").mkdir()
    for name in ("draw.txt", "tell.txt"):
        (folder / "code" / name).write_text(name)
    (folder / "knob.yaml").write_text("rows: 1\n")
    (folder / "dvc.yaml").write_text(PIPELINE)
    for command in ("init --no-scm -q", "repro -q"):
        done = run("-m", "dvc", *command.split(), folder=folder)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def project(reproduced: Path, tmp_path: Path) -> Path:
    """A copy of the project, to be changed."""
    return shutil.copytree(reproduced, tmp_path / "copy", symlinks=True)


def _write(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(text)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda _: None, id="nothing"),
        pytest.param(lambda folder: shutil.rmtree(folder / "build"), id="a fresh clone"),
        pytest.param(_write("build/drawn", "0.1 + 0.2"), id="another processor's last bits"),
        pytest.param(_write("knob.yaml", "# a comment\nrows: 1\n"), id="a comment"),
    ],
)
def test_what_agrees_passes(project: Path, change: Callable[[Path], object]) -> None:
    """Where code, knobs and reports are those of the lock, nothing is said."""
    change(project)
    done = run(str(CHECK), folder=project)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(_write("code/draw.txt", "new"), ["stage draw", "code: modified"],
                     id="a file of a folder"),
        pytest.param(_write("code/more.txt", "new"), ["stage draw", "code: modified"],
                     id="a file more"),
        pytest.param(_write("code/tell.txt", "new"), ["stage tell", "tell.txt: modified"],
                     id="a file"),
        pytest.param(lambda f: (f / "code/tell.txt").unlink(), ["stage tell", "tell.txt: deleted"],
                     id="a file less"),
        pytest.param(_write("knob.yaml", "rows: 2\n"), ["stage draw", "rows"], id="a knob"),
        pytest.param(_write("report.txt", "old"), ["stage tell", "report.txt: modified"],
                     id="a report of another run"),
        pytest.param(_write("dvc.yaml", PIPELINE.replace("cat build", "cat -u build")),
                     ["stage tell", "command"], id="a command"),
        pytest.param(lambda folder: (folder / "dvc.lock").unlink(), ["stage draw", "stage tell"],
                     id="no lock"),
    ],
)  # fmt: skip
def test_a_stale_stage_is_named(
    project: Path, change: Callable[[Path], object], said: list[str]
) -> None:
    """A touched dependency, knob, command or report fails the check with its stage and name."""
    change(project)
    done = run(str(CHECK), folder=project)
    assert done.returncode == 1
    for text in said:
        assert text in done.stdout
    assert "make run" in done.stderr
