"""A trained project for every test of the pipeline, made once."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any

import pytest

from tests.training.projects import params, run_all, sample


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a trained, measured and promoted candidate, recorded in its own MLflow."""
    folder = tmp_path_factory.mktemp("project")
    sample(folder / "build" / "vignettes")
    (folder / "labelled").mkdir()
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow's libraries, of each other
        patch.chdir(folder)
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        run_all(params())
    return folder


@pytest.fixture
def inside(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project, which is the working folder."""
    copy = tmp_path / "project"
    shutil.copytree(project, copy)
    monkeypatch.chdir(copy)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{copy}/mlflow.db")
    return copy


@pytest.fixture
def unrecorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs leave nothing in MLflow, which takes most of the time of a small run."""
    monkeypatch.setattr("training.tracking.run.log_run", lambda *_: "")
    monkeypatch.setattr("training.tracking.client.mirrored", _only_act)


def _only_act(*arguments: Any) -> str:
    arguments[-1]()
    return ""
