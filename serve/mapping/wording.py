"""What a mapping says of words, units and blanks, held against the vocabulary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from data_gen.vocabulary import Finding
from data_gen.vocabulary.words import CellProblem, parse_cell, word_key
from serve.mapping.reader import Key
from serve.mapping.units import units_of

UNKNOWNS: Mapping[str, str] = {
    "unknown": "unknown", "not known": "unknown", "not asked": "not asked", "blank": "blank",
}  # fmt: skip
"""The words of a mapping for a cell without a value, and the vocabulary's for each."""


class Found(NamedTuple):
    """Something wrong with a mapping: the keys that lead to it, what, and what to write."""

    place: tuple[int | str, ...]
    message: str
    remedy: str = ""


def word_problems(
    words: Mapping[str, object] | None, finding: Finding, place: tuple[int | str, ...]
) -> Iterator[Found]:
    """What is wrong with the words of a column: no value of its finding, or one word twice."""
    first: dict[Key, str] = {}
    for theirs, ours in (words or {}).items():
        word = str(ours)
        if word not in UNKNOWNS and not _is_value(finding, word):
            message = f"{word!r} is no value of {finding.id}"
            own = finding.words if finding.kind != "number" else ("a number within its range",)
            can = ", ".join((*own, "unknown", "not asked", "blank"))
            yield Found((*place, theirs), message, f"use {can}")
        other = first.setdefault(word_key(theirs), theirs)
        if other != theirs:
            message = f"the words {other!r} and {theirs!r} are the same"
            yield Found((*place, theirs), message, "keep one of them")


def _is_value(finding: Finding, word: str) -> bool:
    if finding.kind == "number":
        return not isinstance(parse_cell(finding, word), CellProblem)
    return word in finding.words


def unit_problems(
    unit: str | None, base: str, what: str, place: tuple[int | str, ...]
) -> Iterator[Found]:
    """What is wrong with the unit of a column that is computed in `base`."""
    known = units_of(base)
    if unit is not None and unit not in known:
        can = f"use one of {', '.join(known)}" if known else "leave it out"
        yield Found((*place, "unit"), f"{what} has no unit {unit!r}", can)


def blank_problems(
    blank: str | None, finding: Finding, place: tuple[int | str, ...]
) -> Iterator[Found]:
    """What is wrong with the meaning of a blank cell."""
    own: Sequence[str] = () if finding.kind == "number" else finding.words
    if blank is not None and blank not in (*UNKNOWNS, *own):
        can = ", ".join(("blank", "not asked", "unknown", *own))
        yield Found((*place, "blank"), f"a blank cannot mean {blank!r}", f"use one of {can}")


def as_words(words: Mapping[str, object] | None) -> dict[Key, str]:
    """Words by the key that cells are compared by."""
    return {
        word_key(theirs): UNKNOWNS.get(str(ours), str(ours))
        for theirs, ours in (words or {}).items()
    }


def as_blank(blank: str | None) -> str:
    """The word that a blank cell stands for; nothing where it is just blank."""
    word = UNKNOWNS.get(blank or "blank", blank or "")
    return "" if word == "blank" else word
