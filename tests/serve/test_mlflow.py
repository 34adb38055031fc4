"""The MLflow model answers as the command line does, from the code it carries.

`make test-env` proves the same in an environment of the model's own requirements, with
`mlflow models predict` and `mlflow models serve`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from data_gen.vocabulary import load
from serve.answer import output_columns
from tests.made_once import made_once
from tests.serve.mlflow_folder import (
    LOAD_AND_PREDICT,
    REAL,
    as_text,
    predictions,
    run,
    save,
    scored,
    without_explanation,
)

PLAIN = Path(__file__).parent / "inputs" / "plain_table.csv"
Rows = list[dict[str, str]]
Answers = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def model(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tiny bundle's MLflow model."""
    folder = made_once(
        tmp_path_factory, "mlflow", lambda folder: save(tiny_bundle, folder / "model")
    )
    return folder / "model"


def test_loaded_elsewhere(model: Path, tiny_bundle: Path, tmp_path: Path) -> None:
    """Loaded outside the repository it answers as `serve score`, with the code in its folder."""
    out = tmp_path / "out.json"
    run([sys.executable, "-c", LOAD_AND_PREDICT, str(model), str(REAL), str(out)], tmp_path)
    assert Path(json.loads(out.read_text())["code"]).is_relative_to(model)
    found = [without_explanation(row) for row in as_text(predictions(out))]
    assert found == scored(tiny_bundle, REAL, tmp_path)


def test_signature_of_parameters_and_answers(model: Path) -> None:
    """It has `mix` and `explain`, every column written as string or double, and no input columns.

    MLflow drops a column that a signature does not name: a near-miss would be lost in silence.
    """
    signature = yaml.safe_load((model / "MLmodel").read_text())["signature"]
    params, outputs = json.loads(signature["params"]), json.loads(signature["outputs"])
    assert {p["name"]: (p["type"], p["default"]) for p in params} == {
        "mix": ("string", "training"),
        "explain": ("boolean", False),
        "columns": ("string", ""),
    }
    assert signature["inputs"] is None
    assert [c["name"] for c in outputs] == list(output_columns(load(), explain=True))
    assert {c["type"] for c in outputs} == {"string", "double"}


TABLES = {
    "whole numbers and a blank column": "read_csv(plain)",
    "Int64, category, boolean": """DataFrame({
        "age_years": array([61, 50], "Int64"), "sex": Categorical(["male", "female"]),
        "site_calf": [True, False], "chest_pain": array([True, False], "boolean"),
        "fever": array([NA, NA], "string")})""",
    "0 and 1, None, NaN": """DataFrame({
        "age_years": [61.0, 50.0], "sex": Series(["male", "female"], dtype="string"),
        "site_calf": [1, 0], "chest_pain": [1.0, 0.0], "fever": [None, float("nan")]})""",
    "objects that mix types": """DataFrame({
        "age_years": ["61", 50], "sex": ["male", "female"], "site_calf": ["yes", False],
        "chest_pain": [1, "no"], "fever": [None, NaT]}, dtype=object)""",
    "columns that are no finding": """read_csv(plain).assign(ward=7)""",
    "an index of its own": """read_csv(plain).set_index(Series([7, 7]))""",
}
"""The same two cases in tables of every kind that pandas makes."""

PREDICT_ALL = """
import json, sys
import mlflow, numpy
from mlflow.models import Model
from pandas import NA, Categorical, DataFrame, NaT, Series, array, read_csv
folder, tables, plain, out = sys.argv[1:]
model = mlflow.pyfunc.load_model(folder)
found = {name: model.predict(eval(text)) for name, text in json.loads(tables).items()}
found["example"] = model.predict(Model.load(folder).load_input_example(folder))
for name, mix in (("training", "training"), ("clinic", "clinic"), ("one", "sciatica=1")):
    found[name] = model.predict(read_csv(plain), params={"mix": mix, "explain": True})
try:
    model.predict(read_csv(plain), params={"mix": "nonsense"})
except Exception as error:
    found["refused"] = DataFrame([{"error": str(error)}])
json.dump({name: table.to_dict("records") for name, table in found.items()}, open(out, "w"))
"""


@pytest.fixture(scope="module")
def answers(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """What the loaded model answers for every table, by the table's name."""
    where = tmp_path_factory.mktemp("answers")
    out = where / "out.json"
    run(
        [sys.executable, "-c", PREDICT_ALL, str(model), json.dumps(TABLES), str(PLAIN), str(out)],
        where,
    )
    found: Answers = json.loads(out.read_text())
    return found


@pytest.fixture(scope="module")
def plain(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """What the command line answers for the plain table."""
    return scored(tiny_bundle, PLAIN, tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize("table", TABLES)
def test_ordinary_tables(table: str, answers: Answers, plain: Rows) -> None:
    """A table of any pandas types is scored as the same cases in a file."""
    found = [without_explanation(row) for row in as_text(answers[table])]
    assert found == plain
    assert found[0]["triage"] == "emergency"


def test_its_own_example(answers: Answers) -> None:
    """The example that the model ships is a case with an answer and nothing wrong with it."""
    (row,) = answers["example"]
    assert row["top_condition"]
    assert row["issues"] == ""


def test_parameters(answers: Answers) -> None:
    """`mix` re-weights the probabilities and `explain` fills the column; a wrong mix is told."""
    assert {row["p_sciatica"] for row in answers["one"]} == {1.0}
    assert answers["clinic"][0]["p_sciatica"] != answers["training"][0]["p_sciatica"]
    assert all(row["explanation"] for row in answers["training"])
    assert "--mix" in answers["refused"][0]["error"]


def test_models_predict(model: Path, plain: Rows, tmp_path: Path) -> None:
    """`mlflow models predict` scores a plain CSV as `serve score` does."""
    out = tmp_path / "out.json"
    options = ["-m", str(model), "-i", str(PLAIN), "-o", str(out), "-t", "csv"]
    command = [sys.executable, "-m", "mlflow", "models", "predict", *options]
    run([*command, "--env-manager", "local"], tmp_path)
    assert [without_explanation(row) for row in as_text(predictions(out))] == plain


def test_it_carries_scoring_and_nothing_else(model: Path) -> None:
    """Its code is `serve` and the vocabulary; its requirements name no training library."""
    carried = {p.relative_to(model / "code").parts[:2] for p in (model / "code").rglob("*.py")}
    ours = {parts for parts in carried if parts[0] == "data_gen"}
    assert {parts[0] for parts in carried} == {"serve", "data_gen"}
    assert ours == {("data_gen", "__init__.py"), ("data_gen", "vocabulary")}
    names = {
        line.partition("==")[0] for line in (model / "requirements.txt").read_text().splitlines()
    }
    assert not names & {"lightgbm", "scikit-learn", "dvc", "joblib", "onnx"}
