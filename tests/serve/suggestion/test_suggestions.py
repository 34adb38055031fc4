"""A suggested mapping, with a few edits, reads an export as the native file is read."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from data_gen.vocabulary import load
from serve.cli.commands import main
from serve.mapping.reading import read_mapping
from tests.serve.conftest import Score
from tests.serve.suggestion.exports import EXPORTS, FINDINGS, Export, csv_bytes

MOST_EDITS = 6
"""So many changes a person makes in five minutes."""


def suggested(export: Export, folder: Path) -> str:
    """The mapping that is suggested for an export."""
    cases, fields = folder / "export.csv", folder / "fields.csv"
    cases.write_bytes(export.content)
    beside = []
    if export.dictionary:
        fields.write_text(export.dictionary, encoding="utf-8", newline="")
        beside = ["--dictionary", str(fields)]
    run = CliRunner().invoke(main, ["mapping", str(cases), "--suggest", *beside])
    assert run.exit_code == 0, run.stderr
    return run.stdout


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_scores_as_the_native_file(
    name: str, score: Score, fitted_bundle: Path, tmp_path: Path
) -> None:
    """The same triage in 99 % of rows, the same top condition in 97 %."""
    export = EXPORTS[name]()
    text = suggested(export, tmp_path)
    assert len(export.edits) <= MOST_EDITS
    for before, after in export.edits:
        assert before in text
        text = text.replace(before, after)
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(text, encoding="utf-8")
    model = ("--model", str(fitted_bundle))
    theirs = score(tmp_path / "export.csv", "--columns", str(mapping), *model, out="theirs.csv")
    own = score(export.native, *model, out="own.csv")
    assert theirs.code == own.code == 0, theirs.talk
    pairs = list(zip(theirs.rows, own.rows, strict=True))
    triage = sum(a["triage"] == b["triage"] for a, b in pairs) / len(pairs)
    top = sum(a["top_condition"] == b["top_condition"] for a, b in pairs) / len(pairs)
    assert triage >= 0.99
    assert top >= 0.97
    assert not any("bad_" in row["issues"] for row, _ in pairs)


@pytest.mark.parametrize("name", EXPORTS)
def test_little_is_left_to_say(name: str, tmp_path: Path) -> None:
    """Nine in ten findings are filled in before any edit, and none is a wrong one."""
    export = EXPORTS[name]()
    text = suggested(export, tmp_path).replace("FILL_IN", "unknown")
    path = tmp_path / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    mapping = read_mapping(path, load())
    found = [reader.finding.id for readers in mapping.columns.values() for reader in readers]
    found += [derivation.finding.id for derivation in mapping.derivations]
    own = [column.strip().lower() for column in header(export)]
    found += [finding for finding in FINDINGS if finding in own]
    assert len(found) >= 0.9 * len(FINDINGS)
    assert set(found) <= set(FINDINGS)


def header(export: Export) -> list[str]:
    """The names of the columns of an export."""
    content = gzip.decompress(export.content) if export.name == "imperial" else export.content
    encoding = {"german": "cp1252", "checkboxes": "utf-16"}.get(export.name, "utf-8")
    return re.split(r"[,;\t]", content.decode(encoding).splitlines()[0])


FOREIGN = {
    "Hospital": "A B", "Haemoglobin": "13.2 12.1", "systolic_bp": "120 140", "consent": "1 0",
    "Family history of diabetes": "yes no", "Family history of cancer": "yes no",
    "Age at menarche": "12 13", "Knee replacement": "yes no", "Cancer type": "lung breast",
    "Aspirin": "yes no", "Wrist pain": "yes no", "leg length": "80 90", "Foot size": "42 39",
    "Daytime naps": "yes no", "waist circumference": "90 100", "Walking aid": "yes no",
    "Chest X-ray": "normal abnormal", "no pain medication": "yes no", "Status": "1 2",
    "Smoker in household": "yes no", "fever_date": "2024-01-02 2024-02-03", "Age group": "1 2",
}  # fmt: skip


def test_what_is_no_finding_is_not_filled_in(tmp_path: Path) -> None:
    """Columns that share a word with a finding, and are something else, stay comments at most."""
    rows = [{name: cells.split()[row % 2] for name, cells in FOREIGN.items()} for row in range(20)]
    text = suggested(Export("foreign", csv_bytes(rows), b""), tmp_path)
    filled = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert [line.partition(":")[0] for line in filled] == ["blank"]


def test_codes_that_only_a_person_knows_are_refused_until_said(
    score: Score, tmp_path: Path
) -> None:
    """Of 1 and 2 nobody knows which is yes: the place is marked, and the mapping refused."""
    rows = [{"Fever": str(1 + row % 2), "Chest pain": str(1 + row % 3 % 2)} for row in range(9)]
    text = suggested(Export("codes", csv_bytes(rows), b""), tmp_path)
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(text)
    cases = tmp_path / "export.csv"
    assert "words: {1: FILL_IN, 2: FILL_IN}" in text
    assert score(cases, "--columns", str(mapping)).code == 2
    mapping.write_text(text.replace("1: FILL_IN", "1: no").replace("2: FILL_IN", "2: yes"))
    assert score(cases, "--columns", str(mapping)).code == 0


def test_a_list_of_what_has_columns_of_its_own_is_only_proposed(
    score: Score, tmp_path: Path
) -> None:
    """A finding is given once: the file is scored by its column, and the list stays a comment."""
    lists = ("chest pain; fever", "none", "fever; redness")
    rows = [{"chest_pain": "no", "Red flags": lists[row % 3]} for row in range(9)]
    text = suggested(Export("lists", csv_bytes(rows), b""), tmp_path)
    assert "chest_pain has a column of its own as well" in text
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(text)
    assert score(tmp_path / "export.csv", "--columns", str(mapping)).code == 0


def filled(rows: list[dict[str, str]], folder: Path) -> list[str]:
    """The lines of a suggested mapping that need nobody's eye."""
    text = suggested(Export("names", csv_bytes(rows), b""), folder)
    lines = [line.strip() for line in text.splitlines() if line and not line.startswith("#")]
    return [line for line in lines if line not in ("columns:", "findings:", "blank: blank")]


