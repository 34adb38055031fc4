"""The file of cases, opened and known by its first bytes."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Literal, cast

from serve.cases.csv_rows import BOM
from serve.cases.detection import beyond, detect, refused
from serve.cases.recoded import RecodedStream
from serve.mapping.dialect import PLAIN, Dialect
from serve.problem import Problem, RefusedError

STDIN = "-"
_FIRST, _FEW = 1 << 16, 200
_REFUSED: tuple[tuple[bytes, str, str], ...] = (
    (b"\x1f\x8b", "compressed with gzip", ""),
    (b"PK\x03\x04", "a zip archive or a spreadsheet", "unpack it, or save it as CSV"),
    (b"BZh", "compressed with bzip2", ""),
    (b"\xfd7zXZ\x00", "compressed with xz", ""),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "unpack it first: `unzstd`"),
    (b"\x04\x22\x4d\x18", "compressed with lz4", "unpack it first: `unlz4`"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it first"),
    (b"\x1f\x9d", "compressed", "unpack it first: `uncompress`"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet", "save it as CSV"),
    (b"%PDF", "a PDF", "give the table itself as CSV"),
    (b"PARE", "an encrypted Parquet file", "decrypt it first"),
    (b"ARROW1", "an Arrow file", "save it as Parquet or CSV"),
    (b"\xff\xfe", "UTF-16", ""),
    (b"\xfe\xff", "UTF-16", ""),
)


@dataclass(frozen=True)
class Source:
    """An open file of cases. `first` is text already read from a CSV stream, without its BOM."""

    where: str
    kind: Literal["csv", "parquet"]
    stream: BinaryIO
    first: bytes
    size: int | None  # bytes, where it is known
    bom: bool = False
    """Whether the text began with a byte order mark, as spreadsheets want it back."""
    dialect: Dialect = PLAIN
    """How the text was written before it was recoded."""


@contextmanager
def open_source(path: str, dialect: Dialect = PLAIN) -> Iterator[Source]:
    """The cases of a path, or of standard input for `-`, whose text is written in a dialect.

    Raises RefusedError for what cannot be opened, is empty, compressed, or no text at all, unless
    the dialect says how it is to be read.
    """
    where = "standard input" if path == STDIN else path
    with _opened(path, where) as stream:
        first = stream.read(_FIRST)
        size = Path(path).stat().st_size if path != STDIN and Path(path).is_file() else None
        if not first.startswith(b"PAR1"):
            yield csv_source(where, stream, first, size, dialect)
        elif replace(dialect, decimal="") != PLAIN:
            remedy = "leave out --delimiter, --encoding and --compression"
            raise RefusedError(Problem("not_csv", where, "this is Parquet", remedy))
        elif size is not None:
            stream.seek(0)
            yield Source(where, "parquet", stream, b"", size)
        else:  # Parquet is read from its end: what comes through a pipe is kept aside first
            with tempfile.TemporaryFile() as kept:
                kept.write(first)
                shutil.copyfileobj(stream, kept)
                kept.seek(0)
                yield Source(where, "parquet", kept, b"", None)


def csv_source(
    where: str, stream: BinaryIO, first: bytes, size: int | None, dialect: Dialect = PLAIN
) -> Source:
    """The source of a CSV stream whose beginning, `first`, is read; RefusedError if it is none."""
    if replace(dialect, decimal="") != PLAIN:
        stream = cast("BinaryIO", RecodedStream(stream, first, dialect, where))
        first = stream.read(_FIRST)
    _check_first(first, where, dialect)
    bom = first.startswith(BOM)
    if b"\r\r\n" in first.partition(b"\n")[0] + b"\n":  # line ends that were translated twice
        stream = cast("BinaryIO", _OneReturn(stream, first))
        first = stream.read(_FIRST)
    return Source(where, "csv", stream, first.removeprefix(BOM), size, bom, dialect)


class _OneReturn:
    """A stream whose lines end in one carriage return where they ended in two."""

    def __init__(self, stream: BinaryIO, first: bytes) -> None:
        self._stream = stream
        self._held = first

    def read(self, size: int) -> bytes:
        """The next bytes; nothing at the end."""
        text, self._held = self._held or self._stream.read(size), b""
        while text.endswith(b"\r") and (more := self._stream.read(1)):
            text += more
        return text.replace(b"\r\r\n", b"\r\n")

    def tell(self) -> int:
        """How far the stream below has been read."""
        return self._stream.tell()


@contextmanager
def _opened(path: str, where: str) -> Iterator[BinaryIO]:
    if path == STDIN:
        yield sys.stdin.buffer
        return
    try:
        stream = Path(path).open("rb")  # noqa: SIM115 closed below
    except OSError as error:
        message = "this is a folder" if Path(path).is_dir() else error.strerror or "unreadable"
        remedy = "give one file" if Path(path).is_dir() else "check the path and its permissions"
        raise RefusedError(Problem("cannot_open", where, message, remedy)) from None
    with stream:
        yield stream


def _check_first(first: bytes, where: str, dialect: Dialect) -> None:
    if not first.removeprefix(BOM).strip():
        message = "the file is empty" if not first else "the file holds nothing but blanks"
        remedy = "`python -m serve template` writes a header to fill in"
        raise RefusedError(Problem("empty", where, message, remedy))
    for magic, what, remedy in _REFUSED:
        if first.startswith(magic):
            if not remedy and (found := beyond(detect(first), dialect)):
                raise refused("not_csv", f"{where}, byte 1", f"this is {what}", found)
            raise RefusedError(Problem("not_csv", f"{where}, byte 1", f"this is {what}", remedy))
    wide = first[:_FEW].count(0) > len(first[:_FEW]) // 4  # UTF-16 has a NUL beside each letter
    if wide and (found := beyond(detect(first), dialect)):
        raise refused("not_csv", f"{where}, byte 1", "there are NUL bytes in the text", found)
