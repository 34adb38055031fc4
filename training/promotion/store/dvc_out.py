"""The model store as DVC knows it: one out of the stage `register`."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from serve.problem import Problem, RefusedError
from training.promotion.store.history import Event, parse
from training.promotion.store.model_store import HISTORY

STAGE = "register"
_FETCH = "run `dvc pull`; where no remote has it, `dvc repro` trains anew"
_BY_HAND = f"run `dvc commit -f {STAGE}`"


def in_project() -> bool:
    """Whether the working folder is a DVC project."""
    return Path(".dvc").is_dir() and Path("dvc.yaml").is_file()


def commit() -> str:
    """Record the store in `dvc.lock` where this is a DVC project; what failed, or nothing.

    What was done to the store stays done: a champion must not depend on DVC.
    """
    if not in_project():
        return ""
    if find_spec("dvc") is None:
        return f"; dvc.lock is behind, for this Python has no dvc: install it and {_BY_HAND}"
    done = _dvc("commit", "-f", "-q", STAGE)
    if done.returncode == 0:
        return ""
    said = (done.stderr.strip().splitlines() or ["dvc failed"])[0]
    return f"; dvc.lock is behind ({said}): {_BY_HAND}"


def checkout(models: Path) -> None:
    """Bring back the store that `dvc.lock` names; RefusedError where DVC cannot."""
    done = _dvc("checkout", "-f", "-q", str(models))
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["dvc failed"])[0]
        raise RefusedError(Problem("dvc_failed", str(models), said, _FETCH))


def check_here(models: Path) -> None:
    """RefusedError where the store is missing though `dvc.lock` names one that can be had.

    Otherwise any candidate would be the first, and what was rejected would come back. A clone whose
    store is in no cache and no remote begins anew.
    """
    if (models / HISTORY).exists() or not in_project() or find_spec("dvc") is None:
        return
    from dvc.repo import Repo

    try:
        named = recorded(models)
    except RefusedError:
        with Repo(".") as repo:
            if repo.config["core"].get("remote"):
                raise
        return
    if named:
        message = f"the store of {len(named)} events that dvc.lock names is not here"
        remedy = f"run `dvc checkout {models}`"
        raise RefusedError(Problem("no_store", str(models), message, remedy))


def recorded(models: Path) -> tuple[Event, ...] | None:
    """The history of the store that `dvc.lock` names; None where it names none.

    Raises RefusedError where DVC's cache does not hold it.
    """
    from dvc.repo import Repo

    with Repo(".") as repo:
        out = next((o for o in repo.index.outs if Path(o.fs_path) == models.resolve()), None)
        if out is None or not out.hash_info:
            return None
        tree = out.get_obj()
        held = None if tree is None else tree.get((HISTORY,))
        if held is None:
            raise _not_here(models)
        return _events(out.cache.oid_to_path(held[1].value), models)


def _events(path: str, models: Path) -> tuple[Event, ...]:
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        raise _not_here(models) from None
    return tuple(map(parse, lines))


def _not_here(models: Path) -> RefusedError:
    message = "the store that dvc.lock names is not in DVC's cache"
    return RefusedError(Problem("not_pulled", str(models), message, _FETCH))


def _dvc(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dvc", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