@pytest.mark.parametrize(
    "name",
    [
        "pedal pulses", "pedal pulse left", "bladder control", "control of bladder",
        "can bear weight", "weight bearing", "able to bear weight on leg",
        "can lift front of foot", "not worsening", "not relieved by rest", "leg not cold",
        "deep calf tenderness absent", "unable to bear weight denied", "no longer severe pain",
        "denies bladder or bowel dysfunction", "weight loss ruled out", "chest pain not present",
        "fever last year", "night pain before surgery", "loss of numbness", "not unwell",
        "sudden swelling of the other leg", "no new breathlessness", "without saddle numbness",
        "family history of cancer", "walking distance (blocks)",
    ],
)  # fmt: skip
def test_a_name_that_turns_a_finding_round_is_not_sure(name: str, tmp_path: Path) -> None:
    """A no, another time, person or leg, a missing `reduced` or `unable`: only a person knows."""
    cells = ("12", "40", "7") if "distance" in name else ("yes", "no", "yes")
    rows = [{"study_no": f"s{k}", name: cell} for k, cell in enumerate(cells)]
    assert not any(name in line for line in filled(rows, tmp_path))


@pytest.mark.parametrize(
    "name",
    ["weak pulses", "reduced pulses", "cannot bear weight", "loss of bladder control",
     "weight loss", "foot drop", "history of cancer", "previous DVT", "warm leg"],
)  # fmt: skip
def test_a_name_that_has_the_sign_is_sure(name: str, tmp_path: Path) -> None:
    """What the finding's own phrase says as well raises no doubt."""
    rows = [{"study_no": f"s{k}", name: cell} for k, cell in enumerate(("yes", "no", "yes"))]
    assert any(name in line for line in filled(rows, tmp_path))


@pytest.mark.parametrize(
    ("name", "cells", "said"),
    [
        ("Chest pain", ("No, denies", "No", "Yes"), '"No, denies": FILL_IN'),
        ("fever", ("N/K", "N", "Y"), '"N/K": unknown'),
        ("fever", ("N; afebrile", "N", "N"), '"N; afebrile": FILL_IN'),
        ("Onset", ("not acute", "gradual", "sudden"), '"not acute": FILL_IN'),
        ("Onset", ("acute on chronic", "gradual", "sudden"), '"acute on chronic": FILL_IN'),
        ("Swelling", ("left and right", "none", "left"), '"left and right": FILL_IN'),
        ("Swelling", ("left, resolved", "none", "left"), '"left, resolved": FILL_IN'),
        ("Smoking", ("lives with smoker", "never", "current"), '"lives with smoker": FILL_IN'),
        ("chest pain", ("-", "yes", "no"), '"-": FILL_IN'),
        ("chest pain", ("None", "yes", "no"), '"None": FILL_IN'),
        ("chest pain", ("-", "+", "-"), '"-": no'),
        ("chest_pain", ("-1", "0", "-1"), "-1: FILL_IN"),
    ],
)
def test_a_cell_that_may_mean_something_else_is_left_to_a_person(
    name: str, cells: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    """A denial is no finding, two values are not one, and -1 beside 0 is no blank."""
    lines = filled([{"study_no": f"s{k}", name: cell} for k, cell in enumerate(cells)], tmp_path)
    assert any(said in line for line in lines)
    assert not any(line.startswith("missing") or "list:" in line for line in lines)


def test_columns_named_by_a_leg_alone_are_no_error(tmp_path: Path) -> None:
    """`left` and `right` with nothing beside them say of no finding which leg has it."""
    rows = [{"left": "yes", "right": "no", "fever": "no"}, {"left": "no", "right": "yes"}]
    rows[1]["fever"] = "yes"
    assert not any("left" in line for line in filled(rows, tmp_path))


@pytest.mark.parametrize(
    "question", ["Patient denies", "Red flags (tick if absent)", "Family history"]
)
def test_a_question_that_turns_its_answers_round_fills_in_none(
    question: str, tmp_path: Path
) -> None:
    """What is ticked under a denial, or of the family, is not what the patient has."""
    columns = "Variable / Field Name,Form Name,Section Header,Field Type,Field Label"
    fields = (
        f'{columns},"Choices, Calculations, OR Slider Labels"\n'
        f'q,f,,checkbox,{question},"1, Chest pain | 2, Weight loss"\n'
    )
    rows = [{"record_id": str(k), "q___1": str(k % 2), "q___2": "0"} for k in range(4)]
    text = suggested(Export("boxes", csv_bytes(rows), b"", dictionary=fields), tmp_path)
    assert not any(line.lstrip().startswith("q___") for line in text.splitlines())


@pytest.mark.parametrize(
    ("content", "says"),
    [("a,b\n1,2\n", "it has no column 'Variable / Field Name'"), (None, "No such file")],
)
def test_a_bad_dictionary_is_refused(content: str | None, says: str, tmp_path: Path) -> None:
    """What is no data dictionary is refused by name."""
    cases, fields = tmp_path / "cases.csv", tmp_path / "fields.csv"
    cases.write_text("age_years\n60\n")
    if content is not None:
        fields.write_text(content)
    command = ["mapping", str(cases), "--suggest", "--dictionary", str(fields)]
    run = CliRunner().invoke(main, command)
    assert run.exit_code == 2
    assert says in run.stderr
    assert "fields.csv" in run.stderr
