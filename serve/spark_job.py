"""Folders of cases on a Spark cluster: the same rows as on a single machine.

CSV is not left to Spark's own reader, which fills short rows up and cuts long ones without a word.
Each file is read whole by a task and parsed by the same code as everywhere; so files should be of
some tens of megabytes, well below a task's memory. Parquet is read by Spark, in batches.

The workers need this package, its dependencies and the bundle at the same path; nothing else.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from data_gen.vocabulary import load
from serve.arrow_columns import without_blank_rows
from serve.header import Header, match_header
from serve.inputs import Cases, no_rows, read_cases
from serve.problem import Problem, RefusedError
from serve.rows import BOM, rows_of
from serve.source import csv_source
from serve.worker import Scored, Settings, prepare, score_block

_REJECTS = pa.schema(
    [("file", pa.string()), ("line", pa.int64()), ("code", pa.string()), ("record", pa.string())]
)


def score_folder(session: Any, cases: str, out: str, bundle: Path | None, mix: str) -> int:
    """Score a folder of CSV or Parquet files into the Parquet folder `out`.

    Returns how many records were rejected; they go to the Parquet folder `OUT.rejects`. Raises
    RefusedError for a folder that holds no file of cases, or whose header cannot be used.
    """
    # One file at a time: a batch of ten thousand, the default, could fill a task's memory.
    session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "1")
    files = session.read.format("binaryFile").option("pathGlobFilter", "*.csv").load(cases)
    first = files.limit(1).collect()
    if not first:
        session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "10000")
        return _score_parquet(session, cases, out, bundle, mix)
    opened = _opened(first[0].path, bytes(first[0].content))
    header, text = opened.header, opened.header_text.removeprefix(BOM)
    settings = Settings(cases, header, bundle, mix, parquet=True, header_text=text)
    columns = pa.schema([(name, pa.string()) for name in header.names])
    scored = files.mapInArrow(lambda b: _scored_files(b, settings), _out_schema(columns, settings))
    scored.write.parquet(out)
    rejects = files.mapInArrow(lambda b: _rejected(b, settings), _spark(_REJECTS)).cache()
    return _written(rejects, out)


def _written(rejects: Any, out: str) -> int:
    """How many rejects there are, written beside the scored rows where there are any."""
    count = int(rejects.count())
    if count:
        rejects.write.parquet(f"{out}.rejects")
    return count


def _score_parquet(session: Any, cases: str, out: str, bundle: Path | None, mix: str) -> int:
    from pyspark.sql.pandas.types import to_arrow_schema

    frame = session.read.option("pathGlobFilter", "*.parquet").parquet(cases)
    header = match_header(frame.columns, cases, load())
    settings = Settings(cases, header, bundle, mix, parquet=True)
    schema = _out_schema(to_arrow_schema(frame.schema), settings)
    frame.mapInArrow(lambda b: _scored_batches(b, settings), schema).write.parquet(out)
    rejects = frame.mapInArrow(lambda b: _blank_rows(b, settings), _spark(_REJECTS)).cache()
    return _written(rejects, out)


def _blank_rows(batches: Iterable[pa.RecordBatch], settings: Settings) -> Iterator[pa.RecordBatch]:
    """The rows without a filled cell; Spark numbers no rows, so their line is not known."""
    for batch in batches:
        rows = [
            {"file": settings.where, "line": None, "code": r.code, "record": r.text}
            for r in without_blank_rows(batch)[1]
        ]
        yield pa.RecordBatch.from_pylist(rows, schema=_REJECTS)


def _opened(path: str, content: bytes) -> Cases:
    source = csv_source(path, io.BytesIO(b""), content, len(content))
    return read_cases(source, lambda names, where: match_header(names, where, load()))


def _same_columns(path: str, content: bytes, header: Header) -> Cases:
    """The cases of a file; RefusedError where its columns are not those of the first file."""
    cases = _opened(path, content)
    if cases.header.names != header.names:
        message = "its columns are not those of the first file"
        raise RefusedError(Problem("unlike_files", path, message, "score it on its own"))
    return cases


def _files_of(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, bytes]]:
    for batch in batches:
        for file in batch.to_pylist():
            yield file["path"], file["content"]


def _scored_files(
    batches: Iterable[pa.RecordBatch], settings: Settings
) -> Iterator[pa.RecordBatch]:
    worker = prepare(settings)
    for path, content in _files_of(batches):
        for block in _same_columns(path, content, settings.header).items:
            yield from _table(score_block(worker, block)).to_batches()


def _scored_batches(
    batches: Iterable[pa.RecordBatch], settings: Settings
) -> Iterator[pa.RecordBatch]:
    worker = prepare(settings)
    for batch in batches:
        yield from _table(score_block(worker, batch)).to_batches()


def _rejected(batches: Iterable[pa.RecordBatch], settings: Settings) -> Iterator[pa.RecordBatch]:
    for path, content in _files_of(batches):
        for block in _same_columns(path, content, settings.header).items:
            rejects = rows_of(block, len(settings.header.names), path, settings.header_text).rejects
            rows = [
                {"file": path, "line": r.line, "code": r.code, "record": r.text} for r in rejects
            ]
            yield pa.RecordBatch.from_pylist(rows, schema=_REJECTS)


def _out_schema(cases: pa.Schema, settings: Settings) -> Any:
    """The Spark schema of scored cases: that of no cases at all, scored."""
    return _spark(_table(score_block(prepare(settings), no_rows(cases))).schema)


def _table(scored: Scored) -> pa.Table:
    if isinstance(scored.payload, bytes):
        raise TypeError("settings for Spark ask for tables")
    return scored.payload


def _spark(schema: pa.Schema) -> Any:
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(schema)
