"""Scoring from Python gives what scoring a file gives."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from data_gen.vocabulary import load as load_vocabulary
from serve import load
from serve.answer import output_columns
from serve.mapping.column_mapping import ColumnMapping
from serve.mapping.unknowns import Unknowns
from serve.problem import RefusedError
from tests.serve.conftest import Score

CASES: list[dict[str, Any]] = [
    {"age_years": 63, "fever": True, "abi": 0.75, "smoking": "never", "chest_pain": None},
    {"age_years": 63.0, "fever": None, "abi": float("nan"), "smoking": "", "chest_pain": "yes"},
    {"age_years": None, "fever": "maybe", "abi": "0,9", "smoking": "", "chest_pain": ""},
]
FILE = b"""age_years,fever,abi,smoking,chest_pain
63,yes,0.75,never,
63.0,,,,yes
,maybe,"0,9",,
"""


def _texts(table: pa.Table) -> list[list[str]]:
    rows = table.select(list(output_columns(load_vocabulary()))).to_pylist()
    return [
        ["" if v is None else f"{v:.6f}" if isinstance(v, float) else v for v in row.values()]
        for row in rows
    ]


def _frame() -> Any:
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame(CASES)


@pytest.mark.parametrize(
    "cases", [lambda: CASES, lambda: iter(CASES), _frame, lambda: pa.Table.from_pandas(_frame())],
    ids=["dicts", "iterator", "pandas", "arrow"],
)  # fmt: skip
def test_same_as_a_file(cases: Any, tiny_bundle: Path, score: Score) -> None:
    """Dicts, frames and tables get the columns that the same cases get in a file."""
    if cases.__name__ == "<lambda>" and "from_pandas" in cases.__code__.co_names:
        frame = _frame().astype({"fever": "string", "abi": "string"})
        frame["fever"] = ["yes", None, "maybe"]
        given: Any = pa.Table.from_pandas(frame)
    else:
        given = cases()
    names = output_columns(load_vocabulary())
    expected = [[row[name] for name in names] for row in score(FILE).rows]
    assert _texts(load(tiny_bundle).score(given).to_table()) == expected


@pytest.mark.parametrize("word", ["unknown", "?", "not asked"])
def test_a_key_that_a_dict_lacks_was_not_asked(word: str, tiny_bundle: Path) -> None:
    """It says as little as a word for not known; None is an empty cell, and another answer."""
    scorer = load(tiny_bundle)
    without, said, blank = scorer.score(
        [{"fever": "yes"}, {"fever": "yes", "abi": word}, {"fever": "yes", "abi": None}]
    )
    assert without == said
    assert without.probabilities != blank.probabilities


def test_silences_can_be_turned_round(tiny_bundle: Path) -> None:
    """`absent` reads a missing key as an empty cell, `blank` an empty cell as not asked."""
    scorer, row = load(tiny_bundle), {"fever": "yes", "abi": None}
    blank, bare = scorer.score([row, {"fever": "yes"}])
    all_blank = ColumnMapping(unknowns=Unknowns(absent="blank"))
    assert (
        scorer.score({"fever": "yes", "abi": ""}, all_blank)[0]
        == (scorer.score(dict.fromkeys(load_vocabulary().finding_ids) | {"fever": "yes"})[0])
    )
    none_blank = ColumnMapping(unknowns=Unknowns(blank="not-asked"))
    assert scorer.score(row, none_blank)[0] == bare != blank


def test_one_case(tiny_bundle: Path) -> None:
    """One dict gives one answer, its probabilities in order and summing to 1."""
    scored = load(tiny_bundle).score(CASES[0])
    (case,) = scored
    assert len(scored) == 1
    assert scored[0] == scored[-1] == case
    probabilities = list(case.probabilities.values())
    assert probabilities == sorted(probabilities, reverse=True)
    assert abs(sum(probabilities) - 1) < 1e-12
    assert set(case.probabilities) == set(load_vocabulary().condition_ids)
    with pytest.raises(IndexError):
        scored[1]


def test_reasons_come_apart(tiny_bundle: Path) -> None:
    """Reasons and open flags are lists in Python."""
    (case,) = load(tiny_bundle).score({"chest_pain": True, "saddle_numbness": "yes"})
    assert case.triage == "emergency"
    assert len(case.triage_reasons) >= 2
    assert case.issues == ()


def test_no_column_that_is_known(tiny_bundle: Path) -> None:
    """Cases without any known finding are refused, with near-misses named."""
    with pytest.raises(RefusedError, match="did you mean 'fever'"):
        load(tiny_bundle).score({"fevr": True})


@pytest.mark.parametrize("how", ["dicts", "pandas", "arrow", "file"])
def test_near_misses_are_issues_of_the_rows_that_fill_them(
    how: str, tiny_bundle: Path, score: Score
) -> None:
    """In every surface a squeezed name is read and told, and another near-miss is told."""
    columns = {"Chest Pain": ["yes", None], "breathlesness": ["yes", None], "age_years": [60, 60]}
    if how == "file":
        rows = score(b"Chest Pain,breathlesness,age_years\nyes,yes,60\n,,60\n").rows
        told = [(row["triage"], _codes(json.loads(row["issues"] or "[]"))) for row in rows]
    else:
        table = pa.table(columns)
        cases = {"dicts": table.to_pylist(), "pandas": table.to_pandas(), "arrow": table}[how]
        told = [
            (case.triage, _codes(map(vars, case.issues))) for case in load(tiny_bundle).score(cases)
        ]
    assert told[0][0] == "emergency"
    assert told[0][1] == [("read_as", "chest_pain"), ("near_miss", "breathlessness")]
    assert told[1][1] == []


def _codes(issues: Iterable[Mapping[str, str]]) -> list[tuple[str, str]]:
    return [(issue["code"], issue["finding"]) for issue in issues]


def test_two_spellings_of_one_finding_are_refused(tiny_bundle: Path) -> None:
    """Where two columns give one finding neither is taken in silence."""
    with pytest.raises(RefusedError, match="both give chest_pain"):
        load(tiny_bundle).score({"Chest Pain": "no", "chest_pain": "yes"})


def test_the_version_in_use(tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scorer says which model it uses, or that it has none."""
    assert len(load(tiny_bundle).model_version) == 12
    monkeypatch.setattr("serve.api.PROMOTED", tiny_bundle / "none")
    assert load().model_version == "none"
    (case,) = load().score({"chest_pain": True})
    assert (case.triage, case.probabilities) == ("emergency", {})


