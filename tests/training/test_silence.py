"""Nothing is reported to anyone: each command is watched, with an empty HOME and no network."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from tests.serve.mlflow_folder import LOAD_AND_PREDICT, REAL, ROOT, save
from tests.training.projects import params

_TOOLS = ("strace", "unshare", "ip")
_ALONE = ["unshare", "--user", "--map-root-user", "--net"]
_CAN = all(map(shutil.which, _TOOLS)) and (
    subprocess.run([*_ALONE, "true"], capture_output=True, check=False).returncode == 0
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not _CAN and "CLAUDICO_REQUIRE_WATCH" not in os.environ,
        reason="watching needs Linux with strace, ip and name spaces; CLAUDICO_REQUIRE_WATCH=1 "
        "fails",
    ),
]
_SWITCHES = re.compile(r"CI$|.*TELEMETRY|.*ANALYTICS|DO_NOT_TRACK|XDG_|MPLCONFIG|MLFLOW|DVC")
"""Variables that would silence a library for us, or lead it away from HOME."""
_ABROAD = re.compile(
    r'inet_addr\("(?!127\.|0\.0\.0\.0)|inet_pton\(AF_INET6, "(?!::1"|::"|::ffff:127\.)'
    r"|sin6?_port=htons\(53\)|systemd/resolve"
)
"""An address beyond this machine, or a name server anywhere."""
SERVED = """
import os, re, signal, subprocess, sys, urllib.request
service = subprocess.Popen(
    [sys.executable, "-m", "serve", "http", "--port", "0", *sys.argv[1:]],
    stderr=subprocess.PIPE, text=True)
for line in service.stderr:
    if found := re.search(r"http://127.0.0.1:[0-9]+", line):
        break
body = b'{"cases": [{"age_years": 67, "site_calf": "yes"}]}'
asked = urllib.request.Request(found[0] + "/v1/score", body, {"Content-Type": "application/json"})
with urllib.request.urlopen(asked) as answer:
    assert b"triage" in answer.read()
service.send_signal(signal.SIGTERM)
sys.exit(service.wait())
"""
TINY_PIPELINE = """
stages:
  gate: {cmd: '"$PYTHON" -m training gate --stage', outs: [reports/gate.json: {cache: false}]}
