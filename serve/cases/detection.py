"""What a file's first bytes say of its dialect: told in a refusal, and never acted upon."""

from __future__ import annotations

import codecs
import lzma
import re
import shlex
import zlib
from dataclasses import replace
from typing import NamedTuple

from serve.cases.csv_quoting import split_record
from serve.cases.recoded import UNPACKERS, exchanged
from serve.mapping.dialect import DELIMITERS, PLAIN, Dialect
from serve.problem import Problem, RefusedError

_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz"}
_MARKS = (";", "\t", "|", ",")
_NAMES = {";": "semicolons", "\t": "tabs", "|": "vertical bars", ",": "commas"}
_OF_OPTION = {mark: name for name, mark in DELIMITERS.items() if len(name) > 2}
_SEPARATOR_LINE = re.compile(r'"?sep=.,?"?')
_COMMA, _POINT = re.compile(r"[+-]?[0-9]+,[0-9]+"), re.compile(r"[+-]?[0-9]*\.[0-9]+")
_LINES, _CUT, _EVEN = 200, 60_000, 0.9
_OPTIONS = ("compression", "encoding", "delimiter", "decimal")


class Detected(NamedTuple):
    """How a file seems to be written."""

    dialect: Dialect
    given: Dialect = PLAIN

    @property
    def words(self) -> str:
        """What is not as files are unless it is said."""
        dialect = self.dialect
        told = [
            f"packed by {dialect.compression}" if dialect.compression != "none" else "",
            f"in {dialect.encoding}" if dialect.encoding != PLAIN.encoding else "",
            f"split by {_NAMES[dialect.delimiter]}" if dialect.delimiter != "," else "",
            "with decimal commas" if self.dialect.decimal == "," else "",
        ]
        return ", ".join(filter(None, told))

    @property
    def options(self) -> str:
        """The options of the command line that say so, as they can be copied."""
        found = {name: getattr(self.dialect, name) for name in _OPTIONS}
        new = {name: value for name, value in found.items() if value != getattr(self.given, name)}
        if new.get("decimal") == ".":
            del new["decimal"]
        if "delimiter" in new:
            new["delimiter"] = _OF_OPTION[new["delimiter"]]
        return " ".join(f"--{name} {shlex.quote(value)}" for name, value in new.items())


def detect(first: bytes) -> Detected:
    """What the first bytes of a file, as they stand, say of how it is written."""
    compression = next((name for magic, name in _MAGIC.items() if first.startswith(magic)), "none")
    encoding, text = _encoding(_unpacked(first, compression))
    lines = [line for line in text.splitlines()[:_LINES] if line.strip()] or [text]
    if len(first) >= _CUT and len(lines) > 1:
        lines.pop()  # which may be cut
    if _SEPARATOR_LINE.fullmatch(lines[0]):
        lines = lines[1:] or [""]
    delimiter = _delimiter(lines)
    return Detected(Dialect(delimiter, encoding, compression, _decimal(lines, delimiter)))


def beyond(found: Detected, given: Dialect) -> Detected | None:
    """What was found beside the dialect that is given; None where that is nothing."""
    own = found.dialect
    unsaid = [name for name, value in vars(given).items() if value == getattr(PLAIN, name)]
    said = replace(given, **{name: getattr(own, name) for name in unsaid})
    if said.delimiter == ",":  # decimal commas stand in quotes, and each such cell is told
        said = replace(said, decimal=given.decimal)
    known = replace(given, decimal=given.decimal or ".")
    return None if replace(said, decimal=said.decimal or ".") == known else Detected(said, given)


def refused(code: str, where: str, message: str, found: Detected) -> RefusedError:
    """A refusal that names the dialect of a file, and the options with which it can be read."""
    remedy = f"it seems to be {found.words}: if it is, add `{found.options}`"
    return RefusedError(Problem(code, where, message, remedy))


def _unpacked(first: bytes, compression: str) -> bytes:
    if compression == "none":
        return first
    try:
        return bytes(UNPACKERS[compression]().decompress(first))
    except (OSError, zlib.error, lzma.LZMAError):
        return b""


def _encoding(raw: bytes) -> tuple[str, str]:
    """The encoding that bytes seem to be in, and their text."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", raw.decode("utf-16", errors="ignore")
    if raw[1:200:2].count(0) > len(raw[:200]) / 4:
        return "utf-16-le", raw.decode("utf-16-le", errors="ignore")
    if raw[:200:2].count(0) > len(raw[:200]) / 4:
        return "utf-16-be", raw.decode("utf-16-be", errors="ignore")
    try:
        return "utf-8", codecs.getincrementaldecoder("utf-8")().decode(raw).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return "cp1252", raw.decode("cp1252", errors="replace")


def _delimiter(lines: list[str]) -> str:
    """What splits lines into the same number of cells, the most of them; else the first line."""
    header = {mark: _width(lines[0], mark) for mark in _MARKS}
    even = {mark: width for mark, width in header.items() if _is_even(lines, mark, width)}
    alike = even if max(even.values(), default=1) > 1 else header
    best = max(alike, key=lambda mark: alike[mark])
    return best if alike[best] > 1 else ","


def _is_even(lines: list[str], mark: str, width: int) -> bool:
    """Whether lines have as many cells, but for some that a quoted cell has broken."""
    return [_width(line, mark) for line in lines].count(width) >= _EVEN * len(lines)


def _width(line: str, mark: str) -> int:
    return len(_cells(line, mark))


def _cells(line: str, mark: str) -> list[str]:
    swap = exchanged(mark)
    try:
        cells = split_record(line.encode().translate(swap))
    except ValueError:  # a quote that is closed on another line
        return line.split(mark)
    return [cell.translate(swap).decode(errors="replace").strip() for cell in cells]


def _decimal(lines: list[str], delimiter: str) -> str:
    """What stands before decimals: a comma where numbers have one and none has a point."""
    cells = [cell for line in lines[1:] for cell in _cells(line, delimiter)]
    commas = sum(bool(_COMMA.fullmatch(cell)) for cell in cells)
    points = sum(bool(_POINT.fullmatch(cell)) for cell in cells)
    return "," if commas > points else "."
