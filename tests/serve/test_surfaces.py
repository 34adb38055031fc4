"""Every surface gives a case the same answer, whatever is wrong with the case or the model.

The table is HAZARDS against SURFACES. A surface is a function from a group of cases to their
answers; what it has no way to say stands in CANNOT with the reason. Cases of a group are asked
together, as one file or one request; where the model fails, it fails at the whole group.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from data_gen.vocabulary import load as load_vocabulary
from serve import load
from serve.cases.column_mapping import read_mapping
from serve.cli.commands import main
from tests.serve.http.conftest import start
from tests.serve.mlflow_folder import ROOT, run, save
from tests.serve.tiny_bundle import BREAKS_AT, tiny_files, write_bundle
from tests.slow.mlflow_environment import ask, server

Case = dict[str, Any]
MAPPING = """columns:
  Brust: {finding: chest_pain, words: {1: "no", 2: "yes"}}
"""


@dataclass(frozen=True)
class Group:
    """Cases that are asked together, and how."""

    name: str
    mapped: bool = False
    overrides_only: bool = False


PLAIN, MAPPED = Group("plain"), Group("mapped", mapped=True)
FAILING, NO_MODEL = Group("failing"), Group("no_model", overrides_only=True)


@dataclass(frozen=True)
class Hazard:
    """A case, and what every surface must say of it: its level, and the codes of its issues."""

    case: Case
    triage: str
    issues: tuple[str, ...]
    group: Group = PLAIN
    answered: bool = True
    """Whether the model answers."""


ALONE = ("no_model",)
HAZARDS = {
    "nothing wrong": Hazard({"age_years": 60, "chest_pain": "yes"}, "emergency", ()),
    "a name but for its spelling": Hazard(
        {"age_years": 60, "Saddle Numbness": "yes"}, "emergency", ("read_as",)
    ),
    "a near-miss column": Hazard(
        {"age_years": 60, "chest_pian": "yes"}, "routine", ("near_miss",)
    ),
    "a bad cell": Hazard(
        {"age_years": 60, "chest_pain": "yes", "breathlessness": "maybe"}, "emergency",
        ("bad_word",),
    ),
    "a conflict": Hazard(
        {"age_years": 60, "chest_pain": "yes", "painless": "yes", "severity": 8}, "emergency",
        ("conflict",),
    ),
    "not known": Hazard(
        {"age_years": 60, "chest_pain": "yes", "fever": "unknown"}, "emergency", ()
    ),
    "not asked": Hazard(
        {"age_years": 60, "chest_pain": "yes", "fever": "not asked"}, "emergency", ()
    ),
    "a row without findings": Hazard({}, "routine", ("no_findings",)),
    "under age": Hazard({"age_years": 12, "chest_pain": "yes"}, "emergency", ("outside_scope",)),
    "mapped codes: yes": Hazard({"age_years": 60, "Brust": 2}, "emergency", (), MAPPED),
    "mapped codes: no": Hazard({"age_years": 60, "Brust": 1}, "routine", (), MAPPED),
    "a failing model, with a sign": Hazard(
        {"age_years": BREAKS_AT, "chest_pain": "yes"}, "emergency", ALONE, FAILING, answered=False
    ),
    "a failing model, without": Hazard(
        {"age_years": 60}, "routine", ALONE, FAILING, answered=False
    ),
    "no model, with a sign": Hazard(
        {"age_years": 60, "chest_pain": "yes"}, "emergency", ALONE, NO_MODEL, answered=False
    ),
    "no model, without": Hazard({"age_years": 60}, "routine", ALONE, NO_MODEL, answered=False),
}  # fmt: skip


def cases_of(group: Group) -> list[Case]:
    """The cases of a group, each with its hazard's name as its id; what a case lacks is blank."""
    found = [{"case_id": name, **h.case} for name, h in HAZARDS.items() if h.group == group]
    keys = dict.fromkeys(key for case in found for key in case)
    return [{key: case.get(key) for key in keys} for case in found]


def as_csv(cases: list[Case]) -> bytes:
    """Cases as a CSV file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(cases[0]))
    writer.writeheader()
    writer.writerows(cases)
    return text.getvalue().encode()


@dataclass(frozen=True)
class Answer:
    """What a surface says of a case, in words that are the same for all."""

    triage: str
    issues: tuple[str, ...]
    probabilities: dict[str, float] = field(hash=False)


def answer_of(row: dict[str, Any]) -> Answer:
    """The answer in a row of a scored file or table, or in one of HTTP."""
    issues = row["issues"] or []
    found = json.loads(issues) if isinstance(issues, str) else issues
    told = row.get("probabilities") or {
        name[2:]: float(cell)
        for name, cell in row.items()
        if name.startswith("p_") and cell not in (None, "") and cell == cell
    }
    figures = {name: round(figure, 6) for name, figure in sorted(told.items())}
    return Answer(row["triage"], tuple(sorted(issue["code"] for issue in found)), figures)


Rows = list[dict[str, Any]]


SPARKED = """
import json, pathlib, sys
from data_gen.vocabulary import load
from serve.cases.column_mapping import NO_MAPPING, read_mapping
from serve.request import Request
from serve.spark.job import score_folder
from serve.spark.session import open_session
with open_session("local[1]") as session:
    for cases, out, bundle, mapping in json.loads(sys.argv[1]):
        read = read_mapping(pathlib.Path(mapping), load()) if mapping else NO_MAPPING
        folder = pathlib.Path(bundle) if bundle else None
        score_folder(session, Request(cases, out, bundle=folder, mapping=read))
