"""The name of a column or field, and the finding that it is or nearly is."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from serve.answer import CASE_ID

_LONGEST = 100  # characters of a name beyond which it is near no finding's
_SHORTEST = 3  # letters below which a name is near everything
_CLOSE = 0.8  # difflib's ratio from which a name counts as misspelt
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_"
_SEPARATORS = re.compile(r"[\W_]+")

Likeness = Literal["same", "squeezed", "near"]
"""The name itself; equal but for case, spaces and punctuation; or one that is merely close."""


class Named(NamedTuple):
    """The finding that a name means, and how surely."""

    finding: str
    likeness: Likeness


def key_of(name: str) -> str:
    """A name as it is compared: without outer spaces, in lower case."""
    return name.strip().lower()


def squeezed(name: str) -> str:
    """A name without case, spaces and punctuation, in the plain form of its letters."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", name).casefold())


def is_case_id(name: str) -> bool:
    """Whether a column of this name holds the cases' own ids."""
    return len(name) <= _LONGEST and squeezed(name) == squeezed(CASE_ID)


def named(name: str, vocabulary: Vocabulary) -> Named | None:
    """The finding that this name is or nearly is; None where it is near nothing."""
    name = name.strip()
    return None if len(name) > _LONGEST else _named(name, vocabulary)


@lru_cache(maxsize=4096)  # of names of bounded length
def _named(name: str, vocabulary: Vocabulary) -> Named | None:
    index = _index(vocabulary)
    key = key_of(name)
    if key in index.places:
        return Named(key, "same")
    tight = squeezed(name)
    if tight in index.squeezed:
        return Named(index.squeezed[tight], "squeezed")
    if len(tight) < _SHORTEST or tight == squeezed(CASE_ID):
        return None
    finding = _near(re.sub(r"[^a-z0-9]+", "_", key).strip("_"), index)
    return None if finding is None else Named(finding, "near")


@dataclass(frozen=True)
class _Index:
    """The names of findings, laid out so that a name is looked up and not compared with each."""

    places: Mapping[str, int]
    squeezed: Mapping[str, str]
    begins: Mapping[str, tuple[str, ...]]
    """The findings whose names begin with some whole words."""
    letters: npt.NDArray[np.int64]  # (n_findings, letters) how often each stands in a name
    lengths: npt.NDArray[np.int64]  # (n_findings,)
    ids: tuple[str, ...]


@lru_cache(maxsize=4)
def _index(vocabulary: Vocabulary) -> _Index:
    ids = tuple(vocabulary.finding_ids)
    begins: dict[str, tuple[str, ...]] = {}
    for finding in ids:
        for start in _starts(finding):
            begins[start] = (*begins.get(start, ()), finding)
    return _Index(
        places={finding: place for place, finding in enumerate(ids)},
        squeezed={squeezed(finding): finding for finding in ids},
        begins=begins,
        letters=np.array([_letters(finding) for finding in ids]),
        lengths=np.array([len(finding) for finding in ids]),
        ids=ids,
    )


def _starts(key: str) -> list[str]:
    """What a name begins with: its first word, its first two, and so on, but not all of it."""
    return [key[: mark.start()] for mark in re.finditer("_", key)]


def _letters(key: str) -> list[int]:
    return [key.count(letter) for letter in _LETTERS]


def _near(key: str, index: _Index) -> str | None:
    """The finding of the closest spelling, else one whose whole name stands in this one."""
    close = _closest(key, index)
    if close is not None:
        return close
    words = key.split("_")
    ends = ["_".join(words[place:]) for place in range(1, len(words))]
    inside = [part for part in (*_starts(key), *ends) if part in index.places]
    if inside:
        return min(inside, key=lambda finding: (-len(finding), index.places[finding]))
    begun = index.begins.get(key, ())
    return begun[0] if len(begun) == 1 else None


def _closest(key: str, index: _Index) -> str | None:
    """What `difflib.get_close_matches` finds first, asked only where letters leave it possible.

    Its ratio is at most twice the letters in common over both lengths, whatever their order.
    """
    common = np.minimum(index.letters, _letters(key)).sum(axis=1)
    possible = np.flatnonzero(2 * common >= _CLOSE * (index.lengths + len(key)) - 1e-9)
    ratios = [
        (difflib.SequenceMatcher(None, index.ids[place], key).ratio(), index.ids[place])
        for place in possible.tolist()
    ]
    return max((pair for pair in ratios if pair[0] >= _CLOSE), default=(0.0, None))[1]
