"""Scores cases: a probability for every cause, beside overrides that no model can silence."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from serve.api import Scorer

__all__ = ["load"]

# Nothing leaves a user's machine unasked. Read when each library is loaded, which every entry does
# after this: the command line, worker processes, Spark's workers, MLflow's environment, training.
os.environ.update(
    ORT_DISABLE_TELEMETRY="1", MLFLOW_DISABLE_TELEMETRY="true", DVC_NO_ANALYTICS="true"
)


def load(bundle: Path | str | None = None, *, overrides_only: bool = False) -> Scorer:
    """A scorer with the bundle of a folder, or with the promoted one.

    Overrides alone answer, with the issue `no_model`, for `overrides_only`, where there is no
    promoted bundle, and where a whole bundle cannot be run (then the log says why). Raises
    `serve.problem.RefusedError` for a bundle that is damaged or made for another vocabulary.
    """
    from serve.api import open_scorer  # not at the top: `import serve` stays light

    return open_scorer(bundle, overrides_only=overrides_only)
