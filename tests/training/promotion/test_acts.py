"""What an act on the model store leaves: in card and report, in every run of MLflow, in a twin."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from serve.problem import RefusedError
from tests.training.projects import params, run_all
from tests.training.quiet import QUIET
from training import pipeline
from training.bundles.loaded import read_bundle
from training.evaluation.render import version_shown
from training.promotion.checks.comparison_data import seed_of
from training.promotion.status import mend, status
from training.promotion.store.model_store import ModelStore
from training.tracking.client import told_verdicts

pytestmark = QUIET
PLACES = pipeline.Places()
REPORTS = [Path("reports") / name for name in ("MODEL_CARD.md", "report.html")]
DRAFTS = [Path("build/report") / path.name for path in REPORTS]


def _set_aside(reason: str) -> str:
    """Force a candidate and roll it back; its version."""
    pipeline.train(params(epochs=1), PLACES)
    pipeline.evaluate(params(), PLACES)
    pipeline.force(params(), PLACES, "the ward asked for it")
    aside = ModelStore().champion_version()
    assert aside is not None
    pipeline.rollback(params(), PLACES, None, reason)
    return aside


@pytest.mark.usefixtures("inside", "unrecorded")
def test_card_and_report_say_what_became_of_their_model() -> None:
    """Promoted, forced, turned down: each time both say it, with the champion that is in use."""
    first = ModelStore().champion_version()
    for path in REPORTS:
        assert "-->promoted: there is no champion" in path.read_text()
    pipeline.train(params(epochs=1), PLACES)
    pipeline.evaluate(params(), PLACES)
    for path in DRAFTS:
        assert "-->not yet judged<" in path.read_text()
    pipeline.force(params(), PLACES, "the ward asked for it")
    for path in REPORTS:
        assert "-->promoted by a person, whatever the gate says: the ward" in path.read_text()
    pipeline.rollback(params(), PLACES, None, "it is slow")
    for path in REPORTS:
        told = f"-->turned down by a rollback: it is slow (in use: {first})<"
        assert told in path.read_text()


@pytest.mark.usefixtures("inside", "unrecorded")
def test_a_verdict_is_told_in_the_card_of_its_own_model(project: Path) -> None:
    """Drafts of another model, as a checkout of git without DVC leaves, are told their own."""
    pipeline.train(params(epochs=1), PLACES)
    pipeline.evaluate(params(), PLACES)
    pipeline.gate(params(), PLACES)
    for path in DRAFTS:  # back to those of the champion
        path.write_bytes((project / path).read_bytes())
    said = pipeline.register(params(), PLACES)
    champion = ModelStore().champion_version()
    assert said.startswith(f"kept {champion}")
    for path in REPORTS:
        content = path.read_bytes()
        assert version_shown(content) == champion
        assert b"-->promoted: there is no champion" in content
    with pytest.raises(RefusedError, match=rf"MODEL_CARD.md: it measures {champion}"):
        pipeline.force(params(), PLACES, "why")


@pytest.mark.usefixtures("inside", "unrecorded")
def test_a_model_that_was_turned_down_does_not_come_back_under_another_version() -> None:
    """Trained with more threads, on vignettes of more workers, it is the same model."""
    aside = _set_aside("it is slow")
    again = params(epochs=1, threads=2)
    more = again.sample.model_copy(update={"workers": 7})
    again = again.model_copy(update={"sample": more})
    twin = pipeline.train(again, PLACES)
    assert twin != aside
    pipeline.evaluate(again, PLACES)
    found = pipeline.gate(again, PLACES)
    assert (found.promote, found.checks) == (False, ())
    assert "a rollback turned this candidate down" in found.reason


@pytest.mark.usefixtures("inside", "unrecorded")
def test_a_forced_one_names_no_decision_that_compared_others() -> None:
    """A decision made before something happened in the store is not that of what is forced."""
    pipeline.train(params(epochs=1), PLACES)
    pipeline.evaluate(params(), PLACES)
    pipeline.gate(params(), PLACES)
    store = ModelStore()
    store.name_anchor(store.kept()[0], "reviewed")
    pipeline.force(params(), PLACES, "why")
    assert store.history()[-1].decision is None


@pytest.mark.usefixtures("inside", "unrecorded")
def test_vignettes_of_other_knowledge_are_no_hold_out() -> None:
    """What lies beside a promoted version was drawn from the knowledge that it learned."""
    pipeline.train(params(epochs=1), PLACES)
    pipeline.evaluate(params(), PLACES)
    for part, held in zip(PLACES.cases("test"), PLACES.cases("other"), strict=True):
        part.rename(held)
        _with_knowledge(held, part, "0" * 64)
    with pytest.raises(RefusedError, match=r"test.parquet: .* not of the knowledge"):
        pipeline.force(params(), PLACES, "why")


def _with_knowledge(source: Path, target: Path, knowledge: str) -> None:
    own = read_bundle(PLACES.candidate).manifest["knowledge_hash"].encode()
    table = pq.read_table(source)
    held = {
        key: value.replace(own, knowledge.encode()) for key, value in table.schema.metadata.items()
    }
    assert held != table.schema.metadata
    pq.write_table(table.replace_schema_metadata(held), target)


@pytest.mark.usefixtures("inside")
def test_an_experiment_takes_no_verdict_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """`dvc exp run` that changes nothing leaves the champion's run, card and report as they are."""
    before = [path.read_bytes() for path in REPORTS]
    monkeypatch.setenv("DVC_EXP_BASELINE_REV", "0" * 40)
    pipeline.gate(params(), PLACES)
    assert "promotes nothing" in pipeline.register(params(), PLACES)
    assert [path.read_bytes() for path in REPORTS] == before
    champion = ModelStore().champion_version()
    assert told_verdicts("claudico") == [(champion, "promoted")]


def test_an_experiment_is_judged_on_rows_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The best of many that were tried is judged afresh where it counts."""
    counts = seed_of("x", "y")
    monkeypatch.setenv("DVC_EXP_BASELINE_REV", "0" * 40)
    assert seed_of("x", "y") == seed_of("x", "y") != counts


@pytest.mark.usefixtures("inside")
def test_every_run_of_a_version_says_its_verdict() -> None:
    """Runs of one version agree; one that was not told is named by status, and mended."""
    pipeline.evaluate(params(), PLACES)  # a second run of the champion, of which nobody was told
    champion = ModelStore().champion_version()
    assert sorted(told_verdicts("claudico")) == [(champion, ""), (champion, "promoted")]
    assert status(params(), PLACES).differences == (
        f"a run of {champion} in MLflow says nothing, the store promoted",
    )
    assert mend(params(), PLACES).differences == ()
    assert told_verdicts("claudico") == [(champion, "promoted")] * 2
    run_all(params(epochs=1))
    assert sorted(kind for _, kind in told_verdicts("claudico")) == ["promoted"] * 2 + ["rejected"]
    REPORTS[0].write_text("another card")
    assert "card and report do not say" in status(params(), PLACES).differences[0]
    assert mend(params(), PLACES).differences == ()
