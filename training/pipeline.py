"""The stages: what reads which files, does the work, and writes which others."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import Any

from data_gen.vocabulary import Vocabulary, load
from serve.problem import Problem, RefusedError
from training.bundle import HASHED, manifest, write_bundle
from training.champion import Store
from training.contender import open_contender
from training.params import Params
from training.vignettes import Vignettes, hash_of_files, read_vignettes

HOLDOUT = "holdout"


@dataclass(frozen=True)
class Places:
    """Where the stages find and leave their files."""

    vignettes: Path = Path("build/vignettes")
    candidate: Path = Path("build/candidate")
    reports: Path = Path("reports")
    models: Path = Path("models")

    def cases(self, part: str) -> tuple[Path, Path]:
        """The cases and the truth of `train` or `test`."""
        return _pair(self.vignettes, part)

    @property
    def decision(self) -> Path:
        """Where the gate leaves its decision."""
        return self.reports / "gate.json"


def train(params: Params, places: Places) -> str:
    """Fit a classifier to the training vignettes and write its bundle; its version."""
    from training.facts import read_facts
    from training.fit import classifier, fit_classifier

    vocabulary = load()
    files = places.cases("train")
    vignettes = read_vignettes(*files, vocabulary)
    facts = read_facts()
    model = classifier(vocabulary, vignettes, facts, params.train)
    fit_classifier(model, vignettes)
    knobs = {"sample": params.sample.model_dump(), "train": params.train.model_dump()}
    description = manifest(vocabulary, facts, hash_of_files(*files), knobs)
    return write_bundle(places.candidate, model, description)


def evaluate(params: Params, places: Places) -> dict[str, Any]:
    """Measure the candidate, write the reports, record the run; the metrics."""
    from training.card import model_card
    from training.evaluate import evaluate as measure
    from training.folders import whole_file
    from training.real import read_real_cases
    from training.report import write_reports

    vocabulary = load()
    bundle = open_contender(places.candidate)
    vignettes = read_vignettes(*places.cases("test"), vocabulary)
    real = read_real_cases(params.evaluate.real_cases, vocabulary)
    evaluation = measure(bundle, vignettes, real, vocabulary, params.evaluate)
    write_reports(
        places.reports, evaluation, vignettes, vocabulary, params.evaluate.calibration_bins
    )
    card = model_card(evaluation, bundle.manifest, params.sample.model_dump())
    whole_file(places.reports / "MODEL_CARD.md", card.encode())
    _record(params, places, evaluation.metrics, bundle.version, bundle.manifest)
    return evaluation.metrics


def gate(params: Params, places: Places) -> bool:
    """Compare the candidate with the champion and write the decision; whether to promote.

    Where the candidate is the champion already, the decision that promoted it is left as it is.
    """
    from training.gate import Grounds, decide
    from training.real import read_real_cases
    from training.report import write_json

    vocabulary = load()
    store = Store(places.models)
    candidate, champion = open_contender(places.candidate), store.champion()

    def grounds() -> Grounds:
        return Grounds(
            vignettes=read_vignettes(*places.cases("test"), vocabulary),
            real=read_real_cases(params.evaluate.real_cases, vocabulary),
            holdout=_holdout(store, vocabulary),
        )

    decision = decide(candidate, champion, store.turned_down(), grounds, vocabulary, params.gate)
    if not (decision.same and _decided(places) == candidate.version):
        write_json(places.decision, decision.as_dict())
    return decision.promote


def register(params: Params, places: Places) -> str:
    """Act on the gate's decision and move the registry's aliases; what was done, in words."""
    from training.track import in_temporary_copy, point_alias

    decision = _json(places.decision, "run `python -m training gate` first")
    store = Store(places.models)
    candidate = open_contender(places.candidate).version
    if decision["candidate"] != candidate:
        message = f"it judged {decision['candidate']}, and the candidate is {candidate}"
        remedy = "run `python -m training gate` again"
        raise RefusedError(Problem("stale_decision", str(places.decision), message, remedy))
    done = f"kept {store.version()}: {decision['reason']}"
    if decision["decision"] == "promote" and store.version() != candidate:
        _check_metrics(places, candidate)
        _promote(store, places)
        done = f"promoted {candidate}: {decision['reason']}"
    champion = store.version()
    names = params.track.experiment, params.track.model
    if in_temporary_copy():  # of `dvc exp run --temp`: the project's own champion is elsewhere
        return f"{done} (in a temporary copy: the registry's aliases stay)"
    if champion is not None:
        point_alias(*names, "champion", champion)
    if candidate != champion:
        point_alias(*names, "challenger", candidate)
    return done


def rollback(params: Params, places: Places, version: str | None) -> str:
    """Bring back an earlier champion and hold it there; its version."""
    from training.track import point_alias

    store = Store(places.models)
    candidate = open_contender(places.candidate).version if places.candidate.exists() else None
    back = store.roll_back(version, candidate)
    point_alias(params.track.experiment, params.track.model, "champion", back)
    return back


def _decided(places: Places) -> str | None:
    """The candidate that the last decision was about, or None where there is no decision."""
    try:
        content = _json(places.decision, "")
    except RefusedError:
        return None
    return str(content.get("candidate"))


def _check_metrics(places: Places, candidate: str) -> None:
    """RefusedError unless the metrics that go with the bundle are its own."""
    from training.report import METRICS

    path = places.reports / METRICS
    measured = _json(path, "run `python -m training evaluate` first")["model_version"]
    if measured != candidate:
        message = f"it measures {measured}, and the candidate is {candidate}"
        remedy = "run `python -m training evaluate` again"
        raise RefusedError(Problem("stale_metrics", str(path), message, remedy))


def _promote(store: Store, places: Places) -> None:
    """The candidate with its metrics, card and hold-out becomes the champion."""
    from training.folders import whole_folder
    from training.report import METRICS

    with whole_folder(places.candidate.with_name("promoted")) as folder:
        for name in (*HASHED, "bundle.sha256"):
            shutil.copy(places.candidate / name, folder)
        for name in (METRICS, "MODEL_CARD.md"):
            shutil.copy(places.reports / name, folder)
        for source, target in zip(places.cases("test"), _pair(folder, HOLDOUT), strict=True):
            shutil.copy(source, target)
    store.promote(places.candidate.with_name("promoted"))
    shutil.rmtree(places.candidate.with_name("promoted"))


def _pair(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f"{name}.parquet", folder / f"{name}_truth.parquet"


def _holdout(store: Store, vocabulary: Vocabulary) -> Vignettes | None:
    """The champion's hold-out, where it fits today's vocabulary."""
    files = _pair(store.champion_folder, HOLDOUT)
    if not all(path.exists() for path in files):
        return None
    try:
        return read_vignettes(*files, vocabulary)
    except RefusedError:
        return None


def _json(path: Path, remedy: str) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        message = "it is missing or no JSON"
        raise RefusedError(Problem("no_report", str(path), message, remedy)) from None
    return content


def _record(
    params: Params, places: Places, metrics: dict[str, Any], version: str, made_from: Any
) -> None:
    from training.report import flat
    from training.track import Run, log_run, project_root

    cases = places.cases("train")[0]
    run = Run(
        name=version,
        params=flat_params(params),
        metrics={key: value for key, value in flat(metrics).items() if not isnan(value)},
        tags={
            "model_version": version,
            "knowledge_hash": made_from["knowledge_hash"],
            "data_hash": made_from["data_hash"],
            "params_hash": _hash(Path("params.yaml")),
            "pipeline_hash": _hash(Path("dvc.yaml")),
            "git_revision": _revision(project_root()),
        },
        folders={"reports": places.reports, "bundle": places.candidate},
        cases=cases,
        cases_hash=made_from["data_hash"],
        bundle=places.candidate,
        model_version=version,
    )
    log_run(run, params.track.experiment, params.track.model)


def flat_params(params: Params) -> dict[str, Any]:
    """Every knob by its path: `train.learning_rate`."""
    return {
        f"{section}.{name}": value
        for section, knobs in params.model_dump(mode="json").items()
        for name, value in knobs.items()
    }


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "none"


def _revision(root: Path) -> str:
    """The git revision, marked where files differ from it; `none` outside a repository."""
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip() or "none"
