"""The classifier keeps scikit-learn's rules for estimators."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from training.model.classifier import LegPainClassifier

_CANNOT_APPLY = {
    "check_sample_weight_equivalence_on_dense_data": (
        "batches are drawn by row: a row given twice is met twice as often, a row of weight two "
        "moves the weights twice as far"
    ),
}


def _cannot_apply(_: LegPainClassifier) -> dict[str, str]:
    return _CANNOT_APPLY


# The checks fit on lists and on constant columns; what libraries warn of then is not ours.
@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks(  # type: ignore[untyped-decorator]
    [LegPainClassifier(n_jobs=1, tree_rounds=2, tree_min_data=20, epochs=15)],
    expected_failed_checks=_cannot_apply,
)
def test_scikit_learns_checks_pass(
    estimator: LegPainClassifier, check: Callable[[LegPainClassifier], None]
) -> None:
    """Every check of scikit-learn passes, but for those listed with the reason."""
    check(estimator)
