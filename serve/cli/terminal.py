"""The cases of a short file on a terminal: triage, why, and the three likeliest conditions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pyarrow as pa
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary
from data_gen.vocabulary.terminal import printable
from serve.answer import Reason, Scores
from serve.model.predict import MICRO

_STYLES = {"emergency": "bold red", "urgent": "yellow", "routine": "cyan", "self_care": "green"}
_WIDTH = 100
_WORTH_TELLING = 0.001


Blocks = Sequence[tuple[pa.Array | None, Scores]]
"""Cases, each block with their ids where they have any."""


class _Shown(NamedTuple):
    case: str
    level: int
    why: str
    likely: str


def show_cases(blocks: Blocks, vocabulary: Vocabulary, width: int | None = None) -> None:
    """Print every case of these blocks to stderr, the most urgent first."""
    console = Console(stderr=True, highlight=False, width=width)
    if not console.is_terminal:
        console = Console(stderr=True, highlight=False, width=width or _WIDTH)
    cases = sorted(_cases(blocks, vocabulary), key=lambda case: case.level)
    for level, name in enumerate(TRIAGE_LEVELS):
        group = [case for case in cases if case.level == level]
        if group:
            console.print(_table(name, group))


def _table(level: str, cases: Sequence[_Shown]) -> Table:
    title = f"{level.replace('_', '-')} ({len(cases)})"
    table = Table(title=title, title_style=_STYLES[level], title_justify="left", box=None,
                  expand=True, padding=(0, 1))  # fmt: skip
    table.add_column("case", ratio=24, overflow="fold")
    table.add_column("why", ratio=36, overflow="fold")
    table.add_column("likeliest", ratio=40, overflow="fold")
    for case in cases:
        table.add_row(*(escape(printable(text)) for text in (case.case, case.why, case.likely)))
    return table


def _cases(blocks: Blocks, vocabulary: Vocabulary) -> Iterator[_Shown]:
    number = 0
    for case_ids, scores in blocks:
        ids = [""] * len(scores.known) if case_ids is None else case_ids.to_pylist()
        for row, case_id in enumerate(ids):
            number += 1
            likely = _likeliest(scores, row, vocabulary)
            why = _short_reason(scores.reasons[row])
            level = int(scores.triage.codes[row])
            yield _Shown(case_id or f"row {number}", level, why, likely)


def _likeliest(scores: Scores, row: int, vocabulary: Vocabulary) -> str:
    """The three likeliest conditions of a case with their probabilities, in words."""
    if not scores.known[row]:
        return "no model"
    parts = scores.probabilities.parts_per_million[row] / MICRO
    names = [condition.name for condition in vocabulary.conditions]
    told = [(parts[k], _short_name(names[k])) for k in scores.top[row].tolist()]
    return ", ".join(f"{_percent(p)} {name}" for p, name in told if p >= _WORTH_TELLING)


def _percent(p: float) -> str:
    """A probability in percent, never 100 or 0: nothing is certain."""
    return ">99%" if p > 0.995 else "<1%" if p < 0.005 else f"{p:.0%}"


def _short_reason(reasons: Sequence[Reason]) -> str:
    """The first reason, without what the columns beside it say, and how many more there are."""
    first, *more = reasons
    return first.brief + (f" (and {len(more)} more)" if more else "")


def _short_name(name: str) -> str:
    """A condition's name without what stands in brackets; abbreviations keep their capitals."""
    short = name.partition(" (")[0]
    return short[0].lower() + short[1:] if short[1:2].islower() else short
