"""What the overrides say of a matrix of cases, in the form that files and tables need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from serve.answer import JOIN
from serve.overrides.compiled import decide
from serve.overrides.evaluate import judge
from serve.overrides.matrix.bitsets import members, row_keys, sets_of
from serve.overrides.matrix.open_flags import known_of, open_flags, says_nothing
from serve.overrides.matrix.questions import questions_of
from serve.overrides.matrix.states import FIRED, OPEN, RULED_OUT, levels, read_matrix
from serve.overrides.rule import LEVELS
from serve.overrides.rules import RULES

Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float64]
Codes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
_FEW = 32
_KEPT = 1 << 14  # texts of sets of rules that are kept
_STATE_OF_CODE = np.array([RULED_OUT, RULED_OUT, OPEN, FIRED], dtype=np.int8)


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
    codes = read_matrix(present, vocabulary)
    silent = says_nothing(present, vocabulary)
    return _each(codes, silent) if len(codes) <= _FEW else _together(codes, silent)


def _each(codes: Codes, silent: Mask) -> Flags:
    """The overrides of a few cases, judged one by one: columns would cost more than they save."""
    found = [judge(c, blank=b) for c, b in zip(codes.tolist(), silent.tolist(), strict=True)]
    level = [case.fired[0].rank if case.fired else len(LEVELS) for case in found]
    open_ = [
        _open_text(JOIN.join(rule.id for rule in case.open_rules), case.questions) for case in found
    ]
    reasons, places = [JOIN.join(case.reasons) for case in found], np.arange(len(found))
    return Flags(np.array(level, dtype=np.int64), reasons, places, open_, places)


def _together(codes: Codes, silent: Mask) -> Flags:
    """The overrides of many cases, column by column. A test holds the two ways together."""
    states = _states(codes)
    level = levels(states).astype(np.int64)
    known = known_of(codes, silent)
    asked = open_flags(states, level, known)
    reasons, reason_codes = _distinct(states == FIRED, _reasons)
    open_, open_codes = _with_questions(
        *_distinct(asked, _ids), *questions_of(asked, known.true, known.blank)
    )
    return Flags(level, reasons, reason_codes, open_, open_codes)


def _states(codes: Codes) -> npt.NDArray[np.int8]:
    """The state of each rule, (n_cases, n_rules), from the codes of the tests."""
    columns = decide(list(np.ascontiguousarray(codes.T)))
    return np.asarray(_STATE_OF_CODE[np.stack(columns)].T)


def _with_questions(
    rules: list[str], rule_codes: Ints, questions: list[tuple[str, ...]], asked: Ints
) -> tuple[list[str], Ints]:
    """The open rules of each case, and last the findings that would settle them."""
    pairs, codes = np.unique(rule_codes * len(questions) + asked, return_inverse=True)
    places = zip(*np.divmod(pairs, len(questions)), strict=True)
    return [_open_text(rules[rule], questions[asks]) for rule, asks in places], codes.reshape(-1)


def _open_text(rules: str, questions: tuple[str, ...]) -> str:
    ask = [f"ask: {', '.join(questions)}"] if questions else []
    return JOIN.join([rules, *ask]) if rules else ""


def _distinct(marks: npt.NDArray[np.bool_], text: Callable[[bytes], str]) -> tuple[list[str], Ints]:
    """The texts of the distinct rows of marks, and which row has which."""
    rows: dict[bytes, int] = {}
    codes = [rows.setdefault(key, len(rows)) for key in row_keys(sets_of(marks))]
    return list(map(text, rows)), np.array(codes, dtype=np.int64)


@lru_cache(maxsize=_KEPT)
def _reasons(rules: bytes) -> str:
    """What a set of rules says. RULES are in order of urgency, so the reasons are too."""
    return JOIN.join(f"{RULES[k].id}: {RULES[k].reason}" for k in members(rules))


@lru_cache(maxsize=_KEPT)
def _ids(rules: bytes) -> str:
    return JOIN.join(RULES[k].id for k in members(rules))
