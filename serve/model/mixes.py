"""Another mix of conditions or components than the model was trained in: new over old."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from serve.model.bundle import Bundle, Verified
from serve.problem import Problem, RefusedError

Matrix = npt.NDArray[np.float64]
_MIXES = ("training", "clinic")
"""Mixes that every bundle names."""


@dataclass(frozen=True)
class MixWeights:
    """What each probability of the model's own mix is multiplied with, before it is normalised."""

    conditions: Matrix  # (1, n_conditions)
    components: Matrix | None  # (1, n_components), where the bundle has them


def check_mix(text: str, vocabulary: Vocabulary) -> None:
    """Raise RefusedError for a mix that no bundle of this vocabulary could know."""
    if text not in _MIXES:
        _shares(text, vocabulary)


def mix_weights(text: str, bundle: Bundle | Verified, vocabulary: Vocabulary) -> MixWeights | None:
    """New over old, from `training`, `clinic` or `id=share,id=share`; None for training's own.

    Shares are scaled to sum to 1; a condition that is not named has none. Within a condition a
    written mix keeps the shares that its components have in training. Raises RefusedError.
    """
    old: Mapping[str, float] = bundle.manifest["mix"]["training"]
    if text == "training":
        return None
    mixes: Mapping[str, Mapping[str, float]] = bundle.manifest["mix"]
    new = mixes[text] if text in mixes else _shares(text, vocabulary)
    total = sum(new.values())
    ids = vocabulary.condition_ids
    ratio = [new.get(key, 0.0) / total / old[key] if key in old else 0.0 for key in ids]
    conditions, components = np.array(ratio), bundle.components
    if components is None:
        return MixWeights(conditions[None, :], None)
    named = text in components.mixes
    parts = components.weights(text) if named else conditions[components.place]
    return MixWeights(conditions[None, :], parts[None, :])


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
