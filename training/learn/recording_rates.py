"""How a file of cases is written down: rates of its own, learned beside the numbers.

What a file writes down more or less often than our settings do is the file's, and contradicts no
number: a form that ticks every no has a rate of 1 for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from data_gen.world.recording import Recording
from training.learn.expectation import Evidence, Sides

Array = npt.NDArray[np.float64]
_TRUST = 4.0
"""Patients that a setting's own rate counts as: next to none, since files differ most in this."""
_LEAST = 1e-4  # no rate is 0 or 1: the next case may be the first


def updated_recordings(
    before: Recording, found: Evidence, files: Mapping[int, Recording]
) -> dict[int, Recording]:
    """The files' recordings, by what was found; `before` is that of the knowledge."""
    return {
        file: _updated(before, now, found.recorded.get(file, {}), found.settings.get(file))
        for file, now in files.items()
    }


def _updated(
    before: Recording, now: Recording, recorded: Sides, settings: Array | None
) -> Recording:
    if settings is None:
        return now
    weight = before.weight * _TRUST + settings
    rate = dict(now.rate)
    for finding, counts in recorded.items():
        start = before.rate[finding]
        side = np.zeros(start.shape[1], dtype=np.int64)
        if finding in before.quiet:
            side[before.quiet[finding]] = 1
        written, all_ = counts[:, side, 1], counts[:, side].sum(axis=2)
        rate[finding] = np.clip((start * _TRUST + written) / (_TRUST + all_), _LEAST, 1 - _LEAST)
    return replace(now, weight=weight / weight.sum(), rate=rate)
