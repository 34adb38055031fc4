"""Relations between findings: what follows from what, and what cannot be together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Test = Literal["is", "is_not", "at_least", "below", "known", "unknown"]
_TURNED: dict[Test, Test] = {
    "is": "is_not",
    "is_not": "is",
    "at_least": "below",
    "below": "at_least",
    "known": "unknown",
    "unknown": "known",
}


@dataclass(frozen=True)
class Statement:
    """One statement about one finding: `side is both`, `severity at_least 8`."""

    finding: str
    test: Test
    value: float = 1.0
    """A cell value: 1.0 for yes, 0.0 for no, a choice's position, or a number."""

    def opposite(self) -> Statement:
        """The statement that holds exactly where this one, known, does not."""
        return Statement(self.finding, _TURNED[self.test], self.value)


@dataclass(frozen=True)
class Implication:
    """Where the first statement holds, so does the second; and, turned round, its opposite."""

    if_: Statement
    then: Statement
    text: str


@dataclass(frozen=True)
class Derived:
    """A yes/no finding that is computed from a number where that is known.

    It is present where the number is at least `bound`, or below it, as `test` says.
    """

    finding: str
    from_: str
    test: Literal["at_least", "below"]
    bound: float

    @property
    def number(self) -> Statement:
        """What the number is where the finding is present."""
        return Statement(self.from_, self.test, self.bound)

    @property
    def says(self) -> str:
        """The test in words: `severity of 8 or more`."""
        if self.test == "at_least":
            return f"{self.from_} of {self.bound:g} or more"
        return f"{self.from_} below {self.bound:g}"

    def holds(self, number: float) -> bool:
        """Whether a number makes the finding present."""
        return (number >= self.bound) == (self.test == "at_least")


@dataclass(frozen=True)
class Applies:
    """A cell that has a meaning only where another finding is present; blank otherwise."""

    finding: str
    only_if: str


@dataclass(frozen=True)
class AtMost:
    """A number that is no greater than another; both have the same bins."""

    finding: str
    than: str

    @property
    def text(self) -> str:
        """The relation in words."""
        return f"{self.finding} at most {self.than}"


@dataclass(frozen=True)
class Alternatives:
    """Two numbers that report one fact; `second` times `factor` is `first`, which is counted."""

    first: str
    second: str
    factor: float


@dataclass(frozen=True)
class RecordedAs:
    """A value that is a way of recording: one of `means`, not said which."""

    finding: str
    value: float
    means: tuple[float, ...]


@dataclass(frozen=True)
class Relations:
    """Every relation of the vocabulary. Exclusions are implications of absence."""

    implications: tuple[Implication, ...]
    derived: tuple[Derived, ...]
    applies: tuple[Applies, ...]
    at_most: tuple[AtMost, ...]
    alternatives: tuple[Alternatives, ...]
    recorded_as: tuple[RecordedAs, ...]

    @property
    def computed(self) -> frozenset[str]:
        """The findings that are worked out from another: no profile states them."""
        second = (pair.second for pair in self.alternatives)
        return frozenset((*(rule.finding for rule in self.derived), *second))
