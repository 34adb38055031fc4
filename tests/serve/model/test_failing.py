"""Whatever the model does, overrides answer; what can be refused is refused first."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner

from serve import load
from serve.batch.pool import WorkerLostError, map_ordered
from serve.cli.commands import main
from serve.http.model import Model
from serve.http.options import Options
from serve.model.predict import ModelOutput
from serve.problem import RefusedError
from tests.serve.conftest import Score
from tests.serve.tiny_bundle import tiny_files, write_bundle

EMERGENCY = b"age_years,chest_pain\n60,yes\n70,no\n"


def _raiser(error: Exception) -> Callable[..., NoReturn]:
    def fail(*_: Any, **__: Any) -> NoReturn:
        raise error

    return fail


def _wide(*_: Any) -> ModelOutput:
    return ModelOutput(np.full((2, 3), 1 / 3), np.full((2, 3), 1 / 3), np.zeros(2))


@pytest.fixture(params=["no graph", "no runtime", "broken runtime"])
def unrunnable(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: Any) -> Path:
    """A bundle that matches its hashes and cannot be run here."""
    files = tiny_files()
    if request.param == "no graph":
        files["model.onnx"] = b"no graph at all"
    elif request.param == "no runtime":
        monkeypatch.setitem(sys.modules, "onnxruntime", None)
    else:
        monkeypatch.setattr("serve.model.bundle._session", _raiser(OSError("libstdc++ is too old")))
    return write_bundle(tmp_path / "bundle", files)


def test_a_bundle_that_cannot_be_run(unrunnable: Path, score: Score) -> None:
    """Overrides answer a file, no version is named, the reason is told, and the exit code is 1."""
    summary = unrunnable.parent / "s.json"
    run = score(EMERGENCY, "--model", str(unrunnable), "--summary", str(summary), "--explain")
    assert run.code == 1
    assert [row["triage"] for row in run.rows] == ["emergency", "routine"]
    assert all("no_model" in row["issues"] for row in run.rows)
    assert {row["model_version"] for row in run.rows} == {"none"}
    assert json.loads(summary.read_text())["versions"]["model_version"] == "none"
    assert "answered no row (" in run.talk
    assert "--overrides-only" in run.talk


def test_a_bundle_that_cannot_be_run_from_python(
    unrunnable: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """`load` gives a scorer whose overrides answer, and logs why no model does."""
    scorer = load(unrunnable)
    (case,) = scorer.score({"chest_pain": "yes"})
    assert (case.triage, case.model_version) == ("emergency", "none")
    assert scorer.explain({"chest_pain": "yes"}) == [None]
    assert "cannot be run" in caplog.text


def test_a_bundle_that_cannot_be_run_by_the_service(unrunnable: Path) -> None:
    """The service starts without a model, and says so."""
    from data_gen.vocabulary import load as vocabulary

    model = Model(Options(unrunnable), vocabulary())
    model.open()
    assert not model.loaded
    assert model.version == "none"


PARTS = {
    "predict": ("serve.pipeline.predict", _raiser(RuntimeError("x"))),
    "shape": ("serve.pipeline.predict", _wide),
    "sets": ("serve.model.prediction_sets.Thresholds.sets", _raiser(IndexError("x"))),
    "normalising": ("serve.model.predict.normalised", _raiser(ValueError("x"))),
}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_the_model_that_fails(
    part: str, score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever part of the model's answer fails, rows are answered by overrides, with an issue."""
    target, fail = PARTS[part]
    monkeypatch.setattr(target, fail)
    run = score(EMERGENCY)
    assert run.code == 1
    assert [row["triage"] for row in run.rows] == ["emergency", "routine"]
    assert all("no_model" in row["issues"] for row in run.rows)
    assert {row["model_version"] for row in run.rows} == {"none"}


