"""What `make bench-models` says of models, and what the other kinds of model are given."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.learning_curve import Point, answer, plot
from benchmarks.models_text import OURS, Row, not_first, report
from benchmarks.network import Network
from benchmarks.peers import LIBRARIES, Categories, Given, Indicators, Missing, soft_rows
from benchmarks.training_data import read_part
from training.data.features import Intervals

CASES = np.array([[0, -1, 30], [1, -1, -1], [-1, -1, 70]], dtype=np.float32)
INTERVALS = Intervals(
    np.array([0, 0, 1, 1, 2, 2]),
    np.array([-0.5, 0.5, -0.5, 0.5, -0.5, 50], dtype=np.float32),
    np.array([0.5, 1.5, 0.5, 1.5, 50, np.inf], dtype=np.float32),
    tuple("abcdef"),
)


def test_unknown_is_missing_to_trees_unless_a_column_is_never_known() -> None:
    """scikit-learn's boosting refuses a column without any value."""
    nan = np.nan
    expected = [[0, -1, 30], [1, -1, nan], [nan, -1, 70]]
    np.testing.assert_array_equal(Missing(CASES)(CASES), expected)


def test_unknown_is_a_category_of_its_own_to_naive_bayes() -> None:
    """0 for unknown, then the intervals in their order."""
    categories = Categories(INTERVALS)
    assert categories(CASES).tolist() == [[1, 0, 1], [2, 0, 0], [0, 0, 2]]
    assert categories.sizes == [3, 3, 3]


def test_logistic_regression_gets_the_intervals_of_the_additive_start() -> None:
    """An unknown cell is in none."""
    found = Indicators(INTERVALS)(CASES).toarray()
    np.testing.assert_array_equal(found, INTERVALS.indicators(CASES))


@pytest.mark.parametrize("name", ["logistic regression", "naive Bayes"])
def test_a_model_learns_and_is_kept(name: str, tmp_path: Path) -> None:
    """From soft labels, with its settings."""
    library = next(library for library in LIBRARIES if library.name == name)
    given = Given(np.tile(CASES, (20, 1)), INTERVALS, 1)
    features = library.features(given)
    rows, label, weight = soft_rows(np.tile(np.eye(3), (20, 1)))
    model = library.make(library.tuned, given)
    model.fit(features(given.cases)[rows], label, sample_weight=weight)
    assert (model.predict(features(CASES)) == [0, 1, 2]).all()
    library.keep(model, tmp_path / "model")
    assert (tmp_path / "model").stat().st_size > 0


def test_soft_labels_are_rows_of_weight() -> None:
    """A case stands once for each cause that is not improbable, as heavy as that is probable."""
    rows, label, weight = soft_rows(np.array([[0.7, 0.298, 0.002], [0.0, 0.0, 1.0]]))
    assert (rows.tolist(), label.tolist(), weight.tolist()) == (
        [0, 0, 1],
        [0, 1, 2],
        [0.7, 0.298, 1],
    )


def test_the_network_learns_what_no_line_can() -> None:
    """Exclusive or, from soft labels."""
    features = np.tile(np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float32), (50, 1))
    odd = np.where(features.sum(axis=1) == 1, 0.9, 0.2)
    soft = np.stack([odd, 1 - odd], axis=1)
    told = Network(hidden=16, epochs=60, learning_rate=0.02, batch_size=20).fit(features, soft)
    assert np.abs(told.predict_proba(features) - soft).max() < 0.03


def test_missing_vignettes_name_the_command_that_draws_them(tmp_path: Path) -> None:
    """An exit with a remedy, not a traceback."""
    with pytest.raises(SystemExit, match="dvc repro sample"):
        read_part(tmp_path, "train")


def test_the_table_ranks_by_excess_and_says_where_another_model_is_first() -> None:
    """Each figure on its own."""
    ours = Row(OURS, "exact posterior", 0.01, 0.001, 0.88, 0.002, 60.0, 40.0, 900_000)
    other = Row("fast", "labels", 0.2, 0.001, 0.80, 0.004, 1.0, 50.0, 950_000)
    text = report([other, ours], ["about"])
    assert text.index(OURS) < text.index("\nfast")
    (_, line) = not_first([other, ours])
    assert line.startswith("- fitting, seconds (fast of labels 1.0; ours 60.0): ")
    slow = Row("slow", "labels", 0.2, 0.001, 0.80, 0.004, 99.0, 50.0, 950_000)
    assert not_first([slow, ours]) == ["Ours is first in every figure."]
    alone = Row("ours, labels alone", "labels", 0.3, 0.001, 0.80, 0.004, 9.0, 50.0, 950_000)
    (_, line) = not_first([slow, ours, alone])
    assert line.startswith("- excess from labels alone (slow of labels 0.2000; ours 0.3000): ")
    far = replace(slow, elsewhere={"blanks": 0.1})
    (_, line) = not_first([far, replace(ours, elsewhere={"blanks": 0.2})])
    assert line.startswith("- excess, blanks (slow of labels 0.1000; ours 0.2000): ")


def test_the_learning_curve_says_where_it_flattens(tmp_path: Path) -> None:
    """Where a doubling saves little; a curve that still falls is said to."""
    steep = Point(10_000, 10.0, 0.04, 0.001, 0.05, 0.1, 0.8)
    flat = Point(20_000, 20.0, 0.02, 0.001, 0.03, 0.1, 0.8)
    last = Point(40_000, 40.0, 0.0195, 0.001, 0.03, 0.1, 0.8)
    assert "flattens at 20,000 vignettes" in answer([steep, flat, last])
    assert "still falls at 20,000 vignettes" in answer([steep, flat])
    plot([steep, flat, last], tmp_path / "curve.png")
    assert (tmp_path / "curve.png").stat().st_size > 0
