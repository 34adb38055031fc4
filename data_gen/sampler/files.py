"""Samples as files: aligned row groups, the same bytes for any number of workers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from data_gen.vocabulary.files.atomic import WholeFiles

ROW_GROUP = 65_536
"""Rows of a row group of a Parquet file, and of a chunk of work."""


class TableWriter(Protocol):
    """What writes tables one after the other."""

    def write_table(self, table: pa.Table) -> None:
        """Append a table."""


@dataclass(frozen=True)
class Span:
    """Rows `start` to `start + size` of a sample."""

    start: int
    size: int


def spans(rows: int) -> Iterator[Span]:
    """The chunks of a sample: whole row groups, the last one shorter."""
    for start in range(0, rows, ROW_GROUP):
        yield Span(start, min(ROW_GROUP, rows - start))


@contextmanager
def table_file(path: Path, schema: pa.Schema) -> Iterator[TableWriter]:
    """A writer of a .parquet or .csv file that appears whole or not at all."""
    with WholeFiles() as files, table_writer(files, path, schema) as writer:
        yield writer


def table_writer(
    files: WholeFiles, path: Path, schema: pa.Schema
) -> AbstractContextManager[TableWriter]:
    """A writer of a .parquet or .csv file that appears together with other files."""
    if path.suffix == ".parquet":
        writer: AbstractContextManager[TableWriter] = _Parquet(files.open(path), schema)
        return writer
    plain = pa.schema([(field.name, _plain(field.type)) for field in schema])
    return _Csv(files.open(path), plain)


class _Parquet(pq.ParquetWriter):  # type: ignore[misc]
    """Row groups of ROW_GROUP rows; no time, host or version of ours in the file."""

    def __init__(self, stream: BinaryIO, schema: pa.Schema) -> None:
        super().__init__(
            stream, schema, compression="zstd", compression_level=1, write_statistics=False
        )

    def write_table(self, table: pa.Table) -> None:
        super().write_table(table, row_group_size=ROW_GROUP)


class _Csv(pa.csv.CSVWriter):  # type: ignore[misc]
    """Plain words and numbers, empty where unknown."""

    def __init__(self, stream: BinaryIO, schema: pa.Schema) -> None:
        # the library quotes every word once any may need it; only a narrative does
        style = "needed" if "narrative" in schema.names else "none"
        options = pa.csv.WriteOptions(quoting_style=style, quoting_header="none")
        super().__init__(stream, schema, write_options=options)
        self._plain = schema

    def write_table(self, table: pa.Table) -> None:
        super().write_table(table.cast(self._plain))


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def map_ordered(
    work: Callable[[Span], tuple[pa.Table, ...]],
    rows: int,
    workers: int,
    done: Callable[[int], None],
) -> Iterator[tuple[pa.Table, ...]]:
    """The tables of every span, in order, made by `workers` threads a few spans ahead.

    `done` is told how many rows each span had.
    """
    waiting: deque[tuple[Span, Future[tuple[pa.Table, ...]]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for span in spans(rows):
                waiting.append((span, pool.submit(work, span)))
                if len(waiting) > workers:
                    yield _next(waiting, done)
            while waiting:
                yield _next(waiting, done)
        finally:
            for _, future in waiting:
                future.cancel()


def _next(
    waiting: deque[tuple[Span, Future[tuple[pa.Table, ...]]]], done: Callable[[int], None]
) -> tuple[pa.Table, ...]:
    span, future = waiting.popleft()
    tables = future.result()
    done(span.size)
    return tables
