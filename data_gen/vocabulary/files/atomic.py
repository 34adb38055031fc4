"""Files and folders that appear whole or not at all: written beside their place, then renamed.

What is under way lies beside its place under a name that nobody can guess, made new and through no
link, and locked for as long as its writer lives: so two writers never share one, in one container
or two, and what a killed writer left is known by its free lock and cleared by the next one.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import io
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, cast

_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)
_HERE = -100  # AT_FDCWD: paths are relative to the working folder
_MODE = 0o777


@contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """A file to write, renamed into place when the block ends well and deleted otherwise."""
    with WholeFiles() as files:
        yield files.open(path)


class WholeFiles:
    """Several files that appear together, once all of them are written, or not at all.

    They are renamed in the reverse order of their opening, so where the first one is, all are. A
    replaced file keeps its permissions, a link its place: what it points to is replaced. A device
    or a pipe is written as it is, for it cannot be replaced. An error that passes through gets a
    note which says what was written.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._under_way: list[_UnderWay] = []
        self._direct: list[tuple[BinaryIO, str]] = []

    def __enter__(self) -> WholeFiles:
        return self

    def open(self, path: Path) -> BinaryIO:
        """A new file for this path. Raises OSError, with the path, where none can be made."""
        if is_special(path):
            raw = _NamedFile(path, path, os.O_WRONLY)
            device = cast("BinaryIO", io.BufferedWriter(raw, 1 << 16))
            self._stack.callback(_close, device)
            return self.through(device, str(path))
        target = _real(path)
        with _locked(target.parent):
            _clear(target)
            part = _scrap(target, "part")
            raw = _NamedFile(part, path, _NEW)
            _lock(raw.fileno(), wait=False)
            _keep_mode(raw.fileno(), path)
        stream = cast("BinaryIO", io.BufferedWriter(raw, 1 << 16))
        self._stack.callback(_close, stream)
        self._under_way.append(_UnderWay(stream, part, target, path))
        return stream

    def through(self, stream: BinaryIO, name: str) -> BinaryIO:
        """A stream that is written as it is, such as standard output."""
        self._direct.append((stream, name))
        return stream

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        written: list[str] = []
        try:
            if error is None:
                self._take_places(written)
        except BaseException as failure:
            failure.add_note(self._fate(written))
            raise
        finally:
            if error is not None:
                error.add_note(self._fate(written))
            self._discard()

    def _take_places(self, written: list[str]) -> None:
        for stream, name in self._direct:
            with placed(Path(name)):
                stream.flush()
        for file in self._under_way:
            with placed(file.path):
                file.stream.flush()
                os.fsync(file.stream.fileno())
        for file in reversed(self._under_way):
            with placed(file.path):
                file.part.replace(file.target)
            written.append(str(file.path))

    def _fate(self, written: list[str]) -> str:
        """What stands after an error."""
        if self._direct:
            return f"{' and '.join(name for _, name in self._direct)} may be cut short"
        return f"written before it: {', '.join(written)}" if written else "nothing was written"

    def _discard(self) -> None:
        for file in self._under_way:
            with suppress(OSError):
                file.part.unlink(missing_ok=True)
        self._stack.close()


@dataclass(frozen=True)
class _UnderWay:
    stream: BinaryIO
    part: Path
    target: Path
    path: Path
    """The target as it was named."""


def _close(stream: BinaryIO) -> None:
    with suppress(OSError, ValueError):  # what could not be written has been told
        stream.close()


_NEW = os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_WRONLY


class _NamedFile(io.FileIO):
    """An open file whose failed writes name the path that was asked for."""

    def __init__(self, file: Path, path: Path, flags: int) -> None:
        with placed(path):
            super().__init__(os.open(file, flags | os.O_CLOEXEC, 0o666), "w")
        self._path = path

    def write(self, data: Any, /) -> int:
        """Write what fits; OSError with the path where nothing does."""
        with placed(self._path):
            return super().write(data)


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A new folder to write into, which takes the target's place when the block ends well.

    It lies beside the target, so that the rename stays on one disk. When the block fails or is
    killed, the target is as it was.
    """
    path, target = target, _real(target)
    with placed(path):
        target.parent.mkdir(parents=True, exist_ok=True)
        with _locked(target.parent), ExitStack() as stack:
            _clear(target)
            fresh = _scrap(target, "part")
            fresh.mkdir()
            held = os.open(fresh, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            stack.callback(os.close, held)
            _lock(held, wait=False)
            _keep_mode(held, target)
            keep = stack.pop_all()
        try:
            yield fresh
            _flush(fresh)
            with _locked(target.parent):
                _take_place(fresh, target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
            keep.close()


def is_special(path: Path) -> bool:
    """Whether there is something at this path that is neither a file nor a folder."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


@contextmanager
def placed(path: Path) -> Iterator[None]:
    """Let an error of the system name this path where it names none, or one of a hidden name."""
    try:
        yield
    except OSError as error:
        if error.errno is None or (error.filename and not _is_ours(error.filename, path)):
            raise
        raise OSError(error.errno, error.strerror, str(path)) from None


def _is_ours(named: object, path: Path) -> bool:
    prefix = _prefix(_real(path))
    return any(part.startswith(prefix) for part in Path(str(named)).parts)


def _real(path: Path) -> Path:
    """Where a path leads, through every link."""
    return Path(os.path.realpath(path))


def _prefix(target: Path) -> str:
    """How names beside a target begin: of one length, as its own may be as long as can be."""
    return f".{hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16]}."


def _scrap(target: Path, kind: str) -> Path:
    return target.with_name(f"{_prefix(target)}{secrets.token_hex(8)}.{kind}")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Nobody else makes, clears or exchanges anything in the folder; where it cannot be locked, go.

    It is held for moments only.
    """
    with ExitStack() as stack:
        with suppress(OSError):
            held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            stack.callback(os.close, held)
            _lock(held, wait=True)
        yield


def _lock(held: int, *, wait: bool) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True


def _clear(target: Path) -> None:
    """Remove what killed writers left beside the target; what one of them set aside comes back."""
    try:
        beside = sorted(target.parent.iterdir())
    except OSError:
        return
    for scrap in beside:
        if not scrap.name.startswith(_prefix(target)):
            continue
        if scrap.suffix == ".old" and not target.exists():
            scrap.rename(target)
        elif _left(scrap):
            _remove(scrap)


def _left(scrap: Path) -> bool:
    """Whether nobody writes to it any more."""
    try:
        held = os.open(scrap, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        return _lock(held, wait=False)
    finally:
        os.close(held)


def _remove(scrap: Path) -> None:
    if scrap.is_dir():
        shutil.rmtree(scrap, ignore_errors=True)
    else:
        with suppress(OSError):
            scrap.unlink()


def _keep_mode(held: int, target: Path) -> None:
    """Give what is new the permissions of what it will replace; else it has those of the umask."""
    with suppress(OSError):
        os.fchmod(held, target.stat().st_mode & _MODE)


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
    aside = _scrap(target, "old")
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
