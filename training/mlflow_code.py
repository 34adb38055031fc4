"""The code of the MLflow model: a scorer behind MLflow's own interface.

MLflow runs this file when it loads the model, so it imports only what scoring needs.
"""

from __future__ import annotations

from typing import Any

from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel

from serve import load


class LegPainModel(PythonModel):
    """Cases in, the columns of a scored file out."""

    def load_context(self, context: Any) -> None:
        """Load and verify the bundle among the model's artifacts."""
        self._scorer = load(context.artifacts["bundle"])

    # Without type hints: MLflow would read them as a schema, and the signature is the schema.
    def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def]  # noqa: ARG002
        """A data frame of answers, one row a case, in the order given."""
        return self._scorer.score(model_input).output.to_pandas()


set_model(LegPainModel())
