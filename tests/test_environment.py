"""The environment that make sets up: completed where something is missing, wherever it lies."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

SET_UP = Path(__file__).parent.parent / ".ci" / "environment.py"
CLEAN = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PIP_", "VIRTUAL_ENV"))}


def _wheel(folder: Path, name: str, needs: str = "") -> str:
    """Write a wheel with a module and a script of its name; its line of a lock."""
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}/__init__.py": f"def main() -> None:\n    print('{name} runs')\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{needs}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name} = {name}:main\n",
    }
    lines = [f"{path},{_digest(text)},{len(text)}\n" for path, text in files.items()]
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in files.items():
            archive.writestr(inside, text)
        archive.writestr(f"{info}/RECORD", f"{''.join(lines)}{info}/RECORD,,\n")
    return f"{name}==1.0 \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256={base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a set-up environment: two packages, one of them required by the other."""
    project = tmp_path_factory.mktemp("set up") / "a project"
    wheels = project / "wheels"
    (project / ".ci").mkdir(parents=True)
    wheels.mkdir()
    shutil.copy(SET_UP, project / ".ci")
    (project / "ours.py").write_text("")
    lock = [_wheel(wheels, "lower"), _wheel(wheels, "upper", "Requires-Dist: lower[fast]>=1\n")]
    lock.append("elsewhere==1.0 ; sys_platform == 'none' \\\n    --hash=sha256:00\n")
    (project / "requirements.lock").write_text("".join(lock))
    subprocess.run([sys.executable, "-m", "venv", str(project / ".venv")], check=True)
    assert "installing 2 packages" in set_up(project)
    return project


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """A copy, which is the same project in a folder of another name."""
    return shutil.copytree(made, tmp_path / "another place", symlinks=True)


def set_up(project: Path) -> str:
    """Complete the environment without a network; what was said."""
    links = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": (project / "wheels").as_uri()}
    done = subprocess.run(
        [project / ".venv/bin/python", project / ".ci/environment.py", "requirements.lock"],
        cwd=project, capture_output=True, text=True, check=False,
        env={**CLEAN, **links, "PIP_NO_CACHE_DIR": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def runs(project: Path) -> bool:
    """Whether both packages run, as a module and as a script, and the project is found from /."""
    python = project / ".venv/bin/python"
    code = "import lower, upper, ours; print(ours.__file__)"
    found = subprocess.run(
        [python, "-c", code], cwd="/", capture_output=True, text=True, check=False, env=CLEAN
    )
    said = [
        subprocess.run(
            [project / ".venv/bin" / name], capture_output=True, text=True, check=False, env=CLEAN
        ).stdout
        for name in ("lower", "upper")
    ]
    return found.stdout.strip() == str(project / "ours.py") and said == [
        "lower runs\n",
        "upper runs\n",
    ]


def _packages(project: Path) -> Path:
    return next((project / ".venv/lib").glob("python*/site-packages"))


def _no_pip(project: Path) -> None:
    shutil.rmtree(_packages(project) / "pip")


def _half_of_pip(project: Path) -> None:
    shutil.rmtree(_packages(project) / "pip/_internal/cli")


def _another_version(project: Path) -> None:
    info = _packages(project) / "lower-1.0.dist-info"
    metadata = (info / "METADATA").read_text().replace("Version: 1.0", "Version: 0.9")
    (info / "METADATA").write_text(metadata)
    info.rename(info.with_name("lower-0.9.dist-info"))


def _interrupted(project: Path) -> None:
    """Pip died before it listed what it had installed, and had set another package aside."""
    (_packages(project) / "upper-1.0.dist-info/RECORD").unlink()
    (_packages(project) / "lower").rename(_packages(project) / "~ower")


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda p: shutil.rmtree(_packages(p) / "lower"), id="a module is gone"),
        pytest.param(lambda p: (_packages(p) / "upper/__init__.py").write_text(""), id="cut short"),
        pytest.param(lambda p: shutil.rmtree(_packages(p) / "lower-1.0.dist-info"), id="unlisted"),
        pytest.param(lambda p: (p / ".venv/bin/upper").unlink(), id="a script is gone"),
        pytest.param(_interrupted, id="interrupted"),
        pytest.param(_another_version, id="another version"),
        pytest.param(_no_pip, id="no pip"),
        pytest.param(_half_of_pip, id="half of pip"),
    ],
)
def test_what_is_missing_is_completed(project: Path, harm: Callable[[Path], object]) -> None:
    """Whatever an interrupted set-up or a user left out is installed, and nothing else is said."""
    harm(project)
    set_up(project)
    assert runs(project)
    assert "installing" not in set_up(project)


def test_a_moved_project_is_followed(made: Path, project: Path) -> None:
    """In a copy or a renamed folder modules and scripts are its own, and nothing is installed."""
    assert str(made) in (project / ".venv/bin/upper").read_text()
    assert "installing" not in set_up(project)
    assert runs(project)
    for script in (project / ".venv/bin").iterdir():
        if not script.is_symlink() and script.suffix != ".ps1":
            assert str(made) not in script.read_text(), script


def test_a_lock_that_lacks_something_stops(project: Path) -> None:
    """What the check of pip finds ends the set-up."""
    lock = project / "requirements.lock"
    lock.write_text("".join(lock.read_text().partition("upper==")[1:]))
    shutil.rmtree(project / ".venv")
    subprocess.run([sys.executable, "-m", "venv", str(project / ".venv")], check=True)
    with pytest.raises(AssertionError, match="pip check failed"):
        set_up(project)
