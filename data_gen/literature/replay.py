"""Each published statistic beside ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from data_gen.literature.claim import Mask, findings_of, holds
from data_gen.literature.load import spoken_of
from data_gen.literature.measure import OF_TWO, Estimate, Share, mean, posterior
from data_gen.literature.people import CONDITION, Recruiter, Side
from data_gen.literature.schema import Literature, Statistic
from data_gen.vocabulary.proportion import wilson
from data_gen.world import World

WANTED = 60_000
_SHARES = ("share", "sensitivity", "specificity", "prevalence", "posterior")


@dataclass(frozen=True)
class Replayed:
    """A published number, its interval, and what this world says."""

    statistic: Statistic
    published: float
    interval: tuple[float, float]
    ours: Estimate

    @property
    def joint(self) -> bool:
        """Whether it speaks of several findings together."""
        return len(spoken_of(self.statistic)) > 1

    @property
    def own_interval(self) -> bool:
        """Whether the interval is of our own making, since the study row has none."""
        return self.statistic.interval is not None or self.statistic.spread is not None

    @property
    def inside(self) -> bool:
        """Whether ours is within the interval of the study."""
        low, high = self.interval
        return low <= self.ours.value <= high


def replay(
    literature: Literature,
    studies: Mapping[str, Mapping[str, Any]],
    world: World,
    seed: int = 1,
    wanted: int = WANTED,
) -> Iterator[Replayed]:
    """Every statistic, population by population, on people drawn once for each population."""
    recruiter = Recruiter(world, seed, wanted)
    for name, population in literature.populations.items():
        here = [s for s in literature.statistics if s.population == name]
        findings = {finding for s in here for finding in spoken_of(s)}
        findings |= set(findings_of(population.where)) if population.where is not None else set()
        cases = recruiter.cases(population, findings)
        others = recruiter.others(population, findings)
        for statistic in here:
            ours = _ours(statistic, cases, others, world)
            published, interval = _published(statistic, studies[statistic.study])
            yield Replayed(statistic, published, interval, ours)


def _ours(statistic: Statistic, cases: Side, others: Side | None, world: World) -> Estimate:
    if statistic.conditions:
        return _prevalence(statistic, cases, world)
    if statistic.mean_of is not None:
        return mean(cases[statistic.mean_of])
    first = _claimed(statistic, cases, world)
    second = first if others is None else _claimed(statistic, others, world)
    if statistic.prior is not None:
        return posterior(Share.of(first), Share.of(second), statistic.prior)
    return OF_TWO[statistic.measure](Share.of(first), Share.of(second))


def _claimed(statistic: Statistic, side: Side, world: World) -> Mask:
    assert statistic.claim is not None  # noqa: S101 the schema asks for it
    true = holds(statistic.claim, side, world.vocabulary)
    if statistic.against is None:
        return true
    return true[true | holds(statistic.against, side, world.vocabulary)]


def _prevalence(statistic: Statistic, side: Side, world: World) -> Estimate:
    wanted = [world.vocabulary.condition_ids.index(name) for name in statistic.conditions]
    return Share.of(np.isin(side[CONDITION], wanted)).estimate()


def _published(statistic: Statistic, row: Mapping[str, Any]) -> tuple[float, tuple[float, float]]:
    """The value and the 95 % interval: stated, or worked out from the number of people."""
    value = float(row["value"] if statistic.value is None else statistic.value)
    if statistic.interval is not None:
        return value, statistic.interval
    if statistic.spread is not None:
        return value, (value / statistic.spread, value * statistic.spread)
    if row.get("interval") and statistic.value is None:
        low, high = row["interval"]
        return value, (float(low), float(high))
    people = row.get("of") or row.get("size")
    if people and statistic.measure in _SHARES:
        return value, wilson(value, float(people))
    raise ValueError(f"{statistic.study}: no interval and no count; give `spread` and `why`")
