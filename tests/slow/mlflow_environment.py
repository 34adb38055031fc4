"""The MLflow model in an environment of its own requirements, outside the repository.

    .venv/bin/python -m tests.slow.mlflow_environment --model models/leg_pain

Makes a virtual environment in a temporary folder, installs the model's `requirements.txt` and
nothing else, and scores the real cases there in four ways: `mlflow.pyfunc.load_model`,
`mlflow models predict` (CSV and JSON) and `mlflow models serve`. Every row must be as `serve score`
gives it.

Uses the network. Ends with 0 where all are equal, with 1 and the first difference where not.
"""

from __future__ import annotations

import argparse
import csv
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from data_gen.vocabulary import load
from tests.serve.mlflow_folder import (
    LOAD_AND_PREDICT,
    REAL,
    ROOT,
    as_text,
    predictions,
    run,
    save,
    scored,
    surroundings,
    without_explanation,
)

_PATIENCE = 120  # seconds until a server that does not answer has failed


def main() -> None:
    """Prove that the model answers alike everywhere, or say where it does not."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "leg_pain")
    parser.add_argument("--cases", type=Path, default=REAL)
    arguments = parser.parse_args()
    if not arguments.model.is_dir():
        sys.exit(f"there is no bundle at {arguments.model}: `make run` trains one")
    with tempfile.TemporaryDirectory() as scratch:
        prove(arguments.model.resolve(), arguments.cases.resolve(), Path(scratch))


def prove(bundle: Path, cases: Path, scratch: Path) -> None:
    """Compare each way of asking the MLflow model with the command line."""
    expected = scored(bundle, cases, scratch)
    model = save(bundle, scratch / "model")
    elsewhere = scratch / "elsewhere"
    elsewhere.mkdir()
    python = environment(scratch / "venv", model)
    for name, ask in WAYS.items():
        out = elsewhere / f"{ask.__name__}.json"
        ask(python, model, cases, out)
        compare(name, [without_explanation(row) for row in as_text(predictions(out))], expected)


def environment(folder: Path, model: Path) -> Path:
    """The Python of a fresh environment with the model's own requirements."""
    run([sys.executable, "-m", "venv", str(folder)], folder.parent)
    python = folder / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "-r", str(model / "requirements.txt")], folder.parent)
    return python


def loaded(python: Path, model: Path, cases: Path, out: Path) -> None:
    """Ask through `mlflow.pyfunc.load_model`; the code must be the model's own."""
    run([str(python), "-c", LOAD_AND_PREDICT, str(model), str(cases), str(out)], out.parent)
    code = Path(json.loads(out.read_text())["code"])
    if not code.is_relative_to(model):
        sys.exit(f"load_model: the code was {code}, not the model's own")


def predicted_csv(python: Path, model: Path, cases: Path, out: Path) -> None:
    """Ask through `mlflow models predict`, a CSV in."""
    _predict(python, model, cases, out)


def predicted_json(python: Path, model: Path, cases: Path, out: Path) -> None:
    """Ask through `mlflow models predict`, JSON in: words as text, numbers as numbers."""
    path = out.parent / "cases.json"
    path.write_text(json.dumps({"dataframe_split": split(cases)}))
    _predict(python, model, path, out)


def split(cases: Path) -> dict[str, Any]:
    """A file of cases as columns and rows of JSON."""
    numbers = {f.id for f in load().findings if f.kind == "number"}
    with cases.open(newline="") as stream:
        header, *rows = csv.reader(stream)
    data = [[_value(header[k] in numbers, row[k]) for k in range(len(header))] for row in rows]
    return {"columns": header, "data": data}


def _value(number: bool, cell: str) -> str | float | None:
    return None if not cell else float(cell) if number else cell


def _predict(python: Path, model: Path, cases: Path, out: Path) -> None:
    options = ["-m", str(model), "-i", str(cases), "-o", str(out), "-t", cases.suffix[1:]]
    command = [str(python), "-m", "mlflow", "models", "predict", *options]
    run([*command, "--env-manager", "local"], out.parent)


def served(python: Path, model: Path, cases: Path, out: Path) -> None:
    """Ask the server that `mlflow models serve` starts, in each form that it reads."""
    with server(python, model, out.parent) as address:
        table = split(cases)
        rows = [dict(zip(table["columns"], row, strict=True)) for row in table["data"]]
        columns = dict(
            zip(table["columns"], map(list, zip(*table["data"], strict=True)), strict=True)
        )
        forms = {"dataframe_split": table, "dataframe_records": rows, "inputs": columns}
        answers = [ask(address, "application/json", json.dumps({k: v})) for k, v in forms.items()]
        last = ask(address, "text/csv", cases.read_text())
        if any(answer != last for answer in answers):
            sys.exit("mlflow models serve: the forms of JSON are answered otherwise than CSV")
        out.write_text(json.dumps(last))


def ask(address: str, kind: str, body: str) -> Any:
    """The answer of MLflow's server to a body."""
    url, headers = f"{address}/invocations", {"Content-Type": kind}
    request = urllib.request.Request(url, body.encode(), headers)  # noqa: S310 this machine
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return json.load(answer)


@contextmanager
def server(python: Path, model: Path, folder: Path) -> Iterator[str]:
    """The address of a server that answers, ended with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["-m", str(model), "-p", str(port), "--env-manager", "local"]
    command = [str(python), "-m", "mlflow", "models", "serve", *options]
    places = {"PATH": f"{python.parent}:{surroundings()['PATH']}"}  # it starts uvicorn by name
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env={**surroundings(), **places}, stdout=log, stderr=log
        )
    try:
        wait(f"http://127.0.0.1:{port}", process, folder / "server.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the server answers; end with what it said where it does not."""
    for _ in range(_PATIENCE * 2):
        try:
            urllib.request.urlopen(f"{address}/ping").read()  # noqa: S310
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.5)
    sys.exit(f"mlflow models serve does not answer:\n{log.read_text()[-3000:]}")


def compare(name: str, found: list[dict[str, str]], expected: list[dict[str, str]]) -> None:
    """Say that all rows are equal, or end with the first cell that is not."""
    if len(found) != len(expected):
        sys.exit(f"{name}: {len(found)} rows, where `serve score` has {len(expected)}")
    for row, (theirs, ours) in enumerate(zip(found, expected, strict=True)):
        for column in ours:
            if theirs.get(column) != ours[column]:
                sys.exit(
                    f"{name}, row {row}, {column}: {theirs.get(column)!r}, not {ours[column]!r}"
                )
    sys.stdout.write(f"{name}: {len(found)} rows as `serve score` gives them\n")
    sys.stdout.flush()


WAYS = {
    "mlflow.pyfunc.load_model": loaded,
    "mlflow models predict, CSV": predicted_csv,
    "mlflow models predict, JSON": predicted_json,
    "mlflow models serve": served,
}

if __name__ == "__main__":
    main()
