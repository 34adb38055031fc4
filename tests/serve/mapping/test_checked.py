"""A mapping file is checked whole, against a schema that is data and the vocabulary."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from data_gen.vocabulary import load
from serve.cli.commands import main
from serve.mapping.reading import read_mapping
from serve.mapping.schema import json_schema
from serve.problem import Problem, RefusedError

SCHEMA = Path(__file__).parents[3] / "serve/mapping/mapping.schema.json"


def problems(text: str, folder: Path) -> tuple[Problem, ...]:
    """What is wrong with a mapping."""
    path = folder / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RefusedError) as refusal:
        read_mapping(path, load())
    return refusal.value.problems


def test_the_schema_is_that_of_the_code() -> None:
    """The committed JSON Schema is that of the code; the command's knows each finding as well."""
    assert json.loads(SCHEMA.read_text()) == json_schema()
    written = json.loads(CliRunner().invoke(main, ["mapping", "--schema"]).stdout)
    assert written["properties"]["findings"]["propertyNames"]["enum"] == [*load().finding_ids]


def test_every_problem_is_told_with_its_line(tmp_path: Path) -> None:
    """All that is wrong is told at once: file, line, keys, and what to write."""
    text = """
columns:
  a: fevr
  b: {finding: abi, unit: m}
findings:
  bmi: {weight: {column: w}, height: {column: h, unit: cm}}
  age_years: {since: dob, until: visit}
  side: {pack_years: p}
"""
    found = problems(text, tmp_path)
    where = [problem.where.removeprefix(f"{tmp_path}/") for problem in found]
    assert where == [
        "mapping.yaml:3, columns: a",
        "mapping.yaml:4, columns: b: unit",
        "mapping.yaml:6, findings: bmi: weight",
        "mapping.yaml:8, findings: side: pack_years",
    ]
    assert all(problem.remedy for problem in found)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("columns: {a: fever}\nfinding: {}", "'finding' is not one of"),
        ("columns: {a: fever}\nfindings: {bmi: {wheight: w}}", "does not say what it follows from"),
        ("findings: {abi: {ankle: [a]}}", "lacks 'arm'"),
        ("findings: {bmi: {weight: w, height: h}}", "must be {column: name, unit: unit}"),
        ("findings: {sex: {constant: divers}}", "'divers' is not one of its values"),
        ("findings: {sex: {which: {divers: d}}}", "'divers' is no value of sex"),
        ("findings: {fever: {lowest: [a, b]}}", "fever does not follow from 'lowest'"),
        ("columns: {a: {list: {x: sex}}}", "cannot be an item of a list"),
        ("columns: {a: fever}\nfile: {decimal: ';'}", "Input should be '.' or ','"),
        ("columns: {a: fever}\nfile: {delimiter: ab}", "'ab' cannot stand between cells"),
        ("columns: {a: fever}\nfile: {encoding: klingon}", "no encoding is called"),
        ("words: {x: yess}", "'yess' is no value of any finding; did you mean 'yes'"),
        ("missing: {-99: gone}", "a missing value cannot be 'gone'"),
        ("blank: perhaps", "a blank cannot mean 'perhaps'"),
        ("columns: {a: {finding: fever, blank: male}}", "a blank cannot mean 'male'"),
        ("columns: {a: {finding: fever, words: {1: FILL_IN}}}", "'FILL_IN' is no value of fever"),
        ("columns: {a: fever, a: unwell}", "the key 'a' stands twice"),
        ("columns: {a: !!python/object/apply:os.system [ls]}", "not YAML"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, says: str, tmp_path: Path) -> None:
    """Whatever a mapping cannot mean is refused in words, and nothing in it is run."""
    assert any(says in str(problem) for problem in problems(text, tmp_path))


def test_the_page_s_example_is_a_mapping(tmp_path: Path) -> None:
    """Every line that the page on files shows can stand in a mapping."""
    page = (SCHEMA.parents[2] / "docs/files.md").read_text(encoding="utf-8")
    path = tmp_path / "mapping.yaml"
    path.write_text(page.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    mapping = read_mapping(path, load())
    assert {one.how for one in mapping.derivations} >= {"since", "weight", "ankle", "left", "any"}


def test_a_finding_is_given_once(tmp_path: Path) -> None:
    """A column and a computation that both give a finding are refused before a row is read."""
    from serve.cases.header import match_header

    path = tmp_path / "mapping.yaml"
    path.write_text("findings: {sex: {constant: male}}")
    with pytest.raises(RefusedError, match="the mapping computes it as well"):
        match_header(["sex", "fever"], "file", load(), read_mapping(path, load()))
