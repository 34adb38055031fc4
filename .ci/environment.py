"""Complete the virtual environment that runs this file: what a lock pins, each package whole.

`make` asks this before each command. No mark of an earlier run is believed: an installation that
was interrupted, a package that was removed or changed, and an environment whose folder was moved
or renamed look alike to a mark, and are told apart by looking. Uses nothing but Python and pip.
"""

from __future__ import annotations

import csv
import ctypes
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
HERE = Path(sys.prefix).resolve()
BIN = HERE / "bin"
PACKAGES = Path(sysconfig.get_path("purelib"))
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+) *(?:; *([^\\\n]+?))? *\\?$", re.MULTILINE)
_HEADER = re.compile(rb"#!.*python[0-9.]*\n|#!/bin/sh\n'''exec' .*\n' '''\n")
_INSTALL = ("--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes")


def main(lock: Path) -> None:
    """Install what is not there or not whole, and let the project be found from anywhere."""
    (PACKAGES / "claudico.pth").write_text(os.path.relpath(PROJECT, PACKAGES) + "\n")
    _need_pip()
    _follow_a_move()
    if broken := incomplete(lock):
        print(f"installing {len(broken)} packages of {lock.name} into {sys.prefix}", flush=True)
        for name in broken:
            _forget(name)
        _run("pip", "install", *_INSTALL, "-r", str(lock))
        _run("pip", "check")
    _need_openmp()


def incomplete(lock: Path) -> list[str]:
    """The names of the packages of a lock that are not installed in its version and whole."""
    found = {_normal(path.name.split("-")[0]): path for path in PACKAGES.glob("*.dist-info")}
    return [
        name
        for name, version in pins(lock.read_text(encoding="utf-8")).items()
        if name not in found or not _whole(found[name], version)
    ]


def pins(text: str) -> dict[str, str]:
    """Name -> version of what a lock holds for this machine."""
    from pip._vendor.packaging.markers import Marker

    return {
        _normal(name): version
        for name, version, marker in _PIN.findall(text)
        if not marker or Marker(marker).evaluate()
    }


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _whole(info: Path, version: str) -> bool:
    """Whether every file is there in its size. pip writes the list of them last of all."""
    from pip._vendor.packaging.version import Version

    listing = info / "RECORD"
    there = info.name.removesuffix(".dist-info").split("-")[1]
    if Version(there) != Version(version) or not listing.is_file():
        return False
    with listing.open(newline="", encoding="utf-8") as lines:
        return all(_as_listed(*line) for line in csv.reader(lines) if line)


def _as_listed(name: str, _: str, size: str) -> bool:
    if name.endswith(".pyc"):
        return True
    try:
        length = os.stat(PACKAGES / name).st_size  # noqa: PTH116 - of tens of thousands of files
    except OSError:
        return False
    # A script begins with the path of its interpreter, which changes with the folder.
    return not size or name.startswith("..") or length == int(size)


def _forget(name: str) -> None:
    """Remove what says that a package is installed, so that pip installs it again."""
    for path in PACKAGES.glob("*.dist-info"):
        if _normal(path.name.split("-")[0]) == name:
            shutil.rmtree(path)


def _need_pip() -> None:
    """Install pip where an interrupted set-up left none, from what Python carries with it."""
    for scrap in PACKAGES.glob("~*"):  # what an interrupted pip had set aside
        shutil.rmtree(scrap, ignore_errors=True)
    works = subprocess.run(
        [sys.executable, "-c", "import pip._internal.cli.main"], capture_output=True, check=False
    )
    if works.returncode:
        _forget("pip")
        shutil.rmtree(PACKAGES / "pip", ignore_errors=True)
        _run("ensurepip")


def _follow_a_move() -> None:
    """Let the scripts begin with this interpreter, where the folder was another when they came."""
    activate = BIN / "activate"
    if not activate.is_file() or not _names(activate.read_bytes(), HERE):
        _run("venv", "--without-pip", str(HERE))
    header = f"#!/bin/sh\n'''exec' \"{BIN / 'python'}\" \"$0\" \"$@\"\n' '''\n".encode()
    for script in BIN.iterdir():
        if script.is_symlink() or not script.is_file():
            continue
        content = script.read_bytes()
        old = _HEADER.match(content)
        if old and not _names(old[0], BIN):
            script.write_bytes(header + content[old.end() :])


def _names(text: bytes, path: Path) -> bool:
    """Whether a text names a path, as a whole and not as the end of a longer one."""
    return re.search(rb"[=!\"']" + re.escape(os.fsencode(path)) + rb"[/\"'\n]", text) is not None


def _need_openmp() -> None:
    if sys.platform == "linux":
        try:
            ctypes.CDLL("libgomp.so.1")
        except OSError:
            sys.exit(
                "LightGBM needs the OpenMP runtime libgomp: install it "
                "(Debian: apt-get install libgomp1)"
            )


def _run(*module: str) -> None:
    done = subprocess.run([sys.executable, "-m", *module], check=False)  # noqa: S603
    if done.returncode:
        sys.exit(f"{' '.join(module)} failed; mend what it says above and run make again")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
