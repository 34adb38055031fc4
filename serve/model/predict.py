"""Probabilities of conditions and components for a matrix of cases.

A case's figures do not depend on how many cases stand beside it, to the last bit: the graph's
scores are exact in any order of summing, and what follows is computed row by row on one thread.
Blocks are padded to eights, so that no row is left to the remainder of a vector instruction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from serve.model.bundle import Bundle
from serve.model.mixes import MixWeights

Matrix = npt.NDArray[np.float64]
BLOCK = 256
"""Cases of the longest run: what it holds stays in the processor's cache."""
_EIGHT = 8
BLANK, UNASKED = np.float32(-1.0), np.float32(-2.0)
"""What the graph reads in an unknown cell: left blank, or not asked."""
MICRO = 1_000_000
_OUTPUTS = ("probabilities", "components", "novelty")
_MEMORY = ("bad_alloc", "bad allocation", "allocate memory", "out of memory")


@dataclass(frozen=True)
class ModelOutput:
    """What the model says of n cases; a row of NaN where it gave no valid answer."""

    probabilities: Matrix  # (n_cases, n_conditions), rows sum to 1
    own: Matrix  # the same under the mix that the model was trained in
    novelty: Matrix  # (n_cases,), NaN where the bundle has none
    components: Matrix | None = None
    """(n_cases, n_components), where the bundle has them; those of a condition sum to it."""
    own_components: Matrix | None = None
    """The same under the mix that the model was trained in."""

    def check(self, n_cases: int, n_conditions: int) -> None:
        """Raise ValueError where it is of other cases or conditions."""
        size = n_cases, n_conditions
        if (self.probabilities.shape, self.own.shape, self.novelty.shape) != (size, size, size[:1]):
            raise ValueError("the model's outputs have other shapes than its cases and conditions")


def no_output(n_cases: int, n_conditions: int) -> ModelOutput:
    """The output of a model that is absent or broken: NaN throughout."""
    nothing = np.full((n_cases, n_conditions), np.nan)
    return ModelOutput(nothing, nothing, nothing[:, 0])


def predict(bundle: Bundle, values: Matrix, weights: MixWeights | None = None) -> ModelOutput:
    """Probabilities (n_cases, n_conditions) of completed cases, of their components, and novelty.

    `values` is (n_cases, n_findings), NaN for blank, NOT_ASKED for not asked. `weights` are those
    of another mix. A row that is not finite, or negative, or sums to nothing comes back as NaN.
    """
    told = _run(bundle, values)
    novelty = told["novelty"].reshape(-1) if "novelty" in told else np.full(len(values), np.nan)
    recoding, parts = bundle.recoding, told.get("components")
    raw = told["probabilities"] if recoding is None else recoding.answers(told["probabilities"])
    own = normalised(raw)
    if bundle.components is None or parts is None:
        shown = own if weights is None else normalised(own, weights.conditions)
        return ModelOutput(shown, own, novelty)
    own_parts = normalised(parts)
    if weights is None or weights.components is None:
        return ModelOutput(own, own, novelty, own_parts, own_parts)
    shown = normalised(own_parts, weights.components)
    probabilities = normalised(bundle.components.by_condition(shown, own.shape[1]))
    return ModelOutput(probabilities, own, novelty, shown, own_parts)


def _run(bundle: Bundle, values: Matrix) -> dict[str, Matrix]:
    """What the graph says of completed cases, output by output, a row a case."""
    names = [name for name in _OUTPUTS if name in bundle.outputs]
    recoding = bundle.recoding
    encoded = encode(values if recoding is None else recoding.cases(values))
    blocks = [
        bundle.session.run(names, {"cases": encoded[start : start + BLOCK]})
        for start in range(0, len(encoded), BLOCK)
    ]
    outputs = (np.concatenate(parts)[: len(values)] for parts in zip(*blocks, strict=True))
    return {name: out.astype(np.float64) for name, out in zip(names, outputs, strict=True)}


def encode(values: Matrix) -> npt.NDArray[np.float32]:
    """Cases as the graph reads them: float32, -1 for blank, -2 for not asked, padded to eights."""
    padded = max(_EIGHT, len(values) + -len(values) % _EIGHT)
    encoded = np.full((padded, values.shape[1]), BLANK, dtype=np.float32)
    cells = encoded[: len(values)]
    np.copyto(cells, values, casting="same_kind", where=~np.isnan(values))
    np.maximum(cells, UNASKED, out=cells)
    return encoded


def normalised(probabilities: Matrix, weights: Matrix | None = None) -> Matrix:
    """Rows that sum to 1, re-weighted where a mix is given; NaN for a row that is no distribution.

    A case that the new mix makes impossible keeps no answer either.
    """
    weighted = probabilities if weights is None else probabilities * weights
    with np.errstate(invalid="ignore", divide="ignore"):
        total = weighted.sum(axis=1, keepdims=True)
        good = np.isfinite(total) & (total > 0) & (probabilities >= 0).all(axis=1, keepdims=True)
        return np.where(good, weighted / total, np.nan)


def parts_per_million(probabilities: Matrix) -> npt.NDArray[np.int64]:
    """Millionths (n_cases, n_conditions) that sum to exactly 1,000,000, by largest remainder.

    Ties go to the earlier condition, so the order of the conditions is kept. A row of NaN is 0.
    """
    scaled = np.nan_to_num(probabilities, nan=0.0) * MICRO
    whole = np.floor(scaled)
    short = MICRO - whole.sum(axis=1, keepdims=True)
    order = np.argsort(whole - scaled, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(order.shape[1])[None, :], axis=1)
    known = ~np.isnan(probabilities[:, :1])
    return np.where(known, whole + (rank < short), 0).astype(np.int64)


def failure(error: Exception) -> str:
    """The kind of a model's failure: a word that holds nothing of any case.

    Raises MemoryError where memory ran out: then nothing is wrong with the model, and what would be
    written by overrides alone could have had its answer.
    """
    if isinstance(error, MemoryError):
        raise error
    if any(sign in str(error).lower() for sign in _MEMORY):  # as the runtime puts it
        raise MemoryError("the model had not enough memory") from None
    return type(error).__name__
