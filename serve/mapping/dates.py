"""Dates as other systems write them, read only where day and month cannot be mistaken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

Order = Literal["ymd", "dmy", "mdy"]
"""Year, month and day in the order in which a date of digits has them."""
ORDERS: tuple[Order, ...] = get_args(Order)

_TIME = r"(?:[T ]\s*[0-9]{1,2}:[0-9]{2}.*)?"
_ISO = re.compile(rf"([0-9]{{4}})[-/.]?([0-9]{{1,2}})[-/.]?([0-9]{{1,2}}){_TIME}")
_DIGITS = re.compile(rf"([0-9]{{1,2}})[-/. ]([0-9]{{1,2}})[-/. ]([0-9]{{4}}){_TIME}")
_NAMED = re.compile(rf"([0-9]{{1,2}})\.?[- ]?([a-zä]{{3,9}})\.?[- ,]*([0-9]{{4}}){_TIME}", re.I)
_NAMED_FIRST = re.compile(rf"([a-zä]{{3,9}})\.?[- ]([0-9]{{1,2}}),?[- ]+([0-9]{{4}}){_TIME}", re.I)
_YEAR = re.compile(r"([0-9]{4})(?:[-/]([0-9]{1,2}))?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_OTHERS = {"mai": 5, "okt": 10, "dez": 12, "mär": 3, "mrz": 3}
_MONTH_DAYS, _MID_YEAR = 15, (7, 1)


@dataclass(frozen=True)
class DateProblem:
    """Why a text is no date that can be read for sure, and what to write."""

    message: str
    remedy: str


def read_date(text: str, order: Order | None, *, coarse: bool = False) -> date | DateProblem:
    """The day that a text names.

    `2024-05-31` and `31 May 2024` are read always, with a time behind them or not. A date of digits
    that does not begin with its year is read in the given order, or where only one order is
    possible. `coarse` takes a year or a month for its middle, which is enough for an age.
    """
    word = text.strip()
    try:
        return _whole(word, order) or (_part(word) if coarse else None) or _none(word)
    except ValueError:
        return DateProblem("there is no such day", "write it as 2024-05-31")


def _whole(word: str, order: Order | None) -> date | DateProblem | None:
    if found := _ISO.fullmatch(word):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _NAMED.fullmatch(word):
        return _with_name(found[3], found[2], found[1])
    if found := _NAMED_FIRST.fullmatch(word):
        return _with_name(found[3], found[1], found[2])
    if found := _DIGITS.fullmatch(word):
        return _by_order(int(found[1]), int(found[2]), int(found[3]), order)
    return None


def _with_name(year: str, month: str, day: str) -> date | None:
    begun = month[:3].lower()
    number = _MONTHS.index(begun) + 1 if begun in _MONTHS else _OTHERS.get(begun)
    return None if number is None else date(int(year), number, int(day))


def _by_order(first: int, second: int, year: int, order: Order | None) -> date | DateProblem:
    if order == "dmy" or (order is None and first > len(_MONTHS)):
        return date(year, second, first)
    if order == "mdy" or (order is None and (second > len(_MONTHS) or first == second)):
        return date(year, first, second)
    remedy = "say `dates: dmy` or `dates: mdy` in the mapping"
    return DateProblem("it is not said whether day or month comes first", remedy)


def _part(word: str) -> date | None:
    found = _YEAR.fullmatch(word)
    if found is None:
        return None
    if found[2]:
        return date(int(found[1]), int(found[2]), _MONTH_DAYS)
    return date(int(found[1]), *_MID_YEAR)


def _none(word: str) -> DateProblem:
    if _YEAR.fullmatch(word):
        return DateProblem("it names no day", "write it as 2024-05-31")
    return DateProblem("it is no date", "write it as 2024-05-31")


def whole_years(since: date, until: date) -> int:
    """How many birthdays lie between two days."""
    return until.year - since.year - ((until.month, until.day) < (since.month, since.day))
