"""Which way a number departs from the background."""

from __future__ import annotations

from data_gen.profiles.background_rates import mean_rate
from data_gen.profiles.load import Knowledge
from data_gen.profiles.located import Located
from data_gen.profiles.schema import Entry, Percentiles


def more_than_background(knowledge: Knowledge, number: Located) -> bool | None:
    """Whether an entry says "more often" (a higher number) than the background, or less.

    None for a choice without an order and for what the background does not speak of. A choice with
    `none` is more where there is any; numbers are compared by their medians.
    """
    stated, background = number.based, knowledge.background
    if isinstance(stated, Percentiles):
        return stated.median > background.age.median
    entry = background.findings.get(number.finding)
    if entry is None or not isinstance(stated, Entry):
        return None
    if stated.p is not None and entry.p is not None:
        return stated.p > mean_rate(background, entry)
    if stated.of is not None and entry.of is not None and "none" in entry.of:
        return stated.of.get("none", 0.0) < entry.of["none"]
    if stated.median is not None and entry.median is not None:
        return stated.median > entry.median
    return True if stated.fever is not None else None
