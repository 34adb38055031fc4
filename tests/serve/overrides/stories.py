"""Notes of people in danger and of people with everyday complaints, from two files beside this."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from data_gen.vocabulary.yaml_lines import read_yaml

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Story:
    """One short note: the level at least (a hazard) or at most (an everyday complaint).

    `yes` and `no` list findings; `other` holds choices and numbers.
    """

    story: str
    level: str
    yes: str = ""
    no: str = ""
    other: dict[str, str | float] = field(default_factory=dict)

    @property
    def case(self) -> dict[str, bool | str | float]:
        """The note as a case."""
        absent = dict.fromkeys(self.no.split(), False)
        return {**dict.fromkeys(self.yes.split(), True), **absent, **self.other}


def _read(name: str) -> tuple[Story, ...]:
    return tuple(Story(**entry) for entry in read_yaml(HERE / name)["stories"])


HAZARDS = _read("hazards.yaml")
EVERYDAY = _read("everyday.yaml")
