"""Measures what a row costs on Spark, and what a billion rows would.

    .venv/bin/python -m benchmarks.spark_cost

Needs the extra `spark` and Java. A folder of Parquet files is scored by `python -m serve spark` in
local mode, once small and once large: the difference is what rows cost, without the start of Spark.
The same cases are scored by `python -m serve score` with one worker for comparison. Cost is counted
in processor seconds, so that it holds for any number of machines. The figures are kept in
benchmarks/spark_cost.json.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from benchmarks.case_files import Matrix, sampled_people, write_cases
from benchmarks.output import options, tell
from benchmarks.scoring import score
from benchmarks.timing import Cost, timed
from serve.batch.processors import processors

BILLION = 1_000_000_000
FILES = 4


def main() -> None:
    """Run both sizes, print what a row costs, and keep it."""
    parser = options(__doc__, model=True, out="spark_cost.json")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--master", default="local[2]")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        results = measure(Path(scratch), arguments)
    tell(json.dumps(results, indent=1), arguments.out)


def measure(scratch: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Every figure, by name."""
    people = sampled_people(scratch)
    model = ["--model", str(arguments.model)]
    few, many = arguments.rows // 10, arguments.rows
    spark = [on_spark(people, scratch, rows, [*model, "--master", arguments.master])
             for rows in (few, many)]  # fmt: skip
    alone = [on_one(people, scratch, rows, [*model, "--workers", "1"]) for rows in (few, many)]
    row = (spark[1].cpu_seconds - spark[0].cpu_seconds) / (many - few)
    own = (alone[1].cpu_seconds - alone[0].cpu_seconds) / (many - few)
    return {
        "cpus": processors(),
        "load_before": round(os.getloadavg()[0], 1),
        "master": arguments.master,
        "rows": many,
        "seconds": round(spark[1].seconds, 1),
        "cpu_microseconds_a_row": round(row * 1e6, 1),
        "cpu_microseconds_a_row_without_spark": round(own * 1e6, 1),
        "start_cpu_seconds": round(spark[0].cpu_seconds - few * row, 1),
        "core_hours_a_billion_rows": round(row * BILLION / 3600, 1),
        "hours_a_billion_rows_on_100_cores": round(row * BILLION / 3600 / 100, 2),
    }


def on_spark(people: Matrix, scratch: Path, rows: int, options: list[str]) -> Cost:
    """The cost of a folder of Parquet files on Spark."""
    folder = scratch / f"cases{rows}"
    folder.mkdir()
    for number in range(FILES):
        path = scratch / "part.csv"
        write_cases(people, path, rows // FILES + number)  # each size draws other people
        table = pa_csv.read_csv(path)
        pq.write_table(table, folder / f"part{number}.parquet")
    command = [sys.executable, "-m", "serve", "spark", str(folder), str(scratch / f"out{rows}")]
    return timed([*command, *options], environment={"PYSPARK_PYTHON": sys.executable})


def on_one(people: Matrix, scratch: Path, rows: int, options: list[str]) -> Cost:
    """The cost of as many cases in one Parquet file on one machine."""
    path = scratch / "one.csv"
    write_cases(people, path, rows)
    pq.write_table(pa_csv.read_csv(path), scratch / "one.parquet")
    return timed([*score(scratch / "one.parquet", scratch / "one_out.parquet"), *options])


if __name__ == "__main__":
    main()
