"""A column mapping reads other headers, words and units, and is checked before any row."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data_gen.vocabulary import load
from serve.mapping.reading import read_mapping
from serve.mapping.units import UNITS
from serve.problem import RefusedError
from tests.serve.conftest import Score

MAPPING = """
columns:
  Patient: case_id
  Age: age_years
  temp_f: {finding: temperature_c, unit: degF}
  distance_yards: {finding: walking_distance_m, unit: yd}
  Smoker: {finding: smoking, words: {Y: current, N: never, "?": unknown}}
"""
CASES = b"Patient,Age,temp_f,distance_yards,Smoker,fever\n"


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    """A mapping file."""
    path = tmp_path / "mapping.yaml"
    path.write_text(MAPPING)
    return path


def test_same_scores_as_the_vocabulary_s_own(mapping: Path, score: Score) -> None:
    """A mapped file gets the scores of the same cases in the vocabulary's own words."""
    theirs = score(CASES + b"a,60,100.4,109.361,y,\n", "--columns", str(mapping), out="1.csv")
    own = score(
        b"case_id,age_years,temperature_c,walking_distance_m,smoking,fever\n"
        b"a,60,38.0,99.999698,current,\n",
        out="2.csv",
    )
    assert theirs.code == own.code == 0
    tails = [[*run.rows[0].items()][6:] for run in (theirs, own)]
    assert tails[0] == tails[1]
    assert theirs.rows[0]["temp_f"] == "100.4"


def test_fahrenheit_meets_the_threshold(mapping: Path, score: Score) -> None:
    """100.4 degrees Fahrenheit is exactly 38.0 degrees Celsius, which is a fever."""
    run = score(CASES + b"a,60,100.4,,,no\n", "--columns", str(mapping))
    assert "conflict" in run.rows[0]["issues"]


def test_bad_cells_stay_bad(mapping: Path, score: Score) -> None:
    """A cell that no word of the mapping covers is unknown, and told."""
    run = score(CASES + b"a,60,hot,,maybe,\n", "--columns", str(mapping))
    assert run.rows[0]["issues"].count("bad_number") == 1
    assert run.rows[0]["issues"].count("bad_choice") == 1


@pytest.mark.parametrize("written", ["{}", "{}.0", "{}.00", "0{}", "{}e0", " {} "])
@pytest.mark.parametrize(("code", "triage"), [("2", "emergency"), ("1", "routine")])
def test_a_mapping_replaces_the_words_of_its_column(
    code: str, triage: str, written: str, score: Score, tmp_path: Path
) -> None:
    """Where 1 is no and 2 is yes, neither is ever the other, however the number is written."""
    path = tmp_path / "mapping.yaml"
    path.write_text("columns: {cp: {finding: chest_pain, words: {1: no, 2: yes}}}")
    run = score(
        f"cp,age_years\n{written.format(code)},50\n".encode(), "--columns", str(path),
        "--overrides-only",
    )  # fmt: skip
    assert run.rows[0]["triage"] == triage
    assert "bad_word" not in run.rows[0]["issues"]


@pytest.mark.parametrize("cell", ["3", "yes", "0", "no", "1.5"])
def test_a_word_that_the_mapping_does_not_name_is_told(
    cell: str, score: Score, tmp_path: Path
) -> None:
    """A word of the vocabulary that the mapping leaves out is none of its column's words."""
    path = tmp_path / "mapping.yaml"
    path.write_text("columns: {cp: {finding: chest_pain, words: {1: no, 2: yes}}}")
    run = score(f"cp,age_years\n{cell},50\n".encode(), "--columns", str(path))
    (issue,) = json.loads(run.rows[0]["issues"])
    assert (issue["code"], issue["finding"]) == ("bad_word", "chest_pain")
    assert "none of the words" in issue["message"]
    assert "keep overrides silent" in issue["message"]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_word_never_met_is_told_once_the_file_is_read(
    workers: str, score: Score, tmp_path: Path
) -> None:
    """A mapped word that no cell of the file has is a warning, on stderr and in the summary."""
    path, summary = tmp_path / "mapping.yaml", tmp_path / "summary.json"
    path.write_text("columns: {cp: {finding: chest_pain, words: {1: no, 2: yes, J: yes}}}")
    cases = b"cp,age_years\n1.0,50\n2,50\n"
    run = score(cases, "--columns", str(path), "--summary", str(summary), "--workers", workers)
    warnings = json.loads(summary.read_text())["warnings"]
    assert [warning["code"] for warning in warnings] == ["word_never_met"]
    assert "'j'" in warnings[0]["message"]
    assert "'j'" in run.talk