"""


def watch(
    command: list[str], folder: Path, exits: tuple[int, ...] = (0,), **more: str
) -> list[str]:
    """Run a command in a folder, alone; what it tried to reach, and what it left in HOME."""
    home, log = folder / "an empty home", folder / "calls.log"
    home.mkdir()
    kept = {k: v for k, v in os.environ.items() if not _SWITCHES.match(k)}
    traced = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg,sendmmsg",
              "-e", "signal=none", "-o", str(log)]  # fmt: skip
    alone = [*_ALONE, "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    done = subprocess.run(
        [*alone, *traced, *command], cwd=folder, capture_output=True, text=True, check=False,
        env={**kept, "HOME": str(home), "PYTHON": sys.executable, "PYTHONPATH": str(ROOT),
             **more},
    )  # fmt: skip
    assert done.returncode in exits, done.stderr[-3000:]
    reached = [line for line in log.read_text().splitlines() if _ABROAD.search(line)]
    return [*reached, *(str(path.relative_to(home)) for path in sorted(home.rglob("*")))]


@pytest.fixture
def place(inside: Path) -> Path:
    """A small trained project with its own knobs."""
    (inside / "params.yaml").write_text(yaml.safe_dump(params().model_dump(mode="json")))
    shutil.copy(REAL, inside / "cases.csv")
    return inside


_BUNDLE = "models/leg_pain"
_TWENTY = "--rows 20 --seed 1"
COMMANDS = {
    "data_gen check": "-m data_gen check",
    "data_gen sample": f"-m data_gen sample {_TWENTY} --out a.parquet --truth b.csv --narrative",
    "data_gen posterior": "-m data_gen posterior cases.csv --out exact.csv",
    "data_gen diff": f"-m data_gen diff {shlex.quote(f'{ROOT}/data_gen/knowledge')} --patients 10",
    "data_gen new-condition": "-m data_gen new-condition sciatica",
    "data_gen literature": "-m data_gen literature --people 100",
    "data_gen docs": "-m data_gen docs --out pages",
    "serve score": f"-m serve score cases.csv --out scored.csv --show --model {_BUNDLE}",
    "two processes": f"-m serve score cases.csv --out s.csv --workers 2 --model {_BUNDLE}",
    "serve report": f"-m serve report scored.csv --reference bundle --out p.html --model {_BUNDLE}",
    "serve template": "-m serve template",
    "serve mapping": "-m serve mapping cases.csv --suggest --out mapping.yaml",
    "training learn": "-m training learn --out build/learned",
    "training train": "-m training train",
    "training check-labelled": "-m training check-labelled",
    "training evaluate": "-m training evaluate",
    "training compare": "-m training compare build/candidate build/candidate",
    "training gate": "-m training gate",
    "training register": "-m training register",
    "training rollback": "-m training rollback",
    "training list": "-m training list",
    "training status": "-m training status",
    "training challenger": "-m training challenger",
    "training prune": "-m training prune --keep 3",
    "training anchor": "-m training anchor 0123456789ab",
}
"""Every command but those that the tests below run in their own way."""
_EXITS = {
    "data_gen literature": (0, 1),  # too few people
    "data_gen new-condition": (2,),  # there already
    "training gate": (3,),  # the champion is kept
    "training rollback": (2,),  # no earlier one
    "training anchor": (2,),  # no such version
    "training status": (0, 1),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_reaches_nobody(place: Path, name: str) -> None:
    """No address beyond this machine, no name looked up, nothing left in HOME."""
    if name == "serve report":
        scoring = [sys.executable, *shlex.split(COMMANDS["serve score"])]
        subprocess.run(scoring, cwd=place, check=True, capture_output=True)
    assert (
        watch([sys.executable, *shlex.split(COMMANDS[name])], place, _EXITS.get(name, (0,))) == []
    )


def test_every_command_is_watched() -> None:
    """A new command of a package is watched from its first day."""
    from data_gen.cli import main as generator
    from serve.cli.commands import main as serving
    from training.cli import main as training

    watched = {*COMMANDS, "serve http", "serve spark"}
    for package, group in (("data_gen", generator), ("serve", serving), ("training", training)):
        assert not {f"{package} {name}" for name in group.commands} - watched


def test_the_service_reaches_nobody(place: Path) -> None:
    """The same of the HTTP service, from its start over an answer to its end."""
    assert watch([sys.executable, "-c", SERVED, "--model", _BUNDLE], place) == []


@pytest.mark.skipif(
    "CLAUDICO_REQUIRE_SPARK" not in os.environ
    and (shutil.which("java") is None or find_spec("pyspark") is None),
    reason="Spark needs Java and the extra `spark`; CLAUDICO_REQUIRE_SPARK=1 fails instead",
)
def test_spark_reaches_nobody(place: Path) -> None:
    """The same of Spark and its workers, told to keep to this machine's own address."""
    command = ["-m", "serve", "spark", "cases.csv", "out", "--master", "local[1]"]
    here = {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    assert watch([sys.executable, *command, "--model", _BUNDLE], place, **here) == []


def test_an_mlflow_model_reaches_nobody(place: Path) -> None:
    """The same of a program that loads the model with MLflow, whose own reports it turned off."""
    model = save(place / _BUNDLE, place / "model")
    program = [sys.executable, "-c", LOAD_AND_PREDICT, str(model), "cases.csv", "answers.json"]
    assert watch(program, place, MLFLOW_DISABLE_TELEMETRY="true", PYTHONPATH="") == []


@pytest.mark.parametrize("command", ["repro", "status"])
def test_dvc_reaches_nobody(place: Path, command: str) -> None:
    """The same of DVC with the project's own settings, and of the stage that it runs."""
    shutil.copytree(ROOT / ".dvc", place / ".dvc", ignore=shutil.ignore_patterns("tmp", "cache"))
    with (place / ".dvc" / "config").open("a") as config:
        config.write("    no_scm = true\n")
    (place / "dvc.yaml").write_text(TINY_PIPELINE)
    assert watch([sys.executable, "-m", "dvc", command], place) == []


@pytest.mark.parametrize(
    ("program", "said"),
    [
        pytest.param("import pathlib; (pathlib.Path.home() / 'id').touch()", "id", id="a file"),
        pytest.param("import socket; socket.socket().connect_ex(('192.0.2.1', 443))", "192.0.2.1",
                     id="an address"),
        pytest.param("import socket; s = socket.socket(socket.AF_INET6);"
                     "s.connect_ex(('2001:db8::1', 443))", "2001:db8::1", id="a newer address"),
        pytest.param("import contextlib, socket\nwith contextlib.suppress(OSError):"
                     " socket.getaddrinfo('collector.invalid', 443)", "53", id="a name"),
        pytest.param("import subprocess, sys; subprocess.run([sys.executable, '-c', "
                     "'import socket; socket.socket().connect_ex((\"192.0.2.1\", 443))'])",
                     "192.0.2.1", id="a child"),
    ],
)  # fmt: skip
def test_a_report_would_be_seen(tmp_path: Path, program: str, said: str) -> None:
    """What leaves a file, looks a name up or calls an address is told."""
    found = watch([sys.executable, "-c", program], tmp_path)
    assert found
    assert said in "\n".join(found)
