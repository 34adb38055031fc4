"""The files of a folder that Spark scores: found, told apart, and opened one at a time.

Every file below the folder is read, or named in a warning. Folders named `column=value` give a
column to the files below them, as Spark writes and reads them.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from serve.cases.arrow_columns import without_blank_rows
from serve.cases.blocks import Cases, read_cases
from serve.cases.csv_records import Block
from serve.cases.csv_rows import BOM, Reject, Rows, coded_columns, rows_of
from serve.cases.header import Header, match_header
from serve.cases.source import Source, csv_source
from serve.mapping.column_mapping import ColumnMapping
from serve.output.tables import text_table, without_dictionaries
from serve.problem import Problem, RefusedError

CSV_ENDINGS = (".csv", ".csv.gz")
PARQUET_ENDINGS = (".parquet", ".pq")
_BLANK_PARTITION = "__HIVE_DEFAULT_PARTITION__"
_GZIP, _PARQUET = b"\x1f\x8b", b"PAR1"
_GLOB = re.compile(r"([\\*?\[\]{}])")
# A quoted cell as Spark writes it: a backslash stands before each quote inside.
_SPARK_CELL = re.compile(rb'(?<![^,\n\r])"((?:[^"\\]|\\.)*+)"(?=[,\r\n]|$)', re.DOTALL)
_ESCAPED = re.compile(rb'\\(["\\])')


@dataclass(frozen=True)
class Folder:
    """The files of cases below a path, in order of their names, and a warning for what is not."""

    files: Mapping[str, tuple[tuple[str, str], ...]]
    """The columns that a file's folders give it, by its path."""
    warnings: tuple[Problem, ...]


@dataclass(frozen=True)
class Piece:
    """Some cases of a file as a table, and the records between them that are none."""

    batch: pa.RecordBatch
    rejects: tuple[Reject, ...] = ()
    blank_lines: int = 0


@dataclass(frozen=True)
class CaseFile:
    """An open file of cases: the columns it has, with those of its folders, and its cases."""

    schema: pa.Schema
    header: Header
    pieces: Iterator[Piece]
    warnings: tuple[Problem, ...]
    """What was done to read it, beside the warnings of its header."""


def find_files(session: Any, cases: str) -> Folder:
    """The files of cases at a path: a folder, a pattern or one file.

    Raises RefusedError where there is none.
    """
    jvm = session.sparkContext._jvm
    place = jvm.org.apache.hadoop.fs.Path(cases)
    system = place.getFileSystem(session.sparkContext._jsc.hadoopConfiguration())
    files: dict[str, tuple[tuple[str, str], ...]] = {}
    left: dict[str, list[str]] = {}
    for root in system.globStatus(place) or ():
        for path, size in sorted(_below(system, root)):
            inside = path.removeprefix(root.getPath().toString()).strip("/")
            why = _why_left(inside, size, path)
            if why:
                left.setdefault(why, []).append(inside or path)
            else:
                files[path] = tuple(_partitions(inside))
    if not files:
        message = "there is no file of cases here" + "".join(
            f"; {len(names)} {why}" for why, names in left.items()
        )
        remedy = f"give a folder of files that end in {_listed()}"
        raise RefusedError(Problem("no_files", cases, message, remedy))
    return Folder(files, tuple(_left(why, names, cases) for why, names in left.items()))


def _below(system: Any, root: Any) -> Iterator[tuple[str, int]]:
    if not root.isDirectory():
        yield root.getPath().toString(), root.getLen()
        return
    found = system.listFiles(root.getPath(), True)
    while found.hasNext():
        status = found.next()
        yield status.getPath().toString(), status.getLen()


def _why_left(inside: str, size: int, path: str) -> str:
    """Why a file is not read; nothing for one that is. A file given by its own name is."""
    hidden = [part for part in inside.split("/") if part.startswith((".", "_")) and "=" not in part]
    if hidden:
        return "hidden (its name begins with _ or .)"
    if size == 0:
        return "empty"
    if inside and not path.lower().endswith((*CSV_ENDINGS, *PARQUET_ENDINGS)):
        return f"of another kind (it does not end in {_listed()})"
    return ""


def _listed() -> str:
    return ", ".join((*CSV_ENDINGS, *PARQUET_ENDINGS))


def _left(why: str, names: Sequence[str], cases: str) -> Problem:
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return Problem("file_not_read", cases, f"not read, since {why}: {shown}")


def _partitions(inside: str) -> Iterator[tuple[str, str]]:
    for part in inside.split("/")[:-1]:
        name, equals, value = part.partition("=")
        if equals:
            yield unquote(name), "" if value == _BLANK_PARTITION else unquote(value)


def read_files(session: Any, paths: Sequence[str]) -> Any:
    """A Spark frame with the path and the content of each file, read one at a time."""
    # A batch of ten thousand, the default, could fill a task's memory.
    session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "1")
    escaped = [_GLOB.sub(r"\\\1", path) for path in paths]
    return session.read.format("binaryFile").load(escaped).select("path", "content")