@pytest.mark.parametrize("cell", ["", "NULL", ".", "?", "NaN"])
def test_a_blank_stays_blank_beside_a_mapping_s_words(
    cell: str, score: Score, tmp_path: Path
) -> None:
    """What is blank or not known needs no word of the mapping."""
    path = tmp_path / "mapping.yaml"
    path.write_text("columns: {cp: {finding: chest_pain, words: {1: no, 2: yes}}}")
    run = score(f"cp,age_years\n{cell},50\n".encode(), "--columns", str(path))
    assert run.rows[0]["issues"] == ""


def test_codes_beside_numbers_leave_the_numbers(score: Score, tmp_path: Path) -> None:
    """Words of a number name its codes for unknown; every other cell is the number it says."""
    path = tmp_path / "mapping.yaml"
    path.write_text("columns: {ABI: {finding: abi, words: {-9: unknown}}}")
    run = score(b"ABI,age_years,rest_pain\n-9.0,60,no\n0.4,60,no\n", "--columns", str(path))
    assert [row["issues"] for row in run.rows] == ["", ""]


@pytest.mark.parametrize(
    "cell", ["1_00", "\u0661\u0660\u0660", "100,4", "0x64", "100.4 G", "inf", "1e400", "--100"]
)
def test_a_number_in_another_unit_is_read_as_strictly(
    cell: str, mapping: Path, score: Score
) -> None:
    """What is no plain number in the vocabulary's own unit is none in another one either."""
    run = score(CASES + f'a,60,"{cell}",,,\n'.encode(), "--columns", str(mapping))
    (issue,) = json.loads(run.rows[0]["issues"])
    assert issue["finding"] == "temperature_c"
    assert issue["code"] in ("bad_number", "out_of_range")


@pytest.mark.parametrize("cell", ["", "?", "n/a", " unknown "])
def test_unknown_in_another_unit(cell: str, mapping: Path, score: Score) -> None:
    """A word for unknown stays unknown, and is no issue."""
    run = score(CASES + f"a,60,{cell},,,\n".encode(), "--columns", str(mapping))
    assert run.rows[0]["issues"] == ""


def test_a_mapped_column_must_exist(mapping: Path, score: Score) -> None:
    """A mapping for a column the file lacks is refused, with the nearest column."""
    run = score(b"Patient,Ages,temp_f,distance_yards,Smoker\n", "--columns", str(mapping))
    assert run.code == 2
    assert "names a column 'age'" in run.talk
    assert "did you mean 'ages'" in run.talk


def test_one_finding_once(score: Score, tmp_path: Path) -> None:
    """Two columns cannot both give one finding."""
    path = tmp_path / "mapping.yaml"
    path.write_text("columns: {Age: age_years}")
    run = score(b"Age,age_years\n60,61\n", "--columns", str(path))
    assert run.code == 2
    assert "both give age_years" in run.talk


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "there are no columns"),
        ("colums: {a: fever}", "there are no columns"),
        ("columns: [fever]", "there are no columns"),
        ("columns: {a: fevr}", "no finding is called 'fevr'; did you mean 'fever'"),
        ("columns: {a: {findings: fever}}", "'findings' is not one of"),
        ("columns: {a: {finding: abi, unit: m}}", "abi has no unit 'm'"),
        ("columns: {a: {finding: fever, unit: degC}}", "fever has no unit"),
        ("columns: {a: {finding: fever, words: {Y: ja}}}", "'ja' is no value of fever"),
        ("columns: {a: {finding: fever, words: Y}}", "must be a list"),
        ("columns: {a: {finding: smoking, words: {Y: yes}}}", "no value of smoking"),
        ("columns: {a: [", "not YAML"),
        ("columns: {a: {finding: fever, words: {1: no, '1.0': yes}}}", "are the same"),
    ],
)
def test_bad_mapping(text: str, says: str, tmp_path: Path) -> None:
    """A mapping that cannot be meant is refused with the file, the entry and what to write."""
    path = tmp_path / "mapping.yaml"
    path.write_text(text)
    with pytest.raises(RefusedError) as refusal:
        read_mapping(path, load())
    assert says in str(refusal.value)
    assert "mapping.yaml" in str(refusal.value)


def test_missing_mapping(tmp_path: Path) -> None:
    """A mapping that is not there is refused."""
    with pytest.raises(RefusedError, match="No such file"):
        read_mapping(tmp_path / "none.yaml", load())


def test_units_are_the_vocabulary_s() -> None:
    """Every unit that can be converted to is one the vocabulary uses."""
    computed = {"kg", "mmHg"}  # of which findings are computed
    assert set(UNITS) <= {finding.unit for finding in load().findings} | computed
