"""Columns of any type are read, passed through unchanged, or refused by name; never damaged."""

from __future__ import annotations

import csv
import datetime as dt
import enum
import json
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from serve import load
from serve.problem import RefusedError
from tests.serve.conftest import Score

DAY = dt.datetime(2024, 1, 5, 10, tzinfo=dt.UTC)
UNSIGNED = pa.dictionary(pa.uint32(), pa.string())
FAR = pa.array([253402300800], pa.timestamp("s"))  # the first second of the year 10000


def column(value: Any, kind: pa.DataType) -> pa.Array:
    """A column of a value and a null."""
    if pa.types.is_dictionary(kind):
        indices = pa.array([0, None], kind.index_type)
        return pa.DictionaryArray.from_arrays(indices, pa.array([value], kind.value_type))
    return pa.array([value, None], kind)


PASSING = [
    (column(b"P001", pa.binary()), "P001"),
    (column(b"P001", pa.large_binary()), "P001"),
    (column(b"P001", pa.binary(4)), "P001"),
    (column(b"P001", pa.binary_view()), "P001"),
    (column("é, x", pa.large_string()), "é, x"),
    (column("é", pa.string_view()), "é"),
    (column(True, pa.bool_()), "true"),
    (column(0.9, pa.float32()), "0.9"),
    (column(61.0, pa.float64()), "61.0"),
    (column(2**63, pa.uint64()), str(2**63)),
    (column(Decimal("1.50"), pa.decimal128(9, 2)), "1.50"),
    (column(Decimal("1.50"), pa.decimal256(60, 2)), "1.50"),
    (column(DAY, pa.timestamp("us", "UTC")), "2024-01-05 10:00:00.000000Z"),
    (column(DAY.date(), pa.date32()), "2024-01-05"),
    (column(DAY.date(), pa.date64()), "2024-01-05"),
    (column(dt.time(1, 2), pa.time32("s")), "01:02:00.000"),
    (column(dt.timedelta(days=1), pa.duration("ms")), "86400000 ms"),
    (FAR.take(pa.array([0, None])), "10000-01-01 00:00:00.000"),
    (column("x", UNSIGNED), "x"),
    (column(7, pa.dictionary(pa.int8(), pa.int64())), "7"),
    (column(DAY.date(), pa.dictionary(pa.int64(), pa.date32())), "2024-01-05"),
    (column({"a": 1, "b": None}, pa.struct([("a", pa.int8()), ("b", pa.string())])),
     '{"a": 1, "b": null}'),
    (column(["é", None], pa.list_(pa.string())), '["é", null]'),
    (column([("k", 1)], pa.map_(pa.string(), pa.int8())), '[["k", 1]]'),
    (column([{"at": DAY}], pa.list_(pa.struct([("at", pa.timestamp("us", "UTC"))]))),
     '[{"at": "2024-01-05 10:00:00+00:00"}]'),
    (pa.nulls(2), ""),
    (column(uuid.UUID(int=7).bytes, pa.binary(16)).cast(pa.uuid()), str(uuid.UUID(int=7))),
]  # fmt: skip


def written(tmp_path: Path, **columns: pa.Array) -> Path:
    """A Parquet file with two rows of cases and these columns."""
    path = tmp_path / "cases.parquet"
    pq.write_table(pa.table({"age_years": [61, 50], "chest_pain": ["yes", None], **columns}), path)
    return path


@pytest.mark.parametrize(
    ("values", "text"), PASSING, ids=lambda v: str(getattr(v, "type", ""))[:40]
)
def test_a_column_of_any_type_passes_through(
    values: pa.Array, text: str, score: Score, tmp_path: Path
) -> None:
    """What nothing reads is in the CSV as text that says the same, and in Parquet as it was."""
    path = written(tmp_path, extra=values)
    run = score(path)
    assert run.code == 0, run.talk
    assert [row["triage"] for row in run.rows] == ["emergency", run.rows[1]["triage"]]
    assert [row["extra"] for row in run.rows] == [text, ""]
    run = score(path, out="out.parquet")
    assert run.code == 0, run.talk
    given, kept = pq.read_table(path).column("extra"), pq.read_table(run.out).column("extra")
    if pa.types.is_dictionary(given.type):
        given = given.cast(given.type.value_type)
    assert kept.type == given.type
    assert kept.combine_chunks().equals(given.combine_chunks())


