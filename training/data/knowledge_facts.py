"""What a model needs of the knowledge besides vignettes: bin edges, class mixes, and its hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data_gen.profiles import load_knowledge
from data_gen.world import World, build_world

_AGE_STEP, _OLDEST = 4, 100


@dataclass(frozen=True)
class Facts:
    """Facts of the knowledge that a bundle keeps, and the world they are of."""

    edges: Mapping[str, Sequence[float]]
    """Bin edges of numbers; a number that has none gets bins from the vignettes."""
    mixes: Mapping[str, Mapping[str, float]]
    """Class mixes by name: share of each condition."""
    knowledge_hash: str
    world: World


def _age_edges(bands: Sequence[int]) -> list[float]:
    """The bands of the background, and steps of a few years: ages have a smooth distribution."""
    return sorted({float(age) for age in [*bands, *range(0, _OLDEST, _AGE_STEP), _OLDEST]})


def read_facts() -> Facts:
    """The facts of this installation's knowledge."""
    knowledge = load_knowledge()
    world = build_world(knowledge)
    ids = knowledge.vocabulary.condition_ids
    edges = {name: bins.edges.tolist() for name, bins in world.bins.items()}
    edges["age_years"] = _age_edges(knowledge.background.bands)
    mixes = {
        name: dict(zip(ids, world.class_mix(world.mix(name)).tolist(), strict=True))
        for name in ("clinic", "training")
    }
    return Facts(edges, mixes, world.knowledge_hash, world)
