"""The stages from vignettes to a promoted, tracked bundle, on a very small scale."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import mlflow
import pytest

from data_gen.profiles import KNOWLEDGE, load_knowledge
from data_gen.vocabulary import load
from serve.model.bundle import bundle_folder, load_bundle
from serve.problem import RefusedError
from tests.training.projects import ROOT, params, run_all, sample
from tests.training.quiet import QUIET
from training import pipeline
from training.bundles.loaded import read_bundle
from training.promotion.gate_table import show
from training.promotion.store.history import state_of
from training.promotion.store.model_store import ModelStore

pytestmark = QUIET


def test_the_first_candidate_becomes_a_champion_that_scoring_loads(project: Path) -> None:
    """With no champion the candidate is promoted, with metrics, card and hold-out beside it."""
    bundle = load_bundle(project / "models" / "leg_pain", load())
    folder = bundle_folder(project / "models" / "leg_pain")
    metrics = json.loads((folder / "metrics.json").read_text())
    card = (folder / "MODEL_CARD.md").read_text()
    assert metrics["model_version"] == bundle.model_version
    assert f"# Model card: {bundle.model_version}" in card
    assert (folder / "holdout_truth.parquet").exists()


def test_the_report_is_one_page_with_everything_in_it(project: Path) -> None:
    """The page holds each plot and each real case, and asks for nothing from elsewhere."""
    text = (project / "reports/report.html").read_text(encoding="utf-8")
    plots = list((project / "reports/plots").glob("*.png"))
    assert text.count("data:image/png;base64,") == len(plots) == 5
    rows = (ROOT / "examples" / "real_cases.csv").read_text(encoding="utf-8").splitlines()
    assert text.count('class="case ') == len(rows) - 1
    assert not re.search(r'(?:src|href)="(?!data:|#)', text)
    assert len(text) < 1_000_000


def test_card_and_page_tell_triage_by_group(project: Path) -> None:
    """Both tell triage of the smallest forms and of the real cases; the page of ages as well."""
    page, card = (project / "reports" / name for name in ("report.html", "MODEL_CARD.md"))
    rows = ("vignettes", "form: asked 0 to 8", "real cases")
    assert all(f'<td class="words">{row}</td>' in page.read_text() for row in rows)
    assert all(f"| {row} |" in card.read_text() for row in rows)
    assert "age: 65 and over" in page.read_text()


def test_the_same_seed_gives_the_same_version(inside: Path) -> None:
    """Training again gives the same bundle, byte for byte."""
    before = (inside / "build/candidate/bundle.sha256").read_bytes()
    pipeline.train(params(), pipeline.Places())
    assert (inside / "build/candidate/bundle.sha256").read_bytes() == before


def test_the_same_candidate_is_kept_and_nothing_changes(inside: Path) -> None:
    """Gate and register again leave the decision and the champion as they were."""
    before = (inside / "reports/gate.json").read_bytes()
    assert not pipeline.gate(params(), pipeline.Places()).promote
    assert "the candidate is the champion" in pipeline.register(params(), pipeline.Places())
    assert (inside / "reports/gate.json").read_bytes() == before


@pytest.mark.usefixtures("unrecorded")
def test_a_worse_candidate_is_turned_away(inside: Path) -> None:
    """A candidate with a higher excess log-loss is not promoted, and the table says why."""
    champion = ModelStore(inside / "models" / "leg_pain").champion_version()
    said = run_all(params(epochs=1))
    assert said.startswith(f"kept {champion}: it lacks: excess log-loss")
    assert re.search(r"excess log-loss .* gate\.error +NO\n", show(inside / "reports/gate.json"))
    store = ModelStore(inside / "models" / "leg_pain")
    assert store.champion_version() == champion
    assert [event.kind for event in store.history()] == ["promoted", "rejected"]
    for name in ("MODEL_CARD.md", "report.html"):
        assert "not promoted: it lacks: excess log-loss" in (inside / "reports" / name).read_text()


@pytest.mark.usefixtures("unrecorded")
def test_a_second_repro_after_a_refusal_changes_nothing(inside: Path) -> None:
    """A refused candidate is judged again by the same rule, and adds no event and no decision."""
    run_all(params(epochs=1))
    before = _all_files(inside)
    pipeline.gate(params(epochs=1), pipeline.Places())
    said = pipeline.register(params(epochs=1), pipeline.Places())
    assert said.startswith("nothing to do: ")
    assert "refused already" in said
    assert _all_files(inside) == before
    stricter = params(epochs=1)
    stricter = stricter.model_copy(
        update={"gate": stricter.gate.model_copy(update={"real_log_loss": 1e-6})}
    )
    pipeline.gate(stricter, pipeline.Places())  # another rule: judged anew, and written down
    assert pipeline.register(stricter, pipeline.Places()).startswith("kept")
    assert len(ModelStore(inside / "models" / "leg_pain").history()) == 3


def _all_files(folder: Path) -> dict[str, bytes]:
    found = (p for name in ("models", "reports") for p in (folder / name).rglob("*"))
    return {str(path): path.read_bytes() for path in found if path.is_file()}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"champion": "0" * 12}, id="champion"),
        pytest.param({"history": "0" * 12}, id="history"),
        pytest.param({"candidate": "0" * 12}, id="candidate"),
    ],
)
@pytest.mark.parametrize("checks", [True, False], ids=["judged", "turned down"])
def test_an_old_keep_moves_nothing(inside: Path, change: dict[str, Any], checks: bool) -> None:
    """A decision to keep counts only for the state that it was made for, aliases included."""
    pipeline.train(params(seed=1), pipeline.Places())
    store = ModelStore(inside / "models" / "leg_pain")
    decision = {
        "decision": "keep",
        "candidate": read_bundle(inside / "build/candidate").version,
        "champion": store.champion_version(),
        "history": state_of(store.history()),
        "reason": "",
        "checks": [{}] if checks else [],
    }
    (inside / "reports/gate.json").write_text(json.dumps(decision | change))
    before = _all_files(inside)
    with pytest.raises(RefusedError, match="gate` again"):
        pipeline.register(params(), pipeline.Places())
    assert _all_files(inside) == before


def test_a_better_candidate_is_promoted_and_can_be_rolled_back(inside: Path) -> None:
    """A lower excess promotes; a rollback brings the old one back, aliases too, and holds it."""
    database = f"sqlite:///{inside}/mlflow.db"
    store, client = (
        ModelStore(inside / "models" / "leg_pain"),
        mlflow.MlflowClient(database, database),
    )
    old = store.champion_version()
    better = params(epochs=12)
    lenient = better.gate.model_copy(
        update={"real_emergencies": 99, "real_top3": 99, "emergencies": 1.0}
    )
    better = better.model_copy(update={"gate": lenient})
    assert "promoted" in run_all(better)
    new = store.champion_version()
    assert _aliases(client) == {"champion": new}
    assert f"champion is {old} again" in pipeline.rollback(better, pipeline.Places(), None, "slow")
    assert _aliases(client) == {"champion": old}
    assert not pipeline.gate(better, pipeline.Places()).promote
    assert "a rollback turned this candidate down" in show(inside / "reports/gate.json")
    pipeline.register(better, pipeline.Places())
    assert store.champion_version() == old


@pytest.mark.parametrize(
    ("new", "promoted"),
    [pytest.param(0.95, True, id="corrected"), pytest.param(0.05, False, id="inverted")],
)
@pytest.mark.usefixtures("unrecorded")
def test_changed_knowledge_is_promoted_where_it_loses_nothing(
    inside: Path, monkeypatch: pytest.MonkeyPatch, new: float, promoted: bool
) -> None:
    """A model of a corrected number becomes the champion, one of an inverted number does not.

    What so small a model gains or loses by chance is set aside: `test_gate_knowledge.py` judges it.
    """
    changed = inside / "knowledge"
    shutil.copytree(KNOWLEDGE, changed)
    path = changed / "conditions" / "osteoarthritis.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("worse_stairs: {p: 0.80", f"worse_stairs: {{p: {new}"))
    sample(inside / "build" / "vignettes", changed)
    monkeypatch.setattr(
        load_knowledge, "__defaults__", (changed, None)
    )  # everywhere, as an edit is
    margins = dict.fromkeys(("kl_to_exact", "calibration", "emergencies", "real_log_loss"), 9.0)
    counts = dict.fromkeys(("real_emergencies", "real_top3"), 99)
    knobs = params()
    lenient = knobs.gate.model_copy(update={**margins, **counts})
    said = run_all(knobs.model_copy(update={"gate": lenient}))
    assert said.startswith("promoted" if promoted else "kept")
    checks = json.loads((inside / "reports/gate.json").read_text())["checks"]
    lacking = [check["knob"] for check in checks if not check["passed"]]
    assert lacking == ([] if promoted else ["published", "knowledge_step"])


def _aliases(client: mlflow.MlflowClient) -> dict[str, str | None]:
    held = client.get_registered_model("claudico-leg-pain").aliases
    return {
        alias: client.get_model_version("claudico-leg-pain", number).tags["model_version"]
        for alias, number in held.items()
    }


@pytest.mark.usefixtures("inside")
def test_a_stale_decision_is_refused() -> None:
    """A decision about another candidate moves nothing."""
    pipeline.train(params(seed=1), pipeline.Places())
    with pytest.raises(RefusedError, match="gate` again"):
        pipeline.register(params(), pipeline.Places())


@pytest.mark.parametrize("name", ["manifest.json", "model.onnx", "estimator.joblib"])
def test_a_damaged_champion_is_told(inside: Path, name: str) -> None:
    """A flipped byte in the champion stops the gate with the file's name."""
    path = bundle_folder(inside / "models" / "leg_pain") / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(RefusedError, match=name):
        pipeline.gate(params(), pipeline.Places())


@pytest.mark.usefixtures("unrecorded")
def test_an_experiment_promotes_nothing(inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside `dvc exp run` the gate judges, and the store stays as it is: here, there is none."""
    (inside / "models" / "leg_pain").rename("away")
    monkeypatch.setenv("DVC_EXP_BASELINE_REV", "0" * 40)
    pipeline.gate(params(), pipeline.Places())
    assert "promotes nothing" in pipeline.register(params(), pipeline.Places())
    store = ModelStore(inside / "models" / "leg_pain")
    assert store.root.exists()  # an out of the pipeline has to be there
    assert (store.history(), store.champion_version()) == ((), None)
    assert "an experiment promotes nothing" in (inside / "reports/MODEL_CARD.md").read_text()
