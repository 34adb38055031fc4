"""The model store: one champion, one history, and whole whatever happens to the process."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data_gen.vocabulary import load
from serve.model.bundle import load_bundle
from serve.problem import RefusedError
from tests.training.projects import ROOT
from tests.training.stores import bundle_files, decision, promote, reject
from training.bundles.loaded import read_bundle
from training.promotion.store import model_store
from training.promotion.store.history import (
    parse,
    rejected,
    rejected_models,
    rejected_versions,
)
from training.promotion.store.model_store import ModelStore, version_of

Files = dict[str, bytes]


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    """An empty store."""
    return ModelStore(tmp_path / "models" / "leg_pain")


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Files]:
    """Makes the files of bundles."""
    return lambda name, knowledge="k1": bundle_files(tmp_path / "bundles", name, knowledge)


def _kinds(store: ModelStore) -> list[tuple[str, str]]:
    return [(event.kind, event.version) for event in store.history()]


def test_a_promoted_version_is_whole_and_scoring_finds_it(
    store: ModelStore, made: Callable[..., Files]
) -> None:
    """The champion has all its files; scoring loads it from the store and from its folder."""
    files = made("a")
    version = promote(store, files)
    folder = store.folder(version)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files
    assert load_bundle(store.root, load()).model_version == version
    assert load_bundle(folder, load()).model_version == version
    champion = store.champion()
    assert champion is not None
    assert champion.version == version == store.champion_version()


def test_an_empty_store_has_no_champion(store: ModelStore) -> None:
    """Nothing there is no mistake."""
    assert (store.champion(), store.champion_version(), store.anchor()) == (None, None, None)
    assert (store.history(), rejected(store.history()), store.kept()) == ((), frozenset(), ())


def test_a_rollback_goes_back_in_the_succession_and_never_to_what_was_rejected(
    store: ModelStore, made: Callable[..., Files]
) -> None:
    """A, B, back to A, C: the next rollback gives A, and there is none after it."""
    a, b = promote(store, made("a")), promote(store, made("b"))
    assert store.roll_back(None, "B is slow") == a
    c = promote(store, made("c"))
    d = reject(store, made("d"))
    assert store.roll_back(None, "C too") == a
    assert {b, c, d} == rejected(store.history())
    assert {b, c} == rejected_versions(store.history())
    with pytest.raises(RefusedError, match="not rejected"):
        store.roll_back(None, "further")
    assert store.champion_version() == a
    assert store.roll_back(b, "B was not slow after all") == b  # by name it comes back
    assert b not in rejected(store.history())


def test_repeated_rollbacks_go_further_back(store: ModelStore, made: Callable[..., Files]) -> None:
    """Each rollback takes the champion before; file times say nothing."""
    versions = [promote(store, made(name)) for name in "abcd"]
    for place, version in enumerate(random.Random(3).sample(versions, 4)):  # noqa: S311
        os.utime(store.folder(version), (place, place))
    assert [store.roll_back(None, "") for _ in range(3)] == versions[2::-1]


def test_a_version_that_the_gate_refused_later_is_passed_over(
    store: ModelStore, made: Callable[..., Files]
) -> None:
    """A earlier champion that was judged again and refused is no place to go back to."""
    a, _, _ = (promote(store, made(name)) for name in "abc")
    reject(store, made("b"))
    assert store.roll_back(None, "") == a


def test_a_rollback_passes_over_what_is_pruned(
    store: ModelStore, made: Callable[..., Files]
) -> None:
    """Pruning keeps the last N, the champion and its anchor; what it took is refused by name."""
    a, b, c, d = (promote(store, made(name)) for name in "abcd")
    assert store.prune(2) == (b,)
    assert store.kept() == (a, c, d)
    with pytest.raises(RefusedError, match=f"{b} is not kept"):
        store.roll_back(b, "")
    assert [store.roll_back(None, "") for _ in range(2)] == [c, a]
    assert store.prune(1) == (c, d)
    assert len(store.history()) == 6


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda store, _: store.roll_back(None, ""), id="a rollback"),
        pytest.param(lambda store, made: promote(store, made("d")), id="another champion"),
        pytest.param(lambda store, made: reject(store, made("d")), id="another judged"),
        pytest.param(lambda store, made: store.force(made("d"), "why"), id="a forced one"),
    ],
)
@pytest.mark.parametrize("verdict", ["promote", "keep"])
def test_an_old_decision_counts_for_nothing(
    store: ModelStore, made: Callable[..., Files], change: Callable[..., Any], verdict: str
) -> None:
    """What happened in the store since a decision makes it void, promoting or not."""
    promote(store, made("a"))
    promote(store, made("b"))
    old = decision(store, made("c"), verdict)
    change(store, made)
    before = store.history()
    files = made("c")
    act = store.promote if verdict == "promote" else store.reject
    about = files if verdict == "promote" else json.loads(files["manifest.json"])
    with pytest.raises(RefusedError, match="gate` again"):
        act(about, old)
    assert store.history() == before
    assert not store.folder(version_of(made("c"))).exists()


def test_a_decision_counts_in_the_store_that_it_was_made_in(
    tmp_path: Path, made: Callable[..., Files]
) -> None:
    """In a store of another past it does not, be champion and number of events the same."""
    here, there = (ModelStore(tmp_path / name / "leg_pain") for name in ("here", "there"))
    for store, name in ((here, "b"), (there, "c")):
        promote(store, made("a"))
        promote(store, made(name))
        store.roll_back(None, "it is slow")
    assert len(here.history()) == len(there.history())
    assert here.champion_version() == there.champion_version()
    with pytest.raises(RefusedError, match="gate` again"):
        here.promote(made("b"), decision(there, made("b")))


def test_what_was_never_in_use_is_neither_brought_back_nor_an_anchor(
    store: ModelStore, made: Callable[..., Files], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version that a killed process only added is no version to name, and pruning removes it."""
    a = promote(store, made("a"))
    with monkeypatch.context() as patch:
        patch.setattr(ModelStore, "_keep", lambda *_: _die())
        with pytest.raises(_KilledError):
            promote(store, made("b"))
    b = version_of(made("b"))
    assert store.folder(b).is_dir()
    for act in (store.roll_back, store.name_anchor):
        with pytest.raises(RefusedError, match=f"{b} is not kept"):
            act(b, "")
    assert (store.prune(1), store.champion_version()) == ((b,), a)
    assert not store.folder(b).exists()


