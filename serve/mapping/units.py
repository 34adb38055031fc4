"""Units that a column or a cell may be in, and how each becomes the vocabulary's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

UNITS: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "degC": {"degF": (5 / 9, -160 / 9), "K": (1.0, -273.15)},
    "m": {"yd": (0.9144, 0.0), "ft": (0.3048, 0.0), "km": (1000.0, 0.0), "mi": (1609.344, 0.0)},
    "min": {"s": (1 / 60, 0.0), "h": (60.0, 0.0)},
    "days": {"hours": (1 / 24, 0.0), "weeks": (7.0, 0.0), "months": (30.4375, 0.0),
             "years": (365.25, 0.0)},
    "cm": {"mm": (0.1, 0.0), "m": (100.0, 0.0), "in": (2.54, 0.0), "ft": (30.48, 0.0)},
    "years": {"months": (1 / 12, 0.0)},
    "kg": {"g": (0.001, 0.0), "lb": (0.45359237, 0.0), "st": (6.35029318, 0.0)},
    "mmHg": {"kPa": (7.50061683, 0.0)},
    "kg/m2": {},
}  # fmt: skip
"""For each unit that is computed in, other units: value times the first plus the second."""

_WRITTEN: Mapping[str, str] = {
    "degC": "c °c deg_c celsius grad degrees_celsius",
    "degF": "f °f deg_f fahrenheit degrees_fahrenheit",
    "K": "kelvin",
    "m": "meter meters metre metres mtr",
    "yd": "yds yard yards",
    "ft": "feet foot '",
    "in": "inch inches ins \" ''",
    "km": "kilometer kilometers kilometre kilometres",
    "mi": "mile miles",
    "min": "mins minute minutes minuten",
    "s": "sec secs second seconds sekunde sekunden",
    "h": "hr hrs hour hours std stunde stunden",
    "hours": "h hr hrs hour std stunde stunden",
    "days": "d day tag tage tagen",
    "weeks": "w wk wks week woche wochen",
    "months": "mo mos mth mths month monat monate monaten",
    "years": "y yr yrs year jahr jahre jahren",
    "cm": "centimeter centimeters centimetre centimetres",
    "mm": "millimeter millimeters millimetre millimetres",
    "kg": "kgs kilo kilos kilogram kilograms kilogramm",
    "g": "gram grams",
    "lb": "lbs pound pounds #",
    "st": "stone stones",
    "mmHg": "mm_hg torr",
    "kPa": "",
    "kg/m2": "kg/m² kg/m^2 kg/qm",
}
"""Other ways of writing each unit, `_` for a space; case and a final full stop do not matter."""


def units_of(base: str) -> tuple[str, ...]:
    """The units that can be given for what is computed in `base`, itself first."""
    return (base, *UNITS.get(base, ())) if base else ()


def factor(base: str, unit: str) -> tuple[float, float]:
    """What turns a number in `unit` into one in `base`: times the first plus the second."""
    return (1.0, 0.0) if unit == base else UNITS[base][unit]


def unit_named(text: str, base: str) -> str | None:
    """The unit that a word beside a number means, among those of `base`; None for any other."""
    return _names(base).get(" ".join(text.lower().replace("_", " ").rstrip(".").split()))


@cache
def _names(base: str) -> Mapping[str, str]:
    named: dict[str, str] = {}
    for unit in units_of(base):
        for name in (unit, *_WRITTEN.get(unit, "").split()):
            named.setdefault(name.lower().replace("_", " "), unit)
    return named
