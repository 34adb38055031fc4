"""What an answer is worth, against sums written out in plain Python."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from data_gen.vocabulary import load
from serve.asking.worth import Answers
from serve.model.bundle import Bundle
from serve.triage import COST, Causes

Matrix = npt.NDArray[np.float64]
CASES = 40  # more than a block


@pytest.fixture(scope="module")
def answers(asking: Bundle) -> Answers:
    """The answers of a bundle."""
    assert asking.likelihoods is not None
    assert asking.components is not None
    return Answers.of(asking.likelihoods, asking.components, load())


@pytest.fixture(scope="module")
def posterior(answers: Answers) -> Matrix:
    """Probabilities of components (n_cases, n_components), some of them nearly certain."""
    drawn = np.random.default_rng(3).gamma(0.1, size=(CASES, len(answers.table))) + 1e-9
    return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))


def entropy(shares: Matrix) -> float:
    """In nats."""
    return -sum(p * math.log(p) for p in shares.tolist() if p > 0)


def conditions(shares: Matrix, answers: Answers) -> Matrix:
    """(n_conditions,) what components come to."""
    return np.bincount(answers.place, shares)


def least_cost(shares: Matrix, causes: Causes) -> float:
    """What the best level costs, of which the causes' shares need not sum to 1."""
    return min(
        sum(p * COST[rank, told] for p, rank in zip(shares, causes.rank, strict=True))
        for told in range(len(COST))
    )


@pytest.mark.parametrize("name", ["fever", "swelling", "duration_days"])
def test_worth_is_what_each_answer_leads_to(
    name: str, asking: Bundle, answers: Answers, posterior: Matrix
) -> None:
    """Information and fall are means over the answers, each as likely as the case makes it."""
    assert asking.likelihoods is not None
    table, column = asking.likelihoods.of[name], load().column(name)
    found = answers.worth(posterior)
    for row in (0, CASES - 1):
        shares = posterior[row]
        weighed = answers.causes.weighed(shares[None])[0]
        after = entropy_after = 0.0
        for value in table.T:
            met = shares * value
            entropy_after += met.sum() * entropy(conditions(met / met.sum(), answers))
            after += least_cost(weighed * value, answers.causes)
        information = entropy(conditions(shares, answers)) - entropy_after
        fall = least_cost(weighed, answers.causes) - after
        assert found.information[row, column] == pytest.approx(information, abs=1e-4)
        assert found.fall[row, column] == pytest.approx(fall, abs=1e-4)
        assert information > 1e-3


def test_nothing_is_worth_less_than_nothing(answers: Answers, posterior: Matrix) -> None:
    """No answer is expected to raise cost or doubt, and what no table knows is worth nothing."""
    found = answers.worth(posterior)
    age = load().column("age_years")
    for worth in (found.fall, found.information):
        assert worth.min() >= 0
        assert worth.max() > 0.01
        assert (worth[:, age] == 0).all()


def test_a_case_without_an_answer_of_the_model_is_worth_nothing(
    answers: Answers, posterior: Matrix
) -> None:
    """A row of NaN is worth 0 and changes no other row."""
    broken = posterior.copy()
    broken[1] = np.nan
    found, whole = answers.worth(broken), answers.worth(posterior)
    assert not found.fall[1].any()
    assert not found.information[1].any()
    assert found.information[0] == pytest.approx(whole.information[0])


def test_worth_does_not_depend_on_company(answers: Answers, posterior: Matrix) -> None:
    """A case alone is worth asking what it is worth among others."""
    together, alone = answers.worth(posterior), answers.worth(posterior[7:8])
    assert alone.information[0] == pytest.approx(together.information[7], abs=1e-6)
    assert alone.fall[0] == pytest.approx(together.fall[7], abs=1e-6)


def test_what_an_answer_moves(answers: Answers, posterior: Matrix) -> None:
    """A component moves by how unlike the others it answers, as far as it is probable."""
    column = load().column("fever")
    moved = answers.moved(column, posterior[0])
    assert moved is not None
    start = int(answers.starts[np.flatnonzero(answers.columns == column)[0]])
    yes = answers.table[:, start + 1].astype(float)
    assert moved == pytest.approx(2 * posterior[0] * np.abs(yes - posterior[0] @ yes), abs=1e-6)
    assert answers.moved(load().column("age_years"), posterior[0]) is None
