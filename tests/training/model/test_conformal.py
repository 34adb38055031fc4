"""Prediction sets hold the right condition as often as they promise."""

from __future__ import annotations

import numpy as np
import pytest

from data_gen.vocabulary import NOT_ASKED, load
from serve.model.prediction_sets import KIND, Thresholds, form_code
from training.model.conformal import coverage, thresholds

Cases = tuple[np.ndarray, np.ndarray, np.ndarray]


def _cases(n: int, seed: int) -> Cases:
    """Probabilities of three classes, labels, and codes of forms that ask age.

    The model is wrong about the third class, and knows less where less is asked, which it does
    not notice.
    """
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 3, n)
    asked = rng.integers(1, 41, n)
    told = np.eye(3)[label] * np.array([1.0, 1.0, 0.3]) * np.where(asked < 7, 0.3, 1.0)[:, None]
    powers = np.exp(2 * (rng.normal(size=(n, 3)) + told))
    return powers / powers.sum(axis=1, keepdims=True), label, 3 * KIND + asked


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
    short = asked % KIND < 7
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
    """Three answers without a blank are a handful, and age makes another kind of either."""
    vocabulary = load()
    facts, form, whole, nothing = np.full((4, len(vocabulary.findings)), NOT_ASKED)
    told = [vocabulary.column(name) for name in ("fever", "redness", "warmth")]
    facts[told], form[told], whole[:] = 1.0, [1.0, np.nan, 0.0], 1.0
    known = form.copy()
    known[vocabulary.column("age_years")] = np.nan
    values = np.stack([nothing, facts, form, known, whole])
    everything = len(vocabulary.findings)
    codes = [0, 3, 2 * KIND + 3, 3 * KIND + 4, 3 * KIND + everything]
    assert form_code(values, vocabulary).tolist() == codes


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_each_kind_of_form_has_thresholds_of_its_own(kind: int) -> None:
    """A model that is less sure of one kind of form than of another covers both as promised."""
    model, label, asked = _cases(60_000, seed=1)
    size = asked % KIND
    codes = np.where(size < 7, kind * KIND + size, asked)
    found = thresholds(model, label, codes, coverage=0.9)
    inside, short = found.sets(model, codes), size < 7
    assert found.asked[0] == 0
    assert coverage(inside[short], label[short]) == pytest.approx(0.9, abs=0.02)


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
