"""Which columns a scored file has, where not all are wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from serve.problem import Problem, RefusedError, near


def chosen(wanted: str, names: Sequence[str]) -> tuple[int, ...]:
    """The places of the wanted columns among all that could be written, in the order asked for.

    `wanted` lists names of the input's or of scoring's columns with commas between them; `*` stands
    for any letters (`p_*`). A column that is named twice stands once. Raises RefusedError, with all
    that is wrong, for a name that no column has.
    """
    problems: list[Problem] = []
    places: list[int] = []
    for name in filter(None, map(str.strip, wanted.split(","))):
        found = list(_matching(name, names))
        if not found:
            problems.append(_unknown(name, names))
        places += found
    if not places and not problems:
        problems.append(Problem("no_column", "--columns-out", "no column is named"))
    if problems:
        raise RefusedError(*problems)
    return tuple(dict.fromkeys(places))


def _matching(wanted: str, names: Sequence[str]) -> Iterator[int]:
    """The places of a name, whatever the case of its letters, or of a pattern."""
    key = wanted.lower()
    for place, name in enumerate(names):
        own = name.strip().lower()
        if own == key or ("*" in key and fnmatchcase(own, key.replace("[", "[[]"))):
            yield place


def _unknown(name: str, names: Sequence[str]) -> Problem:
    remedy = near(name, names) or "name columns of the input or of scoring"
    return Problem("unknown_column", "--columns-out", f"there is no column {name!r}", remedy)
