"""The facts of a report as one page of HTML: nothing outside it is needed to show it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_NONE = "\N{EN DASH}"
_KINDS = {
    "triage": "triage, share of rows",
    "condition": "condition, estimated share",
    "component": "likeliest component, share of rows",
    "issue": "issue, share of rows",
    "filled": "filled in, share of rows",
    "finding": "finding, of the rows that fill it",
    "number": "number, mean of the rows that fill it",
    "novelty": "mean",
}
"""What the numbers of each kind of change are."""
_LONGEST = 80  # characters of a name


def render_page(facts: Mapping[str, Any], facts_file: str | None = None) -> str:
    """The page of some facts; whatever text they hold is escaped. `facts_file` is named in it."""
    return _environment().get_template("page.html").render(facts=facts, facts_file=facts_file)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "by_share": _by_share, "count": _count, "expected": _expected, "figure": _figure,
        "interval": _interval, "kind": _KINDS.get, "mix_name": _mix_name, "mix_scale": _mix_scale,
        "p_value": _p_value, "rate": _rate, "said": _said,
        "words": _words,
    }  # fmt: skip
    return made


def _words(name: str) -> str:
    shown = name.replace("_", " ")
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."


def _rate(share: float | None) -> str:
    return _NONE if share is None else f"{100 * share:.1f} %"


def _figure(number: float | None) -> str:
    return _NONE if number is None else f"{number:.3g}"


def _count(rows: int) -> str:
    return f"{rows:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _p_value(p: float) -> str:
    return f"{p:.2g}" if p >= 1e-6 else "< 0.000001"


def _interval(found: Mapping[str, float]) -> str:
    return f"{_rate(found['share'])} ({100 * found['low']:.0f} to {100 * found['high']:.0f})"


def _mix_name(mix: str) -> str:
    return f"the {mix} mix" if mix.isalpha() else "a mix of its own"


def _by_share(mix: Mapping[str, Mapping[str, float]]) -> list[tuple[str, Mapping[str, float]]]:
    return sorted(mix.items(), key=lambda one: -one[1]["share"])


def _mix_scale(facts: Mapping[str, Any]) -> dict[str, Any]:
    """How far the axis of the mix reaches, and where its ticks stand."""
    then = (facts["reference"] or {}).get("mix", {})
    ends = [one["high"] for one in facts["mix"].values()]
    most = max(*ends, *facts["scored_mix"].values(), *(one["share"] for one in then.values()), 0.01)
    step = next(s for s in (0.01, 0.02, 0.05, 0.1, 0.2) if most / s <= 6 or s == 0.2)
    ticks = [step * place for place in range(int(most / step) + 2)]
    return {"most": ticks[-1], "ticks": ticks}


def _said(finding: Mapping[str, Any]) -> str:
    """What the rows that fill a finding say, in few words."""
    filled = finding["filled"]
    if not filled:
        return _NONE
    if "quartiles" in finding:
        low, middle, high = finding["quartiles"]
        return f"median {middle:g} ({low:g} to {high:g})"
    return _listed({word: rows / filled for word, rows in finding["values"].items()})


def _expected(rates: Mapping[str, float]) -> str:
    if "median" in rates:
        return f"median {rates['median']:.3g}"
    return _listed({word: rate for word, rate in rates.items() if word != "no" or len(rates) != 2})


def _listed(shares: Mapping[str, float]) -> str:
    return ", ".join(f"{_words(word)} {_rate(share)}" for word, share in shares.items())
