"""Numbers with their units, in English."""

from __future__ import annotations

_WORDS = ("0", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_DAYS_A_MONTH = 30.4375
_DAYS_A_YEAR = 365.25
_NOUNS = {"m": "metre", "min": "minute"}
_SYMBOLS = {"cm": " cm", "degC": " °C"}


def quantity(number: float, unit: str) -> str:
    """A number, with its unit where the unit is said: "five minutes", "38.5 °C".

    `unit` is the unit of a finding. An age counts whole years; days are told as time gone by.
    """
    if unit == "years":
        return str(int(number))
    if unit == "days":
        return time_ago(number)
    if unit in _NOUNS:
        return counted(number, _NOUNS[unit])
    return plain(number) + _SYMBOLS.get(unit, "")


def unit_name(unit: str) -> str:
    """The unit of a finding in full: "metres" for "m"."""
    return {"m": "metres", "min": "minutes", "degC": "degrees Celsius"}.get(unit, unit)


def plain(number: float) -> str:
    """A number to two decimals, without an exponent and without trailing zeros."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def counted(number: float, noun: str) -> str:
    """A number of things: words up to ten, then digits; the noun's plural but for one."""
    text = plain(number)
    if text == "1":
        return f"one {noun}"
    small = text.isdigit() and int(text) < len(_WORDS)
    return f"{_WORDS[int(text)] if small else text} {noun}s"


def time_ago(days: float) -> str:
    """How long ago something began, in the largest unit that keeps it near: "two months ago"."""
    hours = days * 24
    if days == 0:
        return "today"
    if hours < 1:
        return "less than an hour ago"
    if days < 1:
        return _nearest(hours, "hour")
    if days < 14 or (days < 28 and days % 7):
        return _nearest(days, "day")
    if days < 60 and days not in (30, 31):
        return _nearest(days / 7, "week")
    if days < 2 * _DAYS_A_YEAR - 15 and abs(days - 365) > 2:
        return _nearest(days / _DAYS_A_MONTH, "month")
    return _nearest(days / _DAYS_A_YEAR, "year")


def _nearest(count: float, noun: str) -> str:
    whole = round(count)
    near = abs(count - whole) <= 0.03 * count
    return f"{'' if near else 'about '}{counted(whole, noun)} ago"
