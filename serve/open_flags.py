"""Which open flags are worth asking about, for a matrix of cases.

`serve.overrides.asking` says what that means, for one case; this is the same on columns, and a test
holds the two together.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from serve.overrides.asking import BACKGROUND, FLAGS, NOT_ASKED, Flag
from serve.overrides.blocking import bits, known_bits
from serve.overrides.compiled import TESTS
from serve.overrides.logic import TRUE, UNKNOWN
from serve.vectorised import FIRED, OPEN

Mask = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]  # (n_cases, n_words): a set a case, 64 members a word
_WORD = (1 << 64) - 1


def open_flags(
    codes: npt.NDArray[np.uint8],
    states: npt.NDArray[np.int8],
    reached: npt.NDArray[np.int64],
    blank: Mask,
) -> Mask:
    """Which rules are open and worth asking about: (n_cases, n_rules), in the order of RULES.

    `codes` are those of the tests, `states` those of the rules, `reached` the rank of the level
    reached, and `blank` says which cases record nothing about the complaint.
    """
    out = np.zeros(states.shape, dtype=np.bool_)
    true = _sets(codes == TRUE)
    unknown = _sets(_blank_findings(codes))
    for flag in FLAGS:
        could = (states[:, flag.place] == OPEN) & (flag.rank < reached)
        out[could & blank, flag.place] = flag.rank == 0
        rows = np.flatnonzero(could & ~blank)
        if len(rows):
            out[rows, flag.place] = _points_at(flag, true[rows], unknown[rows], states[rows])
    return out


def says_nothing(values: npt.NDArray[np.float64], vocabulary: Vocabulary) -> Mask:
    """Which cases record nothing about the complaint, at most who the person is: (n_cases,)."""
    asked = [f.column for f in vocabulary.findings if f.id not in BACKGROUND]
    return np.asarray(np.isnan(values[:, asked]).all(axis=1))


def _points_at(flag: Flag, true: Words, unknown: Words, states: npt.NDArray[np.int8]) -> Mask:
    """Where something points at a flag, and one answer on the spot could make it fire."""
    if flag.ask_if is not None:
        pointed = np.all([_meets(true, tests) for tests, _ in flag.ask_if], axis=0)
    elif flag.ask_after:
        after = (states[:, list(flag.ask_after)] == FIRED).any(axis=1)
        pointed = _meets(true, flag.alarms) | after
    else:
        held = true & _words(flag.tests, true.shape[1])
        several = np.bitwise_count(held).sum(axis=1) > 1
        pointed = _meets(true, flag.alarms) | (_meets(held, flag.hints) & several)
    return np.asarray(pointed & _one_answer(flag, true, unknown))


def _one_answer(flag: Flag, true: Words, unknown: Words) -> Mask:
    answers = unknown & _words(~bits(NOT_ASKED), unknown.shape[1])
    for tests, findings in flag.blocks:
        other = answers & _words(findings, answers.shape[1])
        answers = np.where(_meets(true, tests)[:, None], answers, other)
    return np.asarray((answers != 0).any(axis=1))


def _meets(sets: Words, members: int) -> Mask:
    """Which sets share a member with this one."""
    return np.asarray((sets & _words(members, sets.shape[1])).any(axis=1))


def _words(members: int, count: int) -> Words:
    return np.array([members >> 64 * place & _WORD for place in range(count)], dtype=np.uint64)


def _sets(marks: Mask) -> Words:
    """The marked columns of each row as a set: column k is member k."""
    packed = np.packbits(marks, axis=1, bitorder="little")
    missing = -packed.shape[1] % 8
    return np.pad(packed, ((0, 0), (0, missing))).view("<u8")


def _blank_findings(codes: npt.NDArray[np.uint8]) -> Mask:
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
