"""Safety overrides: rules over the findings of a case that no probability can silence.

Pure Python: importing this package loads neither numpy nor the model. The same table is evaluated
over a matrix of cases by `serve.overrides.matrix.states`.
"""

from serve.overrides.evaluate import OverrideResult, evaluate, is_blank, judge, states
from serve.overrides.rule import LEVELS, Rule
from serve.overrides.rules import RULES

__all__ = ["LEVELS", "RULES", "OverrideResult", "Rule", "evaluate", "is_blank", "judge", "states"]
