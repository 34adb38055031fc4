"""MLflow as a mirror: each run's files, figures and model, and the registry's aliases."""

from __future__ import annotations

import os
import sqlite3
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from serve.problem import Problem, RefusedError
from training.places import project_root

# A server that is down is said so within seconds.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "20")
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

_SQLITE = "sqlite:///"
_ARTIFACTS = "mlartifacts"
_PLACES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)
"""Columns of MLflow's tables that hold the places of artifacts."""
_LONGEST = 300  # characters of an error that a message quotes


@dataclass(frozen=True)
class DataSet:
    """Cases that a run learned from or was measured on: a Parquet or CSV file."""

    name: str
    context: str
    file: Path
    hash: str


@dataclass(frozen=True)
class Aliases:
    """The model versions that the registry's aliases shall name; None: there is none."""

    champion: str | None
    challenger: str | None


@dataclass(frozen=True)
class Run:
    """What a run leaves in MLflow."""

    name: str
    params: Mapping[str, Any]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    folders: Mapping[str, Path]
    """Artifact folder -> local folder or file."""
    data: tuple[DataSet, ...]
    bundle: Path
    model_version: str


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
        for data in run.data:
            mlflow.log_input(_data_set(mlflow, data), context=data.context)
        for artifact, path in run.folders.items():
            log = mlflow.log_artifacts if path.is_dir() else mlflow.log_artifact
            log(str(path), artifact)
        _log_model(mlflow, run, registered)
        run_id: str = active.info.run_id
    return run_id


def move_aliases(
    experiment: str, registered: str, aliases: Aliases, act: Callable[[], object]
) -> str:
    """Point the registry's aliases at what they shall name, around an act that makes it so.

    The registry is asked before the act: where it does not answer, RefusedError and nothing is
    done. Returns what a user must know of it: a version that the registry does not hold.
    """
    with connected(experiment) as mlflow:
        found = _newest_by_version(mlflow.MlflowClient(), registered)
    act()
    try:
        _point(experiment, registered, aliases, found)
    except RefusedError as error:
        message = "the champion has moved, the registry's aliases have not"
        remedy = "run `dvc repro` when the server answers again"
        raise RefusedError(
            *error.problems, Problem("behind", registered, message, remedy)
        ) from None
    missing = {name: version for name, version in asdict(aliases).items() if version not in found}
    named = ", ".join(f"{name} {version}" for name, version in missing.items() if version)
    return f" (not in the registry: {named}; `training evaluate` records it)" if named else ""


def _point(experiment: str, registered: str, aliases: Aliases, found: Mapping[str, str]) -> None:
    """Each alias names its version, or nothing where the registry holds no such version."""
    with connected(experiment) as mlflow:
        client = mlflow.MlflowClient()
        for alias, version in asdict(aliases).items():
            if version in found:
                client.set_registered_model_alias(registered, alias, found[version])
            elif found:
                _drop_alias(client, registered, alias)


def _newest_by_version(client: Any, registered: str) -> dict[str, str]:
    """Our model version -> the newest number under which the registry holds it."""
    found: dict[str, str] = {}
    held = client.search_model_versions(f"name = '{registered}'")
    for version in sorted(held, key=lambda v: int(v.version)):
        found[version.tags.get("model_version", "")] = version.version
    return found


def _drop_alias(client: Any, registered: str, alias: str) -> None:
    if alias in client.get_registered_model(registered).aliases:
        client.delete_registered_model_alias(registered, alias)


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
    found = client.get_experiment_by_name(experiment)
    # A local database keeps its artifacts beside it, wherever the run was started.
    local = uri.startswith(_SQLITE)
    place = (Path(uri.removeprefix(_SQLITE)).parent / _ARTIFACTS).as_uri() if local else None
    if found is None:
        client.create_experiment(experiment, place)
    elif place and found.artifact_location.endswith(f"/{_ARTIFACTS}"):
        _follow(uri, found.artifact_location, place)
    mlflow.set_experiment(experiment)


def _follow(uri: str, before: str, now: str) -> None:
    """Let a database whose folder was renamed or copied name its own artifacts, not the old ones.

    MLflow keeps absolute places and offers no way to change them.
    """
    if before == now:
        return
    with closing(sqlite3.connect(uri.removeprefix(_SQLITE))) as database, database:
        for table, column in _PLACES:
            database.execute(
                f"UPDATE {table} SET {column} = ? || substr({column}, ?) "  # noqa: S608 - our names
                f"WHERE {column} = ? OR substr({column}, 1, ?) = ?",
                (now, len(before) + 1, before, len(before) + 1, f"{before}/"),
            )


def _data_set(mlflow: Any, data: DataSet) -> Any:
    """A data set: schema from the first rows, digest from the whole file."""
    head = _head(data.file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two of MLflow's kinds of source fit a path equally well
        return mlflow.data.from_pandas(
            head, source=str(data.file), name=data.name, digest=data.hash[:36]
        )


def _head(file: Path) -> Any:
    """The first rows as a data frame of strings and doubles."""
    import pyarrow.csv
    import pyarrow.parquet as pq

    if file.suffix == ".parquet":
        head = next(pq.ParquetFile(file).iter_batches(100)).to_pandas()
    else:
        head = pyarrow.csv.read_csv(file).slice(0, 100).to_pandas()
    for column in head.columns:
        number = head[column].dtype.kind in "if"
        head[column] = head[column].astype("float64" if number else object)
    return head


def _log_model(mlflow: Any, run: Run, registered: str) -> None:
    from training.mlflow_model import log_model

    info = log_model(mlflow, run.bundle, registered)
    if info.registered_model_version is not None:
        mlflow.MlflowClient().set_model_version_tag(
            registered, str(info.registered_model_version), "model_version", run.model_version
        )


def _unreachable(uri: str, error: Exception) -> Problem:
    lines = str(error).splitlines() or [type(error).__name__]
    # A database's own words stand below those of the library that asked it.
    said = next((line for line in lines if line.startswith("(sqlite3.")), lines[0])[:_LONGEST]
    remedy = "start the server, or unset MLFLOW_TRACKING_URI to record in mlflow.db"
    if uri.startswith(_SQLITE):
        remedy = "free space, let the file be written, or set MLFLOW_TRACKING_URI to another"
    return Problem("tracking_failed", uri, said, remedy)
