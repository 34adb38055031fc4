"""A finding computed from several columns of a row, from dates, or from none."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from data_gen.vocabulary import Finding
from data_gen.vocabulary.finding import NOT_ASKED
from data_gen.vocabulary.words import NOT_KNOWN, is_blank, shown_word, word_key
from serve.mapping.dates import DateProblem, Order, read_date, whole_years
from serve.mapping.reader import NO_VALUE, NOTHING_COMMON, ColumnReader, Common, ReadCell, parsed

Values = Sequence[float]


@dataclass(frozen=True)
class DateReader:
    """A column of dates, as days counted from one day on; NaN for a blank cell."""

    order: Order | None = None
    coarse: bool = False
    common: Common = NOTHING_COMMON

    def read(self, text: str) -> ReadCell:
        """The day that a text names, or why it names none for sure."""
        kind = "blank" if is_blank(text) else self.common.missing.get(word_key(text), "")
        if kind == "blank":
            return ReadCell(NOT_ASKED if self.common.blank in NO_VALUE else math.nan)
        if kind or text.strip().lower() in NOT_KNOWN:
            return ReadCell(NOT_ASKED)
        day = read_date(text, self.order, coarse=self.coarse)
        if isinstance(day, DateProblem):
            shown = shown_word(text.strip())
            return ReadCell(math.nan, "bad_number", f"{shown}: {day.message}", day.remedy)
        return ReadCell(float(day.toordinal()))


@dataclass(frozen=True)
class Derivation:
    """How one finding follows from columns: which, how each is read, and what is computed."""

    finding: Finding
    how: str
    columns: tuple[str, ...] = ()
    """The names of the columns, as they are compared."""
    readers: tuple[ColumnReader | DateReader, ...] = ()
    """How each column is read."""
    parts: tuple[str, ...] = ()
    """What each column is to the computation: `left`, `arm`, a value of a choice."""
    fixed: str = ""
    """The constant value, or the day that time is counted to."""

    def read(self, texts: Sequence[str]) -> ReadCell:
        """The finding's value for a row whose cells in the columns are these texts."""
        cells = [reader.read(text) for reader, text in zip(self.readers, texts, strict=True)]
        bad = next((cell for cell in cells if math.isnan(cell.value) and cell.code), None)
        found = COMPUTED[self.how](self, [cell.value for cell in cells])
        if isinstance(found, ReadCell):
            return found
        if not math.isfinite(found):
            return bad or ReadCell(found)
        told = bad or next((cell for cell in cells if cell.code), ReadCell(found))
        read = parsed(self.finding, self._word(found))
        return read if read.code else ReadCell(read.value, told.code, told.message, told.remedy)

    def _word(self, value: float) -> str:
        kind = self.finding.kind
        return repr(round(value, 4)) if kind == "number" else self.finding.words[int(value)]


def _unknown(values: Values) -> float:
    """Blank where some value was left blank, else not known."""
    return math.nan if any(map(math.isnan, values)) or not values else NOT_ASKED


def _known(values: Values) -> list[float]:
    return [value for value in values if math.isfinite(value)]


def _constant(how: Derivation, _: Values) -> ReadCell:
    return parsed(how.finding, how.fixed)


def _since(how: Derivation, values: Values) -> float | ReadCell:
    if len(_known(values)) < len(values):
        return _unknown(values)
    end = values[1] if len(values) > 1 else float(date.fromisoformat(how.fixed).toordinal())
    since, until = (date.fromordinal(int(day)) for day in (values[0], end))
    if until < since:
        message = f"the time from {since} to {until} runs backward"
        return ReadCell(math.nan, "out_of_range", message, "correct one of the dates")
    return float(whole_years(since, until) if how.finding.unit == "years" else (until - since).days)


def _bmi(_: Derivation, values: Values) -> float | ReadCell:
    """Weight in kilograms by the square of height in metres; height comes in centimetres."""
    if len(_known(values)) < len(values) or not values[1]:
        return _unknown(values)
    return values[0] / (values[1] / 100) ** 2


def _abi(how: Derivation, values: Values) -> float:
    """The lower ankle's pressure by the higher arm's; one of each is enough."""
    ankles = _known([v for part, v in zip(how.parts, values, strict=True) if part == "ankle"])
    arms = _known([v for part, v in zip(how.parts, values, strict=True) if part == "arm"])
    arm = max(arms, default=0.0)
    return min(ankles) / arm if ankles and arm else _unknown(values)


def _lowest(_: Derivation, values: Values) -> float:
    return min(_known(values), default=_unknown(values))


def _highest(_: Derivation, values: Values) -> float:
    return max(_known(values), default=_unknown(values))


def _difference(_: Derivation, values: Values) -> float:
    known = len(_known(values)) == len(values)
    return abs(values[0] - values[1]) if known else _unknown(values)


def _first(_: Derivation, values: Values) -> float:
    return next(iter(_known(values)), _unknown(values))


def _any(_: Derivation, values: Values) -> float:
    """Yes where some column says yes, no where all say no."""
    if 1.0 in values:
        return 1.0
    return 0.0 if len(_known(values)) == len(values) else _unknown(values)


def _sides(how: Derivation, values: Values) -> float:
    """One or both legs; none where the finding has such a value. A leg left blank is unknown."""
    if len(_known(values)) < len(values):
        return _unknown(values)
    word = ("none", "one", "both")[int(sum(values))]
    return how.finding.code(word) if word in how.finding.values else math.nan


def _which(how: Derivation, values: Values) -> float | ReadCell:
    """The value whose column says yes; more than one such column is a contradiction."""
    said = [part for part, value in zip(how.parts, values, strict=True) if value == 1.0]
    if len(said) > 1:
        message = f"the columns of {' and '.join(said)} both say yes"
        return ReadCell(math.nan, "bad_choice", message, "leave one of them")
    return how.finding.code(said[0]) if said else _unknown(values)


def _pack_years(how: Derivation, values: Values) -> float:
    """Never for none; else current or former where a second column says it, ever where not."""
    packs, now = values[0], values[1] if len(values) > 1 else math.nan
    if now == 1.0:
        return how.finding.code("current")
    if not math.isfinite(packs):
        return _unknown(values[:1])
    word = "never" if packs == 0 else "former" if now == 0.0 else "ever"
    return how.finding.code(word)


COMPUTED: Mapping[str, Callable[[Derivation, Values], float | ReadCell]] = {
    "constant": _constant,
    "since": _since,
    "weight": _bmi,
    "ankle": _abi,
    "lowest": _lowest,
    "highest": _highest,
    "difference": _difference,
    "first": _first,
    "any": _any,
    "left": _sides,
    "which": _which,
    "pack_years": _pack_years,
}
"""What is computed, by the key that a mapping says it with."""
