"""The promoted bundle, those before it, and the way back."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from serve.bundle import verify
from serve.problem import Problem, RefusedError
from training.contender import Contender, open_contender
from training.folders import whole_file, whole_folder

NAME = "leg_pain"


@dataclass(frozen=True)
class Store:
    """A folder of models: `leg_pain` is the champion, `earlier/` holds those before it."""

    root: Path

    @property
    def champion_folder(self) -> Path:
        """Where scoring finds the champion."""
        return self.root / NAME

    def champion(self) -> Contender | None:
        """The champion, or None where there is none; RefusedError for a damaged one."""
        if not self.champion_folder.exists():
            return None
        return open_contender(self.champion_folder)

    def version(self) -> str | None:
        """The champion's version, verified, or None where there is none."""
        return verify(self.champion_folder)[1] if self.champion_folder.exists() else None

    def promote(self, bundle: Path) -> None:
        """Put a copy of a bundle, with all that lies beside it, in the champion's place.

        The champion is kept under `earlier/` first. One rename makes the change.
        """
        self._keep_champion()
        with whole_folder(self.champion_folder) as folder:
            shutil.copytree(bundle, folder, dirs_exist_ok=True)
        self._state_path.unlink(missing_ok=True)

    def roll_back(self, version: str | None, candidate: str | None) -> str:
        """Bring back an earlier champion, the last one by default; its version.

        The present champion and the candidate are turned down: the gate keeps what is brought
        back until a different candidate appears.
        """
        present = self.version()
        wanted = self.earlier(version)
        folder = self._earlier(wanted)
        self._keep_champion()
        with whole_folder(self.champion_folder) as fresh:
            shutil.copytree(folder, fresh, dirs_exist_ok=True)
        down = {*self.turned_down(), present, candidate} - {None, wanted}
        state = {"turned_down": sorted(name for name in down if name)}
        whole_file(self._state_path, (json.dumps(state, indent=1) + "\n").encode())
        return wanted

    def earlier(self, version: str | None) -> str:
        """The version to go back to, the last one by default; RefusedError unless it is whole."""
        wanted = version or self._last()
        folder = self._earlier(wanted)
        if verify(folder)[1] != wanted:
            problem = Problem("bundle_damaged", str(folder), "it is not the version of its name")
            raise RefusedError(problem)
        return wanted

    def turned_down(self) -> tuple[str, ...]:
        """Versions that a rollback has put aside."""
        if not self._state_path.exists():
            return ()
        return tuple(json.loads(self._state_path.read_text(encoding="utf-8"))["turned_down"])

    @property
    def _state_path(self) -> Path:
        return self.root / "rollback.json"

    def _earlier(self, version: str) -> Path:
        folder = self.root / "earlier" / version
        if not folder.exists():
            kept = sorted(path.name for path in (self.root / "earlier").glob("[!.]*"))
            message = f"there is no earlier champion {version}"
            remedy = f"choose one of {', '.join(kept) or 'none: none is kept yet'}"
            raise RefusedError(Problem("no_such_version", str(self.root), message, remedy))
        return folder

    def _keep_champion(self) -> None:
        version = self.version()
        if version is None or (self.root / "earlier" / version).exists():
            return
        with whole_folder(self.root / "earlier" / version) as folder:
            shutil.copytree(self.champion_folder, folder, dirs_exist_ok=True)

    def _last(self) -> str:
        """The champion that was replaced last."""
        present = self.version()
        kept = [path for path in (self.root / "earlier").glob("[!.]*") if path.name != present]
        if not kept:
            remedy = "nothing to do; train and promote another first"
            problem = Problem("no_earlier", str(self.root), "no earlier champion is kept", remedy)
            raise RefusedError(problem)
        return max(kept, key=lambda path: path.stat().st_mtime_ns).name
