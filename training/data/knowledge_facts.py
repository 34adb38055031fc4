"""What a model needs of the knowledge besides vignettes: bin edges and class mixes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from data_gen.look_alikes.marginals import likelihoods_of
from data_gen.profiles import load_knowledge
from data_gen.world import World, build_world
from serve.model.components import MIXES, Component

_OLDEST = 100


@dataclass(frozen=True)
class Facts:
    """Facts of the knowledge that a bundle keeps, and the world they are of."""

    edges: Mapping[str, Sequence[float]]
    """Bin edges of numbers; a number that has none gets bins from the vignettes."""
    mixes: Mapping[str, Mapping[str, float]]
    """Class mixes by name: share of each condition."""
    world: World

    @property
    def components(self) -> list[dict[str, Any]]:
        """What the components are, in the order of the world, and their shares in each mix."""
        world = self.world
        return [
            {
                **{name: getattr(component, name) for name in Component.__dataclass_fields__},
                **{name: float(world.mixes[name][k]) for name in MIXES},
            }
            for k, component in enumerate(world.components)
        ]

    @property
    def likelihoods(self) -> tuple[list[dict[str, Any]], npt.NDArray[np.float32]]:
        """P(value | component) of every finding: how the values are laid out, and the table."""
        tables = likelihoods_of(self.world)
        edges = {name: bins.edges[:-1].tolist() for name, bins in self.world.bins.items()}
        entries = [
            {"finding": name, "values": table.shape[1]}
            | ({"edges": edges[name]} if name in edges else {})
            for name, table in tables.items()
        ]
        return entries, np.concatenate(list(tables.values()), axis=1).astype(np.float32)


def read_facts(learned: Path | None = None) -> Facts:
    """The facts of this installation's knowledge, with what cases have `learned` laid over it."""
    knowledge = load_knowledge(learned=learned)
    world = build_world(knowledge)
    ids = knowledge.vocabulary.condition_ids
    edges = {name: bins.edges.tolist() for name, bins in world.bins.items()}
    # every year beside the bands: conditions begin and end at their own ages
    edges["age_years"] = sorted(map(float, {*knowledge.background.bands, *range(_OLDEST + 1)}))
    mixes = {
        name: dict(zip(ids, world.class_mix(world.mix(name)).tolist(), strict=True))
        for name in ("clinic", "training")
    }
    return Facts(edges, mixes, world)
