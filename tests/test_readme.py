"""The blocks of README and pages run as they stand; those marked `sh` are not run here."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from data_gen.inference import ExactPosterior
from data_gen.narrative import narrate
from data_gen.posterior_files import read_cases
from data_gen.vocabulary.table import case_of, values_from_table
from data_gen.world import World

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "docs/vignettes.md", "docs/surfaces.md")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    """The code blocks in a language."""
    text = "\n".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES)
    return [body for name, body in BLOCK.findall(text) if name == language]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder that looks like the checkout, whose outputs are its own."""
    for entry in ROOT.iterdir():
        if entry.name not in ("build", "reports", ".git", "models"):
            (tmp_path / entry.name).symlink_to(entry)
    (tmp_path / "build").mkdir()
    if not (tmp_path / ".venv").exists():
        bin_folder = tmp_path / ".venv" / "bin"
        bin_folder.mkdir(parents=True)
        (bin_folder / "python").symlink_to(sys.executable)
    return tmp_path


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """The finished command, run in a folder."""
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=dict(os.environ)
    )


def test_shell_blocks_run_in_order(checkout: Path) -> None:
    """Every line of every bash block exits 0, one after the other."""
    lines = [line for block in blocks("bash") for line in block.splitlines() if line]
    assert len(lines) >= 4
    for line in lines:
        done = run(["bash", "-c", line], checkout)
        assert done.returncode == 0, f"{line}\n{done.stderr}"


@pytest.mark.parametrize("block", blocks("python"), ids=lambda block: block.split("\n")[0])
def test_python_blocks_run(block: str, checkout: Path) -> None:
    """Every Python block runs to its end."""
    done = run([sys.executable, "-c", block], checkout)
    assert done.returncode == 0, done.stderr


def test_the_quoted_vignette_and_its_posterior_hold(world: World) -> None:
    """The paragraph is the stored case's own; its probabilities are right to ten points.

    Ten, so that an edited profile does not break the page before it misleads.
    """
    text = (ROOT / "docs" / "vignettes.md").read_text(encoding="utf-8")
    quoted = " ".join(re.findall(r"^> (.*)$", text, re.MULTILINE))
    path = ROOT / "examples" / "vignette.csv"
    values = values_from_table(read_cases(path, world.vocabulary), world.vocabulary)
    assert narrate(case_of(values[0], world.vocabulary), world.vocabulary) == quoted
    exact = ExactPosterior(world)(values, world.mix("training")).probability[0]
    shown = re.findall(r"^\| `([a-z_]+)` \| (\d+) % \|$", text, re.MULTILINE)
    assert len(shown) == 3
    for name, percent in shown:
        assert abs(exact[world.vocabulary.condition_ids.index(name)] - int(percent) / 100) < 0.1


def test_every_command_is_told() -> None:
    """Each command of the three packages stands in the README, or in a page that it names."""
    from data_gen.cli import main as generator
    from serve.cli.commands import main as serving
    from training.cli import main as training

    pages = (*PAGES, "docs/files.md", "docs/promotion.md")
    texts = {page: (ROOT / page).read_text(encoding="utf-8") for page in pages}
    assert all(page in texts["README.md"] for page in pages[1:])
    text = " ".join(" ".join(texts.values()).split())
    for package, group in (("data_gen", generator), ("serve", serving), ("training", training)):
        for name in group.commands:
            assert f"-m {package} {name}" in text, f"python -m {package} {name} is not told"
