"""What each part of a model brings: paired, on records of every kind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from data_gen.world import World
from tests.training.worlds import small_world, yes_no_intervals
from training.evaluation.documents import _brings
from training.evaluation.metrics import kl_to_exact
from training.evaluation.parts import Measured, parts, with_blanks, with_errors, worse_records
from training.model.classifier import LegPainClassifier
from training.model.plain_boosting import SoftLightGBM


def test_the_last_part_is_held_against_the_one_before() -> None:
    """Means by stage, and the mean of the paired differences inside its interval."""
    seen = small_world(2000, seed=2)
    model = LegPainClassifier(
        intervals=yes_no_intervals(), epochs=3, tree_rounds=4, tree_min_data=20, n_jobs=1
    ).fit(seen.cases, seen.label, seen.exact)
    measured = Measured(seen.cases, lambda told: kl_to_exact(seen.exact, told), "excess")
    none = Measured.by_label(seen.cases[:0], seen.label[:0])
    found = parts(model, {"seen": measured, "none": none})
    assert list(found) == ["seen"]
    row = found["seen"]
    assert row["change"] == pytest.approx(row["trees"] - row["additive"], abs=2e-6)
    assert row["low"] < row["change"] < row["high"] < 0


def test_a_model_of_one_part_has_nothing_to_compare() -> None:
    """Its loss stands alone."""
    seen = small_world(500, seed=2)
    model = SoftLightGBM(rounds=2, n_jobs=1).fit(seen.cases, seen.label, seen.exact)
    row = parts(model, {"seen": Measured.by_label(seen.cases, seen.label)})["seen"]
    assert set(row) == {"cases", "figure", "trees"}


def test_worse_records_have_the_exact_posterior_of_their_own(world: World) -> None:
    """What is recorded is halved, or errs; the posterior that knows it is the better one."""
    fewer = with_blanks(world, 0.5)
    for name, rate in world.recording.rate.items():
        assert np.allclose(fewer.recording.rate[name], rate / 2)
    assert (with_errors(world, 0.05).recording.error == 0.05).all()
    for _, cases in worse_records(world, 200):
        assert np.allclose(cases.exact.sum(axis=1), 1)


@pytest.mark.parametrize(
    ("ends", "words"),
    [((-0.2, -0.1), "0.1500 less"), ((0.1, 0.2), "0.1500 MORE"), ((-0.1, 0.1), "nothing beyond")],
    ids=["less", "more", "nothing"],
)
def test_a_part_that_brings_nothing_is_said_to(ends: tuple[float, float], words: str) -> None:
    """In words, with the interval."""
    row: dict[str, Any] = {"change": sum(ends) / 2, "low": ends[0], "high": ends[1]}
    assert _brings(row).startswith(words)
