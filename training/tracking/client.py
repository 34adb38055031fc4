"""MLflow as a mirror: each run's files, figures and model, and the registry's aliases."""

from __future__ import annotations

import os
import sqlite3
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from serve.problem import Problem, RefusedError
from training.paths import project_root
from training.tracking.log_model import log_model

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
_LONGEST_TAG = 4000  # characters: MLflow holds 5,000 in a tag of a run
_LONGEST = 300  # characters of an error that a message quotes


@dataclass(frozen=True)
class DataSet:
    """Cases that a run learned from or was measured on: a Parquet or CSV file."""

    name: str
    context: str
    file: Path
    hash: str


@dataclass(frozen=True)
class Mirror:
    """What MLflow is to say of the model store."""

    champion: str | None
    """The version that the alias `champion` names; None: there is none."""
    moves: bool
    """Whether the alias is to follow; not in an experiment."""
    runs: Mapping[str, Mapping[str, str]]
    """Tags of all runs of each version."""
    shown: str | None
    """The version whose newest run gets the reports."""
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Run:
    """What a run leaves in MLflow."""

    name: str
    params: Mapping[str, Any]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    files: Mapping[Path, str]
    """Local folder or file -> artifact folder."""
    data: tuple[DataSet, ...]
    bundle: Path


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


def log_run(run: Run, experiment: str) -> str:
    """Record a run with its model; the run's id. Only what is promoted enters the registry."""
    with (
        _new_run() as outer,
        connected(experiment) as mlflow,
        mlflow.start_run(run_name=run.name) as active,
    ):
        mlflow.log_params(dict(run.params))
        mlflow.log_metrics(dict(run.metrics))
        mlflow.set_tags({**run.tags, **outer})
        for data in run.data:
            mlflow.log_input(_data_set(mlflow, data), context=data.context)
        for path, artifact in run.files.items():
            log = mlflow.log_artifacts if path.is_dir() else mlflow.log_artifact
            log(str(path), artifact)
        log_model(mlflow, run.bundle)
        run_id: str = active.info.run_id
    return run_id


@contextmanager
def _new_run() -> Iterator[dict[str, str]]:
    """A run of its own, also within another that MLFLOW_RUN_ID names: a tag that says which.

    MLflow would go on with that run, whose knobs are others, and stop at the first of them.
    """
    outer = os.environ.pop("MLFLOW_RUN_ID", None)
    try:
        yield {"outer_run": outer} if outer else {}
    finally:
        if outer:
            os.environ["MLFLOW_RUN_ID"] = outer


def mirrored(experiment: str, registered: str, act: Callable[[], Mirror]) -> str:
    """Do what changes the model store, and let runs and registry say so.

    MLflow is asked before the act: where it does not answer, RefusedError and nothing is done.
    Returns what a user must know of it: a champion that MLflow holds no run of.
    """
    with connected(experiment) as mlflow:
        _newest_by_version(mlflow.MlflowClient(), registered)
    mirror = act()
    try:
        with connected(experiment) as mlflow:
            known = _reflect(mlflow, experiment, registered, mirror)
    except RefusedError as error:
        message = "the model store has changed, runs and registry have not"
        remedy = "run `python -m training status --mend` when the server answers again"
        raise RefusedError(
            *error.problems, Problem("behind", registered, message, remedy)
        ) from None
    if known or not mirror.moves:
        return ""
    mend = "`python -m training status --mend` records it"
    return f" (MLflow holds no run of champion {mirror.champion}: {mend})"


def name_challenger(experiment: str, registered: str, version: str) -> None:
    """Make a version's newest run a version of the registry, with the alias `challenger`."""
    with connected(experiment) as mlflow:
        if not _alias(mlflow, experiment, registered, "challenger", version):
            message = "MLflow holds no run of it"
            problem = Problem("no_run", version, message, "run `python -m training evaluate`")
            raise RefusedError(problem)


def champion_alias(experiment: str, registered: str) -> str | None:
    """The version that the registry's alias `champion` names, or None."""
    with connected(experiment) as mlflow:
        return _aliases(mlflow.MlflowClient(), registered).get("champion")


def told_verdicts(experiment: str) -> list[tuple[str, str]]:
    """The version of each run, and the kind of verdict that it says; blank where it says none."""
    with connected(experiment) as mlflow:
        tags = [run.data.tags for run in _runs(mlflow.MlflowClient(), experiment)]
    return [(each["model_version"], each.get("verdict", "")) for each in tags]


def has_run(experiment: str, version: str) -> bool:
    """Whether MLflow holds a run of a version."""
    with connected(experiment) as mlflow:
        return _run_of(mlflow, experiment, version) is not None


def fetch_bundle(experiment: str, version: str, folder: Path) -> Path | None:
    """The bundle of the newest run of a version, copied into `folder`; None where there is none."""
    with connected(experiment) as mlflow:
        run = _run_of(mlflow, experiment, version)
        if run is None:
            return None
        fetch = mlflow.artifacts.download_artifacts
        return Path(fetch(run_id=run, artifact_path="bundle", dst_path=str(folder)))


