"""What the stage writes, and what it does not look at."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from data_gen.profiles import load_knowledge
from tests.training.projects import ROOT, params
from training import pipeline
from training.cli import main
from training.learn.files import COLUMNS, read_note
from training.paths import OVERLAY, TABLE


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with an empty folder of cases."""
    (tmp_path / "labelled").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_without_cases_nothing_changes() -> None:
    """An overlay that is empty, a table without a row, nothing said in a bundle, the same hash."""
    places = pipeline.Places()
    assert pipeline.learn(params(), places) == ["no labelled cases: the knowledge stays as it is"]
    rows = list(csv.reader((places.learned / TABLE).read_text().splitlines()))
    assert rows == [list(COLUMNS)]
    assert read_note(places.learned) == {}
    assert {path.name for path in places.learned.iterdir()} == {OVERLAY, TABLE}
    assert load_knowledge(learned=places.overlay).hash() == load_knowledge().hash()


def test_the_command_reads_a_folder_and_writes_another(folder: Path) -> None:
    """`training learn LABELLED --out FOLDER`, and what it says is what it wrote."""
    cells = "67,male,yes,yes,yes,current,peripheral_artery_disease"
    header = "age_years,sex,site_calf,worse_walking,relief_rest,smoking,condition"
    (folder / "mine").mkdir()
    (folder / "mine" / "a.csv").write_text(f"{header}\n{cells}\n")
    knobs = ["--params", str(ROOT / "params.yaml")]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        done = CliRunner().invoke(
            main, ["learn", str(folder / "mine"), "--out", str(folder / "new"), *knobs]
        )
    assert done.exit_code == 0, done.output
    note = read_note(folder / "new")
    assert note["fitted"] + note["held_out"] == 1
    assert note["scale"] == 0
    assert (folder / "new" / OVERLAY).exists()


def test_cases_that_are_held_out_are_not_looked_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What reaches the update are the others, each with the number of its file."""
    rows = "\n".join(f"{age},male,yes,sciatica" for age in range(20, 80))
    for name in ("a.csv", "b.csv"):
        said = rows if name == "a.csv" else rows.replace("yes", "no")
        (folder / "labelled" / name).write_text(f"age_years,sex,numbness,condition\n{said}\n")
    seen: list[tuple[Any, Any]] = []

    def spy(_knowledge: object, values: Any, _label: Any, file: Any, **_: object) -> None:
        seen.append((values, file))

    monkeypatch.setattr("training.learn.learn.learn", spy)
    monkeypatch.setattr("training.learn.left_out.rows_for_trees", lambda *_: None)
    pipeline.learn(params(), pipeline.Places())
    values, file = seen[0]
    assert 60 < len(values) < 120
    assert set(file.tolist()) == {0, 1}
    note = read_note(pipeline.Places().learned)
    assert note["fitted"] == len(values)
    assert note["fitted"] + note["held_out"] == 120
