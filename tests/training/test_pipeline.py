"""The stages from vignettes to a promoted, tracked bundle, on a very small scale."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import mlflow
import pytest

from data_gen.profiles import load_knowledge
from data_gen.sampler import Plan, sample_to_files
from data_gen.vocabulary import load
from data_gen.world import build_world
from serve.bundle import load_bundle
from serve.problem import RefusedError
from training import pipeline
from training.champion import Store
from training.params import Params, read_params

ROOT = Path(__file__).parents[2]
# MLflow and its database library warn about each other; none of it is ours to mend.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:mlflow"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def _params(seed: int = 0, rounds: int = 1) -> Params:
    raw = read_params(ROOT / "params.yaml").model_dump()
    raw["train"] |= {"epochs": 2, "first_epochs": 1, "batch_size": 100, "seed": seed}
    raw["train"] |= {"tree_rounds": rounds, "threads": 1, "learning_rate": 0.05}
    raw["evaluate"]["real_cases"] = ROOT / "examples" / "real_cases.csv"
    return Params.model_validate(raw)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a trained, measured and promoted candidate, recorded in its own MLflow."""
    folder = tmp_path_factory.mktemp("project")
    world = build_world(load_knowledge())
    (folder / "build" / "vignettes").mkdir(parents=True)
    for part, rows, seed in (("train", 1500, 1), ("test", 500, 2)):
        cases, truth = pipeline.Places(folder / "build/vignettes").cases(part)
        sample_to_files(
            world, Plan(rows, seed, "training", cases, truth, 1, False, False), lambda _: None
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        _run_all(_params())
    return folder


@pytest.fixture
def inside(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project, which is the working folder; the registry is the original's."""
    copy = tmp_path / "project"
    shutil.copytree(project, copy, ignore=shutil.ignore_patterns("mlruns"))
    monkeypatch.chdir(copy)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{copy}/mlflow.db")
    return copy


def _run_all(params: Params) -> str:
    places = pipeline.Places()
    pipeline.train(params, places)
    pipeline.evaluate(params, places)
    pipeline.gate(params, places)
    return pipeline.register(params, places)


def test_the_first_candidate_becomes_a_champion_that_scoring_loads(project: Path) -> None:
    """With no champion the candidate is promoted, with metrics, card and hold-out beside it."""
    bundle = load_bundle(project / "models" / "leg_pain", load())
    metrics = json.loads((project / "models/leg_pain/metrics.json").read_text())
    card = (project / "models/leg_pain/MODEL_CARD.md").read_text()
    assert metrics["model_version"] == bundle.model_version
    assert f"# Model card: {bundle.model_version}" in card
    assert (project / "models/leg_pain/holdout_truth.parquet").exists()


def test_the_same_seed_gives_the_same_version(inside: Path) -> None:
    """Training again gives the same bundle, byte for byte."""
    before = (inside / "build/candidate/bundle.sha256").read_bytes()
    pipeline.train(_params(), pipeline.Places())
    assert (inside / "build/candidate/bundle.sha256").read_bytes() == before


def test_the_same_candidate_is_kept_and_nothing_changes(inside: Path) -> None:
    """Gate and register again leave the decision and the champion as they were."""
    before = (inside / "reports/gate.json").read_bytes()
    assert not pipeline.gate(_params(), pipeline.Places())
    assert "kept" in pipeline.register(_params(), pipeline.Places())
    assert (inside / "reports/gate.json").read_bytes() == before


def test_a_worse_candidate_is_turned_away(inside: Path) -> None:
    """A candidate with a higher excess is not promoted, and the table says why."""
    worse = _params()
    worse = worse.model_copy(update={"train": worse.train.model_copy(update={"epochs": 1})})
    champion = Store(inside / "models").version()
    said = _run_all(worse)
    decision = json.loads((inside / "reports/gate.json").read_text())
    assert decision["decision"] == "keep"
    assert "excess" in decision["reason"]
    assert "kept" in said
    assert Store(inside / "models").version() == champion


def test_a_better_candidate_is_promoted_and_can_be_rolled_back(inside: Path) -> None:
    """A lower excess promotes; a rollback brings the old one back and holds it there."""
    store = Store(inside / "models")
    old = store.version()
    better = _params()
    better = better.model_copy(
        update={
            "train": better.train.model_copy(update={"epochs": 12}),
            "gate": better.gate.model_copy(update={"real_emergencies": 99, "real_top3": 99}),
        }
    )
    assert "promoted" in _run_all(better)
    assert store.version() != old
    assert pipeline.rollback(better, pipeline.Places(), None) == old
    assert not pipeline.gate(better, pipeline.Places())
    assert "rollback" in json.loads((inside / "reports/gate.json").read_text())["reason"]
    pipeline.register(better, pipeline.Places())
    assert store.version() == old


@pytest.mark.usefixtures("inside")
def test_a_stale_decision_is_refused() -> None:
    """A decision about another candidate moves nothing."""
    pipeline.train(_params(seed=1), pipeline.Places())
    with pytest.raises(RefusedError, match="gate` again"):
        pipeline.register(_params(), pipeline.Places())


def test_the_run_is_in_mlflow_with_a_model_that_loads(inside: Path) -> None:
    """Params, metrics, data set, plots and a model of strings and doubles are recorded."""
    mlflow.set_tracking_uri(f"sqlite:///{inside}/mlflow.db")
    client = mlflow.MlflowClient()
    version = client.get_model_version_by_alias("claudico-leg-pain", "champion")
    run = client.get_run(version.run_id)
    assert run.data.params["train.batch_size"] == "100"
    assert run.data.metrics["vignettes.excess"] > 0
    assert run.inputs.dataset_inputs[0].dataset.name == "vignettes"
    plots = {item.path for item in client.list_artifacts(version.run_id, "reports/plots")}
    assert "reports/plots/confusion.png" in plots
    assert run.data.tags["model_version"] == Store(inside / "models").version()


@pytest.mark.parametrize("name", ["manifest.json", "model.onnx", "estimator.joblib"])
def test_a_damaged_champion_is_told(inside: Path, name: str) -> None:
    """A flipped byte in the champion stops the gate with the file's name."""
    path = inside / "models" / "leg_pain" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(RefusedError, match=name):
        pipeline.gate(_params(), pipeline.Places())
