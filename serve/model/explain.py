"""Why one condition comes before another: each finding's share of the difference of their margins.

The margin of a condition is the logarithm of its probability. A case is built up from a blank
record, one recorded finding at a time; what the margin of the top condition over the second gains
with each finding is that finding's share. As findings work together, their order matters: the
shares are means over a few fixed orders and their reverses, so every finding is added early as
often as late. In each order the gains telescope, so that the shares and what a blank record says
sum to the difference exactly, whatever the model is; where it is additive they are its weights.
The graph computes in double behind its exact scores, so that the logarithms agree to about 1e-7
with margins recomputed in double from its weights.

A finding is added as it is recorded; what follows from it is added with it, and counts for it.
Each case asks the model some four times as often as it has findings: a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Finding, Vocabulary
from data_gen.vocabulary.complete import complete
from data_gen.vocabulary.finding import NOT_ASKED
from data_gen.vocabulary.quantity import quantity
from serve.model.bundle import Bundle
from serve.model.mixes import MixWeights
from serve.model.predict import Matrix, predict

_ORDERS = 2  # each with its reverse
_FLOOR = 1e-30  # probabilities below this count as this: a logarithm has to end somewhere
_TOLD = 6  # findings named in a text; the others are summed


@dataclass(frozen=True)
class Share:
    """What one recorded finding adds to the margin: above 0 it speaks for the top condition."""

    finding: str
    words: str
    weight: float


@dataclass(frozen=True)
class Explanation:
    """Why `top` comes before `second`: `blank` plus all weights of the shares is `margin`."""

    top: str
    second: str
    margin: float
    """log(p_top / p_second)."""
    blank: float
    """The same for a record with nothing in it: how common the two are."""
    shares: tuple[Share, ...]
    """The findings of the case, the weightiest first."""

    def __str__(self) -> str:
        told = [f"{share.weight:+.2f} {share.words}" for share in self.shares[:_TOLD]]
        rest = self.shares[_TOLD:]
        if rest:
            others = "1 other finding" if len(rest) == 1 else f"{len(rest)} other findings"
            told.append(f"{sum(share.weight for share in rest):+.2f} {others}")
        told.append(f"{self.blank:+.2f} a record with nothing in it")
        return f"{self.top} over {self.second} by {self.margin:.2f}: {'; '.join(told)}"


def explain(
    bundle: Bundle, row: Matrix, vocabulary: Vocabulary, weights: MixWeights | None = None
) -> Explanation | None:
    """The explanation of a case; None where the model gives no answer.

    `row` is (n_findings,) as recorded, NaN or NOT_ASKED for unknown, before anything is completed.
    `weights` are those of another mix, as for `predict`.
    """
    recorded = np.flatnonzero(np.isfinite(row))
    seen = _without_conflicts(row, vocabulary)
    known = np.flatnonzero(np.isfinite(seen))
    orders = _orders(known)
    states = np.concatenate([_built_up(seen, order) for order in orders])
    completed = complete(states, vocabulary).values
    probabilities = predict(bundle, completed, weights).probabilities
    if np.isnan(probabilities).any():
        return None
    logs = np.log(np.maximum(probabilities, _FLOOR)).reshape(len(orders), len(known) + 1, -1)
    top, second = np.argsort(-logs[0, -1], kind="stable")[:2]
    margins = logs[:, :, top] - logs[:, :, second]
    gains = np.zeros(len(row))
    for order, steps in zip(orders, np.diff(margins, axis=1), strict=True):
        gains[order] += steps / len(orders)
    named = [(vocabulary.findings[place], place) for place in recorded]
    shares = [Share(f.id, in_words(f, row[k]), float(gains[k])) for f, k in named]
    return Explanation(
        top=vocabulary.condition_ids[top],
        second=vocabulary.condition_ids[second],
        margin=float(margins[0, -1]),
        blank=float(margins[0, 0]),
        shares=tuple(sorted(shares, key=lambda share: -abs(share.weight))),
    )


def _without_conflicts(row: Matrix, vocabulary: Vocabulary) -> Matrix:
    """The cells that the model sees: those that contradict each other say nothing to it.

    Their shares are 0.
    """
    clashing = {f for c in complete(row[None], vocabulary).conflicts for f in c.findings}
    out = row.copy()
    out[[vocabulary.column(finding) for finding in clashing]] = NOT_ASKED
    return out


def _orders(known: npt.NDArray[np.intp]) -> list[npt.NDArray[np.intp]]:
    """Fixed orders of the findings and their reverses: the same for the same findings."""
    random = np.random.default_rng(0)
    forward = [known[np.argsort(random.random(len(known)))] for _ in range(_ORDERS)]
    return [*forward, *(order[::-1] for order in forward)]


def _built_up(row: Matrix, order: Sequence[int] | npt.NDArray[np.intp]) -> Matrix:
    """The records from empty to whole, (n_known + 1, n_findings), a finding more in each.

    A finding that is still to come was not asked; what is blank in the whole is so in all.
    """
    states = np.tile(np.where(np.isnan(row), row, NOT_ASKED), (len(order) + 1, 1))
    for step, place in enumerate(order):
        states[step + 1 :, place] = row[place]
    return states


def in_words(finding: Finding, value: float) -> str:
    """A recorded cell in plain words: its meaning, and the answer where that is not a yes."""
    if finding.kind == "number":
        return finding.phrase("number").replace("{value}", quantity(value, finding.unit))
    if finding.kind == "choice":
        return f"{finding.id}: {finding.values[int(value)]}".replace("_", " ")
    return finding.meaning if value else f"not: {finding.meaning}"
