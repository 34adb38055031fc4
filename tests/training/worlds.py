"""Small worlds with a known answer, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from training.data.features import Intervals

N_COLUMNS, N_CLASSES, N_COMPONENTS = 8, 3, 6


@dataclass(frozen=True)
class SmallWorld:
    """Yes/no cases of a mixture of two components a class, with their exact posterior."""

    cases: npt.NDArray[np.float32]
    label: npt.NDArray[np.int64]
    exact: npt.NDArray[np.float64]
    component: npt.NDArray[np.object_]
    trait: npt.NDArray[np.object_]
    posterior: npt.NDArray[np.float64]
    components: dict[str, int]
    log_evidence: npt.NDArray[np.float64]

    @property
    def hidden(self) -> dict[str, Any]:
        """What a classifier may be told of the states behind the cases."""
        return {"component": self.component, "latent": {"trait": self.trait}}


def small_world(n_cases: int, seed: int) -> SmallWorld:
    """Cases whose two components a class differ, and whose trait says which cells are blank."""
    rng = np.random.default_rng(7)
    rate = rng.uniform(0.05, 0.95, (N_COMPONENTS, N_COLUMNS))
    rng = np.random.default_rng(seed)
    component = rng.integers(0, N_COMPONENTS, n_cases)
    trait = rng.integers(0, 2, n_cases)
    cases = (rng.random((n_cases, N_COLUMNS)) < rate[component]).astype(np.float32)
    blank = rng.random(cases.shape) < np.where(trait, 0.7, 0.1)[:, None]
    known = ~blank
    yes = (cases == 1) & known
    log_p = yes @ np.log(rate).T + ((cases == 0) & known) @ np.log(1 - rate).T
    each = np.exp(log_p)
    by_class = each.reshape(n_cases, N_CLASSES, 2).sum(axis=2)
    exact = by_class / by_class.sum(axis=1, keepdims=True)
    cases[blank] = -1
    components = {f"{k // 2}/kind {k % 2}": k // 2 for k in range(N_COMPONENTS)}
    names = np.array(list(components), dtype=object)[component]
    hidden = trait.astype(bool).astype(object)
    posterior = each / each.sum(axis=1, keepdims=True)
    n_blank = blank.sum(axis=1)
    of_blanks = [q**n_blank * (1 - q) ** (N_COLUMNS - n_blank) for q in (0.1, 0.7)]
    evidence = np.log(each.mean(axis=1)) + np.log(np.mean(of_blanks, axis=0))
    return SmallWorld(cases, component // 2, exact, names, hidden, posterior, components, evidence)


def yes_no_intervals() -> Intervals:
    """An interval for yes and one for no in every column of a small world."""
    column = np.repeat(np.arange(N_COLUMNS), 2)
    low = np.tile(np.array([-0.5, 0.5], dtype=np.float32), N_COLUMNS)
    names = tuple(f"x{c}={w}" for c in range(N_COLUMNS) for w in ("no", "yes"))
    return Intervals(column, low, low + 1, names)
