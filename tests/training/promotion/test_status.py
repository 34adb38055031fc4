"""Where store, DVC and MLflow differ is said and mended; an old store is adopted."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from data_gen.vocabulary import load
from serve.model.bundle import load_bundle
from serve.problem import RefusedError
from tests.training.projects import params
from tests.training.quiet import QUIET
from tests.training.stores import bundle_files, promote, reject
from training import pipeline
from training.promotion import acts
from training.promotion.status import mend, status
from training.promotion.store import dvc_out
from training.promotion.store.model_store import ModelStore

pytestmark = QUIET
_STAGE = """\
stages:
  register:
    cmd: 'true'
    outs:
      - models/leg_pain:
          persist: true
"""


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelStore:
    """A store of two champions in a DVC project that MLflow knows nothing of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("training.tracking.client.mirrored", lambda *given: given[-1]() and "")
    monkeypatch.setattr(
        "training.tracking.client.champion_alias", lambda *_: ModelStore().champion_version()
    )
    monkeypatch.setattr("training.tracking.client.has_run", lambda *_: True)
    monkeypatch.setattr("training.tracking.client.told_verdicts", lambda *_: [])
    from dvc.repo import Repo

    Repo.init(no_scm=True).close()
    Path("dvc.yaml").write_text(_STAGE)
    store = ModelStore()
    for name in "ab":
        promote(store, bundle_files(tmp_path / "bundles", name))
    assert dvc_out.commit() == ""
    return store


def _said() -> tuple[str, ...]:
    return status(params(), pipeline.Places()).differences


def test_a_rollback_is_recorded_by_dvc_itself(bare: ModelStore) -> None:
    """After a rollback with its reason, and after pruning, dvc.lock names the store as it is."""
    first = bare.kept()[0]
    said = acts.rollback(params(), pipeline.Places(), None, "misses ischaemia")
    assert said == f"champion is {first} again: misses ischaemia"
    assert bare.history()[-1].reason == "misses ischaemia"
    assert dvc_out.recorded(bare.root) == bare.history()
    assert "removed: " in acts.prune(pipeline.Places(), 1)
    acts.name_anchor(pipeline.Places(), first, "reviewed")
    assert (_said(), bare.kept()) == ((), (first,))


def test_a_python_without_dvc_says_what_is_behind(
    bare: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The champion moves all the same, and the message names the command that is left to do."""
    monkeypatch.setattr(dvc_out, "find_spec", lambda _: None)
    said = acts.rollback(params(), pipeline.Places(), None, "slow")
    assert "this Python has no dvc" in said
    assert "`dvc commit -f register`" in said
    assert bare.history()[-1].kind == "rolled_back"
    monkeypatch.undo()


def test_the_store_that_goes_on_from_the_other_wins(bare: ModelStore, tmp_path: Path) -> None:
    """Events that dvc.lock lacks are committed; those that the store lacks are checked out."""
    before = tmp_path / "before"
    shutil.copytree(bare.root, before)
    bare.roll_back(None, "why")
    assert _said() == ("dvc.lock lacks the last 1 events of the store",)
    assert mend(params(), pipeline.Places()).differences == ()
    longer = bare.history()
    shutil.rmtree(bare.root)
    shutil.copytree(before, bare.root)
    assert _said() == ("the store lacks the last 1 events of dvc.lock",)
    assert mend(params(), pipeline.Places()).differences == ()
    assert bare.history() == longer
    shutil.rmtree(bare.root)
    assert _said()[0] == "the store lacks the last 3 events of dvc.lock"
    assert mend(params(), pipeline.Places()).differences == ()
    assert bare.history() == longer


def test_two_histories_are_left_to_a_person(bare: ModelStore, tmp_path: Path) -> None:
    """Where each has events that the other has not, both commands are named and nothing changes."""
    before = tmp_path / "before"
    shutil.copytree(bare.root, before)
    bare.roll_back(None, "why")
    dvc_out.commit()
    shutil.rmtree(bare.root)
    shutil.copytree(before, bare.root)
    reject(bare, bundle_files(tmp_path / "bundles", "c"))
    held = bare.history()
    for look in (status, mend):
        with pytest.raises(RefusedError, match=r"dvc commit -f register.*dvc checkout -f"):
            look(params(), pipeline.Places())
    assert bare.history() == held


def test_a_store_that_is_not_pulled_says_so(bare: ModelStore) -> None:
    """A fresh clone has dvc.lock and no cache: the remedy is `dvc pull`, and nothing is lost."""
    shutil.rmtree(".dvc/cache")
    shutil.rmtree(bare.root)
    lock = Path("dvc.lock").read_bytes()
    assert "dvc pull" in _said()[0]
    with pytest.raises(RefusedError, match="dvc pull"):
        mend(params(), pipeline.Places())
    assert Path("dvc.lock").read_bytes() == lock


def test_a_store_that_was_not_checked_out_is_not_begun_anew(bare: ModelStore) -> None:
    """What dvc.lock names and the cache holds is asked for: else what was rejected comes back."""
    dvc_out.check_here(bare.root)
    shutil.rmtree(bare.root)
    for act in (pipeline.gate, pipeline.register):
        with pytest.raises(RefusedError, match=r"of 2 events .* `dvc checkout models/leg_pain`"):
            act(params(), pipeline.Places())
    shutil.rmtree(".dvc/cache")
    dvc_out.check_here(bare.root)  # nobody has it any more
    remote = "[core]\n    no_scm = true\n    remote = near\n['remote \"near\"']\n    url = /near\n"
    Path(".dvc/config").write_text(remote)
    with pytest.raises(RefusedError, match="dvc pull"):
        dvc_out.check_here(bare.root)


def test_a_bundle_from_before_there_were_versions_is_adopted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is named with the remedy, scores meanwhile, and becomes the first champion as it is."""
    monkeypatch.chdir(tmp_path)
    files: dict[str, Any] = bundle_files(tmp_path / "bundles", "a")
    store = ModelStore()
    store.root.mkdir(parents=True)
    for name, content in files.items():
        (store.root / name).write_bytes(content)
    version = load_bundle(store.root, load()).model_version
    for act in (store.champion, store.history, store.begin):
        with pytest.raises(RefusedError, match="status --mend"):
            act()
    assert store.adopt() == version
    assert load_bundle(store.root, load()).model_version == store.champion_version() == version
    assert [event.kind for event in store.history()] == ["forced"]
    assert {p.name for p in store.root.iterdir()} == {"champion.json", "history.jsonl", "versions"}
    assert {p.name: p.read_bytes() for p in store.folder(version).iterdir()} == files
    assert store.adopt() is None
