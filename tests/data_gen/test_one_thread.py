"""The limit of linear algebra to one thread: shared by overlapping calls, gone after the last."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from threading import Barrier

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController, threadpool_info

from data_gen.inference import ExactPosterior
from data_gen.one_thread import one_blas_thread
from data_gen.world import World

WAIT = 30  # seconds; a barrier that is not met fails the test
CALLS = 3


@pytest.fixture
def two_threads() -> Iterator[None]:
    """Linear algebra on two threads, whatever the machine has."""
    with ThreadpoolController().limit(limits=2, user_api="blas"):
        yield


def blas_threads() -> set[int]:
    """The threads of every library of linear algebra that is loaded."""
    return {lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"}


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize("leaving", list(permutations(range(CALLS))), ids=str)
def test_overlapping_calls_leave_the_limit_as_it_was(leaving: tuple[int, ...]) -> None:
    """In whatever order they leave, one thread holds until the last, then two again."""
    steps = [Barrier(CALLS, timeout=WAIT) for _ in range(2 * CALLS + 1)]

    def call(number: int) -> list[set[int]]:
        seen = []
        for turn in range(CALLS):  # one after the other, each within those before it
            if turn == number:
                limit = one_blas_thread()
                limit.__enter__()
            steps[turn].wait()
        for turn, mine in enumerate(leaving):
            seen.append(blas_threads())
            steps[CALLS + turn].wait()
            if mine == number:
                limit.__exit__(None, None, None)
            steps[2 * CALLS].wait()
        return seen

    with ThreadPoolExecutor(CALLS) as pool:
        seen = list(pool.map(call, range(CALLS)))
    assert [threads for of_call in seen for threads in of_call if threads != {1}] == []
    assert blas_threads() == {2}


@pytest.mark.usefixtures("two_threads")
def test_a_call_that_fails_gives_its_limit_back() -> None:
    """An error within leaves no limit behind."""
    with pytest.raises(ZeroDivisionError), one_blas_thread():
        raise ZeroDivisionError
    assert blas_threads() == {2}


@pytest.mark.usefixtures("two_threads")
def test_posteriors_at_the_same_time_leave_no_limit(world: World) -> None:
    """Two exact posteriors that overlap are those of one alone, and give the threads back."""
    values = np.full((600, len(world.vocabulary.findings)), np.nan)
    values[:, world.vocabulary.column("age_years")] = np.arange(600) % 90
    posterior, mix = ExactPosterior(world), world.mix("training")
    alone = posterior(values, mix).probability
    begin = Barrier(2, timeout=WAIT)

    def call(rows: int) -> bool:
        begin.wait()
        found = posterior(values[:rows], mix, workers=2).probability
        return bool(np.array_equal(found, alone[:rows]))

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(call, (600, 300))) == [True, True]
    assert blas_threads() == {2}
