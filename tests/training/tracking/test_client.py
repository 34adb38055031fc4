"""MLflow holds what its users look for, on a file and on a server."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import pytest

from data_gen.vocabulary import load
from serve.problem import RefusedError
from tests.training.projects import ROOT, params, run_all
from tests.training.quiet import QUIET
from training import pipeline
from training.bundles.loaded import read_bundle
from training.evaluation.report import write_json
from training.promotion.gate import Decision
from training.promotion.store.model_store import ModelStore
from training.tracking import client as track
from training.tracking.client import connected, name_challenger
from training.tracking.run import record, revision

pytestmark = QUIET
NAME = "claudico-leg-pain"
CASES = pd.DataFrame(
    [
        {"age_years": 72.0, "sex": "male", "site_calf": "yes", "relief_rest": "yes"},
        {"age_years": 24.0, "sex": "female", "site_calf": "no", "relief_rest": None},
    ]
)


def _connect(uri: str) -> mlflow.MlflowClient:
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    return mlflow.MlflowClient(uri, uri)


def _scored() -> pd.DataFrame:
    model = mlflow.pyfunc.load_model(f"models:/{NAME}@champion")
    found = model.predict(CASES)
    assert isinstance(found, pd.DataFrame)
    return found


def test_the_champion_loads_and_scores(inside: Path, recwarn: pytest.WarningsRecorder) -> None:
    """`models:/...@champion` scores a data frame with some of the columns, without a warning."""
    _connect(f"sqlite:///{inside}/mlflow.db")
    found = _scored()
    assert found[[f"p_{name}" for name in load().condition_ids]].sum(axis=1).to_list() == (
        pytest.approx([1, 1], abs=1e-6)
    )
    assert set(found["model_version"]) == {
        ModelStore(inside / "models" / "leg_pain").champion_version()
    }
    assert not [w for w in recwarn if "type hints" in str(w.message)]


def test_a_run_says_what_it_was_made_from(inside: Path) -> None:
    """Params, figures, data sets, the page, and the hashes of all it came from are recorded."""
    client = _connect(f"sqlite:///{inside}/mlflow.db")
    version = client.get_model_version_by_alias(NAME, "champion")
    run = client.get_run(version.run_id)
    assert run.data.params["train.batch_size"] == "100"
    assert run.data.metrics["vignettes.kl_to_exact"] > 0
    named = {(d.dataset.name, d.tags[0].value) for d in run.inputs.dataset_inputs}
    assert named == {
        ("vignettes", "training"),
        ("fresh vignettes", "evaluation"),
        ("real cases", "evaluation"),
    }
    kept = {item.path for item in client.list_artifacts(version.run_id, "reports")}
    assert {"reports/plots", "reports/report.html", "reports/metrics.json"} <= kept
    manifest = read_bundle(inside / "build" / "candidate").manifest
    tags = run.data.tags
    for name in ("knowledge_hash", "vocabulary_hash", "data_hash"):
        assert tags[name] == manifest[name]
    assert {"params_hash", "pipeline_hash", "git_revision"} <= set(tags)


def test_the_revision_is_the_commit_whatever_is_tagged(tmp_path: Path) -> None:
    """A tag does not stand in for the commit; a change that is not committed is marked."""
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    assert revision(tmp_path) == "none"
    (tmp_path / "a").write_text("1")
    for command in (
        ["init", "-q"],
        ["add", "a"],
        ["commit", "-qm", "a"],
        ["tag", "-am", "v", "v1"],
    ):
        subprocess.run([*git, *command], check=True)
    clean = revision(tmp_path)
    assert len(clean) == 40
    (tmp_path / "a").write_text("2")
    assert revision(tmp_path) == f"{clean}-dirty"


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """A real MLflow server on loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = ["--backend-store-uri", f"sqlite:///{folder}/server.db"]
    where += ["--artifacts-destination", str(folder / "kept")]
    listen = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command = [sys.executable, "-m", "mlflow", "server", *where, *listen]
    log = (folder / "server.log").open("w")
    alone = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}  # no runners of jobs
    process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env=alone)
    try:
        yield _answering(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def _answering(uri: str, process: subprocess.Popen[bytes]) -> str:
    for _ in range(600):
        assert process.poll() is None
        try:
            with urllib.request.urlopen(f"{uri}/health", timeout=5):  # noqa: S310 loopback
                return uri
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server does not answer")


def test_a_server_holds_the_run_and_serves_the_model(
    inside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against `mlflow server` a run is recorded, the alias set, and the model loads and scores."""
    candidate = read_bundle(inside / "build" / "candidate")
    with _server(tmp_path) as uri:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        metrics = {"vignettes": {"kl_to_exact": 0.5}}
        record(params(), pipeline.Places(), metrics, candidate.version, candidate.manifest)
        kept = Decision(False, "the candidate is the champion", candidate.version, "x")
        write_json(Path("reports/gate.json"), kept.as_dict())
        pipeline.register(params(), pipeline.Places())
        _connect(uri)
        assert set(_scored()["model_version"]) == {candidate.version}


_RUNS = """
import os, sys, traceback
import mlflow.store.tracking.sqlalchemy_store
from training.tracking.client import connected

def run(number):
    with connected("claudico") as mlflow, mlflow.start_run(run_name=str(number)):
        mlflow.log_metric("kl_to_exact", number)

children = []
for number in range(6):
    children.append(os.fork())
    if not children[-1]:
        try:
            run(number)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
sys.exit(sum(os.waitpid(child, 0)[1] != 0 for child in children))
"""
"""Six processes that share nothing but what was imported, which takes each some seconds alone."""


def test_six_runs_at_once_on_a_fresh_database(tmp_path: Path) -> None:
    """Six processes that start together on no database are all recorded."""
    uri = f"sqlite:///{tmp_path}/fresh.db"
    environment = {**os.environ, "MLFLOW_TRACKING_URI": uri, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", _RUNS], cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 0
    client = mlflow.MlflowClient(uri, uri)
    experiment = client.get_experiment_by_name("claudico")
    assert experiment is not None
    found = client.search_runs([experiment.experiment_id])
    assert sorted(run.data.metrics["kl_to_exact"] for run in found) == list(range(6))
    assert {run.info.status for run in found} == {"FINISHED"}


def test_a_moved_project_leaves_the_old_place_alone(
    project: Path, inside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a renamed or copied folder every artifact is found and written there, none in the old."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    before = sorted((project / "mlartifacts").rglob("*"))
    with connected("claudico") as mlflow, mlflow.start_run() as run:
        mlflow.log_text("new", "new.txt")
        old = mlflow.MlflowClient().search_runs([run.info.experiment_id])
        assert all(str(inside) in found.info.artifact_uri for found in old)
        assert len(old) == 2
        model = mlflow.MlflowClient().get_model_version_by_alias(NAME, "champion")
        files = mlflow.artifacts.list_artifacts(f"models:/{NAME}/{model.version}")
        assert "MLmodel" in {Path(file.path).name for file in files}
    assert list((inside / "mlartifacts").rglob("new.txt"))
    assert sorted((project / "mlartifacts").rglob("*")) == before
    assert str(project).encode() + b"/mlartifacts" not in _places(inside / "mlflow.db")


def _places(database: Path) -> bytes:
    """Every place of an artifact that the database names."""
    with closing(sqlite3.connect(database)) as opened:
        rows = [
            row
            for table, column in track._PLACES
            for row in opened.execute(f"SELECT {column} FROM {table}")  # noqa: S608
        ]
    return repr(rows).encode()


def _newest(client: mlflow.MlflowClient) -> Any:
    experiment = client.get_experiment_by_name("claudico")
    assert experiment is not None
    return client.search_runs([experiment.experiment_id])[0]


def _record_again(places: pipeline.Places | None = None) -> None:
    candidate = read_bundle(Path("build/candidate"))
    places = places or pipeline.Places()
    record(params(), places, {"a": 0.5}, candidate.version, candidate.manifest)


def test_a_run_within_another_is_a_run_of_its_own(
    inside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MLFLOW_RUN_ID of whoever calls is a tag; that run is left as it was, and the variable too."""
    client = _connect(f"sqlite:///{inside}/mlflow.db")
    first = _newest(client)
    monkeypatch.setenv("MLFLOW_RUN_ID", first.info.run_id)
    _record_again()
    assert os.environ["MLFLOW_RUN_ID"] == first.info.run_id
    again = _newest(client)
    assert again.info.run_id != first.info.run_id
    assert again.data.tags["outer_run"] == first.info.run_id
    assert client.get_run(first.info.run_id).data.metrics == first.data.metrics


def test_the_hash_is_of_the_knobs_really_used(inside: Path) -> None:
    """With `--params FILE` the tag is the hash of that file, not of params.yaml."""
    other = inside / "other.yaml"
    other.write_text("sample: {}\n")
    _record_again(pipeline.Places(params=other))
    tags = _newest(_connect(f"sqlite:///{inside}/mlflow.db")).data.tags
    assert tags["params_hash"] == hashlib.sha256(other.read_bytes()).hexdigest()


def test_only_a_promoted_model_and_a_named_challenger_are_registered(inside: Path) -> None:
    """An evaluated candidate is a run alone until it is named; its run has its own decision."""
    client = _connect(f"sqlite:///{inside}/mlflow.db")
    champion = read_bundle(inside / "build" / "candidate").version
    worse = params(epochs=1)
    run_all(worse)
    version = read_bundle(inside / "build" / "candidate").version
    held = client.search_model_versions(f"name = '{NAME}'")
    assert [v.tags["model_version"] for v in held] == [champion]
    run = _newest(client)
    assert run.data.tags["verdict"] == "rejected"
    folder = Path(client.download_artifacts(run.info.run_id, "reports"))
    for name in ("gate.json", "gate.md", "MODEL_CARD.md", "report.html"):
        assert (folder / name).read_bytes() == (inside / "reports" / name).read_bytes()
    assert json.loads((folder / "gate.json").read_text())["candidate"] == version
    name_challenger("claudico", NAME, version)
    number = client.get_model_version_by_alias(NAME, "challenger")
    assert number.tags["model_version"] == version
    with pytest.raises(RefusedError, match="no run of it"):
        name_challenger("claudico", NAME, "0" * 12)


def test_an_experiment_that_was_deleted_is_told(inside: Path) -> None:
    """The remedy names the command that brings it back; nothing is done meanwhile."""
    client = _connect(f"sqlite:///{inside}/mlflow.db")
    experiment = client.get_experiment_by_name("claudico")
    assert experiment is not None
    client.delete_experiment(experiment.experiment_id)
    before = ModelStore().history()
    with pytest.raises(RefusedError, match="mlflow experiments restore"):
        pipeline.rollback(params(), pipeline.Places(), None, "why")
    with pytest.raises(RefusedError, match="mlflow experiments restore"):
        _record_again()
    assert ModelStore().history() == before


class _Refusing(BaseHTTPRequestHandler):
    """A server that lets nobody in."""

    status = 403

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b"Permission denied")

    do_POST = do_GET  # noqa: N815 - the name that the server looks for

    def log_message(self, *_: Any) -> None:
        """Nothing is written."""


@pytest.mark.parametrize("status", [401, 403])
def test_a_server_that_refuses_is_told_with_what_to_set(
    status: int, inside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may not write is told which variables say who they are; no champion moves."""
    monkeypatch.setattr(_Refusing, "status", status)
    before = ModelStore().history()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Refusing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{server.server_port}")
        try:
            with pytest.raises(RefusedError, match="MLFLOW_TRACKING_TOKEN"):
                pipeline.register(params(), pipeline.Places())
        finally:
            server.shutdown()
            thread.join()
    assert ModelStore().history() == before
    assert inside.exists()
