"""Cases that are not as those learned from: worse records, forms of any columns, other worlds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.redraw import other_world
from data_gen.profiles import Knowledge
from data_gen.world import World
from training.data.features import Cases
from training.data.vignettes import Answered
from training.evaluation.metrics import kl_to_exact
from training.evaluation.parts import worse_records
from training.evaluation.triage import fresh_vignettes

Real = npt.NDArray[np.float64]
Predict = Callable[[Cases], Real]
_SEED = 750_001
_WORLDS = 3


@dataclass(frozen=True)
class Elsewhere:
    """Cases not like those learned from, with the exact posterior of where they come from."""

    sets: Mapping[str, Answered]

    @classmethod
    def of(cls, knowledge: Knowledge, world: World, rows: int) -> Elsewhere:
        """Worse records, forms of any columns, and worlds redrawn within their intervals."""
        records = (cases for _, cases in worse_records(world, rows))
        worse = zip(("blanks", "wrong cells"), records, strict=True)
        forms = fresh_vignettes(world, rows, _SEED, forms=True)
        others = [
            fresh_vignettes(other_world(knowledge, k)[0], rows // _WORLDS, _SEED + 1 + k)
            for k in range(_WORLDS)
        ]
        redrawn = (
            np.concatenate([getattr(other, name) for other in others])
            for name in ("cases", "label", "exact")
        )
        return cls({**dict(worse), "forms": forms, "redrawn": Answered(*redrawn)})

    def lost(self, predict: Predict) -> dict[str, float]:
        """The excess on each."""
        return {
            name: float(kl_to_exact(cases.exact, predict(cases.cases)).mean())
            for name, cases in self.sets.items()
        }
