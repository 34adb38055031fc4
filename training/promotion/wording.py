"""The gate's reason in words: what a promoted candidate won by, what a kept one lacked."""

from __future__ import annotations

from collections.abc import Sequence

from training.bundles.loaded import LoadedBundle
from training.promotion.checks.check import Check


def promoted(checks: Sequence[Check], champion: LoadedBundle | None) -> str:
    """Why the candidate is promoted, with every loss that was allowed."""
    if champion is None:
        return "there is no champion, and the candidate is within every limit"
    won = [check for check in checks if check.strict]
    head = "; ".join(f"better: {_figures(check)}" for check in won)
    head = head or "it learned other knowledge, and loses nothing by more than its margin"
    lost = [check for check in checks if check.degraded]
    if not lost:
        return f"{head}; nothing is worse"
    allowed = "; ".join(_figures(check) for check in lost)
    return f"{head}; worse, within what is allowed: {allowed}"


def lacking(checks: Sequence[Check], missing: str) -> str:
    """What the candidate lacks: each check that it fails, with its figures and the knob.

    `missing` says what could not be judged at all.
    """
    lacks = [_figures(check) for check in checks if not check.passed]
    return "it lacks: " + "; ".join([*lacks, *([f"to be judged on {missing}"] if missing else [])])


def _figures(check: Check) -> str:
    """A check as a phrase: figures, difference, and what is allowed by which knob."""
    said = f"{check.what} {check.candidate:.4g}"
    if check.champion is not None:
        whose = "the anchor's " if check.against == "anchor" else ""
        said += f" against {whose}{check.champion:.4g} ({interval(check)})"
    knob = f" by gate.{check.knob}" if check.knob else ""
    return f"{said}, allowed {allowed(check)}{knob}"


def interval(check: Check) -> str:
    """The difference and its interval, as far as they are known."""
    said = "" if check.difference is None else f"{check.difference:+.4g}"
    if check.low is None or check.high is None:
        return said
    sign = "" if check.difference is None else "+"
    ends = f"{check.low:{sign}.3g} to {check.high:{sign}.3g}"
    return f"{said}, {ends}" if said else ends


_JUDGED = {"figure": "", "difference": "difference ", "low": "lower end ", "high": "upper end "}


def allowed(check: Check) -> str:
    """What must not exceed which bound."""
    bound = "below" if check.strict else "at most"
    return f"{_JUDGED[check.judged]}{bound} {check.allowed:g}"
