"""The life of a model store, told once from end to end, with real DVC, git and MLflow."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import mlflow
import pytest
import yaml
from dvc.repo import Repo

from data_gen.profiles import load_knowledge
from tests.training.projects import ROOT, params
from tests.training.quiet import QUIET
from training import pipeline
from training.params import read_params
from training.promotion.status import mend, status
from training.promotion.store.dvc_out import recorded
from training.promotion.store.model_store import ModelStore
from training.promotion.verdict import verdict

pytestmark = [*QUIET, pytest.mark.slow]
_CODE = ("data_gen", "training", "serve", "examples", ".ci")
_FILES = ("dvc.yaml", ".dvcignore", ".gitignore", "labelled/README.md", "models/README.md")
_MARGINS = ("kl_to_exact", "calibration", "emergencies", "real_log_loss")
_EDITED = Path("data_gen/knowledge/conditions/sciatica.yaml")
_NUMBER, _CORRECTED = "degenerative: {p: 0.65}", "degenerative: {p: 0.60}"


@dataclass(frozen=True)
class Project:
    """A project of its own, the working folder: a git repository with code, DVC and MLflow."""

    root: Path

    def run(self, *command: str) -> str:
        """What a command says; it must succeed."""
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def dvc(self, *arguments: str) -> str:
        """What a command of DVC says."""
        return self.run(sys.executable, "-m", "dvc", *arguments)

    def commit(self) -> None:
        """Commit whatever there is to git."""
        self.run("git", "add", "-A")
        self.run("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "a")

    def knobs(self, **train: Any) -> None:
        """Write params.yaml."""
        raw = params(**train).model_dump(mode="json")
        raw["evaluate"]["real_cases"] = "examples/real_cases.csv"
        raw["gate"] |= {**dict.fromkeys(_MARGINS, 9.0), "real_top3": 99, "real_emergencies": 99}
        (self.root / "params.yaml").write_text(yaml.safe_dump(raw))

    def train(self, **train: Any) -> str:
        """Every stage from train to register in this process, and what DVC knows of it."""
        self.knobs(**train)
        knobs, places = read_params(), pipeline.Places()
        pipeline.train(knobs, places)
        pipeline.evaluate(knobs, places)
        pipeline.gate(knobs, places)
        said = pipeline.register(knobs, places)
        self.recorded()
        return said

    def recorded(self) -> None:
        """Let DVC know what stages did in this process."""
        with Repo(self.root) as repo:
            repo.commit(force=True)

    @property
    def store(self) -> ModelStore:
        """Its model store."""
        return ModelStore(self.root / "models" / "leg_pain")

    def kinds(self) -> list[str]:
        """The kinds of all events."""
        return [event.kind for event in self.store.history()]


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A fresh project under git and DVC, which is the working folder."""
    root = tmp_path / "project"
    no_caches = shutil.ignore_patterns("__pycache__")
    for name in _CODE:
        shutil.copytree(ROOT / name, root / name, ignore=no_caches)
    for name in _FILES:
        (root / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    monkeypatch.chdir(root)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("CLAUDICO_PYTHON", sys.executable)
    monkeypatch.setattr(load_knowledge, "__defaults__", (root / "data_gen" / "knowledge", None))
    monkeypatch.setattr(
        "training.evaluation.report.write_plots", lambda *_: None
    )  # the stages draw them
    project = Project(root)
    project.run("git", "init", "-q")
    project.dvc("init", "-q")
    project.dvc("remote", "add", "-d", "near", str(tmp_path / "remote"))
    project.knobs()
    project.commit()
    return project


def _agree(project: Project) -> None:
    """History, pointer, dvc.lock, alias, card, report and runs say the same."""
    store = project.store
    history, champion = store.history(), store.champion()
    assert champion is not None
    found = status(read_params(), pipeline.Places())
    assert found.differences == ()
    assert sum(champion.version in line for line in found.lines) == 3
    assert recorded(store.root) == history
    shown = json.loads(Path("reports/metrics.json").read_text())["model_version"]
    client = _client(project)
    runs = {run.data.tags["model_version"]: run for run in reversed(_runs(client))}  # newest
    for version in {event.version for event in history} & set(runs):
        said, tags = verdict(history, version), runs[version].data.tags
        assert (tags["verdict"], tags["verdict_reason"]) == (said.kind, said.reason)
    for name in ("MODEL_CARD.md", "report.html"):
        text = (project.root / "reports" / name).read_text()
        assert escape(verdict(history, shown).text) in text
        path = f"reports/{name}"
        kept = client.download_artifacts(runs[shown].info.run_id, path)
        assert Path(kept).read_text() == text
    for version in store.kept():
        card = (store.folder(version) / "MODEL_CARD.md").read_text()
        assert f"<!-- verdict of {version} -->promoted" in card
    champions = {event.version for event in history if event.made_champion}
    registered = client.search_model_versions("name = 'claudico-leg-pain'")
    assert {version.tags["model_version"] for version in registered} <= champions
    with Repo(project.root) as repo:
        assert repo.status() == {"gate": ["always changed"], "register": ["always changed"]}


def _client(project: Project) -> mlflow.MlflowClient:
    database = f"sqlite:///{project.root}/mlflow.db"
    return mlflow.MlflowClient(database, database)


def _runs(client: mlflow.MlflowClient) -> list[Any]:
    experiment = client.get_experiment_by_name("claudico")
    assert experiment is not None
    return list(client.search_runs([experiment.experiment_id]))


def test_the_story(told: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the first model to a fresh clone, every step leaves all who name a champion agreed."""
    project, store = told, told.store
    assert "promoted" in project.dvc("repro")
    first = store.champion_version()
    _agree(project)

    assert project.train(epochs=3).startswith("promoted")
    better = store.champion_version()
    _agree(project)

    assert project.train(epochs=1).startswith(f"kept {better}: it lacks")
    assert project.kinds() == ["promoted", "promoted", "rejected"]
    _agree(project)

    text = _EDITED.read_text(encoding="utf-8")
    assert _NUMBER in text
    _EDITED.write_text(text.replace(_NUMBER, _CORRECTED), encoding="utf-8")
    project.knobs(epochs=3)
    assert "it learned other knowledge" in project.dvc("repro")
    edited = store.champion_version()
    assert edited not in (first, better)
    _agree(project)

    project.train(epochs=1)
    said = pipeline.force(read_params(), pipeline.Places(), "the ward <asked> for it")
    forced = store.champion_version()
    assert said == f"promoted {forced}, by a person: the ward <asked> for it"
    _agree(project)

    for expected, reason in ((edited, "it is slow"), (better, "this one too")):
        said = pipeline.rollback(read_params(), pipeline.Places(), None, reason)
        assert said == f"champion is {expected} again: {reason}"
        _agree(project)
    pipeline.gate(read_params(), pipeline.Places())
    said = pipeline.register(read_params(), pipeline.Places())
    assert "a rollback turned this candidate down" in said
    project.recorded()
    assert store.champion_version() == better
    _agree(project)

    assert project.train(epochs=4).startswith("promoted")
    new = store.champion_version()
    _agree(project)
    project.commit()

    before = store.history()
    said = project.dvc("exp", "run", "--temp", "-n", "tried", "-S", "train.epochs=6")
    assert "an experiment promotes nothing; the gate says promote" in said
    assert store.history() == before
    _agree(project)

    project.dvc("exp", "apply", "tried")
    assert (store.history(), store.champion_version()) == (before, new)
    assert "promoted" in project.dvc("repro")
    applied = store.champion_version()
    assert applied != new
    _agree(project)
    project.commit()
    project.dvc("push", "-q")

    clone = Project(project.root.parent / "clone")
    project.run("git", "clone", "-q", str(project.root), str(clone.root))
    monkeypatch.chdir(clone.root)
    monkeypatch.delenv("MLFLOW_TRACKING_URI")  # MLflow set it to the first project's database
    clone.dvc("pull", "-q")
    assert clone.store.history() == store.history()
    found = status(read_params(), pipeline.Places())
    assert found.differences == (f"MLflow's alias `champion` is none, not {applied}",)
    assert mend(read_params(), pipeline.Places()).differences == ()
    _agree(clone)
    assert "nothing to do: the candidate is the champion" in clone.dvc("repro")
    _agree(clone)
