"""Another mix of conditions or components than the model was trained in: new over old."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data_gen.vocabulary import Vocabulary
from serve.model.bundle import Contents
from serve.model.components import Components, Matrix
from serve.problem import Problem, RefusedError

_MIXES = ("training", "clinic")
"""Mixes that every bundle names."""
_FLOOR = 1e-12  # of a share that is divided by


@dataclass(frozen=True)
class MixWeights:
    """What each probability of the model's own mix is multiplied with, before it is normalised."""

    conditions: Matrix  # (1, n_conditions)
    components: Matrix | None  # (1, n_components), where the bundle has them


def read_mix(text: str) -> str:
    """A mix as it is written: the text itself, or what the facts of `serve report` estimate.

    A file, known by its ending `.json`, becomes `id=share,...`, so that what made a score says the
    mix and not a path. Raises RefusedError for a file that holds no mix.
    """
    if not text.lower().endswith(".json"):
        return text
    try:
        facts = json.loads(Path(text).read_bytes())
    except OSError as error:
        raise _bad_mix(error.strerror or "it cannot be read", f"--mix {text}") from None
    except ValueError as error:
        raise _bad_mix(f"this is no JSON: {error}", f"--mix {text}") from None
    try:
        found = {name: float(entry["share"]) for name, entry in facts["mix"].items()}
        within = str(facts.get("mix_within", "training"))
    except (AttributeError, KeyError, TypeError, ValueError):
        found, within = {}, ""
    if not found or within not in _MIXES:
        message = "it holds no mix: under `mix`, a `share` of each condition"
        raise _bad_mix(message, f"--mix {text}")
    return f"{within}:" + ",".join(f"{name}={share:.6g}" for name, share in found.items())


def check_mix(text: str, vocabulary: Vocabulary) -> None:
    """Raise RefusedError for a mix that no bundle of this vocabulary could know."""
    if text not in _MIXES:
        _shares(text, vocabulary)


def within_mix(text: str) -> str:
    """The mix that says how common the components of a condition are among themselves."""
    if text in _MIXES:
        return text
    named, colon, _ = text.partition(":")
    return named if colon else "training"


def shares_of(
    text: str, mixes: Mapping[str, Mapping[str, float]], vocabulary: Vocabulary
) -> dict[str, float]:
    """The share of each condition that a mix has, in a sum of 1. `mixes` are those of a bundle.

    A condition that is not named has none. Raises RefusedError.
    """
    shares = mixes[text] if text in mixes else _shares(text, vocabulary)
    total = sum(shares.values())
    return {key: shares.get(key, 0.0) / total for key in vocabulary.condition_ids}


def mix_weights(text: str, bundle: Contents, vocabulary: Vocabulary) -> MixWeights | None:
    """New over old, from `training`, `clinic` or `id=share,id=share`; None for training's own.

    Shares are scaled to sum to 1; a condition that is not named has none. Within a condition a
    written mix keeps the shares that its components have in training, or in the clinic where
    `clinic:` stands before it. Raises RefusedError.
    """
    old: Mapping[str, float] = bundle.manifest["mix"]["training"]
    if text == "training":
        return None
    new = shares_of(text, bundle.manifest["mix"], vocabulary)
    ratio = [new[key] / old[key] if key in old else 0.0 for key in vocabulary.condition_ids]
    conditions, components = np.array(ratio), bundle.components
    if components is None:
        return MixWeights(conditions[None, :], None)
    if text in components.mixes:
        return MixWeights(conditions[None, :], components.weights(text)[None, :])
    parts = conditions[components.place] * _kept(within_mix(text), components, len(ratio))
    return MixWeights(conditions[None, :], parts[None, :])


def _kept(mix: str, components: Components, n_conditions: int) -> Matrix:
    """(n_components,) what a mix makes of the shares within each condition, new over old."""
    weights = components.weights(mix)
    own, new = (
        components.by_condition(components.mixes[name][None, :], n_conditions)[0]
        for name in ("training", mix)
    )
    return np.asarray(weights * (own / np.maximum(new, _FLOOR))[components.place])


def _shares(text: str, vocabulary: Vocabulary) -> dict[str, float]:
    shares: dict[str, float] = {}
    kept, _, rest = text.rpartition(":")
    if kept not in ("", *_MIXES):
        raise _bad_mix(f"{kept!r} is neither `training` nor `clinic`")
    for part in rest.split(","):
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


def _bad_mix(message: str, where: str = "--mix") -> RefusedError:
    remedy = (
        "give `clinic`, `training`, `sciatica=0.4,lumbar_spinal_stenosis=0.6`, or the JSON file of "
        "`python -m serve report`"
    )
    return RefusedError(Problem("bad_mix", where, message, remedy))
