"""What a run of the pipeline leaves in MLflow: knobs, figures, origins, files and the model."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping
from math import isnan
from pathlib import Path
from typing import Any

from training.data.labelled_files import case_files
from training.data.vignettes import hash_of_files
from training.evaluation.report import TABLES, flat
from training.params import Params
from training.paths import CARD, METRICS, PAGE, Places, labelled_folder, project_root
from training.tracking.client import DataSet, Run, log_run


def record(
    params: Params,
    places: Places,
    metrics: Mapping[str, Any],
    version: str,
    manifest: Mapping[str, Any],
) -> str:
    """Record the candidate and its evaluation as a run; the run's id."""
    run = Run(
        name=version,
        params=flat_params(params.model_dump(mode="json")),
        metrics=_figures(metrics),
        tags={"model_version": version, **origins(manifest, places.params)},
        files={**_reports(places), places.candidate: "bundle"},
        data=tuple(_data(params, places, manifest)),
        bundle=places.candidate,
    )
    return log_run(run, params.track.experiment)


def record_kept(params: Params, folder: Path, manifest: Mapping[str, Any]) -> str:
    """Record a version of the model store that MLflow holds no run of; the run's id."""
    metrics = json.loads((folder / METRICS).read_bytes()) if (folder / METRICS).exists() else {}
    made_from = {name: value for name, value in manifest.items() if name.endswith("_hash")}
    run = Run(
        name=folder.name,
        params=flat_params(manifest.get("params", {})),
        metrics=_figures(metrics),
        tags={"model_version": folder.name, "recorded_from": "model store", **made_from},
        files={folder: "bundle"},
        data=(),
        bundle=folder,
    )
    return log_run(run, params.track.experiment)


def _reports(places: Places) -> dict[Path, str]:
    """What the evaluation wrote: the decision, card and report of an earlier one are none of it."""
    made = [places.reports / name for name in (METRICS, *TABLES)]
    drafts = [places.drafts / name for name in (CARD, PAGE)]
    there = {path: "reports" for path in (*made, *drafts) if path.exists()}
    plots = places.reports / "plots"
    return {**there, **({plots: "reports/plots"} if plots.exists() else {})}


def origins(manifest: Mapping[str, Any], params: Path) -> dict[str, str]:
    """The tags that say what a run was made from: enough to make it again."""
    experiment = os.environ.get("DVC_EXP_NAME")
    return {
        "knowledge_hash": manifest["knowledge_hash"],
        "vocabulary_hash": manifest["vocabulary_hash"],
        "data_hash": manifest["data_hash"],
        "params_hash": _hash(params),
        "pipeline_hash": _hash(Path("dvc.yaml")),
        "git_revision": revision(project_root()),
        **({"dvc_experiment": experiment} if experiment else {}),
    }


def flat_params(params: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Every knob by its path: `train.learning_rate`."""
    return {
        f"{section}.{name}": value
        for section, knobs in params.items()
        for name, value in knobs.items()
    }


def _figures(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Those of the metrics that MLflow can hold."""
    return {key: value for key, value in flat(metrics).items() if not isnan(value)}


def revision(root: Path) -> str:
    """The git revision, marked where files differ from it; `none` outside a repository."""
    options = ["--always", "--dirty", "--abbrev=40", "--exclude=*"]  # the hash, whatever is tagged
    command = ["git", "-C", str(root), "describe", *options]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError:
        return "none"
    return done.stdout.strip() or "none"


def _data(params: Params, places: Places, manifest: Mapping[str, Any]) -> list[DataSet]:
    test = places.cases("test")
    real = params.evaluate.real_cases
    return [
        DataSet("vignettes", "training", places.cases("train")[0], manifest["data_hash"]),
        DataSet("fresh vignettes", "evaluation", test[0], hash_of_files(*test)),
        DataSet("real cases", "evaluation", real, hash_of_files(real)),
        *(
            DataSet(f"labelled cases: {file.name}", "training", file, hash_of_files(file))
            for file in case_files(labelled_folder(params))
        ),
    ]


def _hash(path: Path) -> str:
    """SHA-256 of a text file, the same for every way of ending lines."""
    if not path.exists():
        return "none"
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