"""
"""The work of several calls of `serve spark`, in one session."""
SPARK = "CLAUDICO_REQUIRE_SPARK" in os.environ or (shutil.which("java") and find_spec("pyspark"))


@dataclass(frozen=True)
class Place:
    """What the surfaces share: the bundle, a folder, and what is started once."""

    bundle: Path
    folder: Path
    stack: ExitStack

    def options(self, group: Group) -> list[str]:
        """How the command line is told of a group."""
        mapped = ["--columns", str(self.mapping)] if group.mapped else []
        asked = ["--overrides-only"] if group.overrides_only else ["--model", str(self.bundle)]
        return [*mapped, *asked]

    @cached_property
    def mapping(self) -> Path:
        """The mapping's file."""
        path = self.folder / "mapping.yaml"
        path.write_text(MAPPING)
        return path

    @cached_property
    def mlflow_model(self) -> Path:
        """The bundle as an MLflow model."""
        return save(self.bundle, self.folder / "model")

    @cached_property
    def mlflow_server(self) -> str:
        """The address of `mlflow models serve`."""
        folder = self.folder / "mlflow_server"
        folder.mkdir()
        return self.stack.enter_context(server(Path(sys.executable), self.mlflow_model, folder))

    @cached_property
    def _services(self) -> dict[bool, str]:
        return {}

    def service(self, group: Group) -> str:
        """The address of a service with a model, or without one."""
        alone = group.overrides_only
        if alone not in self._services:
            asked = ["--overrides-only"] if alone else ["--model", str(self.bundle)]
            made = start(self.folder / f"http_{alone}.log", *asked)
            self.stack.callback(made.stop)
            self._services[alone] = made.url
        return self._services[alone]

    @cached_property
    def scored_by_spark(self) -> dict[str, Path]:
        """The folder that Spark has written for each group; all in one session."""
        work = []
        for group in GROUPS:
            cases = self.path(group, "folder")
            cases.mkdir()
            (cases / "cases.csv").write_bytes(as_csv(cases_of(group)))
            bundle = None if group.overrides_only else str(self.bundle)
            mapping = str(self.mapping) if group.mapped else None
            work.append([str(cases), str(self.path(group, "spark")), bundle, mapping])
        subprocess.run([sys.executable, "-c", SPARKED, json.dumps(work)], cwd=ROOT, check=True)
        return {group.name: self.path(group, "spark") for group in GROUPS}

    def path(self, group: Group, name: str) -> Path:
        """A path of its own for a group."""
        folder = self.folder / group.name
        folder.mkdir(exist_ok=True)
        return folder / name


def on_command_line(place: Place, group: Group, cases: str, out: Path, text: bytes = b"") -> None:
    """Score a file with `serve score`."""
    command = ["score", cases, "--out", str(out), *place.options(group)]
    done = CliRunner().invoke(main, command, input=text, catch_exceptions=False)
    assert done.exit_code == (1 if group == FAILING else 0), done.stderr


def file(place: Place, group: Group) -> Rows:
    """`serve score`, CSV to CSV."""
    cases, out = place.path(group, "cases.csv"), place.path(group, "scored.csv")
    cases.write_bytes(as_csv(cases_of(group)))
    on_command_line(place, group, str(cases), out)
    return list(csv.DictReader(io.StringIO(out.read_text(), newline="")))


def standard_input(place: Place, group: Group) -> Rows:
    """`serve score -`."""
    out = place.path(group, "from_input.csv")
    on_command_line(place, group, "-", out, as_csv(cases_of(group)))
    return list(csv.DictReader(io.StringIO(out.read_text(), newline="")))


def parquet(place: Place, group: Group) -> Rows:
    """`serve score`, Parquet to Parquet, with numbers as numbers."""
    cases, out = place.path(group, "cases.parquet"), place.path(group, "scored.parquet")
    rows = cases_of(group)
    names = dict.fromkeys(key for case in rows for key in case)
    pq.write_table(pa.table({name: [row.get(name) for row in rows] for name in names}), cases)
    on_command_line(place, group, str(cases), out)
    found: Rows = pq.read_table(out).to_pylist()
    return found


def python(place: Place, group: Group) -> Rows:
    """`serve.load().score` of dicts."""
    scorer = load(place.bundle, overrides_only=group.overrides_only)
    mapping = [read_mapping(place.mapping, load_vocabulary())] if group.mapped else []
    found: Rows = scorer.score(cases_of(group), *mapping).output.to_pylist()
    return found


