"""How the text of a file is written: its delimiter, encoding and compression."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from serve.problem import Problem, RefusedError

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|", "space": " "}
Decimal = Literal[".", ","]
Compression = Literal["none", "gzip", "bz2", "xz"]
DECIMALS, COMPRESSIONS = get_args(Decimal), get_args(Compression)


@dataclass(frozen=True)
class Dialect:
    """The delimiter between cells, the encoding, how the file is packed, and the decimal mark."""

    delimiter: str = ","
    encoding: str = "utf-8"
    compression: str = "none"
    decimal: str = ""
    """What stands before the decimals of a number; nothing where it is not said: a point."""


PLAIN = Dialect()
"""What files are unless it is said: UTF-8 with commas, not packed."""


class Sayable:
    """What can be said of how a file is written, by an option or in a query, and what it means."""

    delimiter: Annotated[
        str | None, "What stands between cells: comma, semicolon, tab, pipe, or the character."
    ] = None
    encoding: Annotated[str | None, "Of the text: utf-8, utf-16, cp1252, latin-1, ..."] = None
    decimal: Annotated[Decimal | None, "What stands before decimals."] = None
    compression: Annotated[Compression | None, "How the file is packed."] = None


DIALECT = tuple(Sayable.__annotations__)
Said = Mapping[str, str | None]
"""How a file is written, as far as it is said, by the names of DIALECT."""
NOTHING: Said = {}


def dialect_of(said: Said) -> Dialect:
    """The dialect that is said; what is left out is as files are unless it is said.

    RefusedError, with all that is wrong, for what cannot be one.
    """
    given = {name: value for name, value in said.items() if value}
    mark = DELIMITERS.get(given.get("delimiter", ","), given.get("delimiter", ","))
    encoding = given.get("encoding", PLAIN.encoding)
    problems = []
    if len(mark) != 1 or not mark.isascii() or mark.isalnum() or mark in "\"'\r\n.+-\0\\":
        remedy = f"use one of {', '.join(DELIMITERS)}, or a character such as ';'"
        message = f"{mark!r} cannot stand between cells"
        problems.append(Problem("bad_dialect", "--delimiter", message, remedy))
    if not _is_text_encoding(encoding):
        remedy = "use utf-8, utf-16, cp1252, latin-1 or another encoding that Python knows"
        message = f"no encoding is called {encoding!r}"
        problems.append(Problem("bad_dialect", "--encoding", message, remedy))
    for name, known in (("compression", COMPRESSIONS), ("decimal", DECIMALS)):
        if name in given and given[name] not in known:
            message = f"it cannot be {given[name]!r}"
            remedy = f"use one of {'  '.join(known)}"
            problems.append(Problem("bad_dialect", f"--{name}", message, remedy))
    if problems:
        raise RefusedError(*problems)
    name = codecs.lookup(encoding).name
    compression, decimal = given.get("compression", "none"), given.get("decimal", "")
    return Dialect(mark, "utf-8" if name == "utf-8-sig" else name, compression, decimal)


def _is_text_encoding(name: str) -> bool:
    try:
        return isinstance("".encode(name), bytes)
    except (LookupError, UnicodeError, TypeError):
        return False
