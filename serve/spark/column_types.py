"""Columns of many files as one table of Spark: types joined, and each batch brought to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from serve.cases.arrow_columns import column_texts
from serve.problem import Problem, RefusedError

_WIDER = {
    pa.uint8(): pa.int16(), pa.uint16(): pa.int32(), pa.uint32(): pa.int64(),
    pa.uint64(): pa.decimal128(20, 0), pa.float16(): pa.float32(),
    pa.large_string(): pa.string(), pa.string_view(): pa.string(),
    pa.large_binary(): pa.binary(), pa.binary_view(): pa.binary(), pa.null(): pa.string(),
}  # fmt: skip


def as_spark(schema: pa.Schema) -> Any:
    """The Spark schema of an Arrow schema that Spark can hold."""
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(schema)


def merged(schemas: Sequence[pa.Schema]) -> pa.Schema:
    """Every column of some tables once, in the order they are met, whatever the case of its name.

    One that has the same type everywhere keeps it where Spark has such a type; else it is text.
    """
    found: dict[str, pa.Field] = {}
    for schema in schemas:
        for field in schema:
            key, kind = field.name.lower(), _held(field.type)
            known = found.setdefault(key, pa.field(field.name, kind))
            if known.type != kind:
                found[key] = pa.field(known.name, pa.string())
    return pa.schema(list(found.values()))


def _held(kind: pa.DataType) -> pa.DataType:
    """The type in which Spark holds a column of this type: text where it has none."""
    from pyspark.errors import PySparkException

    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", tz="UTC" if kind.tz else None)
    if pa.types.is_date(kind):
        return pa.date32()
    kind = _WIDER.get(kind, kind)
    try:
        as_spark(pa.schema([("column", kind)]))
    except (PySparkException, TypeError):
        return pa.string()
    return kind


def conformed(table: pa.Table, schema: pa.Schema, where: str) -> pa.Table:
    """The rows of a table in the columns of a schema; null for those that it lacks.

    Raises RefusedError for a value that Spark has no room for.
    """
    places = {name.lower(): place for place, name in enumerate(table.column_names)}
    columns = []
    for field in schema:
        place = places.get(field.name.lower())
        if place is None:
            columns.append(pa.nulls(table.num_rows, field.type))
        else:
            columns.append(_cast(table.column(place), field, where))
    return pa.Table.from_arrays(columns, schema=schema)


def _cast(column: pa.ChunkedArray, field: pa.Field, where: str) -> Any:
    if column.type == field.type:
        return column
    if field.type == pa.string():
        return column_texts(column, field.name)
    try:
        return column.cast(field.type)
    except pa.ArrowInvalid as error:
        message = f"column {field.name!r} does not fit into Spark's {field.type}: {error}"
        remedy = "write it as text or in another unit"
        raise RefusedError(Problem("spark_type", where, message, remedy)) from None
