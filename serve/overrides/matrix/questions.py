"""What to ask about the open flags of a matrix of cases.

`serve.overrides.asking.questions` says it for one case; a test holds the two together. An answer
rests on nothing but which flags are open and what is recorded of the findings that they look at,
so cases that agree in that share one answer, which is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, reduce
from operator import or_

import numpy as np

from serve.dictionary_column import DictionaryColumn
from serve.overrides.asking import FLAGS, MOST_QUESTIONS, Recorded, extended, ways_to_settle
from serve.overrides.cut_sets import bits
from serve.overrides.matrix.bitsets import Mask, Sets, members, row_keys, sets_of, within, words
from serve.overrides.rules import RULES

_KEPT = 1 << 16  # answers kept, and steps on the way to them
_ORDERED = [[(name, bits([name])) for name in RULES[flag.place].findings] for flag in FLAGS]
_TESTS = [reduce(or_, (tests for tests, _ in flag.blocks), 0) for flag in FLAGS]
_FINDINGS = [reduce(or_, (findings for _, findings in flag.blocks), 0) for flag in FLAGS]


def questions_of(asked: Mask, true: Sets, blank: Sets) -> DictionaryColumn[tuple[str, ...]]:
    """The questions that each case is asked; the first value is empty, for cases without any.

    `asked` (n_cases, n_rules) marks the open flags worth asking about, `true` holds the tests that
    hold in each case, and `blank` its blank findings.
    """
    lists: dict[tuple[str, ...], int] = {(): 0}
    out = np.zeros(len(asked), dtype=np.int64)
    rows = np.flatnonzero(asked.any(axis=1))
    if len(rows):
        flags = sets_of(asked[rows, : len(FLAGS)])
        sizes = len(flags), len(flags) + len(true)
        keys = _keys(flags, within(true, rows), within(blank, rows))
        out[rows] = [lists.setdefault(_answer(key, sizes), len(lists)) for key in keys]
    return DictionaryColumn(out, list(lists))


def _keys(flags: Sets, true: Sets, blank: Sets) -> list[bytes]:
    """What each case's answer rests on: its flags, and what is recorded of their findings."""
    distinct: dict[bytes, int] = {}
    which = [distinct.setdefault(key, len(distinct)) for key in row_keys(flags)]
    masks = [_looked_at(key, len(true), len(blank)) for key in distinct]
    looked = np.array(masks, dtype=np.uint64)[which]
    known = [word & looked[:, place] for place, word in enumerate([*true, *blank])]
    return row_keys([*flags, *known])


@lru_cache(maxsize=_KEPT)
def _looked_at(flags: bytes, true_words: int, blank_words: int) -> list[np.uint64]:
    """The tests and findings that the answer for some flags rests on."""
    places = members(flags)
    tests = reduce(or_, (_TESTS[place] for place in places), 0)
    findings = reduce(or_, (_FINDINGS[place] for place in places), 0)
    return [*words(tests, true_words), *words(findings, blank_words)]


@lru_cache(maxsize=_KEPT)
def _answer(key: bytes, sizes: tuple[int, int]) -> tuple[str, ...]:
    """What to ask, as `asking.questions` finds it: flag by flag, each step kept."""
    first, second = (8 * size for size in sizes)
    true = int.from_bytes(key[first:second], "little")
    blank = int.from_bytes(key[second:], "little")
    places = members(key[:first])
    unions: tuple[int, ...] = (0,)
    passed = 0
    for place in places:
        ways = _ways_of(place, true & _TESTS[place], blank & _FINDINGS[place])
        longer = _longer(unions, ways)
        unions = longer or unions
        passed |= 0 if longer or passed else min(ways, key=int.bit_count)
    named = [*_named(unions[0], places), *_named(passed, places)]
    return tuple(dict.fromkeys(named))[:MOST_QUESTIONS]


def _named(findings: int, places: list[int]) -> Iterator[str]:
    """The names of a set of findings, in the order in which the flags' rules give them."""
    for place in places:
        for name, bit in _ORDERED[place]:
            if not findings:
                return
            if bit & findings:
                findings ^= bit
                yield name


@lru_cache(maxsize=_KEPT)
def _ways_of(place: int, true: int, blank: int) -> tuple[int, ...]:
    return tuple(ways_to_settle(FLAGS[place], Recorded(true, blank)))


@lru_cache(maxsize=_KEPT)
def _longer(unions: tuple[int, ...], ways: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(extended(unions, ways))
