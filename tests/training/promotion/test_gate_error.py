"""How often the gate says "better" of what is not, however often it is asked."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from tests.training.promotion.judged import event
from training.promotion.checks.check import compared, of_means
from training.promotion.checks.comparison_data import seed_of
from training.promotion.checks.spending import share_of_try, which_try

_ROWS, _TRIES, _SEQUENCES = 400, 20, 1500


def _better(difference: np.ndarray, tail: float) -> bool:
    figures, within = of_means(difference, np.zeros_like(difference), tail)
    return compared("excess", figures, within, 0.0, "error", "high", strict=True).passed


@pytest.mark.parametrize(
    ("spent", "least", "most"),
    [
        pytest.param(lambda k: share_of_try(0.05, k), 0.02, 0.05, id="spent over the tries"),
        pytest.param(lambda _: 0.025, 0.3, 0.5, id="the same each time, as it was"),
    ],
)
def test_twenty_tries_err_as_often_as_stated(spent: object, least: float, most: float) -> None:
    """Of sequences of twenty candidates that are as good as the champion, few end in "better".

    Each candidate meets rows of its own, whose paired differences are skew, as those of an excess.
    """
    assert callable(spent)
    rng = np.random.default_rng(5)
    wrong = 0
    for _ in range(_SEQUENCES):
        loss = rng.gamma(2.0, size=(2, _TRIES, _ROWS))
        differences = loss[0] - loss[1]
        wrong += any(_better(differences[k], spent(k + 1)) for k in range(_TRIES))
    chance = 3 * np.sqrt(most * (1 - most) / _SEQUENCES)  # of the simulation itself
    assert least <= wrong / _SEQUENCES <= most + chance


def test_the_shares_of_all_tries_sum_to_the_whole() -> None:
    """However many candidates come, they never spend more than the stated error."""
    shares = [share_of_try(0.05, k) for k in range(1, 20_000)]
    assert 0.0499 < sum(shares) < 0.05
    assert shares == sorted(shares, reverse=True)


def test_a_real_lead_is_still_seen_after_twenty_tries() -> None:
    """The price of the twentieth try is a lead of four standard errors instead of two."""
    first, last = (-NormalDist().inv_cdf(share_of_try(0.05, k)) for k in (1, 20))
    assert first == pytest.approx(1.88, abs=0.01)
    assert last == pytest.approx(3.79, abs=0.01)


@pytest.mark.parametrize(
    ("history", "k"),
    [
        pytest.param([], 1, id="nobody before"),
        pytest.param([("rejected", "a", "champion")], 2, id="one rejected"),
        pytest.param([("rejected", "a", "champion")] * 3, 2, id="the same one thrice"),
        pytest.param([("rejected", "a", "other")], 1, id="judged against another champion"),
        pytest.param([("promoted", "a", "champion"), ("rolled_back", "champion", "a")], 2, id="up"),
        pytest.param([("forced", "a", "champion"), ("anchored", "a", "a")], 2, id="forced"),
        pytest.param([("rejected", "me", "champion"), ("rejected", "a", "champion")], 1, id="me"),
    ],
)
def test_candidates_judged_against_the_champion_are_counted(
    history: list[tuple[str, str, str]], k: int
) -> None:
    """Every other version that was judged against this champion counts once."""
    events = [event(kind, version, before) for kind, version, before in history]  # type: ignore[arg-type]
    assert which_try(events, "champion", "me") == k


def test_each_pair_of_versions_has_rows_of_its_own() -> None:
    """The seed of fresh vignettes is a fact of the two versions, and of nothing else."""
    seeds = {seed_of(a, b) for a in ("x", "y", "z") for b in ("x", "y", None)}
    assert len(seeds) == 9
    assert seed_of("x", "y") == seed_of("x", "y") != seed_of("y", "x")
