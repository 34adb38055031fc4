"""A file in another dialect, as the UTF-8 text with commas that everything else reads."""

from __future__ import annotations

import bz2
import codecs
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from serve.cases.csv_quoting import quoted, split_record
from serve.cases.csv_records import Block, Record
from serve.mapping.dialect import Dialect
from serve.problem import Problem, RefusedError

_CHUNK = 1 << 20
UNPACKERS: dict[str, Callable[[], Any]] = {
    "gzip": lambda: zlib.decompressobj(wbits=31),
    "bz2": bz2.BZ2Decompressor,
    "xz": lzma.LZMADecompressor,
}


class RecodedStream:
    """The bytes of a stream unpacked, in UTF-8, its delimiters and commas exchanged.

    So the records of the text are those of a file with commas, however its quotes are broken;
    `with_commas` then puts the characters of each cell right again.
    """

    def __init__(self, stream: BinaryIO, first: bytes, dialect: Dialect, where: str) -> None:
        self._stream = stream
        self._parts = self._decoded(self._unpacked(self._raw(first), dialect), dialect)
        self._swap = exchanged(dialect.delimiter)
        self._where = where

    def read(self, size: int) -> bytes:  # noqa: ARG002 a part is as long as it comes
        """The next bytes; nothing at the end. RefusedError for what is no such file."""
        return next((part.translate(self._swap) for part in self._parts if part), b"")

    def tell(self) -> int:
        """How far the stream below has been read."""
        return self._stream.tell()

    def _raw(self, first: bytes) -> Iterator[bytes]:
        yield first
        while part := self._stream.read(_CHUNK):
            yield part

    def _unpacked(self, parts: Iterator[bytes], dialect: Dialect) -> Iterator[bytes]:
        if dialect.compression == "none":
            yield from parts
            return
        unpacker, begun = UNPACKERS[dialect.compression](), False
        try:
            for raw in parts:
                part, begun = raw, begun or bool(raw)
                while part:
                    yield unpacker.decompress(part)
                    part = unpacker.unused_data if unpacker.eof else b""
                    if unpacker.eof and part.strip(b"\0"):
                        unpacker = UNPACKERS[dialect.compression]()
        except (OSError, zlib.error, lzma.LZMAError, EOFError) as error:
            raise self._damaged(dialect.compression, str(error)) from None
        if begun and not unpacker.eof:
            raise self._damaged(dialect.compression, "it ends too early")

    def _damaged(self, compression: str, why: str) -> RefusedError:
        message = f"this is no whole {compression} file: {why}"
        remedy = "copy it again, or leave out --compression"
        return RefusedError(Problem("bad_compression", self._where, message, remedy))

    def _decoded(self, parts: Iterator[bytes], dialect: Dialect) -> Iterator[bytes]:
        if dialect.encoding == "utf-8":  # checked by whoever reads its lines
            yield from parts
            return
        decoder = codecs.getincrementaldecoder(dialect.encoding)()
        before = 0
        try:
            for part in parts:
                yield decoder.decode(part).encode()
                before += len(part)
            yield decoder.decode(b"", final=True).encode()
        except (UnicodeError, ValueError) as error:
            place = before + getattr(error, "start", 0) + 1
            message = f"this is no text in {dialect.encoding}, at about byte {place}"
            remedy = "say another --encoding, or save the file as UTF-8"
            raise RefusedError(Problem("bad_encoding", self._where, message, remedy)) from None


def exchanged(delimiter: str) -> bytes:
    """The table that puts a delimiter for each comma, and a comma for each delimiter."""
    mark = delimiter.encode()
    return bytes.maketrans(mark + b",", b"," + mark)


def with_commas(blocks: Iterator[Block], delimiter: str) -> Iterator[Block]:
    """Blocks of a recoded stream as those of a file with commas."""
    if delimiter == ",":
        yield from blocks
        return
    mark, swap = delimiter.encode(), exchanged(delimiter)
    for block in blocks:
        if block.lines and mark not in block.lines:
            yield block
        else:
            records = [_put_right(record, mark, swap) for record in block.all_records()]
            yield Block(block.first_line, records=tuple(records))


def _put_right(record: Record, mark: bytes, swap: bytes) -> Record:
    if record.broken:
        return record._replace(text=record.text.translate(swap))
    return record._replace(text=cells_with_commas(record.text, mark, swap))


def cells_with_commas(text: bytes, mark: bytes, swap: bytes) -> bytes:
    """A whole record of a recoded stream as a line with commas."""
    if mark not in text and b'"' not in text:
        return text
    cells = [cell.translate(swap).decode(errors="surrogateescape") for cell in split_record(text)]
    return ",".join(map(quoted, cells)).encode(errors="surrogateescape")
