"""Measures the HTTP service beside MLflow's own server with a plain model of the same trees.

    .venv/bin/python -m benchmarks.http_service --seconds 20 --minutes 10

The aim with eight clients of one case each is a median (p50) of at most 10 ms and 99 of 100 answers
within 50 ms.

Both servers run for the whole time, one process each, and are asked in turns, so that ratios hold
on a machine that does other things as well. MLflow's server gets numbers that need no reading, and
answers with probabilities alone. The results are printed and kept in benchmarks/http_service.json.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from benchmarks.case_files import ROOT
from benchmarks.output import options, tell
from benchmarks.timing import cpu_seconds, family
from data_gen.vocabulary import load
from data_gen.vocabulary.words import CellProblem, parse_cell
from serve.batch.processors import processors

REAL = ROOT / "examples" / "real_cases.csv"


def main() -> None:
    """Run every measurement and print what came out."""
    parser = options(__doc__, model=True, out="http_service.json")
    parser.add_argument("--seconds", type=float, default=10, help="of each turn")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=1, help="of load while memory is watched")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        results = measure(Path(scratch), arguments)
    tell(json.dumps(results, indent=1), arguments.out)


def measure(scratch: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Every figure, by name."""
    cases = real_cases()
    ours = bodies(scratch / "ours.json", [{"cases": [case]} for case in cases])
    theirs = bodies(scratch / "theirs.json", [split(case) for case in cases])
    save_plain_model(scratch / "plain")
    with (
        service(str(arguments.model)) as (port, process),
        mlflow_server(scratch / "plain") as other,
    ):
        one = Target(port, "/v1/score", ours, process)
        plain = Target(*other[:1], "/invocations", theirs, other[1])
        one.ask(8, 2)  # warm
        plain.ask(8, 2)
        turns = [(one.ask(8, arguments.seconds), plain.ask(8, arguments.seconds))
                 for _ in range(arguments.turns)]  # fmt: skip
        return {
            "cpus": processors(),
            "load": round(os.getloadavg()[0], 1),
            "one_client": one.ask(1, arguments.seconds),
            "eight_clients": middle([a for a, _ in turns]),
            "mlflow_eight_clients": middle([b for _, b in turns]),
            "times_mlflow": ratio(turns, "answered_per_second"),
            "processor_time_of_mlflow": ratio(turns, "processor_ms"),
            "two_hundred_clients": one.ask(200, arguments.seconds),
            "memory": memory(one, arguments.minutes),
        }


class Target:
    """A server to ask, and its process."""

    def __init__(self, port: int, path: str, bodies: Path, process: int) -> None:
        self.arguments = [str(port), path, str(bodies)]
        self.process = process

    def ask(self, clients: int, seconds: float) -> dict[str, Any]:
        """What a load of so many clients came to, with processor time an answer."""
        before = processor_seconds(self.process)
        command = [sys.executable, "-m", "benchmarks.http_load", *self.arguments]
        done = subprocess.run(
            [*command, str(clients), str(seconds)], capture_output=True, check=True, cwd=ROOT
        )
        found: dict[str, Any] = json.loads(done.stdout)
        used = processor_seconds(self.process) - before
        answered = max(1, sum(found["statuses"].values()))
        return {**found, "processor_ms": round(used / answered * 1000, 2)}