def open_file(
    path: str, content: bytes, partitions: Sequence[tuple[str, str]], mapping: ColumnMapping
) -> CaseFile:
    """The cases of a file's content, CSV or Parquet by its first bytes, gzip'ed or not.

    Raises RefusedError for a file that cannot be used.
    """
    if content.startswith(_GZIP) and mapping.dialect.compression == "none":
        content = _unpacked(content, path)
    if content.startswith(_PARQUET):
        return _open_parquet(path, content, partitions, mapping)
    return _open_csv(path, content, partitions, mapping)


def _unpacked(content: bytes, path: str) -> bytes:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        message = f"the gzip file is damaged: {error}"
        raise RefusedError(Problem("bad_gzip", path, message, "copy it again")) from None


def _open_csv(
    path: str, content: bytes, partitions: Sequence[tuple[str, str]], mapping: ColumnMapping
) -> CaseFile:
    def read(text: bytes) -> Cases:
        source = csv_source(path, io.BytesIO(b""), text, len(text), mapping.dialect)
        return read_cases(source, lambda names, where: _match(names, where, partitions, mapping))

    warnings: tuple[Problem, ...] = ()
    if b'\\"' in content:
        plain = _with_doubled_quotes(content)
        if _broken(read(plain), len(partitions), path) < _broken(read(content), 0, path):
            message = "quotes inside cells stand behind backslashes, as Spark writes them: read so"
            content, warnings = plain, (Problem("backslash_quotes", path, message),)
    cases = read(content)
    line = cases.header_text.removeprefix(BOM)
    own = cases.header.names[: len(cases.header.names) - len(partitions)]
    pieces = (
        _piece(rows_of(block, len(own), path, line), own, partitions)
        for block in cases.items
        if isinstance(block, Block)
    )
    schema = pa.schema([(name, pa.string()) for name in unique_names(cases.header.names)])
    return CaseFile(schema, cases.header, pieces, warnings)


def _with_doubled_quotes(content: bytes) -> bytes:
    def cell(found: re.Match[bytes]) -> bytes:
        return b'"' + _ESCAPED.sub(_doubled, found[1]) + b'"'

    return _SPARK_CELL.sub(cell, content)


def _doubled(escaped: re.Match[bytes]) -> bytes:
    return b'""' if escaped[1] == b'"' else escaped[1]


def _broken(cases: Cases, n_partitions: int, path: str) -> int:
    """How many records of a file have a broken shape."""
    width = len(cases.header.names) - n_partitions
    blocks = (block for block in cases.items if isinstance(block, Block))
    return sum(len(rows_of(block, width, path).rejects) for block in blocks)


def _piece(rows: Rows, own: Sequence[str], partitions: Sequence[tuple[str, str]]) -> Piece:
    columns = coded_columns(rows, len(own), list(range(len(own))))
    table = _with_partitions(text_table(columns, own), partitions)
    return Piece(_one_batch(table), rows.rejects, rows.blank_lines)


def _open_parquet(
    path: str, content: bytes, partitions: Sequence[tuple[str, str]], mapping: ColumnMapping
) -> CaseFile:
    source = Source(path, "parquet", io.BytesIO(content), b"", len(content))
    cases = read_cases(source, lambda names, where: _match(names, where, partitions, mapping))
    schema = pq.read_schema(io.BytesIO(content))
    nothing = _with_partitions(without_dictionaries(schema.empty_table()), partitions)
    pieces = (
        Piece(_one_batch(_with_partitions(pa.Table.from_batches([batch]), partitions)), rejects)
        for batch, rejects in _filled(cases.items)
    )
    return CaseFile(nothing.schema, cases.header, pieces, ())


def _filled(
    items: Iterable[Block | pa.RecordBatch],
) -> Iterator[tuple[pa.RecordBatch, tuple[Reject, ...]]]:
    """Batches without their blank rows, which are no cases; a reject's line is its row."""
    before = 0
    for batch in items:
        if isinstance(batch, pa.RecordBatch):
            filled, blank = without_blank_rows(batch)
            yield filled, tuple(one._replace(line=one.line + before) for one in blank)
            before += batch.num_rows


def _match(
    names: Sequence[str], where: str, partitions: Sequence[tuple[str, str]], mapping: ColumnMapping
) -> Header:
    from data_gen.vocabulary import load

    return match_header([*names, *(name for name, _ in partitions)], where, load(), mapping)


def _with_partitions(table: pa.Table, partitions: Sequence[tuple[str, str]]) -> pa.Table:
    """The table with its folders' columns, and names that Spark can tell apart."""
    for name, value in partitions:
        column = pa.array([value or None] * table.num_rows, pa.string())
        table = table.append_column(name, column)
    return table.rename_columns(unique_names(table.column_names))


def unique_names(names: Sequence[str]) -> list[str]:
    """Names that differ by more than case and are never blank, as Spark needs them."""
    found: dict[str, str] = {}
    for place, name in enumerate(names, start=1):
        wanted = unique = name.strip() or f"column_{place}"
        while unique.lower() in found:
            wanted = f"{wanted}_{place}"
            unique = wanted
        found[unique.lower()] = unique
    return list(found.values())


def _one_batch(table: pa.Table) -> pa.RecordBatch:
    table = without_dictionaries(table).combine_chunks()
    batches = table.to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)
