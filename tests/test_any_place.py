"""The project works from any folder, with any line ends, and says what is not installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from serve.problem import RefusedError, extra_needed
from training import cli
from training.data.vignettes import hash_of_files

ROOT = Path(__file__).parent.parent
CHOOSER = ROOT / ".ci" / "python"


@pytest.mark.parametrize(
    ("given", "here", "stays"),
    [
        pytest.param(None, False, False, id="another folder"),
        pytest.param(None, True, True, id="a project of its own"),
        pytest.param(Path("other.yaml"), False, True, id="a file that is named"),
    ],
)
def test_training_runs_in_a_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: Path | None, here: bool, stays: bool
) -> None:
    """Paths count from the working folder where it has knobs or some are named, else from ours."""
    monkeypatch.chdir(tmp_path)
    if here:
        (tmp_path / "params.yaml").write_text("")
    command = click.Command("train")
    path = cli._in_project(click.Context(command), click.Option(["--params"]), given)
    assert Path.cwd() == (tmp_path if stays else ROOT)
    assert path == (given or Path("params.yaml"))


@pytest.mark.parametrize(
    ("package", "module", "arguments", "extra"),
    [
        *((("serve", name, ["http"], "http")) for name in ("uvicorn", "fastapi", "starlette")),
        ("serve", "prometheus_client", ["http"], "http"),
        ("serve", "jinja2", ["report", "a.csv", "--out", "a.html"], "report"),
        ("serve", "pyspark", ["spark", "a", "b", "--overrides-only"], "spark"),
        *((("training", name, ["train"], "train")) for name in ("joblib", "lightgbm", "sklearn")),
        ("training", "filelock", ["register"], "train"),
        ("training", "scipy", ["evaluate"], "train"),
    ],
)
def test_an_extra_that_is_not_installed_is_named(
    package: str, module: str, arguments: list[str], extra: str
) -> None:
    """A missing package ends a command with 2, its name and what to install."""
    code = (
        f"import runpy, sys; sys.modules[{module!r}] = None\n"
        f"sys.argv[1:] = {arguments!r}; runpy.run_module({package!r}, run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert f"{module} is not installed; install the extra: `pip install '.[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_module_of_ours_is_no_extra() -> None:
    """What the project itself lacks is a fault of the code, and is not hidden by a remedy."""
    with pytest.raises(ModuleNotFoundError, match="nowhere"), extra_needed("http"):
        __import__("serve.nowhere")
    with pytest.raises(RefusedError, match="no_such_package"), extra_needed("http"):
        __import__("no_such_package.part")


SAMPLE = """
from pathlib import Path
from data_gen.profiles import load_knowledge
from data_gen.sampler import Plan, sample_to_files
from data_gen.world import build_world
import hashlib, data_gen
known = load_knowledge()
plan = Plan(30, 1, "training", Path("a.parquet"), Path("b.parquet"), 1, False, True)
sample_to_files(build_world(known), plan, lambda _: None)
files = [hashlib.sha256(Path(name).read_bytes()).hexdigest() for name in ("a.parquet", "b.parquet")]
print(known.hash(), known.vocabulary.hash, *files)
print(data_gen.__file__)
"""


def test_line_ends_change_no_hash(tmp_path: Path) -> None:
    """A checkout with the line ends of Windows gives the same knowledge and the same vignettes."""
    copies = {"\n": tmp_path / "unix", "\r\n": tmp_path / "windows"}
    said = []
    for ends, folder in copies.items():
        shutil.copytree(ROOT / "data_gen", folder / "data_gen")
        for path in (folder / "data_gen").rglob("*"):
            if path.suffix in (".py", ".yaml", ".csv", ".md"):
                text = path.read_bytes().replace(b"\n", ends.encode())
                path.write_bytes(text)
        done = subprocess.run(
            [sys.executable, "-c", SAMPLE], cwd=folder, capture_output=True, text=True, check=True
        )
        hashes, place = done.stdout.splitlines()
        assert Path(place).is_relative_to(folder)
        said.append(hashes)
    assert said[0] == said[1]


def test_line_ends_of_labelled_cases_change_no_hash(tmp_path: Path) -> None:
    """The hash of what was learned from is that of the cases, and not of their line ends."""
    hashes = set()
    for ends in (b"\n", b"\r\n"):
        (tmp_path / "cases.csv").write_bytes(b"age_years,condition" + ends + b"60,sciatica" + ends)
        hashes.add(hash_of_files(tmp_path / "cases.csv"))
    (tmp_path / "cases.csv").write_bytes(b"age_years,condition\n61,sciatica\n")
    assert len(hashes) == 1
    assert hash_of_files(tmp_path / "cases.csv") not in hashes


def test_git_keeps_the_line_ends(tmp_path: Path) -> None:
    """A clone has the bytes that were committed, also where git is told to change line ends."""
    first, second = tmp_path / "first", tmp_path / "second"
    who = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run(["git", "init", "-q", first], check=True)
    shutil.copy(ROOT / ".gitattributes", first)
    (first / "a.yaml").write_bytes(b"a: 1\nb: 2\n")
    (first / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    subprocess.run(["git", "-C", first, "add", "-A"], check=True)
    subprocess.run(["git", "-C", first, *who, "commit", "-qm", "a"], check=True)
    subprocess.run(["git", "-c", "core.autocrlf=true", "clone", "-q", first, second], check=True)
    for name in ("a.yaml", "a.png"):
        assert (second / name).read_bytes() == (first / name).read_bytes()


def _python(folder: Path, name: str, *, whole: bool = True) -> Path:
    """A stand-in for a Python that says its name, and has what training needs or not."""
    path = folder / name / "bin" / "python"
    path.parent.mkdir(parents=True)
    has = "exit 0" if whole else "exit 1"
    path.write_text(f'#!/bin/sh\nif [ "$1" = -c ]; then {has}; fi\necho {name} "$@"\n')
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("made", "named", "active", "expected"),
    [
        pytest.param({".venv": True}, None, None, ".venv", id="of make"),
        pytest.param({".venv": True, "env": True}, None, "env", "env", id="active"),
        pytest.param({"env": True}, None, "env", "env", id="active, none of make"),
        pytest.param({".venv": True, "env": False}, None, "env", ".venv", id="active for another"),
        pytest.param({".venv": True, "env": True}, ".venv", "env", ".venv", id="named"),
        pytest.param({".venv": True}, "gone", "gone", ".venv", id="named, and gone"),
    ],
)
def test_a_stage_finds_its_python(
    tmp_path: Path, made: dict[str, bool], named: str | None, active: str | None, expected: str
) -> None:
    """The Python that is named, else of the active environment, else make's, if it has training."""
    project = tmp_path / "a project"
    for name, whole in made.items():
        _python(project, name, whole=whole)
    surroundings = {"DVC_ROOT": str(project), "PATH": ""}
    if named:
        surroundings["CLAUDICO_PYTHON"] = str(project / named / "bin/python")
    if active:
        surroundings["VIRTUAL_ENV"] = str(project / active)
    done = subprocess.run(
        [CHOOSER, "-m", "training", "a b"], env=surroundings, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.stdout == f"{expected} -m training a b\n", done.stderr


def test_no_python_is_told(tmp_path: Path) -> None:
    """Where no Python has what training needs a stage says what to do."""
    done = subprocess.run(
        [CHOOSER, "-m", "training"], env={"DVC_ROOT": str(tmp_path), "PATH": ""},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "run make" in done.stderr
