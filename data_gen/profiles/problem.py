"""A mistake in the knowledge, as a value: where, what, how to mend it, and the check at fault."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from data_gen.vocabulary.problem import Problem, RefusedError
from data_gen.vocabulary.yaml_lines import line_of


@dataclass(frozen=True)
class KnowledgeProblem(Problem):
    """A problem of a knowledge file that knows its line, and the entry it stands in."""

    file: str = ""
    line: int = 0
    entry: str = ""


def problem_in(file: str, line: int, entry: str, value: str, remedy: str) -> KnowledgeProblem:
    """What is wrong with an entry: its value, and what to do about it."""
    where, message = f"{file}:{line}", f"{entry}: {value}"
    return KnowledgeProblem("knowledge", where, message, remedy, file, line, entry)


def problem_at(
    folder: Path, file: str, path: tuple[str | int, ...], value: str, remedy: str
) -> KnowledgeProblem:
    """What is wrong with the entry at a path of keys and positions, with the line it stands on."""
    entry = ".".join(map(str, path)) or file
    return problem_in(file, line_of(folder / file, path), entry, value, remedy)


@dataclass(frozen=True)
class Checked:
    """The outcome of one check: its name, how many items it looked at, and what is wrong.

    `whole_files` says that it can be believed only of files that were read whole: an entry that did
    not pass the schema would be missed by it.
    """

    name: str
    items: int
    problems: tuple[KnowledgeProblem, ...]
    whole_files: bool = False


_in_order = attrgetter("file", "line", "entry", "message", "remedy")


class KnowledgeError(RefusedError):
    """The knowledge has mistakes; `problems` lists them all."""

    problems: tuple[KnowledgeProblem, ...]

    def __init__(self, *problems: KnowledgeProblem) -> None:
        super().__init__(*sorted(problems, key=_in_order))

    def __str__(self) -> str:
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        return f"the knowledge has {len(self.problems)} mistake(s):\n{lines}"
