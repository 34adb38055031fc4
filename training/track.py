"""MLflow as a mirror: each run's files, figures and model, and the registry's aliases."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock

from serve.problem import Problem, RefusedError

# Nothing leaves a user's machine unasked; and a server that is down is said so within seconds.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "20")
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

_SQLITE = "sqlite:///"


@dataclass(frozen=True)
class Run:
    """What a run leaves in MLflow."""

    name: str
    params: Mapping[str, Any]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    folders: Mapping[str, Path]
    """Artifact folder -> local folder or file."""
    cases: Path
    """The Parquet file of the training vignettes: the data set."""
    cases_hash: str
    bundle: Path
    model_version: str
    code: tuple[Path, ...] = field(default=())


def project_root() -> Path:
    """The folder of the project, also from the temporary copy of `dvc exp run --temp`."""
    return Path(os.environ.get("DVC_ROOT", Path.cwd())).resolve()


def in_temporary_copy() -> bool:
    """Whether this is a temporary copy of the project, as `dvc exp run --temp` makes one."""
    return project_root() != Path.cwd().resolve()


def tracking_uri() -> str:
    """Where runs are kept: MLFLOW_TRACKING_URI, or `mlflow.db` in the project's folder.

    A relative SQLite path counts from the project's folder, so that no run is lost with a
    temporary copy.
    """
    uri = os.environ.get("MLFLOW_TRACKING_URI") or f"{_SQLITE}mlflow.db"
    if uri.startswith(_SQLITE) and not uri.startswith(f"{_SQLITE}/"):
        return f"{_SQLITE}{project_root() / uri.removeprefix(_SQLITE)}"
    return uri


@contextmanager
def connected(experiment: str) -> Iterator[Any]:
    """The `mlflow` module, connected, its database ready and the experiment chosen.

    Raises RefusedError where the server or database does not answer.
    """
    import mlflow
    from mlflow.exceptions import MlflowException

    uri = tracking_uri()
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    try:
        with _alone(uri):
            _choose_experiment(mlflow, experiment, uri)
        yield mlflow
    except (MlflowException, OSError) as error:
        raise RefusedError(_unreachable(uri, error)) from error


def log_run(run: Run, experiment: str, registered: str) -> str:
    """Record a run, its model as a new version of `registered`; the run's id."""
    with connected(experiment) as mlflow, mlflow.start_run(run_name=run.name) as active:
        mlflow.log_params(dict(run.params))
        mlflow.log_metrics(dict(run.metrics))
        mlflow.set_tags(dict(run.tags))
        mlflow.log_input(_data_set(mlflow, run), context="training")
        for artifact, path in run.folders.items():
            log = mlflow.log_artifacts if path.is_dir() else mlflow.log_artifact
            log(str(path), artifact)
        _log_model(mlflow, run, registered)
        run_id: str = active.info.run_id
    return run_id


def point_alias(experiment: str, registered: str, alias: str, model_version: str) -> bool:
    """Whether the alias now names the newest registered model of that version."""
    with connected(experiment) as mlflow:
        client = mlflow.MlflowClient()
        found = client.search_model_versions(f"name = '{registered}'")
        mine = [v for v in found if v.tags.get("model_version") == model_version]
        if not mine:
            return False
        newest = max(mine, key=lambda v: int(v.version))
        client.set_registered_model_alias(registered, alias, newest.version)
        return True


@contextmanager
def _alone(uri: str) -> Iterator[None]:
    """Alone with a SQLite database: processes that create its tables at once corrupt it."""
    if not uri.startswith(_SQLITE):
        yield
        return
    path = Path(uri.removeprefix(_SQLITE))
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_name(f".{path.name}.lock")):
        yield


def _choose_experiment(mlflow: Any, experiment: str, uri: str) -> None:
    client = mlflow.MlflowClient()
    if client.get_experiment_by_name(experiment) is None:
        # A local database keeps its artifacts beside it, wherever the run was started.
        local = uri.startswith(_SQLITE)
        place = Path(uri.removeprefix(_SQLITE)).parent / "mlartifacts"
        client.create_experiment(experiment, place.as_uri() if local else None)
    mlflow.set_experiment(experiment)


def _data_set(mlflow: Any, run: Run) -> Any:
    """The training vignettes as a data set: schema from the first rows, digest from the file."""
    import pyarrow.parquet as pq

    file = pq.ParquetFile(run.cases)
    head = next(file.iter_batches(100)).to_pandas()
    for column in head.columns:
        if head[column].dtype != "float64":
            head[column] = head[column].astype(object)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two of MLflow's kinds of source fit a path equally well
        return mlflow.data.from_pandas(
            head, source=str(run.cases), name="vignettes", digest=run.cases_hash[:36]
        )


def _log_model(mlflow: Any, run: Run, registered: str) -> None:
    from training.mlflow_model import log_model

    info = log_model(mlflow, run.bundle, registered)
    if info.registered_model_version is not None:
        mlflow.MlflowClient().set_model_version_tag(
            registered, str(info.registered_model_version), "model_version", run.model_version
        )


def _unreachable(uri: str, error: Exception) -> Problem:
    first = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
    remedy = "start the server, or unset MLFLOW_TRACKING_URI to record in mlflow.db"
    return Problem("tracking_failed", uri, first, remedy)
