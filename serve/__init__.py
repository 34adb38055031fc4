"""Scores cases: a probability for every cause, beside overrides that no model can silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from serve.scorer import Scorer

__all__ = ["load"]


def load(bundle: Path | str | None = None) -> Scorer:
    """A scorer with the bundle of a folder, or with the promoted one.

    Where there is no promoted bundle the scorer answers with overrides alone. Raises
    `serve.problem.RefusedError` for a bundle that is damaged or made for another vocabulary.
    """
    from serve.scorer import open_scorer  # not at the top: `import serve` stays light

    return open_scorer(bundle)
