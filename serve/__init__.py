"""Scores cases: a probability for every cause, beside overrides that no model can silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from serve.scorer import Scorer

__all__ = ["load"]


def load(bundle: Path | str | None = None, *, overrides_only: bool = False) -> Scorer:
    """A scorer with the bundle of a folder, or with the promoted one.

    Overrides alone answer, with the issue `no_model`, for `overrides_only`, where there is no
    promoted bundle, and where a whole bundle cannot be run (then the log says why). Raises
    `serve.problem.RefusedError` for a bundle that is damaged or made for another vocabulary.
    """
    from serve.scorer import open_scorer  # not at the top: `import serve` stays light

    return open_scorer(bundle, overrides_only=overrides_only)
