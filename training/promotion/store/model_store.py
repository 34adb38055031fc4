"""The model store: every promoted version, which of them is in use, and how that came about.

    versions/<id>/   a bundle with its metrics and card: written once, never changed
    champion.json    the pointer: the event that made a version the champion
    history.jsonl    every event, a line each
    decisions/       the decision files that events name, by their hash

The pointer is replaced in one step, and that step is the change: what a killed process leaves
before it is not seen by anybody; what it leaves undone after it (the line in the history) is read
from the pointer, and written by the next that changes the store. Nothing is decided by file times.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from serve.model.bundle import HASHES, POINTER, VERSIONS, verify
from serve.problem import Problem, RefusedError
from training.bundles.loaded import LoadedBundle, read_bundle
from training.promotion.store import history
from training.promotion.store.history import Event, Kind

LEG_PAIN = Path("models/leg_pain")
HISTORY = "history.jsonl"
_PATIENCE = 600  # seconds to wait for another process that changes the store
_BACK = "bring the store of this commit back (`dvc checkout models/leg_pain`, or `dvc pull`)"


@dataclass(frozen=True)
class ModelStore:
    """A folder of promoted versions, with one pointer and one history."""

    root: Path = LEG_PAIN

    def champion_version(self) -> str | None:
        """The version in use, or None where there is none."""
        pointer = self._pointer()
        return pointer.version if pointer else None

    def champion(self) -> LoadedBundle | None:
        """The version in use, or None where there is none; RefusedError for a damaged one."""
        version = self.champion_version()
        return self.open(version) if version else None

    def open(self, version: str) -> LoadedBundle:
        """A version, verified; RefusedError where it is damaged or not kept."""
        return read_bundle(self.whole(version))

    def folder(self, version: str) -> Path:
        """Where a version lies, or would lie."""
        return self.root / VERSIONS / version

    def whole(self, version: str) -> Path:
        """The folder of a version; RefusedError unless it is kept and is what its name says."""
        folder = self.folder(version)
        if not folder.is_dir():
            raise self._not_kept(version)
        if verify(folder)[1] != version:
            message = "it is not the version of its name"
            raise RefusedError(Problem("bundle_damaged", str(folder), message, _BACK))
        return folder

    def _champion_once(self, version: str) -> str:
        """The same version; RefusedError unless it was in use once, and is kept whole."""
        if version not in self.kept():
            raise self._not_kept(version)
        self.whole(version)
        return version

    def _not_kept(self, version: str) -> RefusedError:
        message = f"version {version} is not kept"
        remedy = f"choose one of {', '.join(self.kept()) or 'none: none is kept'}, or {_BACK}"
        return RefusedError(Problem("no_such_version", str(self.root), message, remedy))

    def kept(self) -> tuple[str, ...]:
        """The versions whose files are here, the first champion first."""
        champions = [event.version for event in self.history() if event.made_champion]
        return tuple(v for v in dict.fromkeys(champions) if self.folder(v).is_dir())

    def history(self) -> tuple[Event, ...]:
        """Every event, the first first. RefusedError where history and pointer do not fit."""
        events = tuple(self._lines())
        pointer = self._pointer()
        if pointer and pointer.number == len(events) + 1:  # a process was killed before its line
            events = (*events, pointer)
        last = next((event for event in reversed(events) if event.made_champion), None)
        if last != pointer:
            message = "pointer and history are not of one store"
            raise RefusedError(Problem("store_damaged", str(self.root), message, _BACK))
        return events

    def anchor(self, knowledge_hash: str | None = None) -> str | None:
        """The anchor of a knowledge, by default the champion's; None where there is none.

        It is the first champion of that knowledge, or the one that a person named.
        """
        pointer = self._pointer()
        if pointer is None:
            return None
        return history.anchor(self.history(), knowledge_hash or pointer.knowledge_hash)

    def acted_on(self, decision: bytes) -> Event | None:
        """The last event that came from a decision file, or None."""
        wanted = _hash(decision)
        return next((e for e in reversed(self.history()) if e.decision == wanted), None)

    def earlier(self, version: str | None = None) -> str:
        """The version to roll back to: the champion before, or the one named.

        Without a name it passes over what was rejected, and what is not kept. RefusedError where
        there is none.
        """
        if version is not None:
            return self._champion_once(version)
        events = self.history()
        refused = history.rejected(events)
        before = [v for v in history.succession(events)[:-1] if v not in refused]
        before = [v for v in before if self.folder(v).is_dir()]
        if not before:
            message = "no champion before this one is kept that was not rejected"
            remedy = "name one of `python -m training list` with --to, or promote another"
            raise RefusedError(Problem("no_earlier", str(self.root), message, remedy))
        return before[-1]

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Alone with the store, once what a killed process left is put right."""
        with self._alone():
            self._put_right()
            yield

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Alone on every machine and container that shares the store's folder."""
        path = self.root.with_name(f".{self.root.name}.lock")
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(path, timeout=_PATIENCE, is_singleton=True):
                yield
        except Timeout:
            message = f"another process has been changing the store for {_PATIENCE} s"
            raise RefusedError(
                Problem("store_busy", str(path), message, "wait for it, or end it")
            ) from None

    def begin(self) -> None:
        """Make an empty store where there is none."""
        with self.lock():
            if not self.root.exists():
                self.root.mkdir(parents=True)
                self._write_history(())

    def adopt(self) -> str | None:
        """Make a bundle that lies loose in the store's folder its first champion; its version.

        So the folder was before it had versions. None where there is no such bundle.
        """
        if not self.is_loose():
            return None
        with self._alone():
            loose = [path for path in self.root.iterdir() if path.is_file()]
            version = self._add({path.name: path.read_bytes() for path in loose})
            knowledge = read_bundle(self.folder(version)).manifest.get("knowledge_hash", "")
            reason = "adopted: promoted before the store had a history"
            event = Event(1, "forced", version, None, None, reason, knowledge)
            self._replace(self.root / POINTER, event.line().encode())
            self._write_history((event,))
            for path in loose:
                path.unlink()
            return version

    def is_loose(self) -> bool:
        """Whether a bundle lies loose in the folder, as before there were versions."""
        return (self.root / HASHES).exists() and not (self.root / POINTER).exists()

    def promote(self, files: Mapping[str, bytes], decision: bytes) -> str:
        """Make a candidate the champion as a decision says; its version.

        `files` are those of its bundle, its metrics and its card. RefusedError for a decision
        about another candidate or champion, or one made before something happened here.
        """
        with self.lock():
            said = self.check(decision, version_of(files))
            version = self._add(files)
            self._keep(decision)
            return self._append("promoted", version, said["reason"], decision)

    def reject(self, manifest: Mapping[str, Any], decision: bytes) -> str:
        """Write down that the gate refused a candidate; RefusedError as `promote` raises it."""
        with self.lock():
            version: str = json.loads(decision)["candidate"]
            said = self.check(decision, version)
            self._keep(decision)
            knowledge = manifest.get("knowledge_hash", "")
            return self._append("rejected", version, said["reason"], decision, knowledge)

    def force(self, files: Mapping[str, bytes], reason: str, decision: bytes | None = None) -> str:
        """Make a candidate the champion because a person says so, whatever the gate said."""
        with self.lock():
            version = self._add(files)
            if decision is not None:
                self._keep(decision)
            return self._append("forced", version, reason, decision)

    def roll_back(
        self, version: str | None, reason: str, candidate: LoadedBundle | None = None
    ) -> str:
        """Bring back an earlier champion, by default the one before; its version.

        The champion that is left, and the candidate of the day, are put aside: the gate keeps what
        is brought back until a different candidate appears.
        """
        with self.lock():
            wanted, present = self.earlier(version), self.champion_version()
            if wanted == present:
                message, remedy = f"{wanted} is the champion", "nothing to do"
                raise RefusedError(Problem("is_champion", str(self.root), message, remedy))
            left = {present: self._model(present)} if present else {}
            left |= {candidate.version: candidate.model} if candidate else {}
            left.pop(wanted, None)
            return self._append("rolled_back", wanted, reason, put_aside=left)

    def _model(self, version: str) -> str:
        """The model of a version; blank where it is damaged, which may be why it is left."""
        try:
            return self.open(version).model
        except RefusedError:
            return ""

    def name_anchor(self, version: str, reason: str) -> str:
        """Name the version that no candidate of its knowledge may fall behind."""
        with self.lock():
            self._champion_once(version)
            if version in history.rejected_versions(self.history()):
                message = f"a rollback turned {version} down"
                remedy = f"bring it back first (`python -m training rollback --to {version}`)"
                raise RefusedError(Problem("turned_down", str(self.root), message, remedy))
            return self._append("anchored", version, reason)

    def prune(self, keep: int) -> tuple[str, ...]:
        """Remove all but the last `keep` champions, the present one and its anchor; what went.

        What a killed process added and never made champion goes too.
        """
        with self.lock():
            champions = [event.version for event in self.history() if event.made_champion]
            latest = list(dict.fromkeys(reversed(champions)))[:keep]
            stay = {*latest, self.champion_version(), self.anchor()}
            added = sorted(path.name for path in (self.root / VERSIONS).glob("*"))
            here = dict.fromkeys((*self.kept(), *added))
            gone = tuple(version for version in here if version not in stay)
            for version in gone:
                self.folder(version).rename(self._scratch)  # in one step, then at leisure
                shutil.rmtree(self._scratch)
            return gone

    def check(self, decision: bytes, candidate: str) -> dict[str, Any]:
        """The content of a decision that counts here and now; RefusedError for any other."""
        said: dict[str, Any] = json.loads(decision)
        here = {
            "candidate": candidate,
            "champion": self.champion_version(),
            "history": history.state_of(self.history()),
        }
        differs = [f"{n} {said.get(n)}, now {here[n]}" for n in here if said.get(n) != here[n]]
        if differs:
            message = f"the decision was made for {'; '.join(differs)}"
            remedy = "run `python -m training gate` again"
            raise RefusedError(Problem("stale_decision", str(self.root), message, remedy))
        return said

    @property
    def _scratch(self) -> Path:
        """Where a version is put together, and where it is taken apart: outside the store."""
        return self.root.with_name(f".{self.root.name}.scratch")

    @property
    def _history_path(self) -> Path:
        return self.root / HISTORY

    def _pointer(self) -> Event | None:
        try:
            return history.parse((self.root / POINTER).read_text(encoding="utf-8"))
        except FileNotFoundError:
            if not self.is_loose():
                return None
            message = "a bundle lies in it as before there were versions"
            remedy = "`python -m training status --mend` makes it the first champion"
            raise RefusedError(Problem("old_store", str(self.root), message, remedy)) from None
        except (ValueError, KeyError, TypeError):
            raise self._unreadable(self.root / POINTER) from None

    def _lines(self) -> Iterator[Event]:
        if not self._history_path.exists():
            return
        for line in self._history_path.read_text(encoding="utf-8").splitlines():
            try:
                yield history.parse(line)
            except (ValueError, KeyError, TypeError):
                raise self._unreadable(self._history_path) from None

    @staticmethod
    def _unreadable(path: Path) -> RefusedError:
        return RefusedError(Problem("store_damaged", str(path), "it is no event", _BACK))

    def _put_right(self) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)
        events = self.history()
        if len(events) > len(list(self._lines())):
            self._write_history(events)

    def _add(self, files: Mapping[str, bytes]) -> str:
        """Put a version among the others, whole; its name. One that is kept stays as it is."""
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._scratch.mkdir(parents=True)
        for name, content in files.items():
            _write(self._scratch / name, content)
        version = verify(self._scratch)[1]
        target = self.folder(version)
        if target.exists():
            self.whole(version)
            shutil.rmtree(self._scratch)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._scratch.rename(target)
        return version

    def _keep(self, decision: bytes) -> None:
        path = self.root / "decisions" / f"{_hash(decision)}.json"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._replace(path, decision)

    def _append(
        self,
        kind: Kind,
        version: str,
        reason: str,
        decision: bytes | None = None,
        knowledge_hash: str | None = None,
        put_aside: Mapping[str, str] | None = None,
    ) -> str:
        """Write an event: first the pointer, where it moves, then the history.

        `put_aside` holds the model of each version.
        """
        events = self.history()
        if knowledge_hash is None:
            knowledge_hash = self.open(version).manifest.get("knowledge_hash", "")
        event = Event(
            number=len(events) + 1,
            kind=kind,
            version=version,
            before=self.champion_version(),
            decision=_hash(decision) if decision is not None else None,
            reason=reason,
            knowledge_hash=knowledge_hash,
            put_aside=tuple(put_aside or ()),
            models_aside=tuple((put_aside or {}).values()),
        )
        if event.made_champion:
            self._replace(self.root / POINTER, event.line().encode())
        self._write_history((*events, event))
        return version

    def _write_history(self, events: tuple[Event, ...]) -> None:
        self._replace(self._history_path, "".join(event.line() for event in events).encode())

    def _replace(self, target: Path, content: bytes) -> None:
        """Write a file of the store in one step. Only the holder of the lock does."""
        fresh = self.root.with_name(f".{self.root.name}.fresh")
        _write(fresh, content)
        fresh.replace(target)


def version_of(files: Mapping[str, bytes]) -> str:
    """The version that the files of a bundle make."""
    return _hash(files[HASHES])[:12]


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    try:
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:  # a failed write does not say where
        raise OSError(error.errno, error.strerror, str(path)) from None
