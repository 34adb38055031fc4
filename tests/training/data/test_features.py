"""Cells as features: recorded, left blank, and not asked are three things."""

from __future__ import annotations

import numpy as np

from data_gen.vocabulary import NOT_ASKED, load
from serve.model import predict
from training.data.features import asked_of, decoded, encode, quantile_edges, vocabulary_intervals

VOCABULARY = load()


def _values() -> np.ndarray:
    """Every finding with each of its values, blank, and not asked."""
    sizes = [100 if f.kind == "number" else len(f.words) for f in VOCABULARY.findings]
    rows = [[min(k, size - 1) for size in sizes] for k in range(max(sizes))]
    kinds = [[kind] * len(sizes) for kind in (np.nan, NOT_ASKED)]
    return np.array([*rows, *kinds], dtype=float)


def test_a_cell_that_was_not_asked_is_in_no_feature() -> None:
    """A recorded cell is in the feature of its value, a blank one in that of blanks."""
    cases = encode(_values())
    intervals = vocabulary_intervals(VOCABULARY, quantile_edges(cases, VOCABULARY, 4))
    features = intervals.indicators(cases)
    counts = np.stack(
        [features[:, intervals.column == f.column].sum(axis=1) for f in VOCABULARY.findings]
    )
    assert (counts[:, :-1] == 1).all()
    assert (counts[:, -1] == 0).all()
    blank = np.array([name.endswith(" blank") for name in intervals.names])
    assert np.array_equal(features[-2] == 1, blank)


def test_features_of_values_leave_blanks_out() -> None:
    """What labelled cases are compared by does not tell a blank from what was not asked."""
    cases = encode(_values())
    intervals = vocabulary_intervals(VOCABULARY, quantile_edges(cases, VOCABULARY, 4))
    values = intervals.of_values()
    assert len(values.names) == len(intervals.names) - len(VOCABULARY.findings)
    features = values.indicators(cases)
    assert not features[-2:].any()
    assert (features[:-2].sum(axis=1) == len(VOCABULARY.findings)).all()


def test_encoded_cases_are_decoded_as_they_were() -> None:
    """Encoding keeps apart what values keep apart."""
    values = np.round(_values())
    assert np.array_equal(decoded(encode(values)), values, equal_nan=True)
    assert asked_of(encode(values))[-2:].tolist() == [len(VOCABULARY.findings), 0]


def test_scoring_encodes_as_training_does() -> None:
    """The graph is asked in the codes that it was fitted to."""
    values = _values()
    assert np.array_equal(predict.encode(values)[: len(values)], encode(values))
