"""No probability changes what the overrides say, nor lowers the triage below it."""

from __future__ import annotations

import inspect
from itertools import product

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import load
from serve.overrides import evaluate
from serve.overrides.matrix.states import levels, rule_states
from serve.triage import Causes, combine
from tests.serve.overrides.records import VOCABULARY, random_records

CONDITIONS = len(load().conditions)
Matrix = npt.NDArray[np.float64]


def vectors() -> Matrix:
    """A thousand random probability vectors, even and lopsided, and the corners and failures."""
    rng = np.random.default_rng(41)
    shapes = [0.01, 0.1, 1.0, 100.0]
    drawn = [rng.dirichlet(np.full(CONDITIONS, shape), size=250) for shape in shapes]
    even = np.full((1, CONDITIONS), 1 / CONDITIONS)
    broken = np.array([[np.nan] * CONDITIONS, [0.0] * CONDITIONS, [np.inf] * CONDITIONS])
    partly = np.where(np.arange(CONDITIONS) == 3, np.nan, even)
    return np.concatenate([*drawn, np.eye(CONDITIONS), even, broken, partly])


def test_the_triage_is_never_below_the_overrides() -> None:
    """For a thousand probability vectors and every corner, the overrides' level stands or rises."""
    probabilities = vectors()
    assert len(probabilities) > 1_000
    values = random_records(len(probabilities), seed=42, recorded=0.08, present=0.7)
    reached = levels(rule_states(values, VOCABULARY)).astype(np.int64)
    assert set(reached.tolist()) == {0, 1, 2, 4}
    causes = Causes.of(None, VOCABULARY)
    for rank in (0, 1, 2, 3):
        stated = np.full(len(values), rank, dtype=np.int64)
        for override, few in product((reached, stated), (False, True)):
            with np.errstate(invalid="ignore"):
                got = combine(override, probabilities, np.full(len(values), few), causes)
            assert np.all(got.level <= override)


def test_overrides_are_never_shown_a_probability() -> None:
    """The overrides take a case and nothing else, so no model can reach them."""
    assert list(inspect.signature(evaluate).parameters) == ["case"]
    assert list(inspect.signature(rule_states).parameters) == ["values", "vocabulary"]
