"""What an edit does, on the same keyed draws."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from data_gen.cli import main
from data_gen.diff import difference
from data_gen.profiles import KNOWLEDGE, load_knowledge


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """A copy of the knowledge in which fasciitis spares the heel more often."""
    folder = tmp_path / "knowledge"
    shutil.copytree(KNOWLEDGE, folder)
    path = folder / "conditions" / "plantar_fasciitis.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count("\n  site_heel: {p: 0.") == 1
    start = text.index("\n  site_heel: {p: 0.") + len("\n  site_heel: {p: ")
    path.write_text(text[:start] + "0.5" + text[start + 4 :], encoding="utf-8")
    return folder


def test_only_the_edited_number_and_its_patients_differ(edited: Path) -> None:
    """One number is listed, and only patients whose condition it concerns have another record."""
    found = difference(KNOWLEDGE, edited, 3000, "training")
    (change,) = found.changes
    assert change.place == "conditions/plantar_fasciitis.yaml:findings.site_heel"
    assert change.new == "p 0.5"
    changed = {flip.condition for flip in found.flips if flip.changed}
    assert "plantar_fasciitis" in changed
    seconds = {p.first for p in load_knowledge().pairs if p.second == "plantar_fasciitis"}
    assert changed <= {"plantar_fasciitis", *seconds}
    assert sum(flip.patients for flip in found.flips) == 3000


def test_the_same_knowledge_differs_in_nothing() -> None:
    """A knowledge against itself changes no number, no record, no diagnosis."""
    result = CliRunner().invoke(main, ["diff", str(KNOWLEDGE), "--patients", "500"])
    assert result.exit_code == 0
    assert "0 numbers changed" in result.stdout
    assert "0.00% have another record" in result.stdout


def test_a_broken_knowledge_is_reported(edited: Path) -> None:
    """Mistakes in one of the two are listed and the exit is 2."""
    (edited / "mix.yaml").write_text("mix: {}\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["diff", str(edited)])
    assert result.exit_code == 2
    assert "mix.yaml" in result.stderr