def _reflect(mlflow: Any, experiment: str, registered: str, mirror: Mirror) -> bool:
    """Tags, reports and alias as the mirror says; whether the champion has a run."""
    client = mlflow.MlflowClient()
    for run in _runs(client, experiment):
        for name, value in mirror.runs.get(run.data.tags["model_version"], {}).items():
            if run.data.tags.get(name) != value[:_LONGEST_TAG]:
                client.set_tag(run.info.run_id, name, value[:_LONGEST_TAG])
    newest = mirror.shown and _run_of(mlflow, experiment, mirror.shown)
    for path in mirror.files if newest else ():
        client.log_artifact(newest, str(path), "reports")
    if not mirror.moves:
        return True
    wanted, held = mirror.champion, _aliases(client, registered)
    if wanted is not None and _alias(mlflow, experiment, registered, "champion", wanted):
        aside = [alias for alias in ("challenger",) if held.get(alias) == wanted]
        known = True
    else:  # better no alias than one of another version
        aside = [alias for alias in ("champion",) if alias in held]
        known = wanted is None
    for alias in aside:
        client.delete_registered_model_alias(registered, alias)
    return known


def _runs(client: Any, experiment: str) -> Iterator[Any]:
    """Every run that was recorded to its end, of any version."""
    held, token = [client.get_experiment_by_name(experiment).experiment_id], None
    while True:
        page = client.search_runs(held, "attributes.status = 'FINISHED'", page_token=token)
        yield from (run for run in page if "model_version" in run.data.tags)
        if not (token := page.token):
            return


def _alias(mlflow: Any, experiment: str, registered: str, alias: str, version: str) -> bool:
    """Point an alias at a version, which is registered where it is not; whether that can be."""
    client = mlflow.MlflowClient()
    number = _newest_by_version(client, registered).get(version)
    if number is None:
        run = _run_of(mlflow, experiment, version)
        if run is None:
            return False
        model = client.get_run(run).outputs.model_outputs[0].model_id
        tags = {"model_version": version}
        number = mlflow.register_model(f"models:/{model}", registered, tags=tags).version
    client.set_registered_model_alias(registered, alias, number)
    return True


def _run_of(mlflow: Any, experiment: str, version: str) -> str | None:
    """The newest run of a version, or None."""
    client = mlflow.MlflowClient()
    found = client.search_runs(
        [client.get_experiment_by_name(experiment).experiment_id],
        f"tags.model_version = '{version}' and attributes.status = 'FINISHED'",
        max_results=1,
        order_by=["attributes.start_time DESC"],
    )
    return found[0].info.run_id if found else None


def _aliases(client: Any, registered: str) -> dict[str, str]:
    """Alias -> our model version."""
    if not client.search_registered_models(f"name = '{registered}'"):
        return {}
    held = client.get_registered_model(registered).aliases
    return {
        alias: client.get_model_version(registered, number).tags.get("model_version", "")
        for alias, number in held.items()
    }


def _newest_by_version(client: Any, registered: str) -> dict[str, str]:
    """Our model version -> the newest number under which the registry holds it."""
    found: dict[str, str] = {}
    held = client.search_model_versions(f"name = '{registered}'")
    for version in sorted(held, key=lambda v: int(v.version)):
        found[version.tags.get("model_version", "")] = version.version
    return found


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
    elif found.lifecycle_stage == "deleted":
        message = "somebody deleted this experiment"
        remedy = f"`mlflow experiments restore -x {found.experiment_id}`, or name another in "
        remedy += "params.yaml (track.experiment)"
        raise RefusedError(Problem("experiment_deleted", experiment, message, remedy))
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

    if file.suffix.lower() in (".parquet", ".pq"):
        head = next(pq.ParquetFile(file).iter_batches(100)).to_pandas()
    else:
        head = pyarrow.csv.read_csv(file).slice(0, 100).to_pandas()
    for column in head.columns:
        number = head[column].dtype.kind in "if"
        head[column] = head[column].astype("float64" if number else object)
    return head


def _unreachable(uri: str, error: Exception) -> Problem:
    lines = str(error).splitlines() or [type(error).__name__]
    # A database's own words stand below those of the library that asked it.
    said = next((line for line in lines if line.startswith("(sqlite3.")), lines[0])[:_LONGEST]
    remedy = "start the server, or unset MLFLOW_TRACKING_URI to record in mlflow.db"
    if _refused(error):
        remedy = "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or "
        remedy += (
            "MLFLOW_TRACKING_TOKEN, of one who may write there, or unset MLFLOW_TRACKING_URI to "
        )
        remedy += "record in mlflow.db"
    if uri.startswith(_SQLITE):
        remedy = "free space, let the file be written, or set MLFLOW_TRACKING_URI to another"
    return Problem("tracking_failed", uri, said, remedy)


def _refused(error: Exception) -> bool:
    """Whether a server answered and does not let us in."""
    code = str(getattr(error, "error_code", ""))
    status = getattr(error, "get_http_status_code", int)()
    return code in ("PERMISSION_DENIED", "UNAUTHENTICATED") or status in (401, 403)
