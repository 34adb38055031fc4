"""A trained project for every test of the pipeline, made once."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any

import pytest

from tests.made_once import made_once
from tests.training.projects import few_people, params, run_all, sample


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a trained, measured and promoted candidate, recorded in its own MLflow."""
    return made_once(tmp_path_factory, "project", _make)


def _make(folder: Path) -> None:
    sample(folder / "build" / "vignettes")
    (folder / "labelled").mkdir()
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow's libraries, of each other
        patch.chdir(folder)
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        few_people(patch)
        run_all(params())


@pytest.fixture
def inside(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project, which is the working folder. Its plots are not drawn again."""
    copy = tmp_path / "project"
    shutil.copytree(project, copy)
    monkeypatch.chdir(copy)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{copy}/mlflow.db")
    monkeypatch.setattr("training.evaluation.report.write_plots", lambda *_: None)
    few_people(monkeypatch)
    return copy


@pytest.fixture
def unrecorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs leave nothing in MLflow, which takes most of the time of a small run."""
    monkeypatch.setattr("training.tracking.run.log_run", lambda *_: "")
    monkeypatch.setattr("training.tracking.client.mirrored", _only_act)


def _only_act(*arguments: Any) -> str:
    arguments[-1]()
    return ""
