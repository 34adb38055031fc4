"""The one reading of a cell: its text, whatever it came as, and the value that it stands for.

Files, data frames, requests and labelled cases all come here, so that a word means the same
everywhere. A cell that is no text yet (a boolean, a number, bytes) is first made one by
`cell_text`; `parse_cell` then reads the text.
"""

from __future__ import annotations

import difflib
import enum
import math
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import numpy as np

from data_gen.vocabulary.finding import NOT_ASKED, Finding
from data_gen.vocabulary.quantity import plain, unit_name
from data_gen.vocabulary.synonyms import meant

BLANK = frozenset({"", "na", "n/a", "nan", "null", ".", "<na>", "#n/a", "\\n"})
"""What is left blank, also as SAS, SPSS, R, Oracle and pandas write it."""
NOT_KNOWN = frozenset({"unknown", "?", "not asked"})
"""What says that nothing is known: it was not asked, or asked and not known."""
UNKNOWN = BLANK | NOT_KNOWN
WORD_NOT_ASKED = "not asked"
_NONE = "none"  # Python's blank; a value where the finding has it
PRESENT = frozenset({"yes", "y", "true", "t", "1", "1.0", "present", "checked"})
ABSENT = frozenset({"no", "n", "false", "f", "0", "0.0", "absent", "unchecked"})

Code = Literal["bad_word", "bad_number", "out_of_range", "bad_choice"]

# ASCII only: no underscores, hexadecimals, separators or digits of other scripts.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_PADDED = re.compile(r"[+-]?0[0-9]")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_WITH_UNIT = re.compile(rf"({_NUMBER.pattern})\s*[^0-9\s.,+-][^0-9]*")
_SHOWN = 40  # characters of a bad cell that its message quotes


@dataclass(frozen=True)
class CellProblem:
    """Why the text of a cell is no value of its finding, and what to write instead.

    The cell then counts as unknown. Where it stands (file, row, column) is for the caller to add.
    """

    code: Code
    message: str
    remedy: str


def parse_cell(finding: Finding, text: str) -> float | CellProblem:
    """The value of a cell, or the problem with its text.

    Unknown is NaN where the cell is blank, NOT_ASKED where it says that nothing is known. 1.0 is
    present and 0.0 absent for yes/no, the position in `finding.values` for a choice, the number
    itself for a number. Case and outer spaces do not matter, and of a yes/no neither does how 1 and
    0 are written (1.00, .0, 1e0). Of a choice, words that can mean nothing else are read as the
    value they mean (`synonyms`).
    """
    word = text.strip()
    if word.lower() in BLANK:
        return math.nan
    if word.lower() in NOT_KNOWN:
        return NOT_ASKED
    if finding.kind == "choice":
        return _parse_choice(finding, word)
    if word.lower() == _NONE:
        return math.nan
    return _parse_yes_no(word) if finding.kind == "yes_no" else _parse_number(finding, word)


def cell_text(value: Any) -> str:
    """A value of Python as the text of a cell: nothing for any kind of missing, true for True.

    Numbers are written as short as they can be read back in their own precision: a 32-bit 0.9 is
    0.9. Bytes are text in UTF-8; an enumeration's member is its value.
    """
    if isinstance(value, str) and not isinstance(value, enum.Enum):
        return str(value)
    if isinstance(value, enum.Enum):
        return cell_text(value.value)
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode(errors="backslashreplace")
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else str(value)
    return "" if _missing(value) else str(value)


def _missing(value: Any) -> bool:
    """Whether this is None, or a value of pandas that stands for none: NA, NaT, a NaN of Decimal.

    They are known by what they are called or by not equalling themselves: pandas is not needed.
    """
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(value, Decimal):
        return value.is_nan()
    return isinstance(value, np.datetime64 | np.timedelta64) and bool(np.isnat(value))


def is_blank(text: str) -> bool:
    """Whether a cell of any column says nothing at all."""
    return text.strip().lower() in BLANK


def word_key(text: str) -> str | Decimal:
    """What a cell's word is compared by: in lower case, and a number by its value (1.0 is 1)."""
    word = text.strip().lower()
    if not _NUMBER.fullmatch(word):
        return word
    try:
        return Decimal(word)
    except InvalidOperation:  # an exponent beyond all bounds
        return word


