"""Files of sampled cases to score: complete records, then half of their cells blank at random."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from data_gen.vocabulary import Finding, load
from data_gen.vocabulary.table import columns_from_values, values_from_table

Matrix = npt.NDArray[np.float64]
ROOT = Path(__file__).resolve().parent.parent
DISTINCT = 20_000  # sampled people; each stands often in a large file, blanked afresh
_UNQUOTED = pa_csv.WriteOptions(quoting_style="none")


def sampled_people(scratch: Path) -> Matrix:
    """Complete records of sampled people, (n_cases, n_findings); also in `people.parquet`."""
    path = scratch / "people.parquet"
    command = [sys.executable, "-m", "data_gen", "sample", "--rows", str(DISTINCT), "--seed", "77",
               "--complete", "--out", str(path)]  # fmt: skip
    subprocess.run(command, check=True, cwd=ROOT)
    return values_from_table(pq.read_table(path), load())


def write_cases(people: Matrix, path: Path, rows: int, *, codes: bool = False) -> None:
    """A CSV of people drawn with replacement, half of their cells blank.

    With `codes` every finding is a number, as a plain model in MLflow takes it.
    """
    rng = np.random.default_rng(rows)
    header = pa.schema([(f.id, _type(f, codes=codes)) for f in load().findings])
    if not codes:
        header = header.insert(0, pa.field("case_id", pa.string()))
    with pa_csv.CSVWriter(path, header, write_options=_UNQUOTED) as writer:
        for begun in range(0, rows, DISTINCT):
            count = min(DISTINCT, rows - begun)
            values = people[rng.integers(0, len(people), count)]
            values[rng.random(values.shape) < 0.5] = np.nan
            writer.write_table(_table(values, begun, codes=codes).cast(header))


def _table(values: Matrix, begun: int, *, codes: bool) -> pa.Table:
    if codes:
        columns = {f.id: values[:, f.column] for f in load().findings}
        return pa.table(
            {name: pa.array(cells, from_pandas=True) for name, cells in columns.items()}
        )
    ids = pa.array([f"case-{begun + n}" for n in range(len(values))])
    return pa.table({"case_id": ids, **columns_from_values(values, load())})


def _type(finding: Finding, *, codes: bool) -> pa.DataType:
    return pa.float64() if codes or finding.kind == "number" else pa.string()
