"""Folders that appear whole or not at all."""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)
_HERE = -100  # AT_FDCWD: paths are relative to the working folder


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A new folder to write into, which takes the target's place when the block ends well.

    It lies beside the target, so that the rename stays on one disk. When the block fails or is
    killed, the target is as it was.
    """
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    _clear(target)
    fresh.mkdir(parents=True)
    try:
        yield fresh
        _flush(fresh)
        _take_place(fresh, target)
    except OSError as error:
        raise _placed(error, target) from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _placed(error: OSError, target: Path) -> OSError:
    """The error with a place, for a failed write does not say where."""
    if error.errno is None or error.filename:
        return error
    return OSError(error.errno, error.strerror, str(target))


def _clear(target: Path) -> None:
    """Remove what killed processes left half-written beside the target.

    A target that one of them had set aside, and not yet replaced, comes back.
    """
    for scrap in sorted(target.parent.glob(f".{target.name}.*")):
        owner = scrap.name.rpartition(".")[2]
        if not owner.isdigit() or (int(owner) != os.getpid() and _alive(int(owner))):
            continue
        if scrap.name.startswith(f".{target.name}.old.") and not target.exists():
            scrap.rename(target)
        else:
            shutil.rmtree(scrap, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's
    return True


def _flush(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())


def _take_place(fresh: Path, target: Path) -> None:
    """Put `fresh` where `target` is, in one step where the system can, leaving the old in `fresh`.

    Elsewhere there are two renames; if the second fails, the first is undone.
    """
    if not target.exists():
        fresh.rename(target)
        return
    if _exchange(fresh, target):
        return
    aside = target.with_name(f".{target.name}.old.{os.getpid()}")
    target.rename(aside)
    try:
        fresh.rename(target)
    except OSError:
        aside.rename(target)
        raise
    aside.rename(fresh)


def _exchange(one: Path, other: Path) -> bool:
    """Whether the two folders were exchanged in one step (Linux, most file systems)."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    if rename is None:
        return False
    done = rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE)
    return bool(done == 0)


def whole_file(target: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        fresh.write_bytes(content)
        fresh.replace(target)
    except OSError as error:
        raise _placed(error, target) from None
    finally:
        fresh.unlink(missing_ok=True)
