"""Odd sets of labelled cases: what comes of them is harmless."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from data_gen.inference import ExactPosterior
from tests.our_world import knowledge, world
from tests.training.learn.test_learn import Drawn, draw
from training.data.features import encode
from training.data.labelled import LabelledCases
from training.learn.learn import Learned, learn
from training.learn.left_out import rows_for_trees
from training.model.labelled_trees import fit_labelled_trees


@cache
def _one_condition() -> Drawn:
    return draw(world(), 60, 21, ("doms",))


@cache
def _one_record() -> tuple[LabelledCases, Learned]:
    """A record that stands 300 times, as if it were as many patients."""
    drawn = _one_condition()
    values = np.repeat(drawn.values[:1], 300, axis=0)
    label = np.repeat(drawn.label[:1], 300)
    same = np.zeros(300, dtype=np.int64)
    labelled = LabelledCases(values, encode(values), label, label < 0, patient=same)
    return labelled, learn(knowledge(), values, label, close=9.0)


def test_cases_of_one_condition_move_no_other() -> None:
    """What they say is of their own condition, even where the knowledge is taken to be off."""
    drawn = _one_condition()
    found = learn(knowledge(), drawn.values, drawn.label, scale=1.0, close=9.0)
    assert set(found.overlay.conditions) == {"doms"}


def test_a_record_many_times_over_leaves_possible_numbers() -> None:
    """All of them are finite, and no probability becomes a certainty."""
    _, found = _one_record()
    for number, at in zip(found.numbers, found.at, strict=True):
        assert np.isfinite(at).all(), number
        if number.kind != "shift":
            assert ((at > 0) & (at < 1)).all(), number
    assert set(found.overlay.conditions) <= {"doms"}


def test_a_record_many_times_over_is_looked_at_by_the_stated_knowledge() -> None:
    """It is one patient, whose fold leaves no case to learn from, and no tree grows of it."""
    labelled, found = _one_record()
    rows = rows_for_trees(knowledge(), found, labelled)
    exact = ExactPosterior(world())(labelled.values[:1], world().mix("training")).probability
    assert np.exp(rows.margin) == pytest.approx(np.repeat(exact, 300, axis=0), abs=1e-6)
    mix = world().class_mix(world().mix("training"))
    assert fit_labelled_trees(rows, mix, 1, 0) is None


def test_the_same_record_of_two_conditions_is_learned_by_both() -> None:
    """Labels that contradict each other leave numbers that can hold together."""
    drawn = draw(world(), 60, 22, ("doms", "sciatica"))
    values = np.concatenate([drawn.values, drawn.values])
    label = np.concatenate([drawn.label, drawn.label[::-1]])
    found = learn(knowledge(), values, label, scale=1.0, close=9.0)
    assert set(found.overlay.conditions) == {"doms", "sciatica"}
    assert all(np.isfinite(at).all() for at in found.at)
