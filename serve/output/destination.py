"""Where outputs go: what can be written where, and what must not be replaced."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from data_gen.vocabulary.files.apart import STANDARD, clashes
from data_gen.vocabulary.files.atomic import WholeFiles, is_special
from serve.problem import Problem, RefusedError

STDOUT = STANDARD
_SHEETS = (".xlsx", ".xls", ".ods", ".xlsm")


def open_output(files: WholeFiles, path: str) -> BinaryIO:
    """A file to write together with others; `-` is standard output, written as it is."""
    if path == STDOUT:
        return files.through(sys.stdout.buffer, "standard output")
    return files.open(Path(path))


def write_files(texts: Mapping[str, str]) -> None:
    """Write each text to its path, all of them or none."""
    with WholeFiles() as files:
        for path, text in texts.items():
            open_output(files, path).write(text.encode())


def check_apart(inputs: Mapping[str, str | Path | None], outputs: Mapping[str, str | None]) -> None:
    """Raise RefusedError where an output would replace an input or another output."""
    found = clashes(inputs, outputs)
    if found:
        raise RefusedError(
            *(
                Problem("same_file", f"{clash.output} {clash.path}", f"this is also {clash.other}",
                        f"give another path with {clash.output}")
                for clash in found
            )
        )  # fmt: skip


def check_outputs(outputs: Mapping[str, str | None], forms: Mapping[str, Sequence[str]]) -> None:
    """Raise RefusedError where an output cannot be written, or not in the form of its name."""
    for option, path in outputs.items():
        if path is not None:
            check_writable(option, path)
            check_form(option, path, forms[option])


def check_writable(option: str, path: str) -> None:
    """Raise RefusedError where no file can be written at this path."""
    if path == STDOUT or is_special(Path(path)):
        return
    folder = Path(os.path.realpath(path)).parent
    if Path(path).is_dir():
        raise RefusedError(Problem("not_a_file", f"{option} {path}", "this is a folder"))
    if not folder.is_dir():
        message, remedy = f"there is no folder {folder}", "make it first"
        raise RefusedError(Problem("no_folder", f"{option} {path}", message, remedy))
    if not os.access(folder, os.W_OK):
        message = f"the folder {folder} cannot be written to"
        remedy = "give a path in a folder of yours"
        raise RefusedError(Problem("not_writable", f"{option} {path}", message, remedy))


def check_form(option: str, path: str, forms: Sequence[str]) -> None:
    """Raise RefusedError for a name that promises a form of file which is not written here.

    A name without any ending promises nothing, nor does that of a device or a pipe.
    """
    ending = Path(path).suffix.lower()
    if ending and ending not in forms and path != STDOUT and not is_special(Path(path)):
        message = f"no file of the form {ending} is written"
        remedy = f"let its name end in {' or '.join(forms)}"
        if ending in _SHEETS:
            remedy += "; a spreadsheet opens .csv (add --spreadsheet-safe)"
        raise RefusedError(Problem("file_form", f"{option} {path}", message, remedy))


def check_new(option: str, path: str) -> None:
    """Raise RefusedError for a folder that is there already: none is ever added to or replaced."""
    if Path(path).exists():
        message, remedy = "this is there already", "give a new path, or delete it first"
        raise RefusedError(Problem("not_new", f"{option} {path}", message, remedy))
