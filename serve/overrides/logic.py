"""Three-valued expressions over the findings of a case, as data.

A test is a yes/no question about one finding; an expression joins tests by `All`, `Any` and
`Count`. Its value is a code:

    FALSE 0   known not to hold
    UNKNOWN 2 a blank could still make it hold
    TRUE 3    known to hold

The upper bit says "could hold", the lower "is known to hold", so Kleene's *and* and *or* are `&`
and `|` on the codes, for one case (integers) and for a million (arrays of integers) alike.

What fires a rule is made of positive tests, on purpose. Such an expression can only rise when a
test turns from absent or unknown to present, and its value is exactly TRUE when every way to fill
the blanks makes it hold, and exactly FALSE when none does. The one way to hold a rule back is a
declared guard (see `rule.py`), and only a guard may ask for what is known to fail (`Not`).
To add a kind of test, give it a class, a line in `read` and one in `phrase`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

FALSE, UNKNOWN, TRUE = 0, 2, 3
Value: TypeAlias = bool | str | float | None
Case: TypeAlias = Mapping[str, Value]
"""Finding id to True or False, a choice's word, or a number. An absent id or None is unknown."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "hip_part": ("groin", "outer", "back"),
    "onset": ("sudden", "days", "gradual"),
    "side": ("one", "both"),
    "smoking": ("never", "former", "current", "ever"),
    "swelling": ("none", "one", "both"),
}
"""The words of the choices that tests ask about; a word not listed is an error, never an answer."""


@dataclass(frozen=True)
class Present:
    """Holds where a yes/no finding is present."""

    finding: str


@dataclass(frozen=True)
class AtLeast:
    """Holds where a number is known and at or above a threshold."""

    finding: str
    number: float


@dataclass(frozen=True)
class Below:
    """Holds where a number is known and under a threshold."""

    finding: str
    number: float


@dataclass(frozen=True)
class Is:
    """Holds where a choice is known and is this word."""

    finding: str
    word: str


@dataclass(frozen=True)
class Derived:
    """Holds where a finding is present or the measure that defines it is at `least` or above.

    Either one alone is an answer: without fever by name, 37.0 degrees fails and so does "no" with
    no temperature. Where they disagree it holds, for any cell that supports a danger counts.
    """

    finding: str
    measure: str
    least: float


@dataclass(frozen=True, init=False)
class _Joined:
    """Expressions together; a finding's id stands for `Present` of it."""

    parts: tuple[Expression, ...]

    def __init__(self, *parts: Expression | str) -> None:
        object.__setattr__(self, "parts", tuple(map(_expression, parts)))


class All(_Joined):
    """Holds where every part does."""


class Any(_Joined):
    """Holds where at least one part does."""


@dataclass(frozen=True, init=False)
class Count(_Joined):
    """Holds where at least `least` parts do."""

    least: int

    def __init__(self, least: int, *parts: Expression | str) -> None:
        super().__init__(*parts)
        object.__setattr__(self, "least", least)


@dataclass(frozen=True)
class Not:
    """Holds where its part is known to fail. For guards alone: see above."""

    part: Expression


def _expression(part: Expression | str) -> Expression:
    return Present(part) if isinstance(part, str) else part


Test: TypeAlias = Present | AtLeast | Below | Is | Derived
Expression: TypeAlias = Test | All | Any | Count | Not


def read(test: Test, case: Case) -> int:
    """The code of a test for one case; absent, None and NaN are unknown.

    Raises ValueError for a value that the finding cannot have: a word is never taken for a yes.
    """
    if isinstance(test, Derived):
        named = read(Present(test.finding), case)
        measured = read(AtLeast(test.measure, test.least), case)
        return measured if named == UNKNOWN or measured == TRUE else named
    value = case.get(test.finding)
    if value is None or value != value:
        return UNKNOWN
    match test:
        case Present() if value in (True, False):
            return TRUE if value else FALSE
        case Is() if value in CHOICES[test.finding]:
            return TRUE if value == test.word else FALSE
        case AtLeast() if not isinstance(value, str):
            return TRUE if value >= test.number else FALSE
        case Below() if not isinstance(value, str):
            return TRUE if value < test.number else FALSE
    raise ValueError(f"{test.finding}: {value!r} is not a value of this finding")


def evaluate(expression: Expression, case: Case) -> int:
    """The code of an expression for one case, by walking it: the definition of its meaning."""
    match expression:
        case All():
            return min(evaluate(part, case) for part in expression.parts)
        case Any():
            return max(evaluate(part, case) for part in expression.parts)
        case Count():
            return count(expression.least, *(evaluate(part, case) for part in expression.parts))
        case Not():
            return negated(evaluate(expression.part, case))
    return read(expression, case)


def negated(code: int) -> int:
    """The code of "is known to fail"; a code may be an integer or an array of them."""
    return 3 ^ (code >> 1 | (code & 1) << 1)


def absent(finding: str) -> Not:
    """Holds where a yes/no finding is recorded as absent: a normal sign."""
    return Not(Present(finding))


def count(least: int, *codes: int) -> int:
    """The code of "at least so many hold"; codes may be integers or arrays of them."""
    certain = sum(code & 1 for code in codes)
    possible = sum(code >> 1 for code in codes)
    return (certain >= least) | (possible >= least) * 2


def tests(expression: Expression) -> Iterator[Test]:
    """Every test of an expression, in the order written, repeated where it is written twice."""
    if isinstance(expression, All | Any | Count):
        for part in expression.parts:
            yield from tests(part)
    elif isinstance(expression, Not):
        yield from tests(expression.part)
    else:
        yield expression


def findings(expression: Expression) -> tuple[str, ...]:
    """The findings an expression looks at, each once, in the order written."""
    return tuple(dict.fromkeys(name for test in tests(expression) for name in looks_at(test)))


def looks_at(test: Test) -> tuple[str, ...]:
    """The findings that a test looks at: one, or a derived finding and its measure."""
    return (test.finding, test.measure) if isinstance(test, Derived) else (test.finding,)
