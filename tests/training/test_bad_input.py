"""What cannot work says so, exits non-zero, and leaves candidate and champion as they were."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from data_gen.vocabulary import load
from data_gen.vocabulary.files.atomic import whole_folder
from tests.training.projects import ROOT, params
from tests.training.quiet import QUIET
from training.cli import main

pytestmark = QUIET
VOCABULARY = load()
TRAIN = Path("build/vignettes/train.parquet")


def _run(*arguments: str) -> Result:
    (Path.cwd() / "params.yaml").write_text(_as_yaml(), encoding="utf-8")
    return CliRunner().invoke(main, arguments)


def _as_yaml() -> str:
    return params().model_dump_json()  # JSON is YAML


def _bundles() -> dict[str, bytes]:
    """Every file of candidate and champion."""
    folders = Path("build/candidate"), Path("models/leg_pain")
    paths = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path): path.read_bytes() for path in paths}


def _one_class(table: pa.Table) -> pa.Table:
    return table.filter(pc.not_equal(table["condition"].cast(pa.string()), "doms"))


def _with(table: pa.Table, column: str, values: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(column), column, values)


def _infinite(table: pa.Table) -> pa.Table:
    return _with(table, "bmi", pa.array([float("inf")] * len(table)))


def _gout(table: pa.Table) -> pa.Table:
    return _with(table, "condition", pa.array(["gout"] * len(table)))


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(lambda t: t.append_column("shoe_size", t["bmi"]), "shoe_size", id="column"),
        pytest.param(lambda t: t.drop_columns(["abi"]), "another vocabulary", id="vocabulary"),
        pytest.param(_gout, "unknown conditions: gout", id="condition"),
        pytest.param(_one_class, "no case of doms", id="empty class"),
        pytest.param(_infinite, "infinite values in bmi", id="infinite"),
        pytest.param(lambda t: t.slice(0, 900), "holds 900 rows", id="cut short"),
        pytest.param(lambda t: t.replace_schema_metadata(None), "does not say", id="no origin"),
    ],
)
def test_training_data_that_cannot_be_learned_from(spoil: object, said: str) -> None:
    """`train` names the mistake with file and remedy, exits 2 and writes nothing."""
    before = _bundles()
    assert callable(spoil)
    pq.write_table(spoil(pq.read_table(TRAIN)), TRAIN)
    found = _run("train")
    assert found.exit_code == 2
    assert str(TRAIN) in found.output
    assert said in found.output
    assert _bundles() == before


@contextmanager
def _refusing_server() -> Iterator[str]:
    class Refuse(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(403)
            self.end_headers()

        do_POST = do_GET  # noqa: N815 the library's name

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Refuse) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def _no_server() -> Iterator[str]:
    yield "http://127.0.0.1:9"  # the discard port: nobody listens


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize("server", [_refusing_server, _no_server], ids=["refuses", "is down"])
def test_a_tracking_server_that_does_not_answer(
    server: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`register` promotes nothing while the registry does not answer, and says what to do."""
    Path("models/leg_pain").rename("away")
    assert callable(server)
    with server() as uri:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        assert _run("gate").exit_code == 0
        found = _run("register")
    assert found.exit_code == 2
    assert uri in found.output
    assert any(f"{name} MLFLOW_TRACKING_" in found.output for name in ("unset", "set"))
    assert not Path("models/leg_pain").exists()


@pytest.mark.usefixtures("inside")
def test_a_full_disk() -> None:
    """Where the bundle cannot be written `train` exits 1, and the old candidate is whole."""
    before = _bundles()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    (Path.cwd() / "params.yaml").write_text(_as_yaml(), encoding="utf-8")
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        found = CliRunner().invoke(main, ["train"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    assert found.exit_code == 1
    assert found.output.startswith("build/candidate: ")
    assert "free space or correct the path" in found.output
    assert _bundles() == before
    assert not list(Path("build").glob(".candidate*"))


_KILLED = """
import os, signal, sys
from pathlib import Path
from data_gen.vocabulary.files.atomic import whole_folder
with whole_folder(Path(sys.argv[1])) as fresh:
    (fresh / "model.onnx").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_stage(tmp_path: Path) -> None:
    """A process killed while it writes leaves the old bundle; the next one clears its scraps."""
    target = tmp_path / "bundle"
    with whole_folder(target) as fresh:
        (fresh / "model.onnx").write_text("whole")
    command = [sys.executable, "-c", _KILLED, str(target)]
    done = subprocess.run(command, cwd=ROOT, check=False, env={**os.environ, "PYTHONPATH": "."})
    assert done.returncode == -signal.SIGKILL
    assert (target / "model.onnx").read_text() == "whole"
    assert len(list(tmp_path.iterdir())) == 2
    with whole_folder(target) as fresh:
        (fresh / "model.onnx").write_text("new")
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]
