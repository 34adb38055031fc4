"""The code of the MLflow model: a scorer behind MLflow's own interface.

MLflow runs this file when it loads the model, so it imports only what scoring needs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel

from serve import load
from serve.answer import ANSWER


class LegPainModel(PythonModel):
    """Cases in, the columns of a scored file out."""

    def load_context(self, context: Any) -> None:
        """Load and verify the bundle among the model's artifacts."""
        self._scorer = load(context.artifacts["bundle"])

    # A data frame is the one hint from which MLflow infers no schema: the signature is the schema.
    def predict(
        self,
        context: Any,  # noqa: ARG002
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """A data frame of answers, one row a case, in the order given.

        Takes what `serve.load().score` takes, and columns by name as the `inputs` of MLflow's
        server are. `mix` and `explain` of `params` mean what they mean to `serve score`;
        what is on request is blank unless asked for. Where there is nothing to say a text is blank,
        as in a file: Spark would write a null of pandas as the word "nan".
        """
        scorer = self._scorer.asked(**(params or {}))
        answers: pd.DataFrame = scorer.score(_cases(model_input)).output.to_pandas()
        asked_for = [column.name for column in ANSWER if column.on_request]
        answers[[name for name in asked_for if name not in answers]] = None
        words = answers.columns[[kind.kind not in "fi" for kind in answers.dtypes]]
        return answers.fillna(dict.fromkeys(words, ""))


def _cases(given: Any) -> Any:
    """What MLflow hands over: columns of values become a table, all else is left to the scorer."""
    if isinstance(given, dict) and any(isinstance(v, list | np.ndarray) for v in given.values()):
        return pd.DataFrame(given)
    return given


set_model(LegPainModel())
