"""Random numbers that belong to a patient and a variable, whatever else is drawn.

The Philox counter-based generator (Salmon et al. 2011) is keyed by seed and variable; the counter
is the patient. So a value does not depend on chunks, workers or other variables.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_SHORT = 12  # up to so many values, comparing is quicker than searching
_WORDS = 4  # 64-bit numbers a step of the counter yields


@dataclass(frozen=True)
class Draws:
    """The draws of patients `start` to `start + size` under a seed."""

    seed: int
    start: int
    size: int

    def raw(self, variable: str) -> npt.NDArray[np.uint64]:
        """64 random bits a patient for a variable: (size,)."""
        skip = self.start % _WORDS
        generator = np.random.Philox(key=_key(self.seed, variable), counter=self.start // _WORDS)
        return np.asarray(generator.random_raw(skip + self.size)[skip:])

    def uniform(self, variable: str) -> Array:
        """One uniform number in [0, 1) a patient: (size,)."""
        return np.asarray((self.raw(variable) >> np.uint64(11)) * 2.0**-53)

    def pair(self, variable: str) -> tuple[Array, Array]:
        """Two independent uniform numbers of 32 bits in (0, 1) a patient: (size,) each."""
        bits = self.raw(variable)
        high = (bits >> np.uint64(32)).astype(np.float64)
        low = (bits & np.uint64(0xFFFFFFFF)).astype(np.float64)
        return (high + 0.5) * 2.0**-32, (low + 0.5) * 2.0**-32


def _key(seed: int, variable: str) -> npt.NDArray[np.uint64]:
    digest = hashlib.blake2b(variable.encode(), digest_size=8).digest()
    name = np.frombuffer(digest, dtype=np.uint64)[0]
    return np.array([np.uint64(seed % 2**64), name], dtype=np.uint64)


def pick(cumulative: Array, rows: npt.NDArray[np.int64], u: Array) -> npt.NDArray[np.int64]:
    """The category of each draw: `cumulative` (n_rows, n_values), `rows` and `u` (n_cases,).

    The first category whose cumulative probability exceeds u. A short table is gone through value
    by value; the rows of a long one lie end to end in one sorted array, so that one binary search
    serves every case.
    """
    n_values = cumulative.shape[1]
    if n_values <= _SHORT:
        found = np.zeros(len(u), dtype=np.int64)
        for value in range(n_values - 1):
            found += u >= cumulative[:, value][rows]
        return found
    table = np.minimum(cumulative, 1.0)
    table[:, -1] = 1.0
    line = (table + np.arange(len(table))[:, None]).ravel()
    found = np.searchsorted(line, u + rows, side="right") - rows * n_values
    return np.asarray(np.clip(found, 0, n_values - 1))
