"""ARCHITECTURE.md leads to files that exist, by commands that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data_gen.cli import main

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
NAMED = sorted(
    set(re.findall(r"`((?:data_gen|serve|training|tests|benchmarks|docs)/[^`]*)`", TEXT))
)


@pytest.mark.parametrize("name", NAMED)
def test_a_named_file_exists(name: str) -> None:
    """A file or folder that the page names is there."""
    assert (ROOT / name).is_dir() if name.endswith("/") else (ROOT / name).is_file()


def test_named_commands_exist() -> None:
    """A command of the generator that the page names is one."""
    named = set(re.findall(r"python -m data_gen ([a-z-]+)", TEXT))
    assert named
    assert named <= set(main.commands)


def test_every_way_has_five_steps() -> None:
    """Each way and each recipe is told in five lines, no more."""
    parts = re.split(r"(?m)^### ", TEXT)[1:]
    assert parts
    for part in parts:
        assert len(re.findall(r"(?m)^\d\. ", part)) == 5, part.splitlines()[0]
