"""Outputs that would replace what is read, or each other."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

STANDARD = "-"
"""Standard input or output, in place of a path."""
Place = tuple[object, ...]


@dataclass(frozen=True)
class Clash:
    """An output that is something else as well."""

    output: str
    path: str
    other: str

    def __str__(self) -> str:
        return f"{self.output} {self.path}: this is also {self.other}; give another path"


def clashes(
    inputs: Mapping[str, str | Path | None], outputs: Mapping[str, str | Path | None]
) -> list[Clash]:
    """The outputs that are an input, a file of a folder that is read, or another output.

    Both are given by what they are called in words. Compared is what paths lead to, through links
    of either kind; devices, such as /dev/null, may stand more than once.
    """
    found: list[Clash] = []
    taken: dict[Place, str] = {}
    for name, path in inputs.items():
        if path is not None:
            taken |= dict.fromkeys(_places(str(path), sys.stdin), name)
    for name, path in outputs.items():
        if path is None:
            continue
        places = _places(str(path), sys.stdout)
        others = [taken[place] for place in places if place in taken]
        others += _read_folders(str(path), inputs)
        if others:
            found.append(Clash(name, str(path), others[0]))
        taken |= dict.fromkeys(places, name)
    return found


def _read_folders(path: str, inputs: Mapping[str, str | Path | None]) -> Iterator[str]:
    if path == STANDARD or not Path(path).is_file():
        return
    above = Path(os.path.realpath(path)).parents
    for name, read in inputs.items():
        if read is not None and Path(read).is_dir() and Path(os.path.realpath(read)) in above:
            yield f"a part of {name}"


def _places(path: str, standard: IO[Any]) -> list[Place]:
    """What a path leads to: its real path and its inode; nothing for a device."""
    found: os.stat_result | None = None
    with suppress(OSError, ValueError):
        found = os.fstat(standard.fileno()) if path == STANDARD else Path(path).stat()
    if found is not None and stat.S_ISCHR(found.st_mode):
        return []
    inode: list[Place] = [] if found is None else [(found.st_dev, found.st_ino)]
    return [(STANDARD, id(standard)) if path == STANDARD else (os.path.realpath(path),), *inode]
