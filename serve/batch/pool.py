"""Work shared among processes, its results in the order of the work."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from serve.batch.processors import processors

Item = TypeVar("Item")
Result = TypeVar("Result")

_SMALL = 8 << 20  # bytes below which starting more processes costs more than it saves
_state: Any = None  # what a worker process keeps from one item to the next


class WorkerLostError(Exception):
    """A worker process was killed, so that its work is lost."""


def workers_for(size: int | None, wanted: int | None) -> int:
    """As many processes as asked for; else one for a small file, or as many as may run at once.

    `size` is in bytes; None where it is not known.
    """
    if wanted is not None:
        return max(1, wanted)
    return 1 if size is not None and size < _SMALL else processors()


def map_ordered(
    work: Callable[[Any, Item], Result],
    prepare: Callable[[Any], Any],
    settings: Any,
    items: Iterable[Item],
    workers: int,
) -> Iterator[Result]:
    """`work(prepare(settings), item)` for every item, in order, by one process or several.

    At most `workers + 2` items are under way, so that memory stays bounded. Processes are started
    afresh, not forked: the inference runtime and Arrow hold threads. What `prepare` or `work`
    raises in one of them is raised here; WorkerLostError where one of them is killed.
    """
    if workers <= 1:
        state = prepare(settings)
        for item in items:
            yield work(state, item)
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(
        workers, mp_context=context, initializer=_start, initargs=(prepare, settings)
    )
    under_way: deque[Future[Result]] = deque()
    try:
        for item in items:
            under_way.append(pool.submit(_run, work, item))
            if len(under_way) > workers + 1:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    except BrokenProcessPool as error:
        raise WorkerLostError(str(error)) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _start(prepare: Callable[[Any], Any], settings: Any) -> None:
    global _state
    try:
        _state = prepare(settings)
    except Exception as error:  # raised where the work is asked for: here it would break the pool
        _state = _Unprepared(error)


class _Unprepared:
    def __init__(self, error: Exception) -> None:
        self.error = error


def _run(work: Callable[[Any, Item], Result], item: Item) -> Result:
    if isinstance(_state, _Unprepared):
        raise _state.error
    return work(_state, item)
