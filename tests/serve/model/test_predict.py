"""Probabilities are a distribution, whatever stands beside a case, and print to exactly 1."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from data_gen.vocabulary import load
from serve.model.bundle import load_bundle
from serve.model.mixes import mix_weights
from serve.model.predict import MICRO, normalised, parts_per_million, predict
from serve.problem import RefusedError
from tests.serve.tiny_bundle import PARTS

Matrix = npt.NDArray[np.float64]


def random_cases(n: int, seed: int = 0) -> Matrix:
    """Cases with half of their cells blank, (n, n_findings)."""
    rng = np.random.default_rng(seed)
    values = np.full((n, len(load().findings)), np.nan)
    for finding in load().findings:
        if finding.kind == "number":
            assert finding.low is not None
            assert finding.high is not None
            cells = np.round(rng.uniform(finding.low, finding.high, n), 1)
        else:
            cells = rng.integers(0, len(finding.values) or 2, n).astype(float)
        values[:, finding.column] = np.where(rng.random(n) < 0.5, np.nan, cells)
    return values


@given(arrays(np.float64, (4, 20), elements=st.floats(1e-9, 1.0)))
def test_printed_figures_sum_to_one(raw: Matrix) -> None:
    """Six decimals of the probabilities sum to exactly 1 and keep their order and size."""
    probabilities = raw / raw.sum(axis=1, keepdims=True)
    printed = parts_per_million(probabilities)
    assert (printed.sum(axis=1) == MICRO).all()
    assert (np.abs(printed - probabilities * MICRO) <= 1).all()
    larger = probabilities[:, :, None] > probabilities[:, None, :]
    assert (printed[:, :, None] >= printed[:, None, :])[larger].all()


@pytest.mark.parametrize("size", [1, 3, 8, 13, 255, 256, 257, 700])
@pytest.mark.parametrize("kind", ["tiny_bundle", "fitted_bundle"])
def test_neighbours_do_not_matter(size: int, kind: str, request: pytest.FixtureRequest) -> None:
    """A case has the same probabilities, to the last bit, alone and among others."""
    bundle = load_bundle(request.getfixturevalue(kind), load())
    values = random_cases(700)
    together = predict(bundle, values).probabilities
    apart = [predict(bundle, values[at : at + size]).probabilities for at in range(0, 700, size)]
    assert np.array_equal(np.concatenate(apart), together)


def test_rows_sum_to_one(tiny_bundle: Path) -> None:
    """Each row is a distribution over the conditions, in double precision."""
    output = predict(load_bundle(tiny_bundle, load()), random_cases(50))
    n_conditions = len(load().conditions)
    assert output.probabilities.shape == (50, n_conditions)
    assert output.probabilities.dtype == np.float64
    assert np.abs(output.probabilities.sum(axis=1) - 1).max() < 1e-15 * n_conditions
    assert output.novelty is not None
    assert output.novelty.shape == (50,)


@pytest.mark.parametrize(
    "row", [[np.nan, 1.0], [np.inf, 1.0], [-0.5, 1.5], [0.0, 0.0]], ids=str
)  # fmt: skip
def test_no_distribution_is_no_answer(row: list[float]) -> None:
    """A row that is no distribution becomes NaN, and its neighbour stays."""
    got = normalised(np.array([row, [0.25, 0.75]]))
    assert np.isnan(got[0]).all()
    assert got[1].tolist() == [0.25, 0.75]
    assert parts_per_million(got)[0].tolist() == [0, 0]


def test_training_mix_changes_nothing(tiny_bundle: Path) -> None:
    """The mix of training is the one the probabilities are for."""
    assert mix_weights("training", load_bundle(tiny_bundle, load()), load()) is None


def test_another_mix_reweights(tiny_bundle: Path) -> None:
    """Another mix multiplies each probability by new over old, and normalises again."""
    bundle = load_bundle(tiny_bundle, load())
    values = random_cases(20)
    clinic, training = bundle.manifest["mix"]["clinic"], bundle.manifest["mix"]["training"]
    ratio = np.array([clinic[c] / training[c] for c in load().condition_ids])
    plain = predict(bundle, values).probabilities
    expected = plain * ratio / (plain * ratio).sum(axis=1, keepdims=True)
    got = predict(bundle, values, mix_weights("clinic", bundle, load())).probabilities
    assert np.allclose(got, expected, rtol=1e-12)


def test_another_mix_reweights_each_component(tiny_bundle: Path) -> None:
    """Components move by their own shares; conditions are the sums of theirs."""
    bundle = load_bundle(tiny_bundle, load())
    assert bundle.components is not None
    values, mixes = random_cases(20), bundle.components.mixes
    plain = predict(bundle, values)
    got = predict(bundle, values, mix_weights("clinic", bundle, load()))
    assert plain.components is not None
    assert got.components is not None
    joint = plain.components * mixes["clinic"] / mixes["training"]
    assert np.allclose(got.components, joint / joint.sum(axis=1, keepdims=True))
    sums = got.components.reshape(20, -1, 2).sum(axis=2)
    assert np.allclose(got.probabilities, sums)
    assert got.own_components is not None
    assert np.array_equal(got.own_components, plain.components)


def test_a_written_mix_keeps_shares_within_a_condition(tiny_bundle: Path) -> None:
    """What a mix of conditions says nothing about stays as training has it."""
    bundle = load_bundle(tiny_bundle, load())
    text = ",".join(f"{name}={k + 1}" for k, name in enumerate(load().condition_ids))
    got = predict(bundle, random_cases(5), mix_weights(text, bundle, load()))
    assert got.components is not None
    parts = got.probabilities[:, :, None] * PARTS
    assert np.allclose(got.components.reshape(parts.shape), parts, atol=1e-6)


def test_a_bundle_without_components_says_none(fitted_bundle: Path) -> None:
    """Where the graph tells nothing apart within conditions, nothing is made up."""
    bundle = load_bundle(fitted_bundle, load())
    assert predict(bundle, random_cases(5)).components is None


def test_a_mix_of_two(tiny_bundle: Path) -> None:
    """A mix that names two conditions leaves nothing to the others, and is scaled to 1."""
    bundle = load_bundle(tiny_bundle, load())
    weights = mix_weights("sciatica=4, doms=6", bundle, load())
    got = predict(bundle, random_cases(5), weights).probabilities
    named = [load().condition_ids.index(c) for c in ("sciatica", "doms")]
    answered = got[~np.isnan(got).any(axis=1)]  # a case may be neither, for the model
    assert len(answered)
    assert np.allclose(answered[:, named].sum(axis=1), 1)
    assert weights is not None
    assert np.isclose(weights.conditions[0, named[0]], 0.4 * len(load().conditions))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sciatic=1", "did you mean 'sciatica'"),
        ("sciatica", "is not `condition=share`"),
        ("sciatica=x", "is not `condition=share`"),
        ("sciatica=-1,doms=2", "0 or more"),
        ("sciatica=0", "not all 0"),
        ("sciatica=nan", "0 or more"),
        ("", "is not `condition=share`"),
    ],
)
def test_bad_mix(text: str, says: str, tiny_bundle: Path) -> None:
    """A mix that cannot be meant is refused with what to write instead."""
    with pytest.raises(RefusedError, match=says):
        mix_weights(text, load_bundle(tiny_bundle, load()), load())
