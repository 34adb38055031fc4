"""Joint tables with given margins, odds ratios, and combinations that cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_ITERATIONS = 2000
_CLOSE = 1e-12
_ENOUGH = 1e-7


class InfeasibleError(ValueError):
    """No joint table has these margins; `where` is the place of the worst one."""

    def __init__(self, where: tuple[int, ...], off: float) -> None:
        self.where = where
        super().__init__(f"the margins cannot hold together (off by {off:.3g})")


def fit_joint(start: Array, codes: npt.NDArray[np.int64], margins: Sequence[Array]) -> Array:
    """The joint table nearest to `start` that has the given margins: (..., n_rows).

    `start` (n_rows,) holds the odds ratios (0: the row cannot be); `codes` (n_rows, n_members)
    the value of each member in each row; `margins` for each member (..., n_values). Iterative
    proportional fitting (Deming and Stephan 1940) keeps the odds ratios of the start.
    Raises InfeasibleError where no table has the margins.
    """
    shape = np.broadcast_shapes(*(margin.shape[:-1] for margin in margins))
    hots = [
        np.asarray(codes[:, m, None] == np.arange(margin.shape[-1]), dtype=np.float64)
        for m, margin in enumerate(margins)
    ]
    table = np.tile(start, (prod(shape), 1))  # each stratum is fitted by itself
    waiting = np.arange(len(table))
    here = table.copy()
    wanted = [np.broadcast_to(m, (*shape, m.shape[-1])).reshape(-1, m.shape[-1]) for m in margins]
    for _ in range(_ITERATIONS):
        off = np.zeros(len(here))
        for hot, margin in zip(hots, wanted, strict=True):
            sums = here @ hot
            np.maximum(off, np.abs(sums - margin).max(axis=1), out=off)
            here *= np.divide(margin, sums, out=np.zeros_like(sums), where=sums > 0) @ hot.T
        table[waiting] = here
        far = off >= _CLOSE
        if not far.any():
            break
        if not far.all():
            waiting, here, wanted = waiting[far], here[far], [margin[far] for margin in wanted]
    table = table.reshape(*shape, -1)
    _check(table, hots, margins)
    return np.asarray(table / table.sum(axis=-1, keepdims=True))


def _check(table: Array, hots: Sequence[Array], margins: Sequence[Array]) -> None:
    for hot, margin in zip(hots, margins, strict=True):
        off = np.abs(table @ hot - margin).max(axis=-1)
        if off.max() > _ENOUGH:
            where = tuple(int(i) for i in np.unravel_index(int(off.argmax()), off.shape))
            raise InfeasibleError(where, float(off.max()))