def write_cell(finding: Finding, value: float) -> str:
    """The text of a value, which parses to the same value; "" for NaN, which is blank.

    Raises ValueError for a value that the finding cannot have.
    """
    if math.isnan(value):
        return ""
    if value == NOT_ASKED:
        return WORD_NOT_ASKED
    if finding.kind == "number":
        _require(finding, value, _within(finding, value))
        return repr(float(value)).removesuffix(".0")
    words = ("no", "yes") if finding.kind == "yes_no" else finding.values
    _require(finding, value, value in range(len(words)))
    return words[int(value)]


def _require(finding: Finding, value: float, possible: bool) -> None:
    if not possible:
        raise ValueError(f"{finding.id} cannot have the value {value!r}")


def _parse_yes_no(word: str) -> float | CellProblem:
    if word.lower() in PRESENT:
        return 1.0
    if word.lower() in ABSENT:
        return 0.0
    # 01 is more like a code of somebody's own than like a number: asked about, not guessed at.
    if not _PADDED.match(word) and (key := word_key(word)) in (Decimal(0), Decimal(1)):
        return float(key)
    meant = _near(word, ("yes", "no", "present", "absent", "true", "false", "unknown"))
    remedy = f"{meant}write yes, no, or leave the cell blank for unknown"
    return CellProblem("bad_word", f"{shown_word(word)} is neither yes nor no", remedy)


def _parse_choice(finding: Finding, word: str) -> float | CellProblem:
    value = word.lower() if word.lower() in finding.values else meant(finding.id, word)
    if value is not None:
        return finding.code(value)
    values = ", ".join(finding.values)
    remedy = f"{_near(word, finding.values)}write one of {values}, or leave the cell blank"
    if word.lower() in PRESENT:
        return CellProblem("bad_choice", f"{shown_word(word)} does not say which", remedy)
    return CellProblem("bad_choice", f"{shown_word(word)} is not one of its values", remedy)


def _parse_number(finding: Finding, word: str) -> float | CellProblem:
    number = float(word) if _NUMBER.fullmatch(word) else math.nan
    if not math.isnan(number):
        # Adding zero turns -0.0 into 0.0, so that equal cells have equal bits.
        return number + 0.0 if _within(finding, number) else _out_of_range(finding, word, number)
    return CellProblem(
        "bad_number",
        f"{shown_word(word)} is not a plain number",
        f"{_plain_number(word)}write a number{_bounds(finding)}, or leave the cell blank",
    )


def _within(finding: Finding, number: float) -> bool:
    low = -math.inf if finding.low is None else finding.low
    high = math.inf if finding.high is None else finding.high
    return math.isfinite(number) and low <= number <= high


def _out_of_range(finding: Finding, word: str, number: float) -> CellProblem:
    celsius = (number - 32) / 1.8
    fahrenheit = finding.unit == "degC" and _within(finding, celsius)
    meant = f"degrees Fahrenheit would be {celsius:.1f} Celsius; " if fahrenheit else ""
    return CellProblem(
        "out_of_range",
        f"{shown_word(word)} is out of range",
        f"{meant}write a number{_bounds(finding)}, or leave the cell blank",
    )


def _bounds(finding: Finding) -> str:
    if finding.low is None or finding.high is None:
        return ""
    unit = f", in {unit_name(finding.unit)}" if finding.unit else ""
    return f" from {plain(finding.low)} to {plain(finding.high)}{unit}"


def _plain_number(word: str) -> str:
    """What a number that was written another way may have been meant as."""
    if _THOUSANDS.fullmatch(word):
        joined, decimal = word.replace(",", ""), word.replace(",", ".", 1)
        either = f" or {decimal}" if word.count(",") == 1 and "." not in word else ""
        return f"without the comma it is {joined}{either}; "
    if _COMMA.fullmatch(word):
        return f"with a decimal point it is {word.replace(',', '.')}; "
    if found := _WITH_UNIT.fullmatch(word):
        return f"without the unit it is {found[1]}; "
    return ""


def _near(word: str, words: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(word[:_SHOWN].lower(), words, n=1)
    return f"did you mean {near[0]}? " if near else ""


def shown_word(word: str) -> str:
    """The text of a cell as a message quotes it: short, and with nothing in it that acts."""
    return repr(word if len(word) <= _SHOWN else f"{word[:_SHOWN]}...")
