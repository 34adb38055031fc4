"""What the exact posterior says of a presentation's most typical findings alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.inference import ExactPosterior
from data_gen.look_alikes.marginals import values_of_atoms
from data_gen.vocabulary import NOT_ASKED, Finding
from data_gen.vocabulary.complete import complete
from data_gen.world import World

Array = npt.NDArray[np.float64]
SIZES = (3, 5, 8)
"""How many findings a sparse record has."""


@dataclass(frozen=True)
class Sparse:
    """Records of a presentation's most typical findings, and nothing else asked.

    `findings` are these, the most typical first, each with its value; `probability` is
    (n_sizes, n_conditions), under the clinic mix.
    """

    condition: str
    presentation: str
    findings: tuple[tuple[str, float], ...]
    probability: Array


def sparse_records(world: World) -> list[Sparse]:
    """The sparse records of every presentation, in the order of the conditions. Repeatable."""
    typical = _Typical(world)
    alone = [k for k, atom in enumerate(world.people.atoms) if atom.pair is None]
    chosen = [typical.findings(k) for k in alone]
    cases = np.concatenate([_cases(world, findings) for findings in chosen])
    probability = ExactPosterior(world)(cases, world.mix("clinic")).probability
    found = np.split(probability, len(alone))
    order = world.vocabulary.condition_ids.index
    records = [
        Sparse(world.people.atoms[k].condition, world.people.atoms[k].presentation, findings, rows)
        for k, findings, rows in zip(alone, chosen, found, strict=True)
    ]
    return sorted(records, key=lambda record: order(record.condition))


def _cases(world: World, findings: tuple[tuple[str, float], ...]) -> Array:
    """A record of each size: (n_sizes, n_findings), all else not asked."""
    out = np.full((len(SIZES), len(world.vocabulary.findings)), NOT_ASKED)
    for row, size in enumerate(SIZES):
        for finding, value in findings[:size]:
            out[row, world.vocabulary.column(finding)] = value
    return out


class _Typical:
    """How typical each value of each finding in words is of each presentation.

    That is how often it is met there, times how much oftener than in all who consult, as a
    logarithm.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        shares = {name: np.maximum(p, 1e-9) for name, p in values_of_atoms(world).items()}
        weight = world.mix("clinic")
        self.scores = {name: p * np.log(p / (weight @ p)) for name, p in shares.items()}

    def findings(self, atom: int) -> tuple[tuple[str, float], ...]:
        """The most typical findings of a presentation that fit together, and add to each other."""
        chosen: list[tuple[str, float]] = []
        for name, value in self._ranked(atom):
            if self._adds(chosen, name, value):
                chosen.append((name, value))
            if len(chosen) == max(SIZES):
                break
        return tuple(chosen)

    def _ranked(self, atom: int) -> Iterator[tuple[str, float]]:
        found = [
            (-round(float(score), 9), name, float(value))
            for name, scores in self.scores.items()
            for value, score in enumerate(scores[atom])
            if _stands_out(self.world.vocabulary.finding(name), value)
        ]
        for _, name, value in sorted(found):
            yield name, value

    def _adds(self, chosen: list[tuple[str, float]], name: str, value: float) -> bool:
        """Whether a finding neither contradicts nor follows from, nor implies, those chosen."""
        vocabulary = self.world.vocabulary
        if name in dict(chosen):
            return False
        values = np.full((1, len(vocabulary.findings)), np.nan)
        for finding, known in [*chosen, (name, value)]:
            values[0, vocabulary.column(finding)] = known
        done = complete(values, vocabulary)
        implied = [done.implied[0, vocabulary.column(f)] for f, _ in [*chosen, (name, value)]]
        return not done.conflicts and not any(implied)


def _stands_out(finding: Finding, value: int) -> bool:
    """Whether a value is one that people tell: a yes, or a choice other than none."""
    return finding.words[value] not in ("no", "none", "never")
