"""The cases of an open file, in blocks that are the same whatever scores them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import pyarrow as pa
import pyarrow.parquet as pq

from serve.cases.csv_quoting import quoted, split_record
from serve.cases.csv_records import Block, Record, blocks, first_record
from serve.cases.csv_rows import BOM, REASONS, not_utf8
from serve.cases.detection import Detected, beyond, detect, refused
from serve.cases.header import Header
from serve.cases.preview import previewed
from serve.cases.recoded import cells_with_commas, exchanged, with_commas
from serve.cases.source import Source
from serve.mapping.dialect import Dialect
from serve.problem import Problem, RefusedError

CHUNK = 1 << 20
"""Bytes of a block of CSV: some thousands of rows, whose matrix the processor's cache can hold."""
_SEPARATOR_LINE = re.compile(rb'"?sep=,"?', re.IGNORECASE)
BATCH = 4096
"""Rows of a block of Parquet."""


@dataclass(frozen=True)
class Cases:
    """A file of cases whose header is understood and whose rows are still to be read."""

    header: Header
    header_text: bytes
    """The header as a line of CSV, without its end; behind its byte order mark, if it had one."""
    items: Iterator[Block | pa.RecordBatch]
    done: Callable[[int], float]
    """How much of the file has been read, 0 to 1, given the rows that are done."""


def read_cases(
    source: Source, match: Callable[[Sequence[str], str], Header], chunk: int = CHUNK
) -> Cases:
    """The cases of a source; `match` makes a header of the names of its columns.

    Raises RefusedError for a header that cannot be used.
    """
    return _parquet(source, match) if source.kind == "parquet" else _csv(source, match, chunk)


def _csv(source: Source, match: Callable[[Sequence[str], str], Header], chunk: int) -> Cases:
    record, pending, line = first_record(source.stream, source.first)
    if record is not None and _SEPARATOR_LINE.fullmatch(record.text):  # a line for Excel alone
        begun = line
        record, pending, line = first_record(source.stream, pending)
        line += begun - 1
        record = record and record._replace(line=record.line + begun - 1)
    record = _with_commas(_whole(record, source), source.dialect)
    where = f"{source.where}, line {record.line}"
    names = [cell.decode() for cell in split_record(record.text)]
    header = _matched(match, names, where, source)
    # One empty block first, so that a file without rows still has its columns.
    nothing = [Block(line)]
    rows = blocks(source.stream, chunk, len(names), pending, line)
    every = chain(nothing, with_commas(rows, source.dialect.delimiter))
    items = previewed(every, header, source.where)
    size = source.size or 0
    text = BOM + record.text if source.bom else record.text
    return Cases(header, text, items, lambda _: source.stream.tell() / size if size else 0.0)


def _with_commas(record: Record, dialect: Dialect) -> Record:
    mark = dialect.delimiter.encode()
    text = cells_with_commas(record.text, mark, exchanged(dialect.delimiter))
    return record._replace(text=text)


def _matched(
    match: Callable[[Sequence[str], str], Header], names: Sequence[str], where: str, source: Source
) -> Header:
    """The header, or a refusal that names the dialect where that seems to be what is wrong."""
    try:
        header = match(names, where)
    except RefusedError:
        found = _beyond(source)
        if found is not None and found.dialect.delimiter != source.dialect.delimiter:
            message = "cells are split by something else than commas"
            raise refused("separator", where, message, found) from None
        raise
    found = _beyond(source) if source.dialect.delimiter != "," else None
    if found is not None and found.dialect.decimal == ",":
        raise refused("decimal", source.where, "it is not said how decimals are written", found)
    return header


def _beyond(source: Source) -> Detected | None:
    """What the beginning of a file says of its dialect, beside what is given."""
    delimiter = source.dialect.delimiter
    return beyond(detect(source.first.translate(exchanged(delimiter))), source.dialect)


def _whole(record: Record | None, source: Source) -> Record:
    """The header record, once it is known to be whole UTF-8 text on lines of the usual kind."""
    where = source.where
    if record is None:
        raise RefusedError(Problem("empty", where, "the file holds nothing but blank lines"))
    spot = f"{where}, line {record.line}"
    try:
        text = record.text.decode("utf-8")
    except UnicodeDecodeError as error:
        refusal = not_utf8(record.text, error.start, record.line, where)
        found = _beyond(source)
        if found is None:
            raise refusal from None
        (problem,) = refusal.problems
        raise refused(problem.code, problem.where, problem.message, found) from None
    if record.broken:
        message = f"the header cannot be read: {REASONS[record.broken]}"
        raise RefusedError(Problem("bad_header", spot, message, "mend the first line"))
    if "\r" in text.replace("\r\n", ""):
        message, remedy = "lines end in a carriage return alone", "save it with Unix line ends"
        raise RefusedError(Problem("line_ends", spot, message, remedy))
    if "\0" in text:
        message = "the header holds NUL bytes: this is no text file"
        raise RefusedError(Problem("not_csv", spot, message, "save the table as CSV in UTF-8"))
    return record


def _parquet(source: Source, match: Callable[[Sequence[str], str], Header]) -> Cases:
    try:
        file = pq.ParquetFile(source.stream)
    except (pa.ArrowException, OSError) as error:
        raise _unusable(source.where, error) from None
    names = file.schema_arrow.names
    header = match(names, source.where)
    total = file.metadata.num_rows
    text = ",".join(map(quoted, names)).encode()
    batches = previewed(_batches(file, source.where), header, source.where)
    return Cases(header, text, batches, lambda rows: rows / total if total else 1.0)


def _batches(file: pq.ParquetFile, where: str) -> Iterator[pa.RecordBatch]:
    try:
        # One empty batch, so that a file without rows still has its columns.
        yield no_rows(file.schema_arrow)
        yield from file.iter_batches(batch_size=BATCH, use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise _unusable(where, error) from None


def no_rows(schema: pa.Schema) -> pa.RecordBatch:
    """A table of these columns without any row."""
    return pa.RecordBatch.from_arrays([pa.nulls(0, kind) for kind in schema.types], schema=schema)


def _unusable(where: str, error: Exception) -> RefusedError:
    """What is damaged is said to be; a sound file may hold what this reader does not know."""
    why = (str(error).splitlines() or [type(error).__name__])[0]
    if isinstance(error, pa.ArrowNotImplementedError):
        message = f"the Parquet file has a column of a kind that is not read here: {why}"
        return RefusedError(
            Problem("unreadable_column", where, message, "leave the column out, or give it as text")
        )
    message = f"the Parquet file is damaged: {why}"
    return RefusedError(Problem("bad_parquet", where, message, "copy or write it again"))