def test_an_explanation_that_fails_costs_itself_alone(
    score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where explaining fails, overrides and the model's answer stand."""
    monkeypatch.setattr("serve.model.explain.predict", _raiser(RuntimeError("x")))
    run = score(EMERGENCY, "--explain")
    assert run.code == 0
    assert run.rows[0]["triage"] == "emergency"
    assert run.rows[0]["top_condition"]
    assert run.rows[0]["explanation"] == ""


@pytest.mark.parametrize(
    "error",
    [MemoryError(), pa.ArrowMemoryError("malloc"), RuntimeError("std::bad_alloc"),
     RuntimeError("Failed to allocate memory for requested buffer of size 8")],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("place", ["serve.pipeline.predict", "serve.model.explain.predict"])
def test_memory_that_runs_out_is_no_failure_of_the_model(
    error: Exception, place: str, score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where memory runs out nothing is written, and no row loses its answer in silence."""
    monkeypatch.setattr(place, _raiser(error))
    run = score(EMERGENCY, "--explain")
    assert run.code == 1
    assert "error: out of memory; use fewer --workers; nothing was written" in run.talk
    assert not run.out.exists()


def test_a_model_that_fails_on_some_rows(score: Score, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows without an answer of the model name no version, and how many they are is told."""
    import serve.pipeline as module

    whole = module.predict

    def some(*given: Any) -> ModelOutput:
        output = whole(*given)
        output.probabilities[:1] = np.nan
        return output

    monkeypatch.setattr("serve.pipeline.predict", some)
    run = score(EMERGENCY)
    assert run.code == 0
    assert [row["model_version"] == "none" for row in run.rows] == [True, False]
    assert "no model answered 1 rows" in run.talk


def _prepared(settings: str) -> str:
    if settings == "refused":
        raise RefusedError()
    return settings


def _work(state: str, item: int) -> int:
    if state == "killed" and item == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def test_a_worker_that_is_killed_is_an_error_of_its_own() -> None:
    """A killed worker process ends the work with an error that says so."""
    with pytest.raises(WorkerLostError):
        list(map_ordered(_work, _prepared, "killed", range(20), 2))


def test_a_worker_that_cannot_start_raises_what_it_met() -> None:
    """What preparing a worker raises comes out as it is, not as a broken pool."""
    with pytest.raises(RefusedError):
        list(map_ordered(_work, _prepared, "refused", range(3), 2))


def test_a_killed_worker_is_told(score: Score, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command names the remedy, writes nothing, and exits with 1."""
    monkeypatch.setattr("serve.batch.job.map_ordered", _raiser(WorkerLostError()))
    run = score(EMERGENCY)
    assert run.code == 1
    assert "use fewer --workers; nothing was written" in run.talk
    assert not run.out.exists()


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("mode", ["--overrides-only", ""])
@pytest.mark.parametrize(
    ("mix", "says"),
    [("nonsense", "is not `condition=share`"), ("gout=1", "gout"), ("sciatica=-1", "0 or more"),
     ("sciatica=1,doms=1,sciatica=2", "sciatica stands twice"), ("", "is not `condition=share`")],
)  # fmt: skip
def test_a_wrong_mix_is_refused_first(
    mix: str, says: str, mode: str, workers: str, score: Score, tmp_path: Path
) -> None:
    """A mix that means nothing is refused before the file is opened, with a model or without."""
    arguments = ["--mix", mix, "--workers", workers, *filter(None, [mode])]
    run = score(tmp_path / "no such file", *arguments)
    assert run.code == 2
    assert says in run.talk
    assert "no such file" not in run.talk.lower().replace(str(tmp_path), "")


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(
    "name_content",
    [("manifest.json", b"{}"), ("manifest.json", b"[]"), ("manifest.json", b"no json"),
     ("manifest.json", b'{"format": 1}'), ("bundle.sha256", b"")],
    ids=str,
)  # fmt: skip
def test_a_wrong_bundle_is_refused_first(
    name_content: tuple[str, bytes], workers: str, score: Score, tmp_path: Path
) -> None:
    """A bundle that cannot be read is refused once, with its remedies, by any number of workers."""
    name, content = name_content
    folder = write_bundle(tmp_path / "b", {**tiny_files(), "manifest.json": content})
    if name == "bundle.sha256":
        (folder / name).write_bytes(content)
    run = score(tmp_path / "none.csv", "--model", str(folder), "--workers", workers)
    assert run.code == 2
    assert run.talk.count("error:") == 1
    assert "--overrides-only" in run.talk


def test_the_service_refuses_a_wrong_mix_without_a_model() -> None:
    """A mix that means nothing keeps the service from starting, also by overrides alone."""
    result = CliRunner().invoke(
        main, ["http", "--overrides-only", "--mix", "gout=1", "--port", "0"]
    )
    assert result.exit_code == 2


def test_two_workers_from_the_command_line(tiny_bundle: Path, tmp_path: Path) -> None:
    """A wrong mix with two workers ends in one line and exit 2, without a traceback."""
    (tmp_path / "c.csv").write_bytes(EMERGENCY)
    command = [sys.executable, "-m", "serve", "score", str(tmp_path / "c.csv"), "--out",
               str(tmp_path / "o.csv"), "--model", str(tiny_bundle), "--workers", "2",
               "--mix", "doms=1,doms=1"]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
    assert "doms stands twice" in run.stderr
