"""How long a command takes from the shell, and how much memory it and its children hold."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.case_files import ROOT

_EVERY = 0.2  # seconds between two looks: a look costs some milliseconds of processor time
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """What a command took."""

    seconds: float  # from start to end
    cpu_seconds: float  # of it and all that it started, user and system
    mebibytes: float  # the most held at once, shared pages counted in part


@dataclass
class _Watch:
    """What was seen of a process and its family, look by look."""

    pid: int
    most: float = 0.0
    cpu: dict[int, float] = field(default_factory=dict)  # by process, as last seen
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.over.wait(_EVERY):
            members = family(self.pid)
            self.most = max(self.most, sum(map(mebibytes, members)))
            self.cpu |= {pid: seconds for pid in members if (seconds := cpu_seconds(pid))}


def timed(
    command: Sequence[str], *, where: Path = ROOT, environment: Mapping[str, str] | None = None
) -> Cost:
    """The cost of a command; ends the measurement where the command fails."""
    # Compiled modules are kept, as they are wherever a program is run twice.
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    before, begun = os.times(), time.perf_counter()
    process = subprocess.Popen(command, cwd=where, env={**kept, **(environment or {})})
    watch = _Watch(process.pid)
    watcher = threading.Thread(target=watch.run)
    watcher.start()
    process.wait()
    seconds, after = time.perf_counter() - begun, os.times()
    watch.over.set()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    reaped = after.children_user + after.children_system
    reaped -= before.children_user + before.children_system
    # A process that outlives its parent is never counted as its child's: what was seen counts.
    return Cost(seconds, max(reaped, sum(watch.cpu.values())), watch.most)


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    found = [pid]
    for path in sorted(Path("/proc").glob("[0-9]*/stat"), key=lambda p: int(p.parent.name)):
        fields = _stat(int(path.parent.name))
        if fields and int(fields[1]) in found:
            found.append(int(path.parent.name))
    return found


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far, without its children; 0 where it is gone."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICK if fields else 0.0


def _stat(pid: int) -> list[str]:
    """The fields of a process behind its name: state, parent, ..."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def mebibytes(pid: int) -> float:
    """The memory of a process, pages shared with others counted in part; 0 where it is unknown."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    line = next((line for line in text.splitlines() if line.startswith("Pss:")), "Pss: 0 kB")
    return int(line.split()[1]) / 1024
