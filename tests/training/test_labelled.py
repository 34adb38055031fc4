"""Labelled cases: read, refused, held out, and carried through the pipeline."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.csv as pacsv
import pytest

from data_gen.profiles import load_knowledge
from data_gen.sampler import Plan, sample_to_files
from data_gen.vocabulary import load
from data_gen.world import build_world
from serve.problem import RefusedError
from tests.training.projects import ROOT, params
from training import pipeline
from training.labelled import LabelledCases, read_labelled
from training.places import labelled_folder
from training.real import read_real_cases

VOCABULARY = load()
REAL = read_real_cases(ROOT / "examples" / "real_cases.csv", VOCABULARY)


def _read(folder: Path) -> LabelledCases:
    return read_labelled(folder, VOCABULARY, REAL)


def _refused(folder: Path, text: str) -> dict[str, str]:
    """Code -> message of everything that is wrong with a file."""
    (folder / "cases.csv").write_text(text, encoding="utf-8")
    with pytest.raises(RefusedError) as caught:
        _read(folder)
    return {problem.code: str(problem) for problem in caught.value.problems}


def sampled(folder: Path, rows: int) -> Path:
    """A CSV of sampled cases, as a user's own would be."""
    plan = Plan(rows, 77, "training", folder / "cases.csv", None)
    sample_to_files(build_world(load_knowledge()), plan, lambda _: None)
    return folder / "cases.csv"


def test_an_empty_folder_has_no_cases(tmp_path: Path) -> None:
    """No file, no cases; a page that explains the folder is no file of cases."""
    (tmp_path / "README.md").write_text("where cases go")
    assert len(_read(tmp_path)) == 0


