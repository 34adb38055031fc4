"""Work that outlives its request keeps its place."""

from __future__ import annotations

import asyncio
import threading

import pytest

from serve.http.batching import SlowLane
from serve.http.refusal import Refusal


def test_abandoned_work_keeps_its_place() -> None:
    """A request that runs out of time leaves its thread busy, and its place taken until it ends."""
    asyncio.run(_abandon())


async def _abandon() -> None:
    lane, begun, go = SlowLane(1), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go.wait(10)

    async def ask() -> None:
        with lane.place():
            await lane.run(work)

    task = asyncio.create_task(ask())
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(Refusal), lane.place():
        pass
    go.set()
    lane.close()
    await asyncio.sleep(0.01)
    with lane.place():
        pass
