"""Labelled cases: read, refused, held out, and carried through the pipeline."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from data_gen.profiles import load_knowledge
from data_gen.sampler import Plan, sample_to_files
from data_gen.vocabulary import load
from data_gen.vocabulary.words import write_cell
from data_gen.world import build_world
from serve.problem import RefusedError
from tests.training.projects import ROOT, params, sample
from training import pipeline
from training.data.labelled import LabelledCases, read_labelled
from training.data.labelled_rows import read_rows
from training.data.real_cases import read_real_cases
from training.paths import ROWS, labelled_folder

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


SCORED = (
    "case_id,fever,site_calf,age_years,condition,triage,top_condition,p_doms,issues,model_version,"
    "Final_Condition\n"
)


def test_a_scored_file_is_read_as_it_is(tmp_path: Path) -> None:
    """The answers in it are not read; `final_condition` outdoes another label, blanks are to come.

    A cell that was no value counted as unknown when it was scored, and does again.
    """
    rows = (
        "a,yes,no,60,sciatica,urgent,doms,0.9,,x,doms\n"
        "b,no,,70,,urgent,doms,0.9,,x,\n"
        'c,maybe,yes,50,,urgent,sciatica,0.1,"[{""code"": ""bad_word""}]",x, Tendinitis \n'
        "d,,,,,routine,doms,0.9,,x,doms\n"
    )
    (tmp_path / "scored.csv").write_text(SCORED + rows)
    labelled = _read(tmp_path)
    assert [VOCABULARY.condition_ids[k] for k in labelled.label] == ["doms", "tendinitis"]
    fever, calf = (VOCABULARY.column(name) for name in ("fever", "site_calf"))
    assert labelled.values[0, fever] == 1.0
    assert not np.isfinite(labelled.values[1, fever])
    assert labelled.values[:, calf].tolist() == [0.0, 1.0]
    told = {problem.code: str(problem) for problem in labelled.told}
    assert "2 rows of this scored file have no label yet" in told["not_labelled_yet"]
    assert "scored.csv:4" in told["bad_word"]
    assert "triage" not in told.get("passed_over", "")


def test_a_scored_file_without_a_label_is_refused(tmp_path: Path) -> None:
    """The refusal says which column to add; a label that is no condition names its line."""
    header = SCORED.replace(",Final_Condition", "").replace(",condition", "")
    found = _refused(tmp_path, header + "a,yes,no,60,urgent,doms,0.9,,x\n")
    assert "add `final_condition`" in found["no_condition"]
    found = _refused(tmp_path, SCORED + "a,yes,no,60,,urgent,doms,0.9,,x,dom\n")
    assert "cases.csv:2" in found["unknown_condition"]
    assert "did you mean doms?" in found["unknown_condition"]


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
        ("condition,age_year\ndoms,30\n", "no_known_column", "did you mean 'age_years'"),
        ("condition,age_years,age_years\ndoms,3,4\n", "header_twice", "'age_years' stands twice"),
        ("condition,age_years,Age Years\ndoms,3,4\n", "finding_twice", "'Age Years'"),
        ("condition,diagnosis,age_years\ndoms,sciatica,3\n", "two_conditions", ":2"),
        ("condition,age_years\ndom,30\n", "unknown_condition", "did you mean doms"),
        ("condition,age_years\ndoms,old\n", "bad_number", ":2: column age_years"),
        ("condition,age_years\ndoms,30,1\n", "cells_too_many", ":2"),
        ("condition,age_years\ndoms,\n", "no_finding", "no finding at all"),
        ('condition,age_years\ndoms,"30\n', "quote_not_closed", ":2"),
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
    header, *lines = (tmp_path / "cases.csv").read_text().splitlines()
    order = np.random.default_rng(0).permutation(len(lines))
    shuffled = "\n".join([header, *(lines[row] for row in order)])
    (tmp_path / "cases.csv").write_text(f"{shuffled}\n")
    assert (_read(tmp_path).held_out == found.held_out[order]).all()
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
    knobs, places = params(), pipeline.Places()
    said = pipeline.learn(knobs, places)
    assert any("shin_splints" in line and "quality_burning" in line for line in said)
    assert places.overlay is not None
    sample(inside / "build" / "vignettes", learned=places.overlay)
    version = pipeline.train(knobs, places)
    manifest = json.loads((inside / "build/candidate/manifest.json").read_text())
    labelled = manifest["labelled"]
    assert labelled["fitted"] + labelled["held_out"] == 600
    first = labelled["contradicted"][0]
    assert (first["condition"], first["finding"]) == ("shin_splints", "quality_burning")
    metrics = pipeline.evaluate(knobs, pipeline.Places())
    assert metrics["labelled_held_out"]["cases"] == labelled["held_out"]
    card = (inside / "build/report/MODEL_CARD.md").read_text()
    assert "quality_burning" in card.split("## Figures")[0]
    assert "## Labelled cases" in card
    assert ("No trees were added" in card) == (labelled["tree_rounds"] == 0)
    rows = read_rows(places.learned / ROWS, len(VOCABULARY.findings), len(VOCABULARY.conditions))
    assert rows is not None
    assert len(rows) == labelled["fitted"]
    pipeline.gate(knobs, pipeline.Places())
    decision = json.loads((inside / "reports/gate.json").read_text())
    assert decision["candidate"] == version
    assert any("held-out labelled cases" in check["what"] for check in decision["checks"])


def _burning(line: str, column: int) -> str:
    """The case with burning pain where it has shin splints, in which it is rare."""
    cells = line.split(",")
    cells[column] = "yes" if cells[-1] == "shin_splints" else cells[column]
    return ",".join(cells)


_CASE = "age_years,sex,site_calf,worse_walking,relief_rest,smoking"
_CELLS = "67,male,yes,yes,yes,current"


def _told(folder: Path) -> dict[str, str]:
    """Code -> message of all that is told of a folder that can be used."""
    return {problem.code: str(problem) for problem in _read(folder).told}


def test_words_and_headers_are_those_of_scoring(tmp_path: Path) -> None:
    """Spelling of names, numbers as text, other endings and Parquet are read as `score` does."""
    (tmp_path / "a.CSV").write_text("Diagnosis,Age Years,Site_Calf\nDOMS,30.0,1.00\n")
    table = pacsv.read_csv(tmp_path / "a.CSV")
    pq.write_table(table, tmp_path / "b.parquet")
    found = _read(tmp_path)
    columns = [VOCABULARY.column(name) for name in ("age_years", "site_calf")]
    assert found.values[:, columns].tolist() == [[30, 1]]  # the second file repeats the first
    assert {"read_as", "copied_file"} <= set(_told(tmp_path))


def test_a_mapping_reads_other_words(tmp_path: Path) -> None:
    """`columns.yaml` maps headers, words and units of every file of the folder."""
    (tmp_path / "columns.yaml").write_text(
        "columns:\n  Calf: {finding: site_calf, words: {1: no, 2: yes}}\n"
        "  Temp: {finding: temperature_c, unit: degF}\n"
    )
    (tmp_path / "cases.csv").write_text("condition,Calf,Temp\ndoms,1.0,98.6\n")
    found = _read(tmp_path).values[0]
    assert found[VOCABULARY.column("site_calf")] == 0
    assert found[VOCABULARY.column("temperature_c")] == pytest.approx(37.0)


def test_what_is_not_read_is_told(tmp_path: Path) -> None:
    """Files of other kinds, hidden ones, folders, columns and rows that are no cases."""
    for name in ("notes.txt", ".hidden.csv", "~lock.csv"):
        (tmp_path / name).write_text("x")
    (tmp_path / "more").mkdir()
    header = "condition,age_years,site_clf,ward"
    (tmp_path / "cases.csv").write_text(f"{header}\ndoms,30,yes,7\n,,,\n{header}\n")
    every = [str(problem) for problem in _read(tmp_path).told]
    assert sum("and not read" in text for text in every) == 4
    hidden = [text for text in every if "this is a hidden file, and not read" in text]
    assert [name in text for name, text in zip((".hidden.csv", "~lock.csv"), hidden, strict=True)]
    told = _told(tmp_path)
    assert "'ward'" in told["passed_over"]
    assert "site_calf" in told["near_miss"]
    assert "cases.csv:3" in told["blank_row"]
    assert "cases.csv:4" in told["header_row"]


def test_repeated_rows_count_once(tmp_path: Path) -> None:
    """A row twice is told with both places; other ids are other patients."""
    text = f"case_id,{_CASE},condition\na,{_CELLS},doms\n"
    (tmp_path / "cases.csv").write_text(f"{text}c,{_CELLS},doms\n")
    (tmp_path / "more.csv").write_text(f"{text}b,{_CELLS},doms\n")
    assert len(_read(tmp_path)) == 3
    told = _told(tmp_path)
    assert "1 rows repeat another" in told["repeated_row"]
    assert "more.csv:2" in told["repeated_row"]
    assert "cases.csv:2" in told["repeated_row"]
    assert "copied_file" not in told


@pytest.mark.parametrize("copy", ["cases (1).csv", "zcopy.csv", "zcopy.parquet"])
def test_a_copied_file_is_called_one(tmp_path: Path, copy: str) -> None:
    """A file all of whose rows stand in another is told once, with that other, in any form."""
    path = tmp_path / "cases.csv"
    path.write_text(f"{_CASE},condition\n{_CELLS},doms\n{_CELLS[1:]},sciatica\n")
    if copy.endswith(".csv"):
        shutil.copy(path, tmp_path / copy)
    else:
        pq.write_table(pacsv.read_csv(path), tmp_path / copy)
    assert len(_read(tmp_path)) == 2
    first, second = sorted([path, tmp_path / copy])
    told = _told(tmp_path)
    assert told["copied_file"].startswith(f"{second}: this is a copied file: each of its rows (2)")
    assert f"stands in {first}" in told["copied_file"]
    assert "repeated_row" not in told


def test_each_file_may_have_some_of_the_mapped_columns(tmp_path: Path) -> None:
    """A mapping is judged over all files: only what no file has is a mistake, told once."""
    mapping = tmp_path / "columns.yaml"
    words = "columns:\n  Calf: site_calf\n  Alter: age_years\n  Nr: case_id\n"
    mapping.write_text(words)
    (tmp_path / "a.csv").write_text("condition,Calf,Nr\ndoms,yes,7\n")
    (tmp_path / "b.csv").write_text("condition,Alter,case_id\ndoms,44,7\n")
    values = _read(tmp_path).values
    assert values[0, VOCABULARY.column("site_calf")] == 1
    assert values[1, VOCABULARY.column("age_years")] == 44
    mapping.write_text(f"{words}  Wade: site_thigh\n")
    with pytest.raises(RefusedError) as caught:
        _read(tmp_path)
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == ("mapped_column_missing", str(mapping))
    assert "'wade' that no file has" in problem.message


def test_a_near_miss_says_where_a_column_is_mapped(tmp_path: Path) -> None:
    """The advice is what training has, `columns.yaml` of the folder, and no option of scoring."""
    (tmp_path / "cases.csv").write_text("condition,age_years,site_clf\ndoms,30,yes\n")
    said = _told(tmp_path)["near_miss"]
    assert f"rename it, or map it with {tmp_path / 'columns.yaml'}" in said
    assert "--columns" not in said
    assert (
        "--columns" not in _refused(tmp_path, "condition,site_clf\ndoms,yes\n")["no_known_column"]
    )


def test_one_record_with_two_conditions_is_told(tmp_path: Path) -> None:
    """Cases that say the same and are labelled otherwise both count, and are told."""
    rows = f"{_CELLS},doms\n{_CELLS},sciatica\n"
    (tmp_path / "cases.csv").write_text(f"{_CASE},condition\n{rows}")
    assert len(_read(tmp_path)) == 2
    assert "another condition" in _told(tmp_path)["same_record"]


def test_a_near_repeat_is_told_unless_it_is_said_to_be_the_patient(tmp_path: Path) -> None:
    """One cell changed makes no other patient of a record; rows of one `patient_id` are known."""
    names = [f.id for f in VOCABULARY.findings if f.kind == "yes_no"][:40]
    cells = ["yes" if k % 3 else "no" for k in range(len(names))]
    changed = [*cells[:-1], "no" if cells[-1] == "yes" else "yes"]
    for told, patients in ((True, ("", "")), (True, ("a", "b")), (False, ("a", "a"))):
        rows = [",".join([patient, "doms", *said])
                for patient, said in zip(patients, (cells, changed), strict=True)]  # fmt: skip
        (tmp_path / "cases.csv").write_text(
            "\n".join([f"patient_id,condition,{','.join(names)}", *rows]) + "\n"
        )
        assert ("near_repeat" in _told(tmp_path)) == told
        assert _read(tmp_path).patient.tolist() == [0, 0]


def test_a_near_copy_of_an_evaluation_case_is_told(tmp_path: Path) -> None:
    """One cell changed does not hide a case that a report is measured on."""
    row = next(r for r in REAL.values if np.isfinite(r).sum() > 8 and r[0] > 20)
    known = {VOCABULARY.findings[k].id: row[k] for k in np.flatnonzero(np.isfinite(row))}
    cells = [write_cell(VOCABULARY.finding(name), float(v)) for name, v in known.items()]
    age = int(known["age_years"])
    cells[list(known).index("age_years")] = str(age - 1)
    text = f"condition,{','.join(known)}\ndoms,{','.join(cells)}\n"
    (tmp_path / "cases.csv").write_text(text)
    said = _told(tmp_path)["near_evaluation_case"]
    assert "differs in one cell from case" in said
    assert f"age_years is {age} there and {age - 1} here" in said


def test_rows_of_a_patient_stay_together(tmp_path: Path) -> None:
    """The split keeps all visits of one patient on one side."""
    rows = "".join(f"p{k % 20},{20 + k},doms\n" for k in range(60))
    (tmp_path / "cases.csv").write_text(f"Patient ID,age_years,condition\n{rows}")
    sides = _read(tmp_path).held_out.reshape(3, 20)
    assert (sides == sides[0]).all()
    assert sides.any()
    assert not sides.all()


def test_the_split_survives_a_new_finding(tmp_path: Path) -> None:
    """A case is on its side by what it says, not by the columns that the vocabulary has."""
    sampled(tmp_path, 60)
    before = _read(tmp_path)
    first, *rest = VOCABULARY.findings
    moved = [replace(one, column=one.column + 1) for one in rest]
    new = replace(first, id="brand_new", kind="yes_no", column=1, low=None, high=None)
    wider = replace(VOCABULARY, findings=(first, new, *moved))
    real = replace(REAL, values=np.insert(REAL.values, 1, np.nan, axis=1))
    assert (read_labelled(tmp_path, wider, real).held_out == before.held_out).all()


def test_the_command_says_it_before_anything_is_sampled(inside: Path) -> None:
    """`training check-labelled` counts the cases, and exits with 2 for a mistake."""
    knobs = (ROOT / "params.yaml").read_text()
    own = knobs.replace("examples/real_cases.csv", str(ROOT / "examples/real_cases.csv"))
    (inside / "params.yaml").write_text(own)
    command = [sys.executable, "-m", "training", "check-labelled"]
    (inside / "labelled" / "a.csv").write_text(f"{_CASE},condition\n{_CELLS},doms\n")
    done = subprocess.run(command, capture_output=True, text=True, cwd=inside, check=False)
    assert (done.returncode, "1 labelled cases" in done.stderr) == (0, True), done.stderr
    (inside / "labelled" / "a.csv").write_text(f"{_CASE},condition\n{_CELLS},dom\n")
    done = subprocess.run(command, capture_output=True, text=True, cwd=inside, check=False)
    assert (done.returncode, "a.csv:2" in done.stderr) == (2, True), done.stderr


def test_the_command_loads_nothing_heavy() -> None:
    """What reads labelled cases needs no library that trains, plots or scores."""
    heavy = ("mlflow", "pandas", "sklearn", "lightgbm", "scipy", "matplotlib", "onnxruntime")
    names = (*heavy, "data_gen.world", "data_gen.profiles", "training.pipeline")
    code = (
        "import sys; from training.cli import main\n"
        "try: main(['check-labelled'])\n"
        f"finally: print(*[m for m in {names} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "labelled cases" in done.stderr
    assert done.stdout.strip() == ""
