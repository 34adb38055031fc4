"""What separates look-alikes is told of the world that the vignettes were drawn from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from data_gen.pages.amounts import label
from data_gen.world import World
from training.data.vignettes import Vignettes
from training.evaluation.look_alikes import confused_pairs


def _met(world: World) -> dict[str, tuple[str, str]]:
    """How often each separating finding is met in the two conditions that are confused."""
    n, ids = 40, world.vocabulary.condition_ids
    place = np.arange(n) % 2 + ids.index("doms")
    exact = np.full((n, len(ids)), 1e-6)
    exact[:, ids.index("doms")] = exact[:, ids.index("doms") + 1] = 0.5
    cases = np.zeros((n, len(world.vocabulary.findings)), dtype=np.float32)
    none = np.array([None] * n, dtype=object)
    vignettes = Vignettes(cases, place, exact, np.zeros(n), none, {}, {}, exact[:, :0])
    (pair,) = confused_pairs(vignettes, exact, world, 1)
    return {one.finding: one.meets for one in pair.separating}


def test_the_world_is_the_one_that_is_given(world: World) -> None:
    """Where another world meets a finding as often in both, it separates them no longer."""
    before = _met(world)
    first = next(iter(before))
    groups = tuple(
        replace(group, prob=np.repeat(group.prob[:, :1], group.prob.shape[1], axis=1))
        if any(label(member) == first for member in group.members)
        else group
        for group in world.groups
    )
    assert first not in _met(replace(world, groups=groups))
