"""In which order to ask: dangers first, then what tells the conditions apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from serve.asking.askable import Mask, Matrix
from serve.asking.worth import Worth
from serve.dictionary_column import DictionaryColumn, encoded

Ints = npt.NDArray[np.int64]
Names = tuple[str, ...]
DANGER = 0.1
"""An expected fall of cost, in needless same-day visits, from which on dangers are asked about."""


@dataclass(frozen=True)
class Ranking:
    """What may be asked of n cases and how well it would help: all (n_cases, n_findings)."""

    vocabulary: Vocabulary
    askable: Mask
    worth: Worth | None
    """None where no model answers: then only open flags are asked about, as their rules stand."""

    def best(self, count: int) -> Ints:
        """(n_cases, count) the findings to ask, the best first; -1 where there is none left."""
        score = self._score()
        order = np.argsort(-score, axis=1, kind="stable")[:, :count]
        there = np.take_along_axis(score, order, axis=1) > 0
        return np.where(there, order, -1)

    def dangers(self, row: int, findings: Sequence[str]) -> Names:
        """Those of some findings that may be asked of a case, what lowers cost most first."""
        places = [self.vocabulary.column(finding) for finding in findings]
        kept = [place for place in places if self.askable[row, place]]
        if self.worth is not None:
            fall = self.worth.fall[row]
            kept.sort(key=lambda place: -fall[place])
        return tuple(self.vocabulary.finding_ids[place] for place in kept)

    def _score(self) -> Matrix:
        """Dangers above everything else by what they lower, the rest by what they tell."""
        if self.worth is None:
            return np.zeros(self.askable.shape)
        fall, information = self.worth.fall, self.worth.information
        return np.where(self.askable, np.where(fall >= DANGER, _ABOVE + fall, information), 0.0)


_ABOVE = 1e3  # nats that no answer tells


def ask_next(
    ranking: Ranking, flags: DictionaryColumn[Names], count: int
) -> DictionaryColumn[Names]:
    """What to ask of each case: what would settle its open flags, filled up to `count`.

    `flags` are the findings that would settle the open flags of each case.
    """
    filled = ranking.best(2 * count) if count else np.full((len(flags.codes), 0), -1)
    rows = enumerate(flags.codes.tolist())
    lists = (_one(ranking, row, flags.values[code], filled[row], count) for row, code in rows)
    return encoded(lists)


def _one(ranking: Ranking, row: int, flags: Names, filled: Ints, count: int) -> Names:
    settling = ranking.dangers(row, flags) if flags else ()
    named = list(settling)
    for name in _named(ranking.vocabulary, filled):
        if len(named) >= count:
            break
        if name not in named and not _same_fact(ranking.vocabulary, name) & set(named):
            named.append(name)
    return tuple(named)


def _named(vocabulary: Vocabulary, places: Ints) -> Iterator[str]:
    return (vocabulary.finding_ids[place] for place in places.tolist() if place >= 0)


def _same_fact(vocabulary: Vocabulary, finding: str) -> set[str]:
    """What says the same as a finding in another way: one of them is enough."""
    relations = vocabulary.relations
    pairs = [(derived.finding, derived.from_) for derived in relations.derived]
    pairs += [(pair.first, pair.second) for pair in relations.alternatives]
    return {one if finding == other else other for one, other in pairs if finding in (one, other)}
