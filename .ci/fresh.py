"""Whether `dvc.lock` and the reports are of this code: names each stage that is stale, and why.

Compares hashes, runs nothing. What a stage computes from another's results is not compared, for
other processors may compute its last bits differently; commands, knobs, and the files and reports
that are in git are.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dvc.repo import Repo


def main(project: str) -> None:
    """Exit 1 with a line for each difference; 0 where there is none."""
    found = list(stale(Repo(project)))
    for line in found:
        print(line)
    if found:
        sys.exit("run `make run`, and commit dvc.lock and reports/ with the code")


def stale(repo: Any) -> Iterator[str]:
    """A line for each command, knob, file or report that is not the one in the lock."""
    made = {out.fs_path for out in repo.index.outs}
    for stage in repo.index.stages:
        if stage.cmd_changed:
            yield f"stage {stage.name} is stale: its command is another"
        for needed in stage.deps:
            if not _under(needed.fs_path, made):
                yield from _told(stage, needed)
        for out in stage.outs:
            if not out.use_cache:
                yield from _told(stage, out)


def _under(path: str, folders: set[str]) -> bool:
    return path in folders or any(str(parent) in folders for parent in Path(path).parents)


def _told(stage: Any, entry: Any) -> Iterator[str]:
    for path, state in entry.workspace_status().items():
        what = ", ".join(state) if isinstance(state, dict) else state
        yield f"stage {stage.name} is stale: {path}: {what}"


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else ".")
