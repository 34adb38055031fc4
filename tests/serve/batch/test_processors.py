"""Workers follow what this process may use, and not what the machine has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from serve.batch import pool
from serve.batch.processors import processors


def _system(folder: Path, files: dict[str, str]) -> Path:
    """A folder that holds `proc` and `sys` as a kernel would show them."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


V1 = "sys/fs/cgroup/cpu"
TWO, ONE = "0::/a/b\n", "5:cpuset:/x\n4:cpu,cpuacct:/docker/c\n1:name=systemd:/y\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({}, 64, id="no groups"),
        pytest.param({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "200000 100000\n"}, 2,
                     id="a container, version 2"),
        pytest.param({"proc/self/cgroup": TWO, "sys/fs/cgroup/a/b/cpu.max": "max 100000\n"}, 64,
                     id="no quota"),
        pytest.param({"proc/self/cgroup": TWO, "sys/fs/cgroup/a/b/cpu.max": "max 100000\n",
                      "sys/fs/cgroup/a/cpu.max": "300000 100000\n"}, 3, id="of a group above"),
        pytest.param({"proc/self/cgroup": TWO, "sys/fs/cgroup/a/b/cpu.max": "150000 100000"}, 2,
                     id="a share of one counts"),
        pytest.param({"proc/self/cgroup": TWO, "sys/fs/cgroup/a/b/cpu.max": "1000 100000"}, 1,
                     id="never none"),
        pytest.param({"proc/self/cgroup": TWO, "sys/fs/cgroup/a/b/cpu.max": "9900000 100000"}, 64,
                     id="more than there is"),
        pytest.param({"proc/self/cgroup": ONE, f"{V1}/docker/c/cpu.cfs_quota_us": "400000",
                      f"{V1}/docker/c/cpu.cfs_period_us": "100000"}, 4, id="version 1"),
        pytest.param({"proc/self/cgroup": ONE, f"{V1}/cpu.cfs_quota_us": "50000",
                      f"{V1}/cpu.cfs_period_us": "50000"}, 1,
                     id="version 1, seen from inside"),
        pytest.param({"proc/self/cgroup": ONE, f"{V1}/cpu.cfs_quota_us": "-1",
                      f"{V1}/cpu.cfs_period_us": "50000"}, 64, id="version 1, no quota"),
        pytest.param({"proc/self/cgroup": TWO, "sys/fs/cgroup/a/b/cpu.max": "rubbish"}, 64,
                     id="rubbish"),
    ],
)  # fmt: skip
def test_the_quota_counts_where_it_is_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], expected: int
) -> None:
    """Of the processors allowed and every quota on the way up, the least."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    assert processors(_system(tmp_path, files)) == expected


def test_the_affinity_counts_where_it_is_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process pinned to three processors has three, whatever the quota."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 5, 9}, raising=False)
    files = {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "800000 100000\n"}
    assert processors(_system(tmp_path, files)) == 3


def test_a_large_file_gets_as_many_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes that score a large file are as many as may run at once."""
    monkeypatch.setattr(pool, "processors", lambda: 7)
    assert [pool.workers_for(size, None) for size in (1, 1 << 30, None)] == [1, 7, 7]
    assert pool.workers_for(1, 3) == 3
