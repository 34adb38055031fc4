"""The locks: each names all that its packages require, for they are installed as they stand."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = {
    "requirements.lock": ("train", "http"),
    "requirements-dev.lock": ("train", "http", "spark", "dev"),
    "requirements-bench.lock": ("train", "http", "bench"),
}
_PIN = re.compile(r"^([A-Za-z0-9._-]+(?:\[[^]]*\])?==[^\\]+?) *\\?$", re.MULTILINE)


def pins(text: str) -> dict[str, str]:
    """Name -> version of what a lock installs on this machine."""
    read = map(Requirement, _PIN.findall(text))
    here = [pin for pin in read if pin.marker is None or pin.marker.evaluate()]
    return {canonicalize_name(pin.name): str(pin.specifier)[2:] for pin in here}


def installed(name: str) -> list[str]:
    """What an installed package requires; nothing of one that is not installed here."""
    try:
        return requires(name) or []
    except PackageNotFoundError:
        return []


def unmet(
    locked: dict[str, str],
    wanted: Iterable[str],
    requirements: Callable[[str], list[str]] = installed,
) -> list[str]:
    """Each requirement, direct or of a locked package and its extras, that no pin meets."""
    queue = [(text, "the project", "") for text in wanted]
    queue += [(text, name, "") for name in locked for text in requirements(name)]
    seen, missing = set(queue), []
    for text, by, extra in queue:  # which grows while it is read
        needed = Requirement(text)
        if needed.marker is not None and not needed.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(needed.name)
        if name not in locked or not needed.specifier.contains(locked[name], prereleases=True):
            missing.append(f"{by} requires {text}, and the lock has {locked.get(name, 'none')}")
        new = {(item, name, asked) for asked in needed.extras for item in requirements(name)}
        queue += sorted(new - seen)
        seen |= new
    return missing


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_met_by_a_pin(lock: str) -> None:
    """The project's extras and all that the locked packages require stand in the lock."""
    extras = PROJECT["optional-dependencies"]
    wanted = [*PROJECT["dependencies"], *(text for e in LOCKS[lock] for text in extras[e])]
    locked = pins((ROOT / lock).read_text(encoding="utf-8"))
    assert len(locked) > 100
    assert unmet(locked, wanted) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash_and_no_extra(lock: str) -> None:
    """Each pin is followed by a hash: the whole lock can be installed by hashes alone."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    starts = [m.start() for m in re.finditer(r"^[A-Za-z0-9]", text, re.MULTILINE)]
    assert len(starts) == len(_PIN.findall(text))
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        assert "--hash=sha256:" in text[start:end], text[start : start + 60]


REQUIRED = {
    "a": ["b[fast]>=1", "e; python_version < '3'"],
    "b": ["c>=2; extra == 'fast'", "d; extra == 'slow'"],
    "c": [],
}


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        pytest.param("a==1\nb==1\nc==2", [], id="whole"),
        pytest.param("a==1\nc==2", ["b[fast]>=1"], id="a package is missing"),
        pytest.param("a==1\nb==1", ["c>=2"], id="what an extra needs is missing"),
        pytest.param("a==1\nb==1\nc==1", ["c>=2"], id="another version"),
        pytest.param("a==1\nb==1\nc==2; python_version < '3'", ["c>=2"], id="not on this Python"),
        pytest.param("b==1", ["a"], id="what the project asks is missing"),
    ],
)
def test_a_lock_that_lacks_something_is_told(lock: str, said: list[str]) -> None:
    """The check finds what is missing, extras and markers included, and says who asks for it."""
    found = unmet(pins(lock), ["a"], lambda name: REQUIRED.get(name, []))
    assert len(found) == len(said)
    assert all(text in line for text, line in zip(said, found, strict=True))
