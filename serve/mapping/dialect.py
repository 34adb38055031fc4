"""How the text of a file is written: its delimiter, encoding and compression."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from serve.problem import Problem, RefusedError

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|", "space": " "}
COMPRESSIONS = ("none", "gzip", "bz2", "xz")
DECIMALS = (".", ",")


@dataclass(frozen=True)
class Dialect:
    """The delimiter between cells, the encoding of the text, and how the file is packed."""

    delimiter: str = ","
    encoding: str = "utf-8"
    compression: str = "none"


PLAIN = Dialect()
"""What files are unless it is said: UTF-8 with commas, not packed."""


def dialect_of(delimiter: str, encoding: str, compression: str) -> Dialect:
    """The dialect of these names; RefusedError, with all that is wrong, for what cannot be one."""
    mark = DELIMITERS.get(delimiter, delimiter)
    problems = []
    if len(mark) != 1 or not mark.isascii() or mark.isalnum() or mark in "\"'\r\n.+-\0\\":
        remedy = f"use one of {', '.join(DELIMITERS)}, or a character such as ';'"
        message = f"{delimiter!r} cannot stand between cells"
        problems.append(Problem("bad_dialect", "--delimiter", message, remedy))
    if not _is_text_encoding(encoding):
        remedy = "use utf-8, utf-16, cp1252, latin-1 or another encoding that Python knows"
        message = f"no encoding is called {encoding!r}"
        problems.append(Problem("bad_dialect", "--encoding", message, remedy))
    if compression not in COMPRESSIONS:
        remedy = f"use one of {', '.join(COMPRESSIONS)}"
        message = f"{compression!r} is not unpacked here"
        problems.append(Problem("bad_dialect", "--compression", message, remedy))
    if problems:
        raise RefusedError(*problems)
    return Dialect(mark, codecs.lookup(encoding).name, compression)


def _is_text_encoding(name: str) -> bool:
    try:
        return bool(codecs.lookup(name)._is_text_encoding)
    except LookupError:
        return False
