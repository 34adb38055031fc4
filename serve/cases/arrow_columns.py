"""Columns of Arrow, of any type, as the texts that the cells of a CSV file would have."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data_gen.vocabulary.words import cell_text
from serve.cases.csv_rows import Reject, coded
from serve.cases.header import Header
from serve.dictionary_column import DictionaryColumn
from serve.issues import quoted_name
from serve.problem import Problem, RefusedError

_OF_PANDAS = ("pandas.period", "pandas.interval")
_OUT_OF_RANGE = "<value out of range"  # what Arrow writes in place of a date it cannot name


def used_columns(
    table: pa.Table | pa.RecordBatch, header: Header
) -> dict[int, DictionaryColumn[str]]:
    """The columns of a table whose cells are looked at, by place."""
    return {place: coded_values(table.column(place), header.names[place]) for place in header.used}


def coded_values(column: pa.ChunkedArray | pa.Array, name: str) -> DictionaryColumn[str]:
    """A column by its distinct texts; null is blank. RefusedError for one that has no text."""
    array = _whole(column, name)
    if not pa.types.is_dictionary(array.type):
        return coded(column_texts(array, name).fill_null(""))
    texts = column_texts(array.dictionary, name).fill_null("").to_pylist()
    codes = array.indices.cast(pa.int64()).fill_null(len(texts))
    return DictionaryColumn(codes.to_numpy(zero_copy_only=False).astype(np.int32), [*texts, ""])


def column_texts(column: pa.ChunkedArray | pa.Array, name: str) -> pa.Array:
    """The texts of a column, null where it is null: numbers and times in full, true and false.

    Nested values are JSON. Raises RefusedError, with the column's name, for what has no text that
    says the same: bytes that are not UTF-8, dates beyond what can be named.
    """
    array = _whole(column, name)
    try:
        return _texts(array)
    except (pa.ArrowException, ValueError, OverflowError, TypeError, NotImplementedError) as error:
        raise unreadable(name, array.type, error) from None


def unreadable(name: str, kind: pa.DataType, error: Exception) -> RefusedError:
    """The refusal of a column whose values are sound, but cannot be written as text."""
    why = (str(error).splitlines() or [type(error).__name__])[0][:200]
    message = f"its values ({str(kind)[:60]}) cannot be written as text: {why}"
    remedy = "leave the column out, or give it as text"
    return RefusedError(
        Problem("unreadable_column", f"column {quoted_name(name)}", message, remedy)
    )


def without_blank_rows(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, tuple[Reject, ...]]:
    """The rows of which some cell is filled, and the others as rejects, by their place from 1."""
    blank = np.ones(batch.num_rows, dtype=np.bool_)
    for column in batch.columns:
        blank &= _blank(column)
        if not blank.any():
            return batch, ()
    text = "," * (batch.num_columns - 1)
    rejects = tuple(Reject(row + 1, "blank_row", text) for row in np.flatnonzero(blank).tolist())
    return batch.filter(pa.array(~blank)), rejects


def _blank(column: pa.Array) -> npt.NDArray[np.bool_]:
    """Which cells of a column are null, or text of nothing but blanks."""
    blank = column.is_null(nan_is_null=pa.types.is_floating(column.type))
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        empty = pc.equal(pc.utf8_trim_whitespace(column), "").fill_null(True)
        blank = pc.or_(blank, empty)
    return np.asarray(blank.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _whole(column: pa.ChunkedArray | pa.Array, name: str) -> pa.Array:
    if not isinstance(column, pa.ChunkedArray):
        return column
    try:
        return column.combine_chunks()
    except pa.ArrowException as error:
        raise unreadable(name, column.type, error) from None


def _texts(array: pa.Array) -> pa.Array:
    kind, types = array.type, pa.types
    if isinstance(kind, pa.BaseExtensionType):
        return _extension_texts(array)
    if types.is_dictionary(kind):
        return _texts(array.dictionary).take(array.indices)
    if types.is_run_end_encoded(kind):
        return _texts(pc.run_end_decode(array))
    if types.is_floating(kind):
        return _written(_floats(array), str)
    if types.is_duration(kind):
        numbers = array.cast(pa.int64()).cast(pa.string())
        return pc.binary_join_element_wise(numbers, kind.unit, " ")
    if types.is_nested(kind) or types.is_interval(kind):
        return _written(array.to_pylist(), _json)
    texts = array.cast(pa.string())
    if types.is_temporal(kind) and pc.any(pc.starts_with(texts, _OUT_OF_RANGE)).as_py():
        raise ValueError("a date lies beyond what can be named")
    return texts


def _extension_texts(array: pa.Array) -> pa.Array:
    """Those of the storage, but for types whose storage says something else than their values."""
    name = array.type.extension_name
    if name in _OF_PANDAS:
        raise ValueError(f"{name} keeps them as numbers of its own")
    if name == "arrow.uuid":
        return _written(array.to_pylist(), str)
    storage = array.cast(pa.bool_()) if name == "arrow.bool8" else array.storage
    return _texts(storage)


def _floats(array: pa.Array) -> list[Any]:
    """The numbers of a column in their own precision, None for null."""
    values = array.to_numpy(zero_copy_only=False)
    values = values.tolist() if array.type == pa.float64() else values
    known = array.is_valid().to_pylist()
    return [value if there else None for value, there in zip(values, known, strict=True)]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=cell_text)


def _written(values: list[Any], text: Callable[[Any], str]) -> pa.Array:
    return pa.array([None if value is None else text(value) for value in values], pa.string())
