"""Which open flags are worth asking about, for a matrix of cases.

`serve.overrides.asking` says what that means, for one case; this is the same on columns, and a test
holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from serve.overrides.asking import BACKGROUND, FLAGS, NOT_ASKED, Flag
from serve.overrides.compiled import TESTS
from serve.overrides.cut_sets import bits, known_bits
from serve.overrides.logic import TRUE, UNKNOWN
from serve.overrides.matrix.bitsets import (
    Mask,
    Sets,
    any_member,
    meets,
    sets_of,
    shared,
    within,
    words,
)
from serve.overrides.matrix.states import FIRED, OPEN, Codes, States

_COMPLAINT = 16  # findings looked at together: few cases have none of the first of them


def open_flags(states: States, reached: npt.NDArray[np.int64], known: Recorded) -> Mask:
    """Which rules are open and worth asking about: (n_cases, n_rules), in the order of RULES.

    `states` are those of the rules and `reached` is the rank of the level reached.
    """
    out = np.zeros(states.shape, dtype=np.bool_)
    for flag in FLAGS:
        could = (states[:, flag.place] == OPEN) & (flag.rank < reached)
        if flag.rank == 0:
            out[could & known.silent, flag.place] = True
        rows = np.flatnonzero(could & ~known.silent)
        if len(rows):
            true, blank = within(known.true, rows), within(known.blank, rows)
            out[rows, flag.place] = _points_at(flag, true, blank, states[rows])
    return out


@dataclass(frozen=True)
class Recorded:
    """What is recorded of n cases: the tests that hold, the blank findings, and who says nothing.

    `silent` (n_cases,) marks cases that say nothing about the complaint.
    """

    true: Sets
    blank: Sets
    silent: Mask


def known_of(codes: Codes, silent: Mask) -> Recorded:
    """What is recorded of n cases; `codes` are those of the tests, as `read_matrix` gives them."""
    return Recorded(sets_of(codes == TRUE), sets_of(_blank_findings(codes)), silent)


def says_nothing(values: npt.NDArray[np.float64], vocabulary: Vocabulary) -> Mask:
    """Which cases say nothing about the complaint: who the person is, and what is denied.

    Of (n_cases,).
    """
    asked, denied = _complaint(vocabulary)
    rows = np.arange(len(values))
    for start in range(0, len(asked), _COMPLAINT):
        place = slice(start, start + _COMPLAINT)
        some = values[np.ix_(rows, asked[place])]
        rows = rows[(np.isnan(some) | (some == denied[place])).all(axis=1)]
    out = np.zeros(len(values), dtype=np.bool_)
    out[rows] = True
    return out


@lru_cache(maxsize=4)
def _complaint(vocabulary: Vocabulary) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """The columns of the findings that are not about who the person is, and what denies each.

    Only a no does: NaN for a choice and a number.
    """
    told = [finding for finding in vocabulary.findings if finding.id not in BACKGROUND]
    denied = [0.0 if finding.kind == "yes_no" else np.nan for finding in told]
    return np.array([finding.column for finding in told]), np.array(denied)


def _points_at(flag: Flag, true: Sets, blank: Sets, states: States) -> Mask:
    """Where something points at a flag, and one answer on the spot could make it fire."""
    after = (states[:, list(flag.ask_after)] == FIRED).any(axis=1)
    if flag.ask_if is not None:
        pointed = after | np.all([meets(true, tests) for tests, _ in flag.ask_if], axis=0)
    elif flag.ask_after:
        pointed = meets(true, flag.alarms) | after
    else:
        held = shared(true, flag.tests)
        several = sum(np.bitwise_count(word) for word in held) > 1
        pointed = meets(true, flag.alarms) | (meets(held, flag.hints) & several)
    return np.asarray(pointed & _one_answer(flag, true, blank))


def _one_answer(flag: Flag, true: Sets, blank: Sets) -> Mask:
    answers = shared(blank, ~bits(NOT_ASKED))
    for tests, findings in flag.blocks:
        # All bits where a test of the block holds, else none.
        settled = np.uint64(0) - meets(true, tests)
        masks = words(findings, len(answers))
        answers = [word & (mask | settled) for word, mask in zip(answers, masks, strict=True)]
    return any_member(answers)


def _blank_findings(codes: Codes) -> Mask:
    """Which findings are blank, of those that tests look at: (n_cases, n_findings of tests)."""
    unknown = np.ascontiguousarray(codes.T == UNKNOWN)
    columns = [np.logical_or.reduce(unknown[tests]) for tests in _TESTS_OF]
    return np.stack(columns, axis=1)


def _tests_of_findings() -> list[list[int]]:
    """The places of the tests that look at each finding, in the order of the findings' bits."""
    looked: dict[int, list[int]] = {}
    for place in range(len(TESTS)):
        findings = known_bits([UNKNOWN if place == k else 0 for k in range(len(TESTS))])[1]
        for bit in range(findings.bit_length()):
            if findings >> bit & 1:
                looked.setdefault(bit, []).append(place)
    return [looked[bit] for bit in range(len(looked))]


_TESTS_OF = _tests_of_findings()