def test_cases_are_read_with_their_words(tmp_path: Path) -> None:
    """A byte-order mark, capitals and blanks are no matter; two files are read in order."""
    (tmp_path / "a.csv").write_text(
        "\ufeffcase_id,condition,age_years,swelling\nx,doms,30,Both\n", encoding="utf-8"
    )
    (tmp_path / "b.csv").write_text(
        "condition,age_years\nsciatica,51\ntendinitis,44\n".replace("sciatica,\n", "sciatica,51\n")
    )
    found = _read(tmp_path)
    names = [VOCABULARY.condition_ids[k] for k in found.label]
    assert names == ["doms", "sciatica", "tendinitis"]
    assert found.values[:, VOCABULARY.column("age_years")].tolist() == [30, 51, 44]
    swelling = VOCABULARY.finding("swelling")
    assert found.values[0, swelling.column] == swelling.values.index("both")


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("age_years\n30\n", "no_condition", "no column `condition`"),
        ("condition,age_year\ndoms,30\n", "unknown_column", "did you mean age_years"),
        ("condition,age_years,age_years\ndoms,3,4\n", "column_twice", "'age_years' stands twice"),
        ("condition,age_years\ndom,30\n", "unknown_condition", "did you mean doms"),
        ("condition,age_years\ndoms,old\n", "bad_number", ":2, column age_years"),
        ("condition,age_years\ndoms,30,1\n", "ragged_row", ":2"),
        ("condition,age_years\ndoms,\n", "no_finding", "no finding at all"),
        ('condition,age_years\ndoms,"30\n', "no_csv", "unexpected end of data"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused(tmp_path: Path, text: str, code: str, says: str) -> None:
    """Each mistake with its place and remedy; nothing is guessed."""
    assert says in _refused(tmp_path, text)[code]


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    """Two bad rows give two problems."""
    (tmp_path / "cases.csv").write_text("condition,age_years\ndom,30\ndoms,old\n")
    with pytest.raises(RefusedError) as caught:
        _read(tmp_path)
    assert {p.code for p in caught.value.problems} >= {"unknown_condition", "bad_number"}


def test_a_case_of_the_evaluation_is_refused(tmp_path: Path) -> None:
    """A repeated evaluation case is found under another id, and with words written otherwise."""
    table = pacsv.read_csv(ROOT / "examples" / "real_cases.csv").to_pylist()[0]
    known = {f: str(table[f]) for f in VOCABULARY.finding_ids if table.get(f) not in (None, "")}
    header, cells = ",".join(known), ",".join(value.upper() for value in known.values())
    text = f"case_id,condition,{header}\nmine,{table['diagnosis']},{cells}\n"
    assert f"repeats case {table['case_id']}" in _refused(tmp_path, text)["evaluation_case"]


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """A path that is wrong is no folder without cases."""
    with pytest.raises(RefusedError, match="no such folder"):
        _read(tmp_path / "elsewhere")


def test_a_fifth_is_held_out_by_content_alone(tmp_path: Path) -> None:
    """The same case is on the same side whatever stands around it."""
    sampled(tmp_path, 400)
    found = _read(tmp_path)
    order = np.random.default_rng(0).permutation(len(found))
    shuffled = LabelledCases(found.values[order], found.cases[order], found.label[order])
    assert (shuffled.held_out == found.held_out[order]).all()
    assert 0.14 < found.held_out.mean() < 0.26


def test_the_written_template_can_be_filled_in(tmp_path: Path) -> None:
    """A file that `serve template` writes, with a condition added, is read."""
    template = tmp_path / "template.csv"
    command = [sys.executable, "-m", "serve", "template", "--out", str(template)]
    command += ["--dictionary", str(tmp_path / "dictionary.csv")]
    subprocess.run(command, check=True, capture_output=True)
    header = template.read_text(encoding="utf-8").splitlines()[0].split(",")
    cells = ["44" if name == "age_years" else "" for name in header]
    lines = [",".join([*header, "condition"]), ",".join([*cells, "doms"])]
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "mine.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert len(_read(tmp_path / "cases")) == 1


def test_a_temporary_copy_reads_the_projects_own_cases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`dvc exp run --temp` runs in a copy that has no file outside git."""
    copy = tmp_path / "copy"
    copy.mkdir()
    monkeypatch.chdir(copy)
    assert labelled_folder(params()) == Path("labelled")
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    assert labelled_folder(params()) == tmp_path.resolve() / "labelled"


@pytest.mark.usefixtures("unrecorded")
def test_labelled_cases_reach_the_bundle_the_card_and_the_gate(inside: Path) -> None:
    """Cases that contradict the knowledge are named in the manifest and the card, and judged."""
    path = sampled(inside / "labelled", 600)
    header, *lines = path.read_text().splitlines()
    column = header.split(",").index("quality_burning")
    path.write_text("\n".join([header, *(_burning(line, column) for line in lines)]) + "\n")
    knobs = params()
    before = json.loads((inside / "build/candidate/manifest.json").read_text())["data_hash"]
    version, said = pipeline.train(knobs, pipeline.Places())
    manifest = json.loads((inside / "build/candidate/manifest.json").read_text())
    labelled = manifest["labelled"]
    assert labelled["fitted"] + labelled["held_out"] == 600
    assert manifest["data_hash"] != before
    told = [
        text
        for row in labelled["conditions"]
        for text in row["disagreements"]
        if row["condition"] == "shin_splints"
    ]
    assert any(text.startswith("quality_burning yes in ") for text in told)
    assert any("quality_burning yes in " in line for line in said)
    metrics = pipeline.evaluate(knobs, pipeline.Places())
    assert metrics["labelled_held_out"]["cases"] == labelled["held_out"]
    card = (inside / "build/report/MODEL_CARD.md").read_text()
    assert "quality_burning yes in " in card
    assert "## Labelled cases" in card
    pipeline.gate(knobs, pipeline.Places())
    decision = json.loads((inside / "reports/gate.json").read_text())
    assert decision["candidate"] == version
    assert any("held-out labelled cases" in check["what"] for check in decision["checks"])


def _burning(line: str, column: int) -> str:
    """The case with burning pain where it has shin splints, in which it is rare."""
    cells = line.split(",")
    cells[column] = "yes" if cells[-1] == "shin_splints" else cells[column]
    return ",".join(cells)
