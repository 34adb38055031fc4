"""Probabilities of the conditions for a matrix of cases.

A case's figures do not depend on how many cases stand beside it, to the last bit: the graph's
scores are exact in any order of summing, and what follows is computed row by row on one thread.
Blocks are padded to eights, so that no row is left to the remainder of a vector instruction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from serve.model.bundle import Bundle, Verified
from serve.problem import Problem, RefusedError

Matrix = npt.NDArray[np.float64]
BLOCK = 256
"""Cases of the longest run: what it holds stays in the processor's cache."""
_EIGHT = 8
BLANK, UNASKED = np.float32(-1.0), np.float32(-2.0)
"""What the graph reads in an unknown cell: left blank, or not asked."""
MICRO = 1_000_000
_MIXES = ("training", "clinic")
"""Mixes that every bundle names."""


@dataclass(frozen=True)
class ModelOutput:
    """What the model says of n cases; a row of NaN where it gave no valid answer."""

    probabilities: Matrix  # (n_cases, n_conditions), rows sum to 1
    own: Matrix  # the same under the mix that the model was trained in
    novelty: Matrix | None  # (n_cases,), where the bundle has it


def no_output(n_cases: int, n_conditions: int) -> ModelOutput:
    """The output of a model that is absent or broken: NaN throughout."""
    nothing = np.full((n_cases, n_conditions), np.nan)
    return ModelOutput(nothing, nothing, None)


def predict(bundle: Bundle, values: Matrix, weights: Matrix | None = None) -> ModelOutput:
    """Probabilities (n_cases, n_conditions) of completed cases, and their novelty.

    `values` is (n_cases, n_findings), NaN for blank, NOT_ASKED for not asked. `weights` is new/old
    of another class mix. A row that is not finite, or negative, or sums to nothing comes back as
    NaN.
    """
    names: list[str] = [n for n in ("probabilities", "novelty") if n in bundle.outputs]
    recoding = bundle.recoding
    encoded = encode(values if recoding is None else recoding.cases(values))
    blocks = [
        bundle.session.run(names, {"cases": encoded[start : start + BLOCK]})
        for start in range(0, len(encoded), BLOCK)
    ]
    outputs = [np.concatenate(parts)[: len(values)] for parts in zip(*blocks, strict=True)]
    novelty = outputs[1].astype(np.float64).reshape(-1) if len(outputs) > 1 else None
    told = outputs[0].astype(np.float64)
    own = normalised(told if recoding is None else recoding.answers(told))
    return ModelOutput(own if weights is None else normalised(own, weights), own, novelty)


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


def check_mix(text: str, vocabulary: Vocabulary) -> None:
    """Raise RefusedError for a mix that no bundle of this vocabulary could know."""
    if text not in _MIXES:
        _shares(text, vocabulary)


def mix_weights(text: str, bundle: Bundle | Verified, vocabulary: Vocabulary) -> Matrix | None:
    """New/old for each condition, from `training`, `clinic` or `id=share,id=share`; None for none.

    Shares are scaled to sum to 1; a condition that is not named has none. Raises RefusedError.
    """
    old: Mapping[str, float] = bundle.manifest["mix"]["training"]
    if text == "training":
        return None
    mixes: Mapping[str, Mapping[str, float]] = bundle.manifest["mix"]
    new = mixes[text] if text in mixes else _shares(text, vocabulary)
    total = sum(new.values())
    ids = vocabulary.condition_ids
    shares = [new.get(key, 0.0) / total / old[key] if key in old else 0.0 for key in ids]
    return np.array(shares)[None, :]


def _shares(text: str, vocabulary: Vocabulary) -> dict[str, float]:
    shares: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = part.partition("=")
        try:
            share, condition = float(number), vocabulary.condition(name.strip()).id
        except KeyError as error:
            raise _bad_mix(str(error.args[0])) from None
        except ValueError:
            raise _bad_mix(f"{part.strip()!r} is not `condition=share`") from None
        if condition in shares:
            raise _bad_mix(f"{condition} stands twice")
        shares[condition] = share
    good = all(np.isfinite(share) and share >= 0 for share in shares.values())
    if not good or sum(shares.values()) <= 0:
        raise _bad_mix("shares must be numbers of 0 or more, and not all 0")
    return shares


def _bad_mix(message: str) -> RefusedError:
    remedy = "give `clinic`, `training`, or `sciatica=0.4,lumbar_spinal_stenosis=0.6`"
    return RefusedError(Problem("bad_mix", "--mix", message, remedy))
