"""Every warning sign of the documents is called wherever it is recorded."""

from __future__ import annotations

import numpy as np
import pytest

from serve.overrides import LEVELS
from serve.overrides.matrix.states import levels, rule_states
from tests.serve.overrides.document_flags import FLAGS, DocumentFlag, Records
from tests.serve.overrides.records import VOCABULARY, random_records

VALUES = np.concatenate(
    [
        random_records(20_000, seed=1, recorded=0.1, present=0.7),
        random_records(10_000, seed=2, recorded=0.5),
        random_records(10_000, seed=3, recorded=0.9, present=0.3),
        random_records(10_000, seed=4, recorded=0.9, present=0.1),
    ]
)
REACHED = levels(rule_states(VALUES, VOCABULARY))
RECORDS = Records(VALUES, VOCABULARY)


@pytest.mark.parametrize("flag", FLAGS, ids=lambda flag: flag.name)
def test_a_recorded_sign_reaches_its_level(flag: DocumentFlag) -> None:
    """Whatever else a record says or leaves out, a warning sign in it reaches its level."""
    where = flag.where(RECORDS)
    assert where.sum() >= 30
    assert np.all(REACHED[where] <= LEVELS.index(flag.level))
