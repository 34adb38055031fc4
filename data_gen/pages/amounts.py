"""What the knowledge says of one finding, in figures a reader can take in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from data_gen.pages.markdown import percent
from data_gen.profiles.schema import (
    Background,
    BackgroundEntry,
    BandEntry,
    Based,
    Entry,
    Percentiles,
    Share,
)
from data_gen.vocabulary import Finding
from data_gen.world import World

Array = npt.NDArray[np.float64]
_SHORT = {"bmi": "body mass index", "abi": "ankle-brachial index"}
_UNITS = {"kg/m2": "", "degC": " °C", "years": " years"}
_TIMES = (
    (365.25, "year", 548),
    (30.44, "month", 61),
    (7, "week", 14),
    (1, "day", 1),
    (1 / 24, "hour", 1 / 24),
)
_RANGE = (0.05, 0.5, 0.95)
_SHOWN_BANDS = (0, 4, 7)  # a child, fifty, eighty


def label(finding: Finding) -> str:
    """What a finding is called in a table."""
    if finding.kind == "yes_no":
        return finding.meaning.partition(" (")[0].partition(";")[0]
    words = [
        word for word in finding.id.split("_") if word not in ("m", "c", "cm", "days", "years")
    ]
    return " ".join(_SHORT.get(word, word) for word in words)


def stated(finding: Finding, based: Based) -> str:
    """An entry as its file states it: `72 %`, `gradual 90 %, days 6 %`, `250 m (40 to 1200)`."""
    if isinstance(based, Percentiles):
        return f"{based.median:g} years ({based.low:g} to {based.high:g})"
    if isinstance(based, Share):
        return f"female {percent(based.p)}"
    assert isinstance(based, Entry)  # noqa: S101 for the type checker: a profile has no others
    if based.p is not None:
        return percent(based.p)
    if based.of is not None:
        return shares(based.of)
    if based.fever is not None:
        return f"38 °C or more in {percent(based.fever)}"
    text = span(finding, float(based.low or 0), float(based.median or 0), float(based.high or 0))
    said = "applies" in based.model_fields_set and based.applies < 1
    text += f"; 1.3 or more in {percent(based.stiff)}" if based.stiff else ""
    return text + (f"; has one in {percent(based.applies)}" if said else "")


def shares(of: dict[str, float]) -> str:
    """The shares of a choice, most frequent first; those that never occur are left out."""
    found = sorted(((-share, value) for value, share in of.items() if share > 0))
    return ", ".join(f"{value.replace('_', ' ')} {percent(-share)}" for share, value in found)


def span(finding: Finding, low: float, median: float, high: float) -> str:
    """Median and, in brackets, 5th and 95th percentile: `4 min (1 to 10)`."""
    if finding.unit == "days":
        return f"{lasting(median)} ({lasting(low)} to {lasting(high)})"
    shown = [_figures(finding, value) for value in (median, low, high)]
    return f"{shown[0]}{_unit(finding)} ({shown[1]} to {shown[2]})"


def lasting(days: float) -> str:
    """A time in the unit that keeps it near: `5 hours`, `3 weeks`, `6 years`."""
    for size, name, least in _TIMES:
        if days >= least:
            count = f"{float(f'{days / size:.2g}'):g}"
            return f"{count} {name}{'' if count == '1' else 's'}"
    return "less than an hour"


def _unit(finding: Finding) -> str:
    return _UNITS.get(finding.unit, f" {finding.unit}" if finding.unit else "")


def _figures(finding: Finding, value: float) -> str:
    """Two decimals for a ratio; two figures, whole numbers from 10 on, otherwise."""
    if finding.id == "abi":
        return f"{value:.2f}".rstrip("0").rstrip(".")
    if finding.unit == "degC":
        return f"{value:.1f}"
    return f"{float(f'{value:.2g}'):g}" if value < 10 else f"{float(f'{value:.3g}'):.0f}"


def met(world: World, finding: Finding, row: Array, *, short: bool = False) -> str:
    """How often a finding is met in a condition, from its marginal (n_values,) in a world.

    `short` gives the median of a number alone.
    """
    if finding.kind == "yes_no":
        return percent(float(row[1]))
    if finding.id == "sex":
        return f"female {percent(float(row[0]))}"
    if finding.kind == "choice":
        return shares(dict(zip(finding.values, map(float, row), strict=True)))
    in_bins = finding.id in world.bins  # an age counts whole years
    edges = world.bins[finding.id].edges if in_bins else np.arange(len(row) + 1.0)
    bins = row[: len(edges) - 1]
    low, median, high = (_quantile(bins / bins.sum(), edges, q) for q in _RANGE)
    has = float(bins.sum() / row.sum())
    if short:
        return span(finding, low, median, high).partition(" (")[0]
    return span(finding, low, median, high) + (
        f"; has one in {percent(has)}" if has < 0.995 else ""
    )


def _quantile(bins: Array, edges: Array, q: float) -> float:
    return float(np.interp(q, np.concatenate([[0.0], np.cumsum(bins)]), edges))


def background(finding: Finding, known: Background) -> str:
    """The background of a finding, with what it depends on; "" where the table has none."""
    based = {"age_years": known.age, "sex": known.female}.get(finding.id)
    if based is not None:
        return stated(finding, based)
    entry = known.findings.get(finding.id)
    if entry is None:
        return ""
    if entry.p is not None:
        return "; ".join([_rate(entry), *_depends(entry)])
    if entry.bands == 1:
        return _distribution(finding, entry, entry.in_band(0))
    ages = (f"{known.bands[band]}: " for band in _SHOWN_BANDS)
    told = (_distribution(finding, entry, entry.in_band(band)) for band in _SHOWN_BANDS)
    return "; ".join(f"from {age}{text}" for age, text in zip(ages, told, strict=True))


def _distribution(finding: Finding, entry: BackgroundEntry, band: BandEntry) -> str:
    """A choice or number of the background in one age band."""
    if band.of is not None:
        with_ = f"; with the {entry.trait} trait {shares(band.with_)}" if band.with_ else ""
        return shares(band.of) + with_
    text = span(finding, float(band.low or 0), float(band.median or 0), float(band.high or 0))
    text += f"; has one in {percent(entry.applies)}" if entry.applies < 1 else ""
    if band.with_:
        with_trait = (band.with_[name] for name in ("low", "median", "high"))
        text += f"; with the {entry.trait} trait {span(finding, *with_trait)}"
    return text


def _rate(entry: BackgroundEntry) -> str:
    if not isinstance(entry.p, tuple):
        return percent(float(entry.p or 0))
    return f"{percent(entry.p[0])} in children to {percent(entry.p[-1])} from 80"


def _depends(entry: BackgroundEntry) -> list[str]:
    out = []
    if isinstance(entry.female, tuple):
        out.append("far more in women of child-bearing age")
    elif entry.female != 1:
        out.append(f"odds in women times {entry.female:g}")
    if entry.trait:
        out.append(f"odds with the {entry.trait} trait times {entry.odds:g}")
    return out
