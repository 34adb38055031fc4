"""The files that scoring writes: scored rows as CSV or Parquet, and rejected records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from data_gen.vocabulary.files.atomic import WholeFiles
from serve.cases.csv_quoting import quoted
from serve.cases.csv_rows import REASONS, Reject
from serve.output.csv_lines import runs
from serve.output.destination import open_output
from serve.problem import Problem, RefusedError

_GROUP = 1 << 16  # rows of a Parquet row group, whatever the blocks were


class CsvRows:
    """Scored rows as lines of text, below their header."""

    def __init__(self, stream: BinaryIO, header: bytes) -> None:
        self._stream = stream
        stream.write(header)

    def add(self, payload: bytes) -> None:
        """Write a block of lines."""
        self._stream.write(payload)

    def close(self) -> None:
        """Do nothing: every line is written."""


class ParquetRows:
    """Scored rows as tables, in row groups of a fixed size.

    `metadata` of the file is asked for when its first rows are written.
    """

    def __init__(self, stream: BinaryIO, metadata: Callable[[], Mapping[str, str]]) -> None:
        self._stream = stream
        self._metadata = metadata
        self._held: list[pa.Table] = []
        self._rows = 0
        self._writer: pq.ParquetWriter | None = None

    def add(self, payload: pa.Table) -> None:
        """Write what makes whole row groups; hold the rest."""
        self._held.append(payload)
        self._rows += payload.num_rows
        if self._rows >= _GROUP:
            self._flush(self._rows - self._rows % _GROUP)

    def close(self) -> None:
        """Write the rest and the file's end."""
        self._flush(self._rows)
        if self._writer is not None:
            self._writer.close()

    def _flush(self, count: int) -> None:
        if not self._held:
            return
        held = pa.concat_tables(self._held).combine_chunks()
        if self._writer is None:
            own = {**(held.schema.metadata or {}), **self._metadata()}
            self._writer = pq.ParquetWriter(self._stream, held.schema.with_metadata(own))
        self._writer.write_table(held.slice(0, count), row_group_size=_GROUP)
        rest = held.slice(count)
        self._held, self._rows = [rest], rest.num_rows


REJECTS_HEADER = b"line,code,reason,record\n"


def check_rejects(path: str) -> None:
    """Raise RefusedError where a file that nobody named would be replaced, and holds no rejects."""
    try:
        with Path(path).open("rb") as file:
            begun = file.read(len(REJECTS_HEADER))
    except FileNotFoundError:
        return
    except OSError as error:
        begun = (error.strerror or "unreadable").encode()
    if begun not in (b"", REJECTS_HEADER):
        message = "this file is there already, and holds no rejects of an earlier run"
        remedy = "move it, or name a file for the rejects with --rejects"
        raise RefusedError(Problem("not_rejects", path, message, remedy))


class Rejects:
    """The file of rejected records: line, code, reason, and the text as it stands.

    It is made only where there is something to say: a reject, a path the user gave, or the file of
    an earlier run that would otherwise be taken for this one's.
    """

    def __init__(self, files: WholeFiles, path: str, *, always: bool, safe: bool) -> None:
        self._files = files
        self._path = path
        self._safe = safe
        self._stream = self._open() if always or Path(path).is_file() else None

    def add(self, rejects: Sequence[Reject]) -> None:
        """Write the rejected records of a block."""
        if rejects:
            self._stream = self._stream or self._open()
            self._stream.write("".join(map(self._line, rejects)).encode())

    def _open(self) -> BinaryIO:
        stream = open_output(self._files, self._path)
        stream.write(REJECTS_HEADER)
        return stream

    def _line(self, reject: Reject) -> str:
        text = f"'{reject.text}" if self._safe and runs(reject.text) else reject.text
        cells = (str(reject.line), reject.code, REASONS[reject.code], text)
        return ",".join(map(quoted, cells)) + "\n"
