"""A condition more than today's goes from knowledge to a promoted model, reports included."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from data_gen.vocabulary import load
from serve.model.bundle import bundle_folder
from tests.training.projects import ROOT

pytestmark = pytest.mark.slow
_CODE = ("data_gen", "serve", "training", "tests/training", "examples")
_RUN = """
from pathlib import Path
from tests.training.projects import params, run_all, sample
from training.tracking import client, run
run.log_run = lambda *_: ""
client.mirrored = lambda *given: given[-1]() and ""
Path("labelled").mkdir()
sample(Path("build/vignettes"))
print(run_all(params()))
"""


@pytest.fixture
def carved(tmp_path: Path) -> Path:
    """A copy of the code in which a part of another cause has become a condition."""
    for name in _CODE:
        skipped = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=skipped)
    shutil.copy(ROOT / "params.yaml", tmp_path)
    _python(
        tmp_path, "-m", "data_gen", "new-condition", "neuroma", "--from", "other_cause/forefoot"
    )
    knowledge = tmp_path / "data_gen" / "knowledge"
    mix = yaml.safe_load((knowledge / "mix.yaml").read_text())
    given = {"clinic": 0.006, "training": 0.02, "why": "rare"}
    other, mix["mix"]["neuroma"] = mix["mix"]["other_cause"], given
    other |= {name: round(other[name] - given[name], 6) for name in ("clinic", "training")}
    (knowledge / "mix.yaml").write_text(yaml.safe_dump(mix, sort_keys=False))
    path = knowledge / "conditions" / "other_cause.yaml"
    profile = yaml.safe_load(path.read_text())
    _whole(list(profile["presentations"].values()))
    path.write_text(yaml.safe_dump(profile, sort_keys=False))
    words = tmp_path / "data_gen" / "vocabulary" / "conditions.yaml"
    named = words.read_text().replace("name: TODO", "name: Neuroma")
    words.write_text(named.replace("icd10: TODO", "icd10: G57.6"))
    return tmp_path


def _whole(parts: list[dict[str, Any]]) -> None:
    """The parts that are left share what the one that went had."""
    weight = sum(part["weight"] for part in parts)
    clinic = sum(part["clinic"]["p"] for part in parts)
    for part in parts:
        part["weight"] /= weight
        part["clinic"]["p"] /= clinic


def _python(folder: Path, *words: str) -> str:
    command = [sys.executable, *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_one_more_condition_is_sampled_learned_measured_and_promoted(carved: Path) -> None:
    """Every stage, plot and table takes it; the promoted bundle answers with it."""
    said = _python(carved, "-c", _RUN)
    assert "promoted" in said
    more = len(load().conditions) + 1
    with (carved / "reports/conditions.csv").open() as file:
        rows = {row["condition"]: row for row in csv.DictReader(file)}
    assert len(rows) == more
    assert int(rows["neuroma"]["rows"]) > 0
    assert len(list((carved / "reports/plots").glob("*.png"))) == 5
    assert "neuroma" in (carved / "reports/MODEL_CARD.md").read_text()
    bundle = bundle_folder(carved / "models" / "leg_pain")
    manifest = json.loads((bundle / "manifest.json").read_text())
    assert manifest["conditions"][-1] == "neuroma"
    assert "neuroma" in manifest["prediction_set"]["least"]
