"""The outcome of one check."""

from __future__ import annotations

from dataclasses import dataclass

from data_gen.profiles.problem import KnowledgeProblem


@dataclass(frozen=True)
class Checked:
    """Its name, how many items it looked at, and what is wrong.

    `whole_files` says that it can be believed only of files that were read whole: an entry that did
    not pass the schema would be missed by it.
    """

    name: str
    items: int
    problems: tuple[KnowledgeProblem, ...]
    whole_files: bool = False
