"""A bundle as an MLflow model in a folder, and its answers for a file of cases."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
REAL = ROOT / "examples" / "real_cases.csv"

LOAD_AND_PREDICT = """
import json, sys
import mlflow, pandas
model, cases, out = sys.argv[1:]
answers = mlflow.pyfunc.load_model(model).predict(pandas.read_csv(cases))
import serve
json.dump({"code": serve.__file__, "predictions": answers.to_dict("records")}, open(out, "w"))
"""
"""A program that knows MLflow and pandas, and nothing of this project."""


def save(bundle: Path, folder: Path) -> Path:
    """Write the MLflow model of a bundle with a process of its own; its folder."""
    code = (
        "import mlflow, pathlib, sys; from training.tracking.log_model import save_model;"
        "save_model(mlflow, *map(pathlib.Path, sys.argv[1:]))"
    )
    run([sys.executable, "-c", code, str(bundle), str(folder)], ROOT)
    return folder


def run(command: list[str], where: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, with nothing of this project on Python's path."""
    done = subprocess.run(
        command, cwd=where, env=surroundings(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done


def surroundings() -> dict[str, str]:
    """The environment without the paths of this project, and without MLflow's reports."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHONPATH", "MLFLOW"))}
    return {**kept, "MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_TRACKING_URI": "sqlite:///x.db"}


def scored(bundle: Path, cases: Path, folder: Path) -> list[dict[str, str]]:
    """What the command line writes for the same file, row by row, in the columns it adds."""
    from data_gen.vocabulary import load
    from serve.answer import output_columns

    out = folder / "scored.csv"
    command = [sys.executable, "-m", "serve", "score", str(cases), "--out", str(out)]
    run([*command, "--model", str(bundle)], ROOT)
    with out.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [{name: row[name] for name in output_columns(load())} for row in rows]


def as_text(predictions: list[dict[str, Any]]) -> list[dict[str, str]]:
    """MLflow's answers as a file would have them: six decimals, nothing for null."""
    return [{name: _cell(value) for name, value in row.items()} for row in predictions]


def without_explanation(row: dict[str, str]) -> dict[str, str]:
    """An answer that was not asked to explain itself, without the blank column for it."""
    assert row["explanation"] == ""
    return {name: cell for name, cell in row.items() if name != "explanation"}


def _cell(value: Any) -> str:
    if value is None or value != value:  # NaN
        return ""
    return f"{value:.6f}" if isinstance(value, float) else str(value)


def predictions(path: Path) -> list[dict[str, Any]]:
    """The answers in a file of JSON that MLflow, or the program above, has written."""
    found: list[dict[str, Any]] = json.loads(path.read_text())["predictions"]
    return found


SPARK_AND_PREDICT = """
import json, sys
import mlflow
from pyspark.sql import SparkSession
from pyspark.sql.functions import struct
model, cases, out = sys.argv[1:]
spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", False).getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
answer = mlflow.pyfunc.spark_udf(spark, model, env_manager="local")
frame = spark.read.option("header", True).option("inferSchema", True).csv(cases).repartition(3)
rows = frame.select("case_id", answer(struct("*")).alias("answer")).collect()
found = {row.case_id: row.answer.asDict() for row in rows}
json.dump({"predictions": [{"case_id": key, **found[key]} for key in sorted(found)]},
          open(out, "w"))
"""
"""The same for Spark: a column of answers from a column of findings, in three partitions."""
