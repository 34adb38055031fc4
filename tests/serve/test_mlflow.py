"""The MLflow model answers as the command line does, from the code it carries.

`make test-env` proves the same in an environment of the model's own requirements, with
`mlflow models predict` and `mlflow models serve`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import yaml

from data_gen.vocabulary import load
from serve.columns import output_columns
from tests.serve.mlflow_folder import (
    LOAD_AND_PREDICT,
    REAL,
    as_text,
    predictions,
    run,
    save,
    scored,
)


@pytest.fixture(scope="module")
def model(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tiny bundle's MLflow model."""
    return save(tiny_bundle, tmp_path_factory.mktemp("mlflow") / "model")


def test_loaded_elsewhere(model: Path, tiny_bundle: Path, tmp_path: Path) -> None:
    """Loaded outside the repository it answers as `serve score`, with the code in its folder."""
    out = tmp_path / "out.json"
    run([sys.executable, "-c", LOAD_AND_PREDICT, str(model), str(REAL), str(out)], tmp_path)
    assert Path(json.loads(out.read_text())["code"]).is_relative_to(model)
    assert as_text(predictions(out)) == scored(tiny_bundle, REAL, tmp_path)


def test_signature_of_strings_and_doubles(model: Path) -> None:
    """Every finding and every column written is an optional string or double of its own name."""
    signature = yaml.safe_load((model / "MLmodel").read_text())["signature"]
    inputs, outputs = json.loads(signature["inputs"]), json.loads(signature["outputs"])
    kinds = {"number": "double", "yes_no": "string", "choice": "string"}
    assert {c["name"]: c["type"] for c in inputs} == {f.id: kinds[f.kind] for f in load().findings}
    assert [c["name"] for c in outputs] == list(output_columns(load()))
    assert {c["type"] for c in outputs} == {"string", "double"}
    assert not any(c["required"] for c in [*inputs, *outputs])


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