READ = [
    ("abi", column(0.9, pa.float32()), ""),
    ("abi", column(Decimal("0.90"), pa.decimal128(5, 2)), ""),
    ("abi", column(b"0.9", pa.binary()), ""),
    ("abi", column("0.9", UNSIGNED), ""),
    ("fever", column(True, pa.bool_()), ""),
    ("fever", column("yes", pa.dictionary(pa.uint8(), pa.string())), ""),
    ("fever", column(1, pa.uint8()), ""),
    ("fever", column(1.0, pa.float32()), ""),
    ("fever", column("yes", pa.string_view()), ""),
    ("fever", pa.nulls(2), ""),
    ("fever", column(DAY, pa.timestamp("us")), "bad_word"),
    ("fever", column([True], pa.list_(pa.bool_())), "bad_word"),
    ("fever", column(dt.timedelta(1), pa.duration("s")), "bad_word"),
]


@pytest.mark.parametrize(("finding", "values", "issue"), READ, ids=str)
def test_a_finding_may_be_of_any_type(
    finding: str, values: pa.Array, issue: str, score: Score, tiny_bundle: Path, tmp_path: Path
) -> None:
    """A typed cell is read as its text is; what is no value of the finding is told."""
    path = written(tmp_path, **{finding: values})
    for out in ("out.csv", "out.parquet"):
        assert score(path, out=out).code == 0
    (first, _) = score(path).rows
    assert issue in first["issues"]
    assert bool(first["issues"]) == bool(issue)
    (case, _) = load(tiny_bundle).score(pq.read_table(path))
    assert [issue.code for issue in case.issues] == [
        told["code"] for told in json.loads(first["issues"] or "[]")
    ]


def test_a_32_bit_number_is_the_one_that_was_written(score: Score, tmp_path: Path) -> None:
    """An index recorded as 0.91 in 32 bits is not low, nor is it anything else in the CSV."""
    path = tmp_path / "cases.parquet"
    values = {"age_years": pa.array([67], pa.float32()), "rest_pain": ["yes"]}
    for abi, triage in ((0.91, "routine"), (0.9, "urgent")):
        pq.write_table(pa.table({**values, "abi": pa.array([abi], pa.float32())}), path)
        (row,) = score(path, "--overrides-only").rows
        assert (row["abi"], row["triage"]) == (str(abi), triage)


@pytest.mark.parametrize(
    "values",
    [
        pa.array([b"\xff", b"a"]),
        pa.array([2**31 - 1, 0], pa.int32()).cast(pa.date32()),
        pa.array([[2**31 - 1], None], pa.list_(pa.int32())).cast(pa.list_(pa.date32())),
    ],
    ids=["bytes", "date", "nested-date"],
)
def test_what_no_text_can_say_is_refused_by_name(
    values: pa.Array, score: Score, tmp_path: Path
) -> None:
    """A sound file is not damaged: the column without a text is named, and Parquet takes it."""
    path = written(tmp_path, odd=values)
    run = score(path)
    assert run.code == 2
    assert "column 'odd'" in run.talk
    assert "damaged" not in run.talk
    assert not run.out.exists()
    assert score(path, out="out.parquet").code == 0


def test_repeated_columns_that_nothing_reads_pass_through(score: Score, tmp_path: Path) -> None:
    """Two columns of one name are two columns in the output too."""
    path = tmp_path / "cases.parquet"
    table = pa.Table.from_arrays(
        [pa.array(["yes"]), pa.array([1]), pa.array([2])], ["fever", "x", "x"]
    )
    pq.write_table(table, path)
    run = score(path)
    assert run.code == 0, run.talk
    lines = list(csv.reader(run.out.read_text().splitlines()))
    assert [line[:3] for line in lines] == [["fever", "x", "x"], ["yes", "1", "2"]]
    run = score(path, out="out.parquet")
    assert pq.ParquetFile(run.out).schema_arrow.names[:3] == ["fever", "x", "x"]


