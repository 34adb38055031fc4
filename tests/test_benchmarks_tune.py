"""The search for knobs: that it repeats, and what it prints."""

from __future__ import annotations

from typing import get_args

import numpy as np
import optuna
import pytest

from benchmarks.tune import SPACES, Search, Tried, report
from tests.training.projects import ROOT, params
from training.params import EstimatorName, TrainParams, read_params


@pytest.mark.parametrize("name", get_args(EstimatorName))
def test_a_space_holds_knobs_that_the_parameters_know(name: EstimatorName) -> None:
    """Whatever is suggested is valid, and the knobs of today lie inside."""
    today = read_params(ROOT / "params.yaml").train.model_dump()
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    study.enqueue_trial(today)
    first, *others = (SPACES[name](study.ask()) for _ in range(20))
    assert first == {knob: today[knob] for knob in first}
    for knobs in others:
        TrainParams.model_validate({**today, **knobs})


def test_a_search_begins_with_todays_knobs_and_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same seed tries the same, and what is best is printed as settings."""
    knobs = params(estimator="lightgbm", plain_rounds=100).train

    def tried(_: Search, trial: dict[str, float]) -> Tried:
        return Tried(trial, np.full(4, abs(trial["plain_rounds"] - 300.0)), 1.0)

    monkeypatch.setattr(Search, "tried", tried)
    search = Search(*[None] * 3, knobs)  # type: ignore[arg-type]
    first, again = (search.run(6, seed=3) for _ in range(2))
    assert [t.knobs for t in first] == [t.knobs for t in again]
    assert first[0].knobs == {name: getattr(knobs, name) for name in first[0].knobs}
    best = min(first, key=lambda trial: float(trial.lost.mean()))
    text = report(first, knobs, "about")
    assert f"-S train.estimator=lightgbm -S train.plain_rounds={best.knobs['plain_rounds']}" in text
