"""A model that fails, told from a machine whose memory ran out."""

from __future__ import annotations

_MEMORY = ("bad_alloc", "bad allocation", "allocate memory", "out of memory")


def failure(error: Exception) -> str:
    """The kind of a model's failure: a word that holds nothing of any case.

    Raises MemoryError where memory ran out: then nothing is wrong with the model, and what would be
    written by overrides alone could have had its answer.
    """
    if isinstance(error, MemoryError):
        raise error
    if any(sign in str(error).lower() for sign in _MEMORY):  # as the runtime puts it
        raise MemoryError("the model had not enough memory") from None
    return type(error).__name__
