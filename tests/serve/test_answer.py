"""One edit adds a column of the answer to everything that shows answers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from serve.answer import ANSWER, readme_table

EDITED = """
import csv, json, sys
import serve.answer as answer

column = answer.Column("made_up", answer.NUMBER, "a number", lambda scores: scores.known + 0.25)
answer.ANSWER = (*answer.ANSWER[:3], column, *answer.ANSWER[3:])

import pyarrow as pa
import pyarrow.parquet as pq
import serve
from starlette.testclient import TestClient
from serve.cli.commands import main
from serve.http.app import create_app
from serve.http.json_answers import answers
from serve.http.options import Options

bundle, cases = sys.argv[1:3]
for out in ("o.csv", "o.parquet"):
    main(["score", cases, "--out", out, "--model", bundle], standalone_mode=False)
scorer = serve.load(bundle)
page = TestClient(create_app(Options(None))).get("/openapi.json").json()
page = page["components"]["schemas"]["Result"]
found = {
    "csv": [list(row.items()) for row in csv.DictReader(open("o.csv"))][0],
    "parquet": list(pq.read_table("o.parquet").to_pylist()[0].items()),
    "json": list(answers(scorer.chain, [{"fever": "no"}])[0].items()),
    "openapi": [(name, shape.get("description")) for name, shape in page["properties"].items()],
    "python": list(vars(scorer.score([{"fever": "no"}])[0]).items()),
}
found = {where: dict(map(str, pair) for pair in pairs) for where, pairs in found.items()}
print(json.dumps(found))
"""
SCHEMAS = """
from data_gen.vocabulary import load
from serve.spark.column_types import as_spark
from training.tracking.log_model import signature

mlflow = {c["name"]: c["type"] for c in signature(load()).outputs.to_dict()}
spark = as_spark(answer.output_schema(load()))
print(json.dumps({"mlflow": mlflow, "spark": {f.name: f.dataType.typeName() for f in spark}}))
"""


def _printed(code: str, folder: Path, *arguments: Path) -> dict[str, dict[str, str]]:
    """The last line that the code prints, as JSON, run where a made-up column has been added."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_column_is_added_by_one_edit(tmp_path: Path, tiny_bundle: Path) -> None:
    """Files, JSON, its OpenAPI page and Python show a column that only `ANSWER` has been given."""
    pytest.importorskip("fastapi")
    cases = tmp_path / "cases.csv"
    cases.write_text("case_id,fever\na,no\n")
    found = _printed(EDITED, tmp_path, tiny_bundle, cases)
    cells = {where: pairs["made_up"] for where, pairs in found.items()}
    assert cells == {
        "csv": "1.250000", "parquet": "1.25", "json": "1.25", "openapi": "a number",
        "python": "1.25",
    }  # fmt: skip
    for where, pairs in found.items():
        names = list(pairs)
        assert names[names.index("made_up") - 1] == ANSWER[2].name, where
        assert names[names.index("made_up") + 1] == ANSWER[3].name, where


def test_a_column_is_added_to_the_schemas(tmp_path: Path) -> None:
    """MLflow's signature and the schema for Spark have a column of `ANSWER` with its type."""
    pytest.importorskip("mlflow")
    pytest.importorskip("pyspark")
    code = EDITED.partition("import pyarrow as pa")[0] + SCHEMAS
    found = _printed(code, tmp_path)
    assert {where: types["made_up"] for where, types in found.items()} == {
        "mlflow": "double", "spark": "double",
    }  # fmt: skip


def test_the_readme_has_every_column() -> None:
    """The README's table of output columns is the one that `readme_table` makes."""
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert readme_table() in readme