def _die() -> None:
    raise _KilledError


def test_what_a_rollback_turned_down_is_no_anchor(
    store: ModelStore, made: Callable[..., Files]
) -> None:
    """It would not count, and that is said."""
    promote(store, made("a"))
    b = promote(store, made("b"))
    store.roll_back(None, "it is slow")
    with pytest.raises(RefusedError, match=f"rollback --to {b}"):
        store.name_anchor(b, "")


def test_a_rollback_puts_models_aside_whatever_their_version(
    store: ModelStore, made: Callable[..., Files], tmp_path: Path
) -> None:
    """Champion and candidate of the day are turned down with the model that each holds."""
    promote(store, made("a"))
    b = promote(store, made("b"))
    model = store.open(b).model
    twin = read_bundle(tmp_path / "bundles" / "b")
    assert store.roll_back(None, "slow", twin) != b
    assert rejected_models(store.history()) == {model}
    store.force(made("b"), "it is not slow")
    assert rejected_models(store.history()) == frozenset()


def test_a_damaged_champion_can_be_left(store: ModelStore, made: Callable[..., Files]) -> None:
    """That it cannot be read is a reason to go back, not an obstacle."""
    a, b = promote(store, made("a")), promote(store, made("b"))
    (store.folder(b) / "model.onnx").write_bytes(b"")
    assert store.roll_back(None, "damaged") == a


def test_a_decision_is_about_one_candidate(store: ModelStore, made: Callable[..., Files]) -> None:
    """A decision about another candidate promotes nothing."""
    with pytest.raises(RefusedError, match="candidate"):
        store.promote(made("b"), decision(store, made("a")))
    assert store.champion_version() is None


def test_events_say_what_came_from_which_decision(
    store: ModelStore, made: Callable[..., Files]
) -> None:
    """Each event names the champion before it, its reason, and a decision that is kept."""
    said = decision(store, made("a"))
    a = store.promote(made("a"), said)
    b = store.force(made("b", "k2"), "the ward asked for it")
    first, second = store.history()
    assert (first.kind, first.before, first.reason) == ("promoted", None, "better")
    assert (store.root / "decisions" / f"{first.decision}.json").read_bytes() == said
    assert store.acted_on(said) == first
    assert (second.kind, second.version, second.before) == ("forced", b, a)
    assert (second.reason, second.knowledge_hash) == ("the ward asked for it", "k2")
    for line in (store.root / "history.jsonl").read_text().splitlines():
        assert not {"time", "user", "date"} & set(json.loads(line))


def test_two_clones_that_do_the_same_have_the_same_store(
    tmp_path: Path, made: Callable[..., Files]
) -> None:
    """No clock, no user and no path is kept: the bytes agree."""
    contents = []
    for name in ("one", "two"):
        store = ModelStore(tmp_path / name / "leg_pain")
        promote(store, made("a"))
        reject(store, made("b"))
        store.force(made("b"), "by hand")
        store.roll_back(None, "why not")
        contents.append(_content(store.root))
    assert contents[0] == contents[1]


def test_the_anchor_is_the_first_champion_of_its_knowledge_or_one_named(
    store: ModelStore, made: Callable[..., Files]
) -> None:
    """Later champions leave it; other knowledge has its own; a person may name another."""
    a, b = promote(store, made("a")), promote(store, made("b"))
    assert store.anchor() == a
    c = promote(store, made("c", "k2"))
    assert (store.anchor(), store.anchor("k1"), store.anchor("k3")) == (c, a, None)
    store.name_anchor(b, "A was fitted to half the cases")
    assert (store.anchor("k1"), store.champion_version()) == (b, c)
    store.roll_back(b, "")
    assert (store.anchor(), store.anchor("k2")) == (b, None)


