"""The findings that decide between the conditions most often taken for each other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from data_gen.look_alikes.confusion import Confusion, measure_confusion
from data_gen.look_alikes.marginals import Marginals, build_marginals
from data_gen.look_alikes.separation import Separator, separators
from data_gen.profiles import Knowledge
from data_gen.profiles.provenance import GROUNDS, MEASURED, grounds
from data_gen.world import World

Pair = tuple[str, str]


@dataclass(frozen=True)
class Deciding:
    """For each of the pairs most confused, the findings that separate it most."""

    confusion: Confusion
    marginals: Marginals
    pairs: dict[Pair, tuple[Separator, ...]]


def find_deciding(world: World) -> Deciding:
    """The deciding findings of a world, measured. Repeatable."""
    confusion, marginals = measure_confusion(world), build_marginals(world)
    pairs = {
        pair: tuple(separators(marginals, world.vocabulary, pair)) for pair in confusion.pairs()
    }
    return Deciding(confusion, marginals, pairs)


def pair_grounds(knowledge: Knowledge, pair: Pair, finding: str) -> frozenset[str]:
    """What the numbers of a finding rest on in either condition of a pair: of GROUNDS."""
    return grounds(knowledge, pair[0], finding) | grounds(knowledge, pair[1], finding)


def count_grounds(knowledge: Knowledge, deciding: Deciding) -> Counter[str]:
    """How many of the deciding findings have each ground.

    `cited`: a study's number, a frequency word or a direction; `any`: any ground; `all`: all.
    """
    count: Counter[str] = Counter(dict.fromkeys((*GROUNDS, "cited", "any", "all"), 0))
    for pair, found in deciding.pairs.items():
        for separator in found:
            here = pair_grounds(knowledge, pair, separator.finding)
            count.update([*here, "all", *(["any"] if here else [])])
            count["cited"] += bool(here - {MEASURED})
    return count


def judgements(knowledge: Knowledge, deciding: Deciding) -> list[tuple[Pair, Separator]]:
    """The deciding findings that rest on judgement in both conditions, best separator first."""
    bare = [
        (pair, separator)
        for pair, found in deciding.pairs.items()
        for separator in found
        if not pair_grounds(knowledge, pair, separator.finding) - {MEASURED}
    ]
    return sorted(bare, key=lambda one: (-round(one[1].bits, 9), one[1].finding, one[0]))
