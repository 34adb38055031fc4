"""What the overrides say of a matrix of cases, in the form that files and tables need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from serve.columns import JOIN, triage_rank
from serve.combine import NONE
from serve.overrides.rules import RULES
from serve.vectorised import FIRED, OPEN, rule_states

Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float64]

_RANKS = np.array([triage_rank(rule.level) for rule in RULES])
_ORDER = sorted(range(len(RULES)), key=lambda place: _RANKS[place])  # most urgent first


@dataclass(frozen=True)
class Flags:
    """Override results for n cases. Each case's texts are `texts[codes[case]]`."""

    level: Ints  # (n_cases,) rank of the most urgent fired rule, NONE where none fired
    reasons: list[str]  # distinct texts: "RULE_ID: reason | ..."
    reason_codes: Ints
    open: list[str]  # distinct texts: ids of the emergency rules that a blank leaves open
    open_codes: Ints


def flags_of(present: Matrix, vocabulary: Vocabulary) -> Flags:
    """The overrides of n cases; `present` is (n_cases, n_findings), as `complete` gives it."""
    states = rule_states(present, vocabulary)
    fired = states == FIRED
    level = np.where(fired, _RANKS[None, :], NONE).min(axis=1)
    left_open = (states == OPEN) & (_RANKS == 0)[None, :]
    reasons, reason_codes = _distinct(fired, [f"{rule.id}: {rule.reason}" for rule in RULES])
    open_, open_codes = _distinct(left_open, [rule.id for rule in RULES])
    return Flags(level.astype(np.int64), reasons, reason_codes, open_, open_codes)


def _distinct(marks: npt.NDArray[np.bool_], words: list[str]) -> tuple[list[str], Ints]:
    """The distinct rows of marks, each as its words joined, and which row has which."""
    packed = np.packbits(marks, axis=1)
    rows, first, codes = np.unique(
        packed.view(np.dtype((np.void, packed.shape[1]))).reshape(-1),
        return_index=True,
        return_inverse=True,
    )
    texts = [JOIN.join(words[place] for place in _ORDER if marks[at, place]) for at in first]
    assert len(texts) == len(rows)  # noqa: S101
    return texts, codes.reshape(-1)
