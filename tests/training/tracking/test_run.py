"""What a run says it was made from."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from tests.training.projects import params
from training.data.vignettes import hash_of_files
from training.paths import Places
from training.tracking.client import _head
from training.tracking.run import _data


def test_each_labelled_file_is_a_data_set_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that differ in their endings alone have names and hashes of their own."""
    monkeypatch.chdir(tmp_path)
    places, folder = Places(), tmp_path / "labelled"
    folder.mkdir()
    files = [folder / "cases.csv", folder / "cases.parquet", folder / "columns.yaml"]
    for path in (*files, *places.cases("test")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(path.name)
    data = _data(params(labelled_cases=folder), places, {"data_hash": "0"})
    names = [one.name for one in data]
    assert names[-2:] == ["labelled cases: cases.csv", "labelled cases: cases.parquet"]
    assert len({(one.name, one.hash) for one in data[-2:]}) == 2


@pytest.mark.parametrize("name", ["cases.parquet", "cases.pq", "cases.PARQUET", "cases"])
def test_a_binary_file_is_hashed_as_it_is(tmp_path: Path, name: str) -> None:
    """Bytes that look like ends of lines are content, whatever the file is called."""
    path, hashes = tmp_path / name, set()
    for content in (b"PAR1\0\r\n\0PAR1", b"PAR1\0\n\0PAR1"):
        path.write_bytes(content)
        hashes.add(hash_of_files(path))
    assert len(hashes) == 2


@pytest.mark.parametrize("name", ["cases.csv", "cases.parquet", "cases.pq", "cases.PQ"])
def test_the_first_rows_are_read_whatever_the_ending(tmp_path: Path, name: str) -> None:
    """A data set's columns are those of its file, CSV or Parquet, as labelled cases may be."""
    table = pa.table({"age_years": [40, 50], "condition": ["doms", "sciatica"]})
    write = pacsv.write_csv if name.endswith(".csv") else pq.write_table
    write(table, tmp_path / name)
    head = _head(tmp_path / name)
    assert list(head.columns) == ["age_years", "condition"]
    assert head["age_years"].tolist() == [40.0, 50.0]
