"""What an edit does, on the same keyed draws."""

from __future__ import annotations

import re
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


def test_a_changed_level_and_clinic_share_are_listed(tmp_path: Path) -> None:
    """An edit of a level or of a share of the clinic is told, and changes no training patient."""
    folder = Path(shutil.copytree(KNOWLEDGE, tmp_path / "knowledge"))
    path = folder / "conditions" / "other_cause.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ("level: urgent, within: within 2 days", "level: routine, within: within 2 weeks"),
        ("clinic: {p: 0.0494,", "clinic: {p: 0.0594,"),
        ("clinic: {p: 0.1131,", "clinic: {p: 0.1031,"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    found = difference(KNOWLEDGE, folder, 300, "training")
    parts = {change.place.partition(":presentations.")[2]: change.new for change in found.changes}
    assert parts == {
        "gout.triage": "level routine, within within 2 weeks",
        "gout.clinic": "p 0.0594",
        "patellofemoral_pain.clinic": "p 0.1031",
    }
    assert sum(flip.changed for flip in found.flips) == 0


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


@pytest.mark.parametrize("broken", ["OLD", "NEW"])
def test_the_side_with_mistakes_is_named(edited: Path, broken: str) -> None:
    """Which of the two has the mistakes is said, with its folder."""
    (edited / "mix.yaml").write_text("mix: {}\n", encoding="utf-8")
    sides = [str(edited), str(KNOWLEDGE)] if broken == "OLD" else [str(KNOWLEDGE), str(edited)]
    result = CliRunner().invoke(main, ["diff", *sides])
    assert result.exit_code == 2
    assert f"{broken} ({edited}) has mistakes" in result.stderr


def test_a_finding_that_only_one_side_has(tmp_path: Path) -> None:
    """Each side is read with the vocabulary beside it; patients are compared in what both have."""
    root = KNOWLEDGE.parent
    for name in ("knowledge", "vocabulary"):
        shutil.copytree(root / name, tmp_path / name)
    with (tmp_path / "vocabulary" / "findings.yaml").open("a", encoding="utf-8") as file:
        file.write(
            '  - {id: brand_new, kind: yes_no, asked: sign, meaning: "a new sign",\n'
            '     question: "Is there a new sign?", present: "a new sign", absent: "no new sign"}\n'
        )
    background = tmp_path / "knowledge" / "background.yaml"
    text = background.read_text(encoding="utf-8")
    entry = "\nfindings:\n  brand_new: {p: 0.05}\n"
    background.write_text(text.replace("\nfindings:\n", entry, 1), encoding="utf-8")
    found = difference(KNOWLEDGE, tmp_path / "knowledge", 300, "training")
    assert "findings that only NEW has: brand_new" in list(found.lines())
    assert sum(flip.patients for flip in found.flips) == 300
    assert sum(flip.changed for flip in found.flips) == 0
    back = difference(tmp_path / "knowledge", KNOWLEDGE, 300, "training")
    assert "findings that only OLD has: brand_new" in list(back.lines())


def test_a_condition_that_only_one_side_has(tmp_path: Path) -> None:
    """Patients are of the conditions that both have, in OLD's shares: no other change is made up.

    The new condition is a twin of an old one, half of whose share it takes.
    """
    root = KNOWLEDGE.parent
    for name in ("knowledge", "vocabulary"):
        shutil.copytree(root / name, tmp_path / name)
    new = tmp_path / "knowledge"
    twin = (new / "conditions" / "doms.yaml").read_text(encoding="utf-8")
    twin = twin.replace("condition: doms", "condition: soreness")
    twin = twin.replace('name: "', 'name: "twin of ')
    (new / "conditions" / "soreness.yaml").write_text(twin, encoding="utf-8")
    mix = (new / "mix.yaml").read_text(encoding="utf-8")
    share = "doms: {clinic: 0.015, training: 0.029"
    half = "{clinic: 0.0075, training: 0.0145"
    assert share in mix
    both = f'soreness: {half}, why: "half"}}\n  doms: {half}'
    (new / "mix.yaml").write_text(mix.replace(share, both), encoding="utf-8")
    conditions = tmp_path / "vocabulary" / "conditions.yaml"
    text = conditions.read_text(encoding="utf-8")
    start = text.index("  - id: doms\n")
    entry = text[start : text.index("  - id:", start + 1)].replace("id: doms", "id: soreness")
    conditions.write_text(text[:start] + entry + text[start:], encoding="utf-8")
    for sides, only in (((KNOWLEDGE, new), "NEW"), ((new, KNOWLEDGE), "OLD")):
        found = difference(*sides, 400, "training")
        assert f"conditions that only {only} has: soreness" in list(found.lines())
        assert sum(flip.patients for flip in found.flips) == 400
        assert not [flip for flip in found.flips if flip.changed or flip.flipped]
        assert [flip.patients for flip in found.flips if flip.condition == "soreness"] == [0]


def test_relations_that_move_numbers_are_listed(tmp_path: Path) -> None:
    """Each with how many it moves, and what an edit has it move otherwise, of either side."""
    folder = tmp_path / "knowledge"
    shutil.copytree(KNOWLEDGE, folder)
    path = folder / "conditions" / "shin_splints.yaml"
    text = path.read_text(encoding="utf-8")
    stated = "\n  starts_immediately: {p: 0.55"
    assert text.count(stated) == 1
    path.write_text(text.replace(stated, "\n  starts_immediately: {p: 0.45"), encoding="utf-8")
    lines = list(difference(KNOWLEDGE, folder, 200, "training").lines())
    (place,) = (k for k, line in enumerate(lines) if line.startswith("starts_immediately and walk"))
    moved = re.search(r"moves (\d+) stated numbers of OLD, (\d+) of NEW", lines[place])
    assert moved is not None
    assert moved[1] == moved[2] != "0"
    told = [line for line in lines[place + 1 :] if "walking_distance_m: applies 0.2 is" in line]
    assert {line.split()[0] for line in told} == {"OLD", "NEW"}
    assert all("conditions/shin_splints.yaml:" in line for line in told)
    other = next(line for line in lines if line.startswith("active_cancer implies"))
    assert not lines[lines.index(other) + 1].startswith("  ")
