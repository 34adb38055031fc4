"""A scored file as it is to be reported: its counts, and the class mix they come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from data_gen.vocabulary import Vocabulary
from serve.answer import FINAL, NO_MODEL
from serve.model.bundle import Verified
from serve.model.mixes import shares_of, within_mix
from serve.problem import Problem, RefusedError
from serve.report.class_mix import ClassMix, Matrix, estimate_mix, likelihood_ratios
from serve.report.reading import ScoredFile

_SHOWN = 40  # characters of a word that a warning quotes


@dataclass(frozen=True)
class Assessment:
    """A scored file, and what its probabilities say of its class mix."""

    file: ScoredFile
    scored_under: str
    """The mix of its scores, as `--mix` has it."""
    scored: Matrix | None  # (n_conditions,) the same as shares; None where no model says them
    mix: ClassMix | None
    ratio: Matrix  # (n_kept, n_conditions) likelihood ratios of the rows that were kept
    told: Matrix  # (n_kept, n_conditions) their probabilities, as scored
    novelty: Matrix  # (n_kept,)

    @property
    def within(self) -> str:
        """The mix that says how common components are within their condition."""
        return within_mix(self.scored_under)


def assess(
    file: ScoredFile, said: str | None, bundle: Verified | None, vocabulary: Vocabulary
) -> Assessment:
    """The assessment of a file. `said` is the mix that its reader says it was scored under.

    Raises RefusedError where the file itself says another, or where the mix cannot have been it.
    """
    if said is not None and file.mix is not None and said != file.mix:
        message = f"it was scored under {_short(file.mix)}, as it says itself, not {_short(said)}"
        raise RefusedError(Problem("other_mix", file.where, message, "leave out the option"))
    under = file.mix or said or "training"
    mixes: Mapping[str, Any] = {} if bundle is None else bundle.manifest["mix"]
    size = len(vocabulary.conditions)
    kept = file.sample.rows(size + 1)
    told, novelty = kept[:, :size], kept[:, size]
    if under in ("training", "clinic") and bundle is None:
        return Assessment(file, under, None, None, np.zeros((0, size)), told, novelty)
    shares = shares_of(under, mixes, vocabulary)
    scored = np.array([shares[key] for key in vocabulary.condition_ids])
    if len(told) and (told[:, scored == 0] > 0).any():
        message = (
            f"rows have conditions that are not in {_short(under)}, the mix they were scored under"
        )
        raise RefusedError(Problem("other_mix", file.where, message, "give the mix with --mix"))
    mix = estimate_mix(told, scored) if len(told) else None
    return Assessment(file, under, scored, mix, likelihood_ratios(told, scored), told, novelty)


def warnings(found: Assessment, bundle: Verified | None) -> Iterator[str]:
    """What a reader must know of a file, in sentences."""
    file, outcome = found.file, found.file.tally.outcome
    versions = [v for v in file.tally.words["model_version"] if v != NO_MODEL]
    if len(versions) > 1:
        yield f"{file.where} was scored by several models: {', '.join(map(_short, versions))}"
    if bundle is not None and versions and bundle.model_version not in versions:
        yield (
            f"{file.where} was scored by model {_short(versions[0])}, and the shares of conditions "
            f"are those of {bundle.model_version}: give the other bundle with --model"
        )
    if found.mix is None:
        if not file.columns.probabilities:
            why = "it has no columns p_*"
        elif not len(found.told):
            why = "no model answered any row of it"
        else:
            why = "no model says its mix: --model"
        yield f"no class mix is estimated for {file.where}: {why}"
    for word, rows in outcome.unknown.items():
        yield f"{FINAL} is {_short(word)} in {rows} rows of {file.where}, no condition's id"


def _short(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
