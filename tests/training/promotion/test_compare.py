"""Runs side by side: what may be named, and what the table says."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from serve.problem import RefusedError
from tests.training.projects import params
from tests.training.quiet import QUIET
from training import pipeline
from training.cli import main
from training.promotion.store.model_store import ModelStore

pytestmark = QUIET


def test_a_run_is_held_against_the_first(inside: Path) -> None:
    """Folders, kept versions and runs of MLflow are taken; the same model differs by nothing."""
    version = ModelStore(inside / "models" / "leg_pain").champion_version()
    assert version is not None
    head, first, again = pipeline.compare(params(), pipeline.Places(), [version, "build/candidate"])
    (inside / "models" / "leg_pain").rename("away")
    (tracked,) = pipeline.compare(params(), pipeline.Places(), [version])[1:]
    assert first == tracked
    assert first[:2] == [version, "mixture-trees"]
    assert len(head) == len(first)
    assert again[3] == again[6] == "+0.0000 (+0.0000 to +0.0000)"


def test_another_model_differs_beyond_chance(inside: Path) -> None:
    """Few trees alone lose more than the champion, and the interval says so."""
    pipeline.train(params(estimator="lightgbm", plain_rounds=1), pipeline.Places())
    version = ModelStore(inside / "models" / "leg_pain").champion_version()
    assert version is not None
    *_, row = pipeline.compare(params(), pipeline.Places(), [version, "build/candidate"])
    assert row[1] == "lightgbm"
    assert float(row[3].split("(")[1].split()[0]) > 0


@pytest.mark.parametrize("name", ["nowhere", "0123456789ab"])
@pytest.mark.usefixtures("inside")
def test_a_run_that_is_nowhere_is_refused(name: str) -> None:
    """With what may be named instead."""
    with pytest.raises(RefusedError, match="training list"):
        pipeline.compare(params(), pipeline.Places(), [name])


def test_a_command_without_runs_is_refused() -> None:
    """There is nothing to compare."""
    assert CliRunner().invoke(main, ["compare"]).exit_code == 2
