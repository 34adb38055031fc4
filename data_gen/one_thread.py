"""Matrix products on one thread each, while our own threads share out the work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from threadpoolctl import ThreadpoolController

_lock = Lock()
_inside = 0
_limit: Any = None  # what threadpoolctl gives to restore by, while any call is inside


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """BLAS runs on one thread within; when the last of overlapping calls leaves, as it did before.

    The limit is one of the whole process. Were each call to set and restore it for itself, one that
    began within another would put back the other's limit of 1, and leave the process slow for good.
    """
    global _inside, _limit
    with _lock:
        if _inside == 0:
            _limit = ThreadpoolController().limit(limits=1, user_api="blas")
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _limit.restore_original_limits()