def middle(turns: list[dict[str, Any]]) -> dict[str, Any]:
    """The turn of middling rate."""
    return sorted(turns, key=lambda turn: float(turn["answered_per_second"]))[len(turns) // 2]


def ratio(turns: list[tuple[dict[str, Any], dict[str, Any]]], name: str) -> float:
    """The median over the turns of ours to theirs."""
    return round(statistics.median(float(a[name]) / float(b[name]) for a, b in turns), 2)


def memory(target: Target, minutes: float) -> dict[str, Any]:
    """Resident mebibytes of the service, before and at six times under load."""
    found = [resident(target.process)]
    for _ in range(6):
        target.ask(8, minutes * 10)
        found.append(resident(target.process))
    return {"minutes": minutes, "mebibytes": found}


def resident(process: int) -> float:
    """Resident mebibytes of a process."""
    text = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", text)
    return round(int(found[1]) / 1024, 1) if found else float("nan")


def processor_seconds(process: int) -> float:
    """Processor time that a process and what it started have used."""
    return sum(map(cpu_seconds, family(process)))


def real_cases() -> list[dict[str, str]]:
    """The real cases without their blanks."""
    known = set(load().finding_ids)
    with REAL.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [{name: word for name, word in row.items() if name in known and word} for row in rows]


def split(case: dict[str, str]) -> dict[str, Any]:
    """A case as MLflow's server reads it: one row of numbers, null for unknown."""
    findings = load().findings
    cells = [parse_cell(finding, case.get(finding.id, "")) for finding in findings]
    row = [None if isinstance(c, CellProblem) or c != c else c for c in cells]
    return {"dataframe_split": {"columns": [f.id for f in findings], "data": [row]}}


def bodies(path: Path, content: list[Any]) -> Path:
    """A file of bodies to send."""
    path.write_text(json.dumps(content))
    return path


def save_plain_model(folder: Path) -> None:
    """A plain LightGBM model with as many trees, of as many leaves, as ours, saved by MLflow."""
    import lightgbm
    import mlflow
    import pandas as pd

    knobs = yaml.safe_load((ROOT / "params.yaml").read_text())["train"]
    vocabulary = load()
    rng = np.random.default_rng(0)
    labels = rng.integers(len(vocabulary.conditions), size=20_000)
    lift = rng.normal(size=(len(vocabulary.conditions), len(vocabulary.findings)))
    values = (rng.normal(size=(len(labels), lift.shape[1])) + lift[labels]).round(1)
    frame = pd.DataFrame(values, columns=list(vocabulary.finding_ids))
    settings = {"objective": "multiclass", "num_class": len(lift), "verbose": -1, "seed": 0,
                "num_leaves": knobs["tree_leaves"], "max_bin": 63}  # fmt: skip
    data = lightgbm.Dataset(frame, labels)
    model = lightgbm.train(settings, data, num_boost_round=knobs["tree_rounds"])
    signature = mlflow.models.infer_signature(frame.head())
    mlflow.lightgbm.save_model(model, folder, signature=signature, pip_requirements=["lightgbm"])


@contextmanager
def service(model: str) -> Iterator[tuple[int, int]]:
    """Our server: its port and process."""
    port = free_port()
    command = [sys.executable, "-m", "serve", "http", "--port", str(port), "--model", model]
    with running(command, f"http://127.0.0.1:{port}/health/ready") as process:
        yield port, process


@contextmanager
def mlflow_server(model: Path) -> Iterator[tuple[int, int]]:
    """MLflow's server for a saved model: its port and process."""
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", str(model),
               "--port", str(port), "--env-manager", "local", "--workers", "1"]  # fmt: skip
    with running(command, f"http://127.0.0.1:{port}/ping") as process:
        yield port, process


@contextmanager
def running(command: list[str], health: str) -> Iterator[int]:
    """A server of its own session, once it answers; all of it is stopped at the end."""
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true",
             "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        start_new_session=True,
    )  # fmt: skip
    try:
        until = time.monotonic() + 120
        while not answers(health):
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"no answer from {' '.join(command)}")
            time.sleep(0.2)
        yield process.pid
    finally:
        os.killpg(process.pid, 15)
        process.wait(30)


def answers(health: str) -> bool:
    """Whether a server says it is well."""
    try:
        with urllib.request.urlopen(health, timeout=5) as answer:  # noqa: S310 loopback
            return bool(answer.status == 200)
    except OSError:
        return False


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        return int(made.getsockname()[1])


if __name__ == "__main__":
    main()