def test_one_lock_holds_between_processes(store: ModelStore, made: Callable[..., Files]) -> None:
    """While one process is in the store another waits, whatever it knows of the first."""
    promote(store, made("a"))
    code = "import sys; from filelock import FileLock, Timeout\n"
    code += "try:\n FileLock(sys.argv[1]).acquire(timeout=0.2)\nexcept Timeout: print('held')"
    command = [sys.executable, "-c", code, str(store.root.with_name(".leg_pain.lock"))]
    with store.lock():
        held = subprocess.run(command, capture_output=True, text=True, check=True)
    free = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (held.stdout, free.stdout) == ("held\n", "")


def _content(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


class _KilledError(BaseException):
    """The process ends here: nothing that follows is done, not even tidying."""


_ACTS: dict[str, Callable[[ModelStore, Callable[..., Files]], object]] = {
    "promote": lambda store, made: promote(store, made("c")),
    "reject": lambda store, made: reject(store, made("c")),
    "force": lambda store, made: store.force(made("c"), "why", decision(store, made("c"))),
    "roll back": lambda store, _: store.roll_back(None, "why"),
    "prune": lambda store, _: store.prune(1),
    "anchor": lambda store, _: store.name_anchor(store.kept()[1], "why"),
}


def _dying(monkeypatch: pytest.MonkeyPatch, fatal: int) -> list[str]:
    """Every step that changes a disk is counted; the process dies before the fatal one."""
    done: list[str] = []

    def watched(name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            if len(done) == fatal:
                raise _KilledError
            done.append(name)
            return act(*arguments, **options)

        return step

    monkeypatch.setattr(model_store, "_write", watched("write", model_store._write))
    monkeypatch.setattr(model_store.os, "replace", watched("replace", os.replace))
    monkeypatch.setattr(Path, "rename", watched("rename", Path.rename))
    monkeypatch.setattr(model_store.shutil, "rmtree", watched("remove", model_store.shutil.rmtree))
    return done


@pytest.mark.parametrize("act", _ACTS)
def test_a_process_killed_between_any_two_steps_leaves_a_whole_store(
    act: str, tmp_path: Path, made: Callable[..., Files], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the step that counts nothing has happened, after it all has; the next act works."""
    fatal = 0
    outcomes = set()
    while True:
        store = ModelStore(tmp_path / f"{fatal}" / "leg_pain")
        for name in ("a", "b", "z"):
            promote(store, made(name))
        before = store.history()
        with monkeypatch.context() as patch:
            steps = _dying(patch, fatal)
            try:
                _ACTS[act](store, made)
            except _KilledError:
                killed = True
            else:
                killed = False
        now = ModelStore(store.root)
        after = now.history()
        assert after[: len(before)] == before
        assert len(after) - len(before) in (0, 1)
        champion = now.champion()
        assert champion is not None  # verified, file by file
        assert load_bundle(store.root, load()).model_version == champion.version
        assert champion.version == [e.version for e in after if e.made_champion][-1]
        outcomes.add(len(after) - len(before))
        promote(now, made("next"))
        lines = (store.root / "history.jsonl").read_text().splitlines()
        assert tuple(map(parse, lines)) == now.history()
        assert not list(store.root.parent.glob(".leg_pain.scratch*"))
        if not killed:
            assert fatal == len(steps) > 0
            break
        fatal += 1
    assert outcomes == ({0} if act == "prune" else {0, 1})


_SCRIPT = """
import sys
from pathlib import Path
from tests.training.stores import bundle_files, promote
from training.promotion.store.model_store import ModelStore
store, scratch = ModelStore(Path(sys.argv[1])), Path(sys.argv[2])
files = [bundle_files(scratch, str(k)) for k in range(40)]
print("ready", flush=True)
for each in files:
    promote(store, each)
"""


def test_a_real_kill_leaves_a_whole_store(tmp_path: Path) -> None:
    """A process that gets SIGKILL while it promotes leaves champion and history that agree."""
    root = tmp_path / "leg_pain"
    command = [sys.executable, "-c", _SCRIPT, str(root), str(tmp_path / "bundles")]
    for wait in (0.02, 0.07, 0.15):
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        try:
            process.wait(wait)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        store = ModelStore(root)
        with store.lock():
            events = store.history()
        champion = store.champion()
        assert (champion.version if champion else None) == (events[-1].version if events else None)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("champion.json", '{"version": "../../outside"}'),
        ("champion.json", "no JSON"),
        ("history.jsonl", '{"number": 1}\n'),
        ("history.jsonl", ""),
    ],
)
def test_a_store_that_is_mixed_up_is_refused_with_a_remedy(
    store: ModelStore, made: Callable[..., Files], name: str, content: str
) -> None:
    """Pointer and history of two stores, or cut short, are told, and how to get them back."""
    promote(store, made("a"))
    promote(store, made("b"))
    (store.root / name).write_text(content)
    with pytest.raises(RefusedError, match="dvc checkout"):
        store.history()
