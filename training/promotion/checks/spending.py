"""How the gate spends its chance of error over the candidates that it judges.

Each candidate that is no better than the champion has some chance to look better. Were it the same
each time, twenty tries at 2.5 % would give 40 % of a false "better". So the k-th candidate judged
against a champion gets 6 / (pi k)^2 of the whole. The shares sum to 1, so that by Bonferroni's
inequality the chance that any of them, however many come, is falsely called better is at most the
whole, even where later candidates are made with an eye on earlier decisions.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from training.promotion.store.history import Event

_JUDGED = ("promoted", "rejected", "forced")


def share_of_try(error: float, k: int) -> float:
    """What of the whole error the k-th candidate (from 1) may spend."""
    return error * 6.0 / (math.pi * k) ** 2


def which_try(history: Iterable[Event], champion: str, candidate: str) -> int:
    """The how-manieth candidate this is, from 1, of those judged against this champion.

    One that is judged again keeps its place: it meets the same rows with the same allowance.
    """
    judged = [e.version for e in history if e.kind in _JUDGED and e.before == champion]
    order = list(dict.fromkeys(judged))
    return 1 + (order.index(candidate) if candidate in order else len(order))
