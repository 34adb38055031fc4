"""A mistake in the knowledge, as a value: where, what, and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a knowledge file."""

    file: str
    line: int
    entry: str
    value: str
    remedy: str

    def __str__(self) -> str:
        """The mistake in one line: file, line, entry, value, remedy."""
        return f"{self.file}:{self.line}: {self.entry}: {self.value}; {self.remedy}"


class KnowledgeError(ValueError):
    """The knowledge has mistakes; `problems` lists them all."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"the knowledge has {len(self.problems)} mistake(s):\n{lines}")