LOADED = """
import json, sys
import mlflow, pandas
model = mlflow.pyfunc.load_model(sys.argv[1])
for path in sys.argv[2:]:
    print(json.dumps(model.predict(pandas.read_csv(path)).to_dict("records")))
"""


def mlflow_load(place: Place, group: Group) -> Rows:
    """`mlflow.pyfunc.load_model(...).predict` of a pandas table."""
    cases = place.path(group, "loaded.csv")
    cases.write_bytes(as_csv(cases_of(group)))
    command = [sys.executable, "-c", LOADED, str(place.mlflow_model), str(cases)]
    found: Rows = json.loads(run(command, place.folder).stdout)
    return found


def mlflow_predict(place: Place, group: Group) -> Rows:
    """`mlflow models predict -t csv`."""
    cases, out = place.path(group, "predicted.csv"), place.path(group, "predicted.json")
    cases.write_bytes(as_csv(cases_of(group)))
    options = ["-m", str(place.mlflow_model), "-i", str(cases), "-o", str(out), "-t", "csv"]
    command = [sys.executable, "-m", "mlflow", "models", "predict", *options]
    run([*command, "--env-manager", "local"], place.folder)
    found: Rows = json.loads(out.read_text())["predictions"]
    return found


def mlflow_serve(place: Place, group: Group) -> Rows:
    """`mlflow models serve`, asked with the records of a data frame."""
    body = json.dumps({"dataframe_records": cases_of(group)})
    found: Rows = ask(place.mlflow_server, "application/json", body)["predictions"]
    return found


def spark(place: Place, group: Group) -> Rows:
    """The work of `serve spark`, on a folder of CSV."""
    found: Rows = pq.read_table(place.scored_by_spark[group.name]).to_pylist()
    return found


def http_json(place: Place, group: Group) -> Rows:
    """`POST /v1/score`."""
    reply = httpx.post(f"{place.service(group)}/v1/score", json={"cases": cases_of(group)})
    assert reply.status_code == 200, reply.text
    found: Rows = reply.json()["results"]
    return found


def http_file(place: Place, group: Group) -> Rows:
    """`POST /v1/score-file`."""
    reply = httpx.post(
        f"{place.service(group)}/v1/score-file", content=as_csv(cases_of(group)),
        headers={"Content-Type": "text/csv"},
    )  # fmt: skip
    assert reply.status_code == 200, reply.text
    return list(csv.DictReader(io.StringIO(reply.text, newline="")))


Surface = Callable[[Place, Group], Rows]
SURFACES: tuple[Surface, ...] = (
    file, standard_input, parquet, python, mlflow_load, mlflow_predict, mlflow_serve, spark,
    http_json, http_file,
)  # fmt: skip
_MLFLOW = (mlflow_load, mlflow_predict, mlflow_serve)
CANNOT: dict[tuple[Surface, Group], str] = {
    **{(surface, MAPPED): "MLflow's model takes no mapping" for surface in _MLFLOW},
    **{(surface, NO_MODEL): "MLflow's model carries its bundle" for surface in _MLFLOW},
    **{(surface, MAPPED): "the service takes no mapping" for surface in (http_json, http_file)},
}
"""What a surface has no way to say."""
GROUPS = (PLAIN, MAPPED, FAILING, NO_MODEL)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One place for all surfaces; what it has started ends with the module."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("surfaces")
        bundle = write_bundle(folder / "bundle", tiny_files(brittle=True))
        yield Place(bundle, folder, stack)


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.__name__)
@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_the_same_answer(surface: Surface, group: Group, place: Place) -> None:
    """A surface gives every case of a group the answer that the table has for it."""
    if (surface, group) in CANNOT:
        pytest.skip(CANNOT[surface, group])
    if surface is spark and not SPARK:
        pytest.skip("Spark needs Java and the extra `spark`")
    hazards = {name: hazard for name, hazard in HAZARDS.items() if hazard.group == group}
    answers = dict(zip(hazards, map(answer_of, surface(place, group)), strict=True))
    told = {name: (answer.triage, answer.issues) for name, answer in answers.items()}
    assert told == {name: (hazard.triage, hazard.issues) for name, hazard in hazards.items()}
    reference = dict(zip(hazards, map(answer_of, python(place, group)), strict=True))
    if group == PLAIN:
        not_known, not_asked, blank = (
            answers[name].probabilities for name in ("not known", "not asked", "nothing wrong")
        )
        assert not_known == not_asked != blank
    for name, hazard in hazards.items():
        assert bool(answers[name].probabilities) == hazard.answered
        assert answers[name].probabilities == pytest.approx(reference[name].probabilities, abs=1e-6)


def test_the_table_is_whole() -> None:
    """Every group has cases, and what a surface cannot say has a reason."""
    assert all(cases_of(group) for group in GROUPS)
    assert all(CANNOT.values())