class Stream:
    """A frame of another library: nothing but a stream of Arrow."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The stream."""
        return self._table.__arrow_c_stream__(requested_schema)


class Answer(enum.Enum):
    """A user's own words."""

    YES = "yes"


EMERGENCY = pd.Series(["yes"], name="chest_pain")


@pytest.mark.parametrize(
    "cases",
    [
        Stream(pa.table({"chest_pain": ["yes"]})),
        Stream(pa.table({"chest_pain": pa.array(["yes"]).dictionary_encode().cast(UNSIGNED)})),
        Stream(pa.table({"chest_pain": pa.array(["yes"], pa.string_view())})),
        pd.DataFrame({"chest_pain": pd.Series([1], dtype="Int64")}),
        pd.DataFrame({"chest_pain": pd.Series([True], dtype="boolean")}),
        pd.DataFrame({"chest_pain": pd.Series(["yes"], dtype="category")}),
        pd.DataFrame({"chest_pain": pd.Series(["yes"], dtype="string[pyarrow]")}),
        pd.DataFrame({"chest_pain": pd.Series([Answer.YES], dtype=object)}),
        pd.DataFrame({"chest_pain": pd.Series([b"yes"], dtype=object)}),
        pd.DataFrame({"chest_pain": ["yes"], "month": [pd.Period("2024-01")]}),
        pd.DataFrame({"chest_pain": ["yes"], "range": [pd.Interval(0, 1)]}),
        pd.DataFrame([["yes", 1, "a"]], columns=["chest_pain", "x", "x"]),
        pd.DataFrame([["yes", 1]], columns=["chest_pain", 7]),
        pd.DataFrame([["yes", {1: 2}]], columns=["chest_pain", None]),
        pd.DataFrame({("chest_pain", ""): ["yes"], ("x", "y"): 1}),
        pa.record_batch({"chest_pain": ["yes"]}),
    ],
    ids=[
        "stream", "stream-unsigned", "stream-view", "Int64", "boolean", "category", "arrow-string",
        "enum", "bytes", "period", "interval", "twice", "number-label", "no-label", "multi-index",
        "batch",
    ],
)  # fmt: skip
def test_frames_of_any_kind_are_read(cases: Any, tiny_bundle: Path) -> None:
    """Columns of odd types and labels beside a finding, or as one, keep no emergency from being."""
    scored = load(tiny_bundle).score(cases)
    assert [case.triage for case in scored] == ["emergency"]
    assert scored.to_table().num_rows == 1


def test_mixed_objects_are_read_one_by_one(tiny_bundle: Path) -> None:
    """A column of objects of several types is read cell by cell, in each one's precision."""
    cells = [True, "yes", 1, 1.0, Decimal("1.00"), None, float("nan"), pd.NA, "no", 0]
    frame = pd.DataFrame({"fever": pd.Series(cells, dtype=object), "age_years": 50})
    scored = load(tiny_bundle).score(frame)
    assert [case.issues for case in scored] == [()] * len(cells)
    alone = load(tiny_bundle).score([{"fever": "yes", "age_years": 50}])[0]
    assert list(scored)[:5] == [alone] * 5


def test_whole_numbers_of_pandas_keep_their_type(tiny_bundle: Path) -> None:
    """The input's columns come back as they were given."""
    frame = pd.DataFrame({"age_years": [61], "seen": [pd.Timestamp("2024-01-05")], "fever": [True]})
    kept = load(tiny_bundle).score(frame).to_pandas()[["age_years", "seen", "fever"]]
    assert [str(kind)[:8] for kind in kept.dtypes] == [str(kind)[:8] for kind in frame.dtypes]


@pytest.mark.parametrize(
    "cases", [pd.Series([1, 2]), pa.chunked_array([[1]])], ids=["pandas", "arrow"]
)
def test_a_column_alone_is_no_table(cases: Any, tiny_bundle: Path) -> None:
    """What streams Arrow, but no table, is refused in words."""
    with pytest.raises(RefusedError, match="cannot be read as a table"):
        load(tiny_bundle).score(cases)
