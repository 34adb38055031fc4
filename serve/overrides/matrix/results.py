"""What the overrides say of a matrix of cases, in the form that answers need."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from serve.dictionary_column import DictionaryColumn, encoded
from serve.overrides.evaluate import OverrideResult, judge
from serve.overrides.matrix.bitsets import Mask, members, row_keys, sets_of
from serve.overrides.matrix.open_flags import known_of, open_flags, says_nothing
from serve.overrides.matrix.questions import questions_of
from serve.overrides.matrix.states import FIRED, Codes, Matrix, levels, read_matrix, states_of
from serve.overrides.rule import LEVELS, Rule
from serve.overrides.rules import RULES

Ints = npt.NDArray[np.int64]
Rules = tuple[Rule, ...]
_FEW = 32
_KEPT = 1 << 14  # sets of rules that are kept


class OpenFlags(NamedTuple):
    """The open rules worth asking about, and the findings that would settle them."""

    rules: Rules
    questions: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the rules."""
        return tuple(rule.id for rule in self.rules)


@dataclass(frozen=True)
class Flags:
    """Override results for n cases."""

    level: Ints  # (n_cases,) rank of the most urgent fired rule, len(LEVELS) where none fired
    fired: DictionaryColumn[Rules]
    """Most urgent first."""
    open: DictionaryColumn[OpenFlags]


def flags_of(present: Matrix, vocabulary: Vocabulary) -> Flags:
    """The overrides of n cases; `present` is (n_cases, n_findings), as `complete` gives it."""
    codes = read_matrix(present, vocabulary)
    silent = says_nothing(present, vocabulary)
    return _each(codes, silent) if len(codes) <= _FEW else _together(codes, silent)


def _each(codes: Codes, silent: Mask) -> Flags:
    """The overrides of a few cases, judged one by one: columns would cost more than they save."""
    pairs = zip(codes.tolist(), silent.tolist(), strict=True)
    found = DictionaryColumn(np.arange(len(codes)), [judge(c, blank=b) for c, b in pairs])
    level = [case.fired[0].rank if case.fired else len(LEVELS) for case in found.values]
    return Flags(
        np.array(level, dtype=np.int64), found.map(lambda case: case.fired), found.map(_open)
    )


def _open(case: OverrideResult) -> OpenFlags:
    return OpenFlags(case.open_rules, case.questions)


def _together(codes: Codes, silent: Mask) -> Flags:
    """The overrides of many cases, column by column. A test holds the two ways together."""
    states = states_of(np.ascontiguousarray(codes.T))
    level = levels(states).astype(np.int64)
    known = known_of(codes, silent)
    asked = open_flags(states, level, known)
    questions = questions_of(asked, known.true, known.blank)
    return Flags(level, _marked(states == FIRED), _marked(asked).joined(questions, OpenFlags))


def _marked(marks: Mask) -> DictionaryColumn[Rules]:
    """The marked rules of each case; as RULES are in order of urgency, so are they."""
    return encoded(row_keys(sets_of(marks))).map(_rules)


@lru_cache(maxsize=_KEPT)
def _rules(key: bytes) -> Rules:
    return tuple(RULES[place] for place in members(key))