def test_to_pandas(tiny_bundle: Path) -> None:
    """The answer as a data frame has the input's columns, then those of a scored file."""
    pytest.importorskip("pandas")
    frame = load(tiny_bundle).score(CASES).to_pandas()
    assert list(frame.columns[-2:]) == ["issues", "model_version"]
    assert frame["p_doms"].dtype == "float64"


@pytest.mark.parametrize(
    ("finding", "kind", "value"),
    [
        ("fever", "string", "yes"),
        ("fever", "boolean", True),
        ("fever", "Int64", 1),
        ("fever", "category", "yes"),
        ("fever", "object", "yes"),
        ("abi", "Float64", 0.75),
        ("abi", "float32", 0.75),
    ],
)
def test_missing_in_pandas_is_unknown(
    finding: str, kind: str, value: object, tiny_bundle: Path
) -> None:
    """A missing cell is unknown and no issue, whatever type of column pandas keeps it in."""
    pandas = pytest.importorskip("pandas")
    column = pandas.Series([value, None], dtype=kind)
    given = load(tiny_bundle).score(pandas.DataFrame({finding: column, "sex": ["male", "male"]}))
    expected = load(tiny_bundle).score(
        [{finding: value, "sex": "male"}, {finding: None, "sex": "male"}]
    )
    assert list(given) == list(expected)
    assert given[1].issues == ()


def test_a_case_has_what_its_row_has(tiny_bundle: Path) -> None:
    """The answer for one case holds each column of a scored file."""
    scored = load(tiny_bundle).score(CASES)
    for case, row in zip(scored, scored.output.to_pylist(), strict=True):
        assert case.top_condition == row["top_condition"] == next(iter(case.probabilities))
        assert case.novelty == row["novelty"]
        assert case.model_version == row["model_version"] == scored.model_version


def test_what_care_and_caution_a_condition_needs(tiny_bundle: Path) -> None:
    """The top condition's tests, care, cautions and safety-netting are told by its id."""
    scorer = load(tiny_bundle)
    told = scorer.condition(scorer.score(CASES[0])[0].top_condition)
    assert all((told.tests, told.care, told.caution, told.safety_net))
    with pytest.raises(KeyError, match="peripheral_artery_disease"):
        scorer.condition("peripheral_arterial_disease")


def test_a_case_without_a_model_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where overrides alone answer there is no top condition and no novelty."""
    monkeypatch.setattr("serve.api.PROMOTED", tmp_path / "none")
    case = load().score(CASES[0])[0]
    assert (case.top_condition, case.novelty, case.model_version) == (None, None, "none")


@pytest.mark.parametrize("count", [0, 1, 3])
def test_blank_cases_are_cases(count: int, tiny_bundle: Path) -> None:
    """A case in which nothing is recorded is answered as a blank row of a file is."""
    scorer = load(tiny_bundle)
    alone = scorer.score([{}] * count)
    beside = scorer.score([*([{}] * count), {"fever": "no"}])
    assert len(alone) == count
    assert list(alone) == list(beside)[:count]
    assert alone.to_table().num_rows == count
    assert all(case.issues[0].code == "no_findings" for case in alone)
    assert all(case.triage == "routine" and case.open_red_flags for case in alone)


@pytest.mark.parametrize("cases", [{}, pa.table({})], ids=["dict", "table"])
def test_one_blank_case(cases: Any, tiny_bundle: Path) -> None:
    """A blank dict is one case; a table without rows is none."""
    assert len(load(tiny_bundle).score(cases)) == (1 if cases == {} else 0)


@pytest.mark.parametrize(
    ("cases", "where"),
    [("x", "cases"), (5, "cases"), (None, "cases"), ([{}, None], "cases[1]"), ([[1]], "cases[0]")],
)
def test_what_is_no_case_is_refused(cases: Any, where: str, tiny_bundle: Path) -> None:
    """What is no dict, no list of dicts and no frame is named, with what to give instead."""
    with pytest.raises(RefusedError, match="give a dict") as refused:
        load(tiny_bundle).score(cases)
    assert refused.value.problems[0].where == where


@pytest.mark.parametrize("count", ["three", -1, 2.5, None])
def test_a_number_of_questions_that_is_none_is_refused(count: Any, tiny_bundle: Path) -> None:
    """Questions are asked for by a whole number."""
    with pytest.raises(RefusedError, match="whole number from 0 up"):
        load(tiny_bundle).ask({"age_years": 67}, count)


def test_a_number_of_questions_may_be_of_numpy(tiny_bundle: Path) -> None:
    """A count that comes out of an array is a count."""
    scorer = load(tiny_bundle)
    assert scorer.ask({"age_years": 67}, np.int64(2)) == scorer.ask({"age_years": 67}, 2)
