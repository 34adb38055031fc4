"""Sets as words of 64 bits, for a matrix of cases: one column of words for every 64 members."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Word = npt.NDArray[np.uint64]  # (n_cases,): 64 members of each case's set
Sets = Sequence[Word]
_WORD = (1 << 64) - 1


def sets_of(marks: Mask) -> list[Word]:
    """The marked columns of each row as a set: column k is member k."""
    packed = np.packbits(marks, axis=1, bitorder="little")
    padded = np.zeros((len(marks), packed.shape[1] + -packed.shape[1] % 8), dtype=np.uint8)
    padded[:, : packed.shape[1]] = packed
    return list(np.ascontiguousarray(padded.view("<u8").T))


def words(members: int, count: int) -> list[np.uint64]:
    """One set of members as so many words."""
    return [np.uint64(members >> 64 * place & _WORD) for place in range(count)]


def within(sets: Sets, rows: npt.NDArray[np.intp]) -> list[Word]:
    """The sets of some of the cases."""
    return [word[rows] for word in sets]


def shared(sets: Sets, members: int) -> list[Word]:
    """What each set has in common with this one."""
    return [word & mask for word, mask in zip(sets, words(members, len(sets)), strict=True)]


def meets(sets: Sets, members: int) -> Mask:
    """Which sets share a member with this one."""
    masks = words(members, len(sets))
    parts = [word & mask for word, mask in zip(sets, masks, strict=True) if mask]
    return any_member(parts) if parts else np.zeros(len(sets[0]), dtype=np.bool_)


def any_member(sets: Sets) -> Mask:
    """Which sets have a member."""
    together = sets[0]
    for word in sets[1:]:
        together = together | word
    return np.asarray(together != 0)


def row_keys(sets: Sets) -> list[bytes]:
    """Each case's words as bytes, the first word first: equal where all sets are equal."""
    table = np.stack(sets, axis=1).astype("<u8", copy=False)
    return list(table.view(f"V{8 * len(sets)}").reshape(-1).tolist()) if len(table) else []


def members(key: bytes) -> list[int]:
    """The members of a set that is given as bytes, in order."""
    left, found = int.from_bytes(key, "little"), []
    while left:
        found.append((left & -left).bit_length() - 1)
        left &= left - 1
    return found
