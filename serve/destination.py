"""Files that appear whole or not at all: written beside their place, then renamed into it."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from serve.problem import Problem, RefusedError

STDOUT = "-"
_SHEETS = (".xlsx", ".xls", ".ods", ".xlsm")


@contextmanager
def whole_file(path: str) -> Iterator[BinaryIO]:
    """A file to write, renamed into place when the block ends well and deleted otherwise.

    `-` is standard output; a device or a pipe is written as it is, for it cannot be replaced.
    """
    if path == STDOUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    elif _is_special(Path(path)):
        with Path(path).open("wb") as stream:
            yield stream
    else:
        with _replaced(Path(path).resolve()) as stream:
            yield stream


@contextmanager
def _replaced(path: Path) -> Iterator[BinaryIO]:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def check_writable(option: str, path: str) -> None:
    """Raise RefusedError where no file can be written at this path."""
    if path == STDOUT or _is_special(Path(path)):
        return
    folder = Path(path).resolve().parent
    if Path(path).is_dir():
        raise RefusedError(Problem("not_a_file", f"{option} {path}", "this is a folder"))
    if not folder.is_dir():
        message, remedy = f"there is no folder {folder}", "make it first"
        raise RefusedError(Problem("no_folder", f"{option} {path}", message, remedy))
    if not os.access(folder, os.W_OK):
        message = f"the folder {folder} cannot be written to"
        raise RefusedError(Problem("not_writable", f"{option} {path}", message))


def check_form(option: str, path: str, forms: Sequence[str]) -> None:
    """Raise RefusedError for a name that promises a form of file which is not written here.

    A name without any ending promises nothing.
    """
    ending = Path(path).suffix.lower()
    if ending and ending not in forms:
        message = f"no file of the form {ending} is written"
        remedy = f"let its name end in {' or '.join(forms)}"
        if ending in _SHEETS:
            remedy += "; a spreadsheet opens .csv (add --spreadsheet-safe)"
        raise RefusedError(Problem("file_form", f"{option} {path}", message, remedy))


def _is_special(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
