"""How many processors this process may use, of those that the machine has."""

from __future__ import annotations

import os
from collections.abc import Iterator
from math import ceil
from pathlib import Path, PurePosixPath

_SYSTEM = Path("/")


def processors(system: Path = _SYSTEM) -> int:
    """The processors that the scheduler allows, or the container's quota where that is less.

    A quota of one and a half counts as two. `system` is the folder that holds `proc` and `sys`.
    """
    allowed = getattr(os, "sched_getaffinity", None)
    count = len(allowed(0)) if allowed else os.cpu_count() or 1
    return max(1, min([count, *(ceil(quota) for quota in _quotas(system))]))


def _quotas(system: Path) -> Iterator[float]:
    """Every quota on this process and the groups that it is in, in processors (cgroups 1 and 2)."""
    for line in _words(system / "proc/self/cgroup", "\n"):
        _, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        if not controllers:
            for folder in _upwards(system / "sys/fs/cgroup", group):
                yield from _share(*_words(folder / "cpu.max"))
        elif "cpu" in controllers.split(","):
            for folder in _upwards(system / "sys/fs/cgroup/cpu", group):
                yield from _share(
                    *_words(folder / "cpu.cfs_quota_us"), *_words(folder / "cpu.cfs_period_us")
                )


def _upwards(mount: Path, group: str) -> Iterator[Path]:
    """The folders of a group and of all above it; a container may see its own as the mount."""
    path = PurePosixPath(group.strip("/"))
    for name in (path, *path.parents):
        yield mount / name


def _share(quota: str = "max", period: str = "") -> Iterator[float]:
    if quota.isdigit() and period.isdigit() and int(quota) and int(period):
        yield int(quota) / int(period)


def _words(path: Path, separator: str | None = None) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split(separator)
    except (OSError, ValueError):
        return []
