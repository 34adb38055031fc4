"""A bundle of another vocabulary: cases in its columns and words, its answers in today's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from data_gen.vocabulary.finding import NOT_ASKED
from data_gen.vocabulary.table import words_of

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Recoding:
    """By id and word: what the bundle has no column or word for, it is not shown."""

    columns: tuple[int | None, ...]
    """Today's column of each of the bundle's findings; None where there is none of its kind."""
    codes: tuple[Matrix | None, ...]
    """Today's code -> the bundle's, NOT_ASKED where it lacks the word; None for a number."""
    conditions: tuple[int, ...]
    """Today's place of each of the bundle's conditions."""
    n_conditions: int

    @classmethod
    def between(cls, manifest: Mapping[str, Any], vocabulary: Vocabulary) -> Recoding:
        """From a vocabulary to that of a bundle's manifest, whose conditions it holds all."""
        found = list(_findings(manifest, vocabulary))
        ids = vocabulary.condition_ids
        return cls(
            columns=tuple(column for column, _ in found),
            codes=tuple(codes for _, codes in found),
            conditions=tuple(ids.index(condition) for condition in manifest["conditions"]),
            n_conditions=len(ids),
        )

    def cases(self, values: Matrix) -> Matrix:
        """Cases (n_cases, today's findings) as (n_cases, its findings).

        What it has and today's vocabulary has not was not asked; a word that it lacks is not known.
        """
        out = np.full((len(values), len(self.columns)), NOT_ASKED)
        for place, (column, codes) in enumerate(zip(self.columns, self.codes, strict=True)):
            if column is None:
                continue
            cell = values[:, column]
            if codes is None:
                out[:, place] = cell
            else:
                known = np.isfinite(cell)
                out[:, place] = cell
                out[known, place] = codes[cell[known].astype(np.int64)]
        return out

    def answers(self, own: Matrix, missing: float = 0.0) -> Matrix:
        """Values (..., its conditions) as (..., today's): `missing` for what it does not know."""
        out = np.full((*own.shape[:-1], self.n_conditions), missing)
        out[..., list(self.conditions)] = own
        return out


def _findings(
    manifest: Mapping[str, Any], vocabulary: Vocabulary
) -> Iterator[tuple[int | None, Matrix | None]]:
    ours = {finding.id: finding for finding in vocabulary.findings}
    for theirs in manifest["findings"]:
        finding = ours.get(theirs["id"])
        if finding is None or finding.kind != theirs["kind"]:
            yield None, None
        elif finding.kind == "number":
            yield finding.column, None
        else:
            words = list(theirs["values"]) if finding.kind == "choice" else ["no", "yes"]
            codes = [words.index(w) if w in words else NOT_ASKED for w in words_of(finding)]
            yield finding.column, np.array(codes, dtype=np.float64)
