"""The overrides of a matrix of cases are those of each case alone."""

from __future__ import annotations

import numpy as np
import pytest

from data_gen.vocabulary import load
from data_gen.vocabulary.complete import complete
from serve.overrides.evaluate import judge
from serve.overrides.matrix.open_flags import says_nothing
from serve.overrides.matrix.results import flags_of
from serve.overrides.matrix.states import read_matrix
from tests.serve.model.test_predict import random_cases


@pytest.mark.parametrize("together", [1, 32, 300])
def test_columns_agree_with_cases(together: int) -> None:
    """Fired rules, levels, open flags and questions are the same for one case and in a matrix."""
    values = random_cases(300)
    rng = np.random.default_rng(3)
    sparse = rng.random(values.shape) < rng.random((300, 1))
    values[sparse] = np.nan
    values[0] = np.nan
    present = complete(values, load()).present
    blocks = [
        flags_of(present[start : start + together], load())
        for start in range(0, len(values), together)
    ]
    blank = says_nothing(present, load())
    codes = read_matrix(present, load()).tolist()
    for row in range(len(values)):
        result = judge(codes[row], blank=bool(blank[row]))
        flags, place = blocks[row // together], row % together
        assert flags.fired[place] == result.fired
        assert flags.open[place] == (result.open_rules, result.questions)
        assert flags.level[place] == min((rule.rank for rule in result.fired), default=4)
