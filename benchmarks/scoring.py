"""Measures scoring: a large file, a small one, memory, and what it stands in for.

    .venv/bin/python -m benchmarks.scoring --rows 1000000

Every figure of one run is taken on the same machine, one after the other, so that ratios hold where
nothing else runs; rows per processor second hold on a busy machine too. It is compared with the
script a data scientist would write (pandas, LightGBM, pandas), and with `mlflow models predict` of
a plain LightGBM model of as many trees of the same size. It gets its cases as numbers: from a
CSV, and from JSON, which the command takes unless told otherwise. The table is printed; the figures
are kept in benchmarks/scoring.json.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow.csv as pa_csv

from benchmarks.case_files import Matrix, sampled_people, write_cases
from benchmarks.output import options
from benchmarks.timing import Cost, timed
from serve.batch.processors import processors

PLAIN = [sys.executable, "-m", "benchmarks.plain_script"]
MLFLOW = [sys.executable, "-m", "mlflow", "models", "predict", "--env-manager", "local"]
_QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_TRACKING_URI": "sqlite:///unused.db"}
_STARTS = 5
TARGETS = {
    "seconds": "at most 45, aim 30",
    "peak_mebibytes": "at most 1024",
    "ten_cases_seconds": "at most 1.0",
    "ratio_to_plain_script": "at least 2.5",
    "ratio_to_mlflow_predict_csv": "at least 6",
    "ratio_to_mlflow_predict_json": "at least 6",
}


def main() -> None:
    """Run every measurement, print what came out, and keep it."""
    parser = options(__doc__, model=True, out="scoring.json")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--plain-rows", type=int, default=100_000, help="rows for the plain script")
    parser.add_argument("--mlflow-rows", type=int, default=200_000, help="rows for mlflow predict")
    parser.add_argument("--workers", default="2")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        results = measure(Path(scratch), arguments)
    arguments.out.write_text(json.dumps(results, indent=1) + "\n")
    print(table(results))


def measure(scratch: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Every figure, by name."""
    about = {"cpus": processors(), "load_before": round(os.getloadavg()[0], 1)}
    people = sampled_people(scratch)
    model = str(arguments.model)
    found = {
        **about,
        **_large(people, scratch, arguments.rows, ["--model", model, "--workers",
                                                   arguments.workers]),
        **_small(people, scratch, model),
        **_explained(people, scratch, model),
    }  # fmt: skip
    timed(
        [*PLAIN, "fit", str(scratch / "people.parquet"), str(scratch / "plain")], environment=_QUIET
    )
    plain = _plain(people, scratch, arguments.plain_rows)
    as_csv = _mlflow(people, scratch, arguments.mlflow_rows, "csv")
    as_json = _mlflow(people, scratch, arguments.mlflow_rows, "json")
    others = {
        "plain_script": plain, "mlflow_predict_csv": as_csv, "mlflow_predict_json": as_json
    }  # fmt: skip
    return {**found, **plain, **as_csv, **as_json, **ratios(found, others)}


def ratios(ours: dict[str, Any], others: dict[str, dict[str, Any]]) -> dict[str, float]:
    """How many times as many rows we score as each other: a second, and a processor second."""
    return {
        f"{ratio}_to_{name}": round(ours[rate] / figures[f"{name}_{rate}"], 2)
        for ratio, rate in (("ratio", "rows_per_second"), ("cpu_ratio", "rows_per_cpu_second"))
        for name, figures in others.items()
    }


def _large(people: Matrix, scratch: Path, rows: int, options: list[str]) -> dict[str, Any]:
    path = scratch / "large.csv"
    write_cases(people, path, rows)
    cost = timed([*score(path, scratch / "o.csv"), *options])
    size = path.stat().st_size
    (scratch / "o.csv").unlink()
    path.unlink()
    return {
        "rows": rows,
        "bytes": size,
        "seconds": round(cost.seconds, 1),
        "cpu_seconds": round(cost.cpu_seconds, 1),
        "rows_per_second": round(rows / cost.seconds),
        "rows_per_cpu_second": round(rows / cost.cpu_seconds),
        "peak_mebibytes": round(cost.mebibytes),
    }


def _small(people: Matrix, scratch: Path, model: str) -> dict[str, Any]:
    path = scratch / "ten.csv"
    write_cases(people, path, 10)
    command = [*score(path, scratch / "s.csv"), "--model", model]
    taken = sorted(timed(command).seconds for _ in range(_STARTS))
    return {"ten_cases_seconds": round(taken[_STARTS // 2], 2)}


def _explained(people: Matrix, scratch: Path, model: str) -> dict[str, Any]:
    path = scratch / "explained.csv"
    write_cases(people, path, 500)
    command = [*score(path, scratch / "e.csv"), "--model", model, "--workers", "1"]
    plain, explained = timed(command), timed([*command, "--explain"])
    per_case = (explained.cpu_seconds - plain.cpu_seconds) / 500
    return {"explanation_milliseconds_a_case": round(per_case * 1000, 1)}


def _plain(people: Matrix, scratch: Path, rows: int) -> dict[str, Any]:
    path = scratch / "plain.csv"
    write_cases(people, path, rows)
    command = [*PLAIN, "score", str(path), str(scratch / "plain.txt"), str(scratch / "p.csv")]
    return _rate("plain_script", rows, timed(command))


def _mlflow(people: Matrix, scratch: Path, rows: int, kind: str) -> dict[str, Any]:
    path = scratch / "codes.csv"
    write_cases(people, path, rows, codes=True)
    if kind == "json":
        path = _as_json(path)
    options = ["-m", str(scratch / "plain"), "-i", str(path), "-o", str(scratch / "m.json")]
    cost = timed([*MLFLOW, "-t", kind, *options], where=scratch, environment=_QUIET)
    return _rate(f"mlflow_predict_{kind}", rows, cost)


def _as_json(path: Path) -> Path:
    """The same cases in the form that `mlflow models predict` takes unless told otherwise."""
    table = pa_csv.read_csv(path)
    columns = [column.to_pylist() for column in table.columns]
    frame = {"columns": table.column_names, "data": list(zip(*columns, strict=True))}
    target = path.with_suffix(".json")
    target.write_text(json.dumps({"dataframe_split": frame}))
    return target


def _rate(name: str, rows: int, cost: Cost) -> dict[str, Any]:
    return {
        f"{name}_rows": rows,
        f"{name}_rows_per_second": round(rows / cost.seconds),
        f"{name}_rows_per_cpu_second": round(rows / cost.cpu_seconds),
        f"{name}_mebibytes": round(cost.mebibytes),
    }


def score(cases: Path, out: Path) -> list[str]:
    """The command that scores a file."""
    return [sys.executable, "-m", "serve", "score", str(cases), "--out", str(out)]


def table(results: dict[str, Any]) -> str:
    """The figures as a table in Markdown, each with its target where it has one."""
    lines = [f"Measured {time.strftime('%Y-%m-%d')}.", "", "| figure | value | target |",
             "|---|---|---|"]  # fmt: skip
    for name, value in results.items():
        shown = f"{value:,}" if isinstance(value, int | float) else value
        lines.append(f"| {name.replace('_', ' ')} | {shown} | {TARGETS.get(name, '')} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
