"""The code of the MLflow model: a scorer behind MLflow's own interface.

MLflow runs this file when it loads the model, so it imports only what scoring needs.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel

from serve import load


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
        params: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> pd.DataFrame:
        """A data frame of answers, one row a case, in the order given.

        Where there is nothing to say a text is blank, as in a file: Spark would write a null of
        pandas as the word "nan".
        """
        answers: pd.DataFrame = self._scorer.score(model_input).output.to_pandas()
        words = answers.columns[[kind.kind not in "fi" for kind in answers.dtypes]]
        return answers.fillna(dict.fromkeys(words, ""))


set_model(LegPainModel())
