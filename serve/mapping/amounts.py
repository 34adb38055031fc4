"""Amounts as people write them: with a unit, of ten, as a range, as a bound, or in words.

What is surely said is read. Of a bound the least that it says is taken and told; of `less than`,
and of anything else, nothing.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from serve.mapping.units import factor, unit_named

_NUMBER = r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+"
_COUNTS = {
    "a": 1.0, "an": 1.0, "one": 1.0, "half a": 0.5, "half an": 0.5, "two": 2.0, "three": 3.0,
    "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0, "eight": 8.0, "nine": 9.0, "ten": 10.0,
    "eleven": 11.0, "twelve": 12.0, "ein": 1.0, "eine": 1.0, "einem": 1.0, "einer": 1.0,
    "zwei": 2.0, "drei": 3.0, "vier": 4.0,
}  # fmt: skip
_VAGUE = {
    "several": 3.0, "a few": 3.0, "few": 3.0, "some": 2.0, "a couple of": 2.0, "couple of": 2.0,
    "many": 3.0, "mehrere": 3.0, "mehreren": 3.0, "einige": 3.0, "einigen": 3.0,
}  # fmt: skip
"""How many such a word says at the least."""
_ABOVE = r">|over|more than|longer than|greater than|mehr als|über"
_FROM = r">=|≥|=>|at least|from|mindestens"
_ABOUT = re.compile(r"^(?:~|≈|about|approximately|approx\.?|around|ca\.?|circa|etwa|seit)\s*", re.I)
_LEAST = re.compile(rf"(?P<above>{_ABOVE})\s*(?P<a>.+)|(?P<start>{_FROM})\s*(?P<b>.+)", re.I)
_PLUS = re.compile(rf"(?P<n>{_NUMBER})\s*\+\s*(?P<unit>[^0-9]*)")
_PAIR = re.compile(rf"\s*(?P<n>{_NUMBER})\s*(?P<unit>[^0-9.,<>=/+-]*)")
_RANGE = re.compile(
    rf"(?P<low>{_NUMBER})\s*(?P<one>[^0-9.-]*?)\s*(?:-|\u2013|to|bis)\s*(?P<high>{_NUMBER})"
    r"\s*(?P<unit>[^0-9]*)", re.I)  # fmt: skip
_OF = re.compile(
    rf"(?P<n>{_NUMBER})\s*(?:/|of|out of|von|auf)\s*(?P<whole>[0-9]+)\s*(?:points?)?", re.I
)
_WORDS = re.compile(
    rf"(?P<count>{'|'.join(sorted([*_COUNTS, *_VAGUE], key=len, reverse=True))})\s+(?P<unit>\D+)",
    re.IGNORECASE,
)
_CLOSE = 2.0  # of a range whose ends are further apart, the middle says too little
_TEN = 10.0
_COUNTED = ("days", "min", "m", "years")  # in whole numbers of which more than two is three


class Amount(NamedTuple):
    """An amount in the unit that is computed in, and what it stands for where it is not exact."""

    value: float
    stands_for: str = ""


def amount(text: str, base: str, unit: str, *, of: float | None = None) -> Amount | None:
    """The amount that a text surely says, in `base`; None where it says none.

    A number without a unit is in `unit`. `of` is the highest value of a scale from 0: `7/10` and
    `70/100` are 7 of ten.
    """
    word = _ABOUT.sub("", " ".join(text.lower().split()))
    if of == _TEN and (found := _OF.fullmatch(word)):
        return _share(float(found["n"]), float(found["whole"]), of)
    if found := _LEAST.fullmatch(word):
        return _bound(found["a"] or found["b"], base, unit, above=bool(found["above"]))
    if found := _PLUS.fullmatch(word):
        return _bound(f"{found['n']} {found['unit']}".strip(), base, unit, above=False)
    if found := _RANGE.fullmatch(word):
        return _middle(found, base, unit)
    return _exact(word, base, unit)


def _share(number: float, whole: float, of: float) -> Amount | None:
    if whole not in (of, _TEN * of) or number > whole:
        return None
    return Amount(number * of / whole)


def _exact(word: str, base: str, unit: str) -> Amount | None:
    if found := _WORDS.fullmatch(word):
        return _worded(found, base)
    total, place = 0.0, 0
    pairs = list(_PAIR.finditer(word))
    for found in pairs:
        own = _unit(found["unit"], base, unit if len(pairs) == 1 else "")
        if own is None or found.start() != place:
            return None
        total, place = total + _in(float(found["n"]), base, own), found.end()
    return Amount(total) if pairs and place == len(word) else None


def _worded(found: re.Match[str], base: str) -> Amount | None:
    own, count = unit_named(found["unit"], base), found["count"].lower()
    if own is None:
        return None
    if count in _VAGUE:
        return Amount(_in(_VAGUE[count], base, own), "the least that it says")
    return Amount(_in(_COUNTS[count], base, own))


def _bound(rest: str, base: str, unit: str, *, above: bool) -> Amount | None:
    found = _exact(rest.strip(), base, unit)
    if found is None:
        return None
    return Amount(found.value + (above and base in _COUNTED), "the least that it says")


def _middle(found: re.Match[str], base: str, unit: str) -> Amount | None:
    own = _unit(found["unit"], base, unit)
    first = _unit(found["one"], base, own or "")
    if own is None or first is None:
        return None
    low, high = _in(float(found["low"]), base, first), _in(float(found["high"]), base, own)
    if not 0 <= low <= high <= _CLOSE * low:
        return None
    return Amount((low + high) / 2, "the middle of what it says")


def _unit(text: str, base: str, unit: str) -> str | None:
    """The unit of a number: the one beside it, else the column's; None where neither is one."""
    beside = text.strip().removesuffix("and").strip()
    return (unit_named(beside, base) if beside else unit) or (None if beside or base else "")


def _in(number: float, base: str, unit: str) -> float:
    scale, shift = factor(base, unit) if base else (1.0, 0.0)
    return round(number * scale + shift, 6)
