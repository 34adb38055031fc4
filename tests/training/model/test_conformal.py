"""Prediction sets hold the right condition as often as they promise."""

from __future__ import annotations

import numpy as np
import pytest

from data_gen.vocabulary import NOT_ASKED
from serve.model.prediction_sets import HANDFUL, Thresholds, form_size
from training.model.conformal import coverage, thresholds

Cases = tuple[np.ndarray, np.ndarray, np.ndarray]


def _cases(n: int, seed: int) -> Cases:
    """Probabilities of three classes, labels, and counts of findings asked.

    The model is wrong about the third class, and knows less where less is asked, which it does
    not notice.
    """
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 3, n)
    asked = rng.integers(1, 41, n)
    told = np.eye(3)[label] * np.array([1.0, 1.0, 0.3]) * np.where(asked < 7, 0.3, 1.0)[:, None]
    powers = np.exp(2 * (rng.normal(size=(n, 3)) + told))
    return powers / powers.sum(axis=1, keepdims=True), label, asked


def test_each_class_is_covered_as_promised_even_by_a_poor_model() -> None:
    """On fresh cases each class stays in its sets 90 % of the time, whichever the model favours."""
    found = thresholds(*_cases(60_000, seed=1), coverage=0.9)
    model, label, asked = _cases(30_000, seed=2)
    inside = found.sets(model, asked)
    assert np.allclose(coverage(inside, label), 0.9, atol=0.012)


def test_short_forms_are_covered_as_promised() -> None:
    """Where little is asked the sets are larger, not less often right."""
    found = thresholds(*_cases(60_000, seed=1), coverage=0.9)
    model, label, asked = _cases(30_000, seed=2)
    inside = found.sets(model, asked)
    short = asked < 7
    assert coverage(inside[short], label[short]).mean() == pytest.approx(0.9, abs=0.02)
    assert inside[short].sum(axis=1).mean() > inside[~short].sum(axis=1).mean()


def test_a_set_may_be_empty() -> None:
    """Where every class is below its threshold nothing is put in, so that none is over-covered."""
    found = Thresholds(np.array([0]), np.zeros((1, 0)), np.full((1, 1, 3), 0.9))
    assert not found.sets(np.array([[0.4, 0.35, 0.25]]), np.array([3])).any()


def test_a_case_without_an_answer_has_an_empty_set() -> None:
    """No model, no set: nothing is made up."""
    found = Thresholds(np.array([0]), np.zeros((1, 0)), np.zeros((1, 1, 2)))
    assert not found.sets(np.full((1, 2), np.nan), np.array([0])).any()


def test_thresholds_go_by_how_much_is_asked_and_how_sure_the_model_is() -> None:
    """Each group begins with its own count, each band of it with its own highest probability."""
    least = np.array([[[0.0, 0.0], [0.3, 0.3]], [[0.5, 0.5], [0.9, 0.9]]])
    found = Thresholds(np.array([0, 10]), np.array([[0.7], [0.9]]), least)
    model = np.array([[0.6, 0.4], [0.8, 0.2], [0.8, 0.2], [0.9, 0.1]])
    inside = found.sets(model, np.array([0, 9, 10, 10]))
    assert inside.tolist() == [[True, True], [True, False], [True, False], [True, False]]


def test_facts_alone_are_told_from_a_form_of_as_many_columns() -> None:
    """Three answers without a blank are a handful; a whole record without a blank is none."""
    facts, form, whole = (np.full(40, fill) for fill in (NOT_ASKED, NOT_ASKED, 1.0))
    facts[:3] = 1.0
    form[:3] = [1.0, np.nan, 0.0]
    assert form_size(np.stack([facts, form, whole])).tolist() == [-3, 3, 40]
    assert form_size(np.full((1, 40), NOT_ASKED)).tolist() == [0]


def test_facts_have_thresholds_of_their_own() -> None:
    """A model that is less sure of facts than of forms covers both as promised."""
    model, label, asked = _cases(60_000, seed=1)
    size = np.where(asked < 7, -asked, asked)
    found = thresholds(model, label, size, coverage=0.9)
    inside = found.sets(model, size)
    assert found.asked[0] == -HANDFUL
    assert coverage(inside[size < 0], label[size < 0]) == pytest.approx(0.9, abs=0.02)
    lowest = np.full(len(label), -HANDFUL - 5)
    assert (found.sets(model, lowest) == found.sets(model, np.full(len(label), -HANDFUL))).all()


def test_a_class_with_too_few_cases_is_never_left_out() -> None:
    """With so few cases that none may be left out, the threshold is 0."""
    assert (thresholds(*_cases(30, seed=1), coverage=0.95).least == 0).all()


def test_thresholds_survive_the_manifest() -> None:
    """What a bundle holds is what was calibrated; a bundle without any has none."""
    found = thresholds(*_cases(1000, seed=1), coverage=0.9)
    again = Thresholds.of({"prediction_set": found.as_manifest(("a", "b", "c"))}, ("a", "b", "c"))
    assert again is not None
    assert (again.least == found.least).all()
    assert (again.asked == found.asked).all()
    assert (again.highest == found.highest).all()
    assert Thresholds.of({}, ("a",)) is None
