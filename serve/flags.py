"""What the overrides say of a matrix of cases, in the form that files and tables need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from serve.columns import JOIN
from serve.open_flags import open_flags, says_nothing
from serve.overrides.rules import RULES
from serve.vectorised import FIRED, levels, questions_of, read_matrix, rule_states

Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Flags:
    """Override results for n cases. Each case's texts are `texts[codes[case]]`."""

    level: Ints  # (n_cases,) rank of the most urgent fired rule, combine.NONE where none fired
    reasons: list[str]  # distinct texts: "RULE_ID: reason | ..."
    reason_codes: Ints
    open: list[str]  # distinct texts: ids of the open rules worth asking about, then what to ask
    open_codes: Ints


def flags_of(present: Matrix, vocabulary: Vocabulary) -> Flags:
    """The overrides of n cases; `present` is (n_cases, n_findings), as `complete` gives it."""
    states = rule_states(present, vocabulary)
    level = levels(states).astype(np.int64)
    codes = read_matrix(present, vocabulary)
    asked = open_flags(codes, states, level, says_nothing(present, vocabulary))
    reasons, reason_codes = _distinct(
        states == FIRED, [f"{rule.id}: {rule.reason}" for rule in RULES]
    )
    open_, open_codes = _with_questions(
        *_distinct(asked, [rule.id for rule in RULES]), *questions_of(codes, asked)
    )
    return Flags(level, reasons, reason_codes, open_, open_codes)


def _with_questions(
    rules: list[str], rule_codes: Ints, questions: list[tuple[str, ...]], asked: Ints
) -> tuple[list[str], Ints]:
    """The open rules of each case, and last the findings that would settle them."""
    pairs, codes = np.unique(rule_codes * len(questions) + asked, return_inverse=True)
    texts = []
    for rule, question in zip(*np.divmod(pairs, len(questions)), strict=True):
        ask = [f"ask: {', '.join(questions[question])}"] if questions[question] else []
        texts.append(JOIN.join([rules[rule], *ask]) if rules[rule] else "")
    return texts, codes.reshape(-1)


def _distinct(marks: npt.NDArray[np.bool_], words: list[str]) -> tuple[list[str], Ints]:
    """The distinct rows of marks, each as its words joined, and which row has which.

    RULES are in order of urgency, so the words are too.
    """
    packed = np.packbits(marks, axis=1)
    rows = packed.view(np.dtype((np.void, packed.shape[1]))).reshape(-1)
    _, first, codes = np.unique(rows, return_index=True, return_inverse=True)
    chosen: list[list[str]] = [[] for _ in first]
    for row, place in zip(*(places.tolist() for places in np.nonzero(marks[first])), strict=True):
        chosen[row].append(words[place])
    return list(map(JOIN.join, chosen)), codes.reshape(-1)
