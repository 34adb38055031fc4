"""Two lanes of scoring: single cases share runs of the chain; files and large bodies wait aside.

Scoring is bound by one processor. A run of the chain costs nearly as much for one case as for
eight, so whatever came in while a run was under way is scored together by the next one. A case's
answer does not depend on its company, and so not on who else is asking.

Runs of single cases are short and made on the event loop itself: on a thread they took half as much
processor time again, as loop and thread wait for each other at every packet. Long work is done on a
thread, block by block.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar

from serve.http.json_answers import Answer, Case
from serve.http.refusal import refuse

Result = TypeVar("Result")
Score = Callable[[Sequence[Case]], list[Answer]]
MAX_SHARED = 32
"""Cases of the longest body that shares a run."""
_TOGETHER = 128  # cases of a run: more would make the first wait long for the last
_TURNS = 2  # of the event loop: one to read what a socket holds, one to start its request


@dataclass(frozen=True)
class _Asked:
    cases: Sequence[Case]
    answer: asyncio.Future[list[Answer]]


class QuickLane:
    """Scores small bodies, all that wait at once in one run."""

    def __init__(self, score: Score, told: Callable[[int], None]) -> None:
        self._score = score
        self._told = told
        self._waiting: deque[_Asked] = deque()
        self._running: asyncio.Task[None] | None = None

    async def score(self, cases: Sequence[Case]) -> list[Answer]:
        """The answers for these cases. How many may wait is bounded by the requests under way."""
        asked = _Asked(cases, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return await asked.answer

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._gather()
                group = self._next_group()
                for asked, result in zip(group, self._scored(group), strict=True):
                    _hand_over(asked.answer, result)
        finally:
            self._running = None

    async def _gather(self) -> None:
        """Let requests that are already here be read, until no more of them come."""
        before = -1
        while before != len(self._waiting) < _TOGETHER:
            before = len(self._waiting)
            for _ in range(_TURNS):
                await asyncio.sleep(0)

    def _next_group(self) -> list[_Asked]:
        group: list[_Asked] = []
        size = 0
        while self._waiting and (not group or size + len(self._waiting[0].cases) <= _TOGETHER):
            asked = self._waiting.popleft()
            if not asked.answer.done():  # else its request ran out of time
                group.append(asked)
                size += len(asked.cases)
        return group

    def _scored(self, group: Sequence[_Asked]) -> list[list[Answer] | Exception]:
        """Each one's answers; where a run fails, each is scored alone, so that one harms none."""
        if not group:
            return []
        try:
            together = self._score([case for asked in group for case in asked.cases])
        except Exception as error:
            if len(group) == 1:
                return [error]
            return [result for asked in group for result in self._scored([asked])]
        self._told(len(together))
        each = iter(together)
        return [[next(each) for _ in asked.cases] for asked in group]


def _hand_over(answer: asyncio.Future[list[Answer]], result: list[Answer] | Exception) -> None:
    if answer.done():
        return
    if isinstance(result, Exception):
        answer.set_exception(result)
    else:
        answer.set_result(result)


class SlowLane:
    """Runs long work on one thread, block by block, for a bounded number of requests."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._inside = 0
        self._thread: ThreadPoolExecutor | None = None

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place in the lane; Refusal where there is none."""
        if self._inside >= self._most:
            message = f"{self._most} files or large bodies are under way"
            raise refuse(503, "busy", message, "send it again in a moment", Retry_After="5")
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    async def run(self, work: Callable[[], Result]) -> Result:
        """The result of the work, done on the lane's thread.

        Where its request runs out of time, work that has begun keeps a place until it has ended:
        a thread cannot be stopped, and what waits for it must stay bounded.
        """
        self._thread = self._thread or ThreadPoolExecutor(1, "slow")
        loop = asyncio.get_running_loop()
        future = self._thread.submit(work)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if not future.done():
                self._inside += 1
                future.add_done_callback(lambda _: _call(loop, self._leave))
            raise

    def _leave(self) -> None:
        self._inside -= 1

    def close(self) -> None:
        """End the thread once it has done what it began."""
        if self._thread is not None:
            self._thread.shutdown(wait=True)
        self._thread = None


def _call(loop: asyncio.AbstractEventLoop, what: Callable[[], None]) -> None:
    """Call it on the loop, if the loop still runs."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(what)
