"""Matrix products on one thread each, while our own threads share out the work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from threadpoolctl import ThreadpoolController

_lock = Lock()
_inside = 0
_before: list[tuple[Any, int]] = []  # each library and its threads, while any call is inside


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """BLAS runs on one thread within; when the last of overlapping calls leaves, as it did before.

    The limit is one of the whole process. Were each call to set and restore it for itself, one that
    began within another would put back the other's limit of 1, and leave the process slow for good.
    """
    global _inside, _before
    with _lock:
        if _inside == 0:
            libraries = ThreadpoolController().select(user_api="blas").lib_controllers
            _before = [(library, library.num_threads) for library in libraries]
            for library in libraries:
                _set_threads(library, 1)
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                for library, threads in _before:
                    _set_threads(library, threads)


def _set_threads(library: Any, threads: int) -> None:
    """Set the threads of a library, whichever thread asks.

    threadpoolctl from 3.7 lets only the thread that first set a limit of OpenBLAS change it, and
    does nothing, silently, in any other; ours leave in any order, so that claim is put aside.
    """
    claim = getattr(library, "clear_controlling_thread", None)
    if claim is not None:
        claim(force=True)
    library.set_num_threads(threads)
    if claim is not None:
        claim(force=True)
