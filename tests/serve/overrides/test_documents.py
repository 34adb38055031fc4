"""Every warning sign of the documents is called wherever it is recorded."""

from __future__ import annotations

import numpy as np
import pytest

from serve.overrides import LEVELS, RULES
from serve.overrides.hazard_log.hazards import HAZARDS
from serve.overrides.matrix.states import levels, rule_states
from tests.serve.overrides.document_flags import FLAGS, DocumentFlag, Records
from tests.serve.overrides.records import VOCABULARY, random_records

ASKED = {
    hazard.id: {f for rule in RULES if rule.hazard == hazard.id for f in rule.findings}
    for hazard in HAZARDS
}
"""By hazard, the findings that its rules read: among these alone a guard meets its sign often."""
VALUES = np.concatenate(
    [
        random_records(20_000, seed=1, recorded=0.1, present=0.7),
        random_records(10_000, seed=2, recorded=0.5),
        random_records(10_000, seed=3, recorded=0.9, present=0.3),
        random_records(10_000, seed=4, recorded=0.9, present=0.1),
        *(random_records(8_000, seed=5, recorded=0.6, only=asked) for asked in ASKED.values()),
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
