"""Folders of cases on a Spark cluster: the same rows as on a single machine.

Files are not left to Spark's own readers, which fill short rows up and cut long ones without a
word. Each file is read whole by a task, with its own header, and by the same code as everywhere; so
files should be of some tens of megabytes, well below a task's memory. A first pass looks at every
file's columns, so that what cannot be used is told before anything is written.

The workers need this package, its dependencies and the bundle at the same path; nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pyarrow as pa

from data_gen.vocabulary import load
from serve.answer import output_schema
from serve.batch.block import BlockScorer, Scored, prepare, score_block
from serve.cases.header import Header, match_header
from serve.cases.parse import Cache
from serve.mapping.column_mapping import ColumnMapping
from serve.output.chosen import chosen
from serve.output.report import Report, made
from serve.output.summary import Summary, words_never_met
from serve.problem import Problem, RefusedError
from serve.request import Request
from serve.spark.column_types import as_spark, conformed, merged
from serve.spark.files import Folder, Piece, find_files, open_file, read_files

MADE = "_claudico.json"
"""The file of the scored folder that says what made it."""
_REJECTS = pa.schema(
    [("file", pa.string()), ("line", pa.int64()), ("code", pa.string()), ("record", pa.string())]
)
_LOOKS = pa.schema(
    [("path", pa.string()), ("schema", pa.binary()), ("names", pa.string()),
     ("problems", pa.string()), ("warnings", pa.string())]
)  # fmt: skip


@dataclass
class Counts:
    """What the tasks count together."""

    tally: Summary = field(default_factory=Summary)
    bad_files: set[str] = field(default_factory=set)
    """Files with rejected records."""

    def add(self, other: Counts) -> Counts:
        """Count what another task has counted as well."""
        self.tally.add(other.tally)
        self.bad_files |= other.bad_files
        return self


def rejects_folder(request: Request) -> str:
    """The folder that rejected records go to."""
    return request.rejects or f"{request.out}.rejects"


def score_folder(session: Any, request: Request) -> Report:
    """Score a folder of CSV and Parquet files into the Parquet folder `request.out`.

    Rejected records go to the Parquet folder `OUT.rejects`. Raises RefusedError, with every problem
    of every file, for a folder that holds no file of cases or one that cannot be used.
    """
    folder = find_files(session, request.cases)
    looks = _looked(session, folder, request.mapping)
    headers, warnings = _headers(looks, request)
    given = replace(request, as_table=True, columns_out=None), headers[0], request.cases, b""
    cases = merged([pa.ipc.read_schema(pa.py_buffer(look["schema"])) for look in looks])
    schema = _out_schema(cases, request)
    counts = _accumulator(session)

    def scored(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return _scored(batches, folder, given, schema, counts.add)

    files = read_files(session, list(folder.files))
    files.mapInArrow(scored, as_spark(schema)).write.parquet(request.out)
    found: Counts = counts.value
    if found.bad_files:
        _write_rejects(session, folder, request, sorted(found.bad_files))
    duplicates = _duplicates(session, request.out, headers)
    told = (*folder.warnings, *warnings, *_never_met(headers, found.tally, request.cases))
    report = Report(found.tally, headers, duplicates, told)
    _write_made(session, request, report)
    return report


def _looked(session: Any, folder: Folder, mapping: ColumnMapping) -> list[dict[str, Any]]:
    """What every file holds, in order of their paths; RefusedError names each that is no use."""

    def look(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for path, content in _files_of(batches):
            yield pa.RecordBatch.from_pylist([_look(path, content, folder, mapping)], _LOOKS)

    frame = read_files(session, list(folder.files)).mapInArrow(look, as_spark(_LOOKS))
    looks = sorted((row.asDict() for row in frame.collect()), key=lambda look: look["path"])
    problems = [Problem(**one) for look in looks for one in json.loads(look["problems"])]
    if problems:
        raise RefusedError(*problems)
    return looks


def _look(path: str, content: bytes, folder: Folder, mapping: ColumnMapping) -> dict[str, Any]:
    """What a file holds, or what is wrong with it, in words that a row can carry."""
    look = {"path": path, "schema": b"", "names": "[]", "problems": "[]", "warnings": "[]"}
    try:
        file = open_file(path, content, folder.files[path], mapping)
    except RefusedError as error:
        return {**look, "problems": _as_json(error.problems)}
    return {
        **look,
        "schema": file.schema.serialize().to_pybytes(),
        "names": json.dumps(file.header.names),
        "warnings": _as_json(file.warnings),
    }


def _as_json(problems: Iterable[Problem]) -> str:
    return json.dumps([vars(problem) for problem in problems])


def _headers(
    looks: list[dict[str, Any]], request: Request
) -> tuple[tuple[Header, ...], tuple[Problem, ...]]:
    """Each different header, and every warning once, with the first file that it is true of."""
    headers: dict[str, Header] = {}
    warnings: dict[tuple[str, str], list[Problem]] = {}
    for look in looks:
        names = look["names"]
        if names not in headers:
            headers[names] = match_header(
                json.loads(names), look["path"], load(), request.mapping, explain=request.explain
            )
        own = [Problem(**one) for one in json.loads(look["warnings"])]
        for warning in (*headers[names].warnings, *own):
            told = replace(warning, where=look["path"])
            warnings.setdefault((told.code, told.message), []).append(told)
    return tuple(headers.values()), tuple(map(_together, warnings.values()))


def _together(alike: list[Problem]) -> Problem:
    first, more = alike[0], len(alike) - 1
    return replace(first, where=f"{first.where} and {more} more files") if more else first


def _out_schema(cases: pa.Schema, request: Request) -> pa.Schema:
    """The columns to write: of the cases, then those of the scores."""
    fields = [*cases, *output_schema(load(), explain=request.explain)]
    if request.columns_out is not None:
        places = chosen(request.columns_out, [field.name for field in fields])
        fields = [fields[place] for place in places]
    return pa.schema(fields)


def _files_of(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, bytes]]:
    for batch in batches:
        for file in batch.to_pylist():
            yield file["path"], file["content"]


def _scored(
    batches: Iterable[pa.RecordBatch], folder: Folder, given: tuple[Request, Header, str, bytes],
    schema: pa.Schema, count: Callable[[Counts], None],
) -> Iterator[pa.RecordBatch]:  # fmt: skip
    worker = prepare(given)
    for path, content in _files_of(batches):
        file = open_file(path, content, folder.files[path], worker.request.mapping)
        of_file = _for_header(worker, file.header)
        for piece in file.pieces:
            scored = score_block(of_file, piece.batch)
            count(_counts(scored, piece, path, file.header))
            yield from conformed(cast("pa.Table", scored.payload), schema, path).to_batches()


def _for_header(worker: BlockScorer, header: Header) -> BlockScorer:
    """The worker for another file: what it remembers of words goes by the place of a column."""
    return replace(worker, header=header, pipeline=replace(worker.pipeline, cache=Cache()))


def _counts(scored: Scored, piece: Piece, path: str, header: Header) -> Counts:
    """What a piece counts; words of a mapping by finding, for files differ in their columns."""
    tally = scored.tally
    findings = {place: reading.finding.column for place, reading in header.readings}
    tally.words_met = {(findings[place], key) for place, key in tally.words_met}
    tally.blank_lines += piece.blank_lines
    tally.rejected.update(reject.code for reject in piece.rejects)
    bad = {path} if piece.rejects else set()
    return Counts(tally, bad)


def _accumulator(session: Any) -> Any:
    """Counts that tasks add to."""
    from pyspark.accumulators import AccumulatorParam

    class Adding(AccumulatorParam[Counts]):
        def zero(self, value: Counts) -> Counts:  # noqa: ARG002
            return Counts()

        def addInPlace(self, value1: Counts, value2: Counts) -> Counts:  # noqa: N802
            return value1.add(value2)

    return session.sparkContext.accumulator(Counts(), Adding())


def _write_rejects(session: Any, folder: Folder, request: Request, paths: Sequence[str]) -> None:
    def rejected(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for path, content in _files_of(batches):
            file = open_file(path, content, folder.files[path], request.mapping)
            for piece in file.pieces:
                rows = [
                    {"file": path, "line": r.line, "code": r.code, "record": r.text}
                    for r in piece.rejects
                ]
                yield pa.RecordBatch.from_pylist(rows, schema=_REJECTS)

    frame = read_files(session, paths).mapInArrow(rejected, as_spark(_REJECTS))
    frame.write.parquet(rejects_folder(request))


def _never_met(headers: Sequence[Header], tally: Summary, where: str) -> Iterable[Problem]:
    """A warning for each word of a mapping that no cell of any file has."""
    problems: dict[Problem, None] = {}
    for header in headers:
        met = {
            (place, key)
            for place, reading in header.readings
            for key in reading.words
            if (reading.finding.column, key) in tally.words_met
        }
        problems |= dict.fromkeys(words_never_met(header, Summary(words_met=met), where))
    return problems


def _write_made(session: Any, request: Request, report: Report) -> None:
    """Put what made the answers beside them, in a file that readers of the folder pass over.

    Spark leaves no room for it in the metadata of the Parquet files that it writes.
    """
    place = session.sparkContext._jvm.org.apache.hadoop.fs.Path(request.out, MADE)
    system = place.getFileSystem(session.sparkContext._jsc.hadoopConfiguration())
    stream = system.create(place, False)
    try:
        stream.write(bytearray(json.dumps(made(request, report), indent=1).encode() + b"\n"))
    finally:
        stream.close()


def _duplicates(session: Any, out: str, headers: Sequence[Header]) -> int:
    """How many rows repeat the id of an earlier row. Blank ids do not count."""
    from pyspark.sql.functions import coalesce, col

    frame = session.read.parquet(out)
    written = {name.lower(): name for name in frame.columns}
    names = {h.names[h.case_id].strip().lower() for h in headers if h.case_id is not None}
    found = [written[name] for name in sorted(names) if name in written]
    if not found:
        return 0
    ids = frame.select(coalesce(*[col(f"`{name}`").cast("string") for name in found]).alias("id"))
    ids = ids.where("id != ''")
    return int(ids.count() - ids.distinct().count())
