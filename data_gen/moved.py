"""Stated numbers that a relation between findings moves: what the world has in their place.

A finding that implies another can be no commoner than it, in any age band, sex and hidden trait;
where stated numbers cross there, the world brings one of them within reach of the other.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from data_gen.look_alikes.marginals import shares_of_atoms
from data_gen.profiles import Knowledge
from data_gen.vocabulary.yaml_lines import line_of
from data_gen.world import World

_ROUNDING = 1e-6


def moved_numbers(knowledge: Knowledge, world: World) -> Iterator[str]:
    """Each yes/no number that the world does not have as it is stated, with its file and line."""
    told: set[str] = set()
    for finding, share in shares_of_atoms(world).items():
        for k, atom in enumerate(world.people.atoms[: world.people.n_alone]):
            profile = knowledge.profiles[atom.condition]
            own = profile.presentations[atom.presentation].findings.get(finding)
            entry = own or profile.findings.get(finding)
            if entry is None or entry.p is None or np.isclose(share[k], entry.p, atol=_ROUNDING):
                continue
            inside = ("presentations", atom.presentation) if own else ()
            path = (*inside, "findings", finding)
            file = knowledge.folder / "conditions" / f"{atom.condition}.yaml"
            where = f"conditions/{file.name}:{line_of(file, path)}: {'.'.join(path)}"
            text = f"{where}: {entry.p:g} is {share[k]:.4f} in {atom.presentation}"
            if text not in told:
                told.add(text)
                yield text
