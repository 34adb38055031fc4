"""The first thousand rows tell whether a column can be what a mapping says."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_gen.vocabulary import load as load_vocabulary
from serve import load
from serve.mapping.reading import read_mapping
from serve.problem import RefusedError
from tests.serve.conftest import Score

WEIGHTS = [62 + row % 40 for row in range(1500)]


@pytest.mark.parametrize(
    ("column", "entry", "cells", "says"),
    [
        ("kilos", "bmi", WEIGHTS, "which is no bmi of a group of people"),
        ("temp", "temperature_c", [98.6, 99.1] * 20, "40 of 40 filled cells are no temperature_c"),
        (
            "sex",
            "{finding: sex, words: {x: male}}",
            [1, 2] * 20,
            "40 filled cells are no sex",
        ),
        ("calf", "calf_difference_cm", [29, 28.5] * 20, "no calf_difference_cm"),
    ],
)
def test_impossible_values_are_refused(
    column: str, entry: str, cells: list[float], says: str, score: Score, tmp_path: Path
) -> None:
    """A column that cannot be its finding is refused with its name, in any kind of file."""
    mapping, parquet = tmp_path / "mapping.yaml", tmp_path / "cases.parquet"
    mapping.write_text(f"columns: {{{column}: {entry}}}")
    table = pa.table({column: cells, "fever": ["no"] * len(cells)})
    pq.write_table(table, parquet)
    text = "".join(f"{cell},no\n" for cell in cells)
    for cases in (f"{column},fever\n{text}".encode(), parquet):
        run = score(cases, "--columns", str(mapping), "--overrides-only")
        assert run.code == 2
        assert says in run.talk
        assert f"column {column!r}" in run.talk
        assert not run.out.exists()
    with pytest.raises(RefusedError, match=r"filled|half"):
        load(overrides_only=True).score(table, read_mapping(mapping, load_vocabulary()))


@pytest.mark.parametrize(
    ("entry", "cells"),
    [("bmi", [62, 81, 70]), ("bmi", [25, 31, 90] * 20), ("temperature_c", [98.6] + [37.0] * 30)],
    ids=["few rows", "some odd", "one odd"],
)
def test_odd_cells_are_told_row_by_row(
    entry: str, cells: list[float], score: Score, tmp_path: Path
) -> None:
    """A few odd cells say nothing of a column: they are scored, and told as issues."""
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(f"columns: {{x: {entry}}}")
    text = "".join(f"{cell},no\n" for cell in cells)
    run = score(f"x,fever\n{text}".encode(), "--columns", str(mapping), "--overrides-only")
    assert run.code == 0
    assert len(run.rows) == len(cells)
