"""Margins of labelled cases that never saw the case, and the folds that make them."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from data_gen.inference import ExactPosterior
from tests.our_world import knowledge, world
from tests.training.learn.test_learn import draw
from training.data.features import encode
from training.data.labelled import LabelledCases
from training.learn.learn import Learned, learn
from training.learn.left_out import left_out_margins, rows_for_trees

Real = npt.NDArray[np.float64]
CONDITIONS = ("doms", "sciatica")


@cache
def _turned() -> tuple[LabelledCases, Learned]:
    """Cases that contradict the knowledge in one finding, and what they make of it."""
    drawn = draw(world(), 120, 12, CONDITIONS)
    values, column = drawn.values.copy(), world().vocabulary.column("worse_walking")
    doms = drawn.label == world().vocabulary.condition_ids.index("doms")
    values[doms, column] = np.arange(doms.sum()) % 5 == 0
    labelled = LabelledCases(values, encode(values), drawn.label, drawn.label < 0)
    return labelled, learn(knowledge(), values, drawn.label, scale=1.0, close=9.0)


def test_a_margin_is_that_of_the_knowledge_which_the_other_folds_lead_to() -> None:
    """One step away from the numbers of all cases lies nearly what the others alone come to."""
    labelled, found = _turned()
    fold = np.arange(len(labelled)) % 2
    file = np.zeros(len(labelled), dtype=np.int64)
    given = labelled.values, labelled.label
    step = left_out_margins(knowledge(), found, *given, file, fold)
    own = np.arange(len(labelled)), labelled.label
    others = fold != 0
    alone = learn(
        knowledge(), labelled.values[others], labelled.label[others], scale=1.0, close=9.0
    )
    left, all_ = (_log(one, labelled.values[fold == 0]) for one in (alone, found))
    rows = own[0][: (fold == 0).sum()], labelled.label[fold == 0]
    near = np.abs(step[fold == 0][rows] - left[rows]).mean()
    far = np.abs(all_[rows] - left[rows]).mean()
    assert near < far / 3


def _log(found: Learned, values: Real) -> Real:
    world = found.world
    return np.log(ExactPosterior(world)(values, world.mix("training")).probability)


def test_cases_that_agree_are_looked_at_by_the_stated_knowledge() -> None:
    """Where no number moves, no fold has moved one either."""
    drawn = draw(world(), 40, 11, CONDITIONS)
    found = learn(knowledge(), drawn.values, drawn.label)
    labelled = LabelledCases(drawn.values, encode(drawn.values), drawn.label, drawn.label < 0)
    rows = rows_for_trees(knowledge(), found, labelled)
    exact = ExactPosterior(world())(drawn.values, world().mix("training")).probability
    assert rows.margin == pytest.approx(np.log(exact), abs=1e-12)
    assert set(rows.fold.tolist()) == set(range(5))


def test_rows_of_a_patient_are_of_one_fold() -> None:
    """However many they are, and whoever else is there."""
    drawn = draw(world(), 40, 11, CONDITIONS)
    patient = np.arange(len(drawn.label)) // 4
    labelled = LabelledCases(
        drawn.values, encode(drawn.values), drawn.label, drawn.label < 0, patient=patient
    )
    rows = rows_for_trees(knowledge(), learn(knowledge(), drawn.values, drawn.label), labelled)
    assert all(len(set(rows.fold[patient == one].tolist())) == 1 for one in range(10))
    assert len(rows.of(rows.fold == 0)) == (rows.fold == 0).sum()
