"""Runs the tests of the overrides against every mutant: `python tests/serve/overrides/mutation.py`.

Prints a report: how many mutants there are, how many were killed, and each that survived. A mutant
that changes only words for people is run against the hazard log; every other one is run without
the hazard log, so that a change in meaning must be noticed by its meaning. Exits 1 where a mutant
survives that `EQUIVALENT` does not explain.
"""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402, F401 - loaded once, before the forks
import pytest  # noqa: E402

import data_gen.vocabulary  # noqa: E402
from tests.serve.overrides.mutants import Mutant, all_mutants  # noqa: E402

TESTS = "tests/serve/overrides"
MEANING = (
    "test_rules.py", "test_logic.py", "test_stories.py", "test_evaluate.py", "test_thresholds.py",
    "test_compiled.py", "test_matrix.py", "test_asking.py", "test_sources.py", "test_documents.py",
    "test_joint.py", "test_real_cases.py",
)  # fmt: skip
"""The test files, the quickest to notice first."""
WORDS = ("test_hazard_log.py", "test_sources.py")
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # other people's plugins load slowly
SECONDS = 120  # a mutant that hangs is noticed

EQUIVALENT: dict[str, str] = {}
"""Mutants that no test can kill because nothing changes, by name, with the reason."""


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from changed source."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(
        self,
        name: str,
        path: object = None,  # noqa: ARG002
        target: object = None,  # noqa: ARG002
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self.mutant.module:
            return None
        package = self.mutant.path.name == "__init__.py"
        return importlib.util.spec_from_loader(name, self, is_package=package)

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = str(self.mutant.path)
        if self.mutant.path.name == "__init__.py":
            module.__path__ = [str(self.mutant.path.parent)]
        exec(compile(self.mutant.source, str(self.mutant.path), "exec"), module.__dict__)  # noqa: S102


def survives(mutant: Mutant) -> bool:
    """Whether every test passes with a mutant in place. Runs in a process of its own."""
    if mutant.text:
        return _passes(mutant, WORDS)
    if mutant.rule and not _passes(mutant, ("test_rules.py",), "-k", f"[{mutant.rule}]"):
        return False
    return _passes(mutant, MEANING)


def _passes(mutant: Mutant | None, files: Sequence[str], *options: str) -> bool:
    child = os.fork()
    if child == 0:
        _run(mutant, files, options)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def _run(mutant: Mutant | None, files: Sequence[str], options: Sequence[str]) -> None:
    signal.alarm(SECONDS)
    if mutant is not None:
        sys.meta_path.insert(0, _Changed(mutant))
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        code = 3
        with contextlib.suppress(BaseException):
            paths = [f"{TESTS}/{file}" for file in files]
            plugins = ["-p", "no:randomly", "-p", "no:cacheprovider"]
            code = pytest.main([*paths, "-x", *plugins, *options])
        os._exit(int(code))


def _share(mutants: Sequence[Mutant], workers: int) -> Iterator[tuple[Mutant, bool]]:
    """Each mutant and whether it survives, by as many processes as there are workers."""
    waiting = list(reversed(mutants))
    running: dict[int, Mutant] = {}
    while waiting or running:
        while waiting and len(running) < workers:
            mutant = waiting.pop()
            child = os.fork()
            if child == 0:
                os._exit(1 if survives(mutant) else 0)
            running[child] = mutant
        child, status = os.wait()
        yield running.pop(child), os.waitstatus_to_exitcode(status) != 0


def main() -> int:
    """Runs every mutant and prints the report."""
    data_gen.vocabulary.load()
    os.chdir(ROOT)
    if not _passes(None, (*MEANING, *WORDS)):
        sys.stderr.write("the tests fail before anything is changed\n")
        return 1
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""  # part of a name: only those
    mutants = [mutant for mutant in all_mutants() if wanted in mutant.name]
    survivors = []
    started = time.monotonic()
    for number, (mutant, survived) in enumerate(_share(mutants, os.cpu_count() or 1), 1):
        if survived:
            survivors.append(mutant)
            sys.stderr.write(f"survives: {mutant.name}\n")
        if sys.stderr.isatty() or number % 100 == 0:
            passed = time.monotonic() - started
            sys.stderr.write(
                f"{number} of {len(mutants)} in {passed:.0f} s, {len(survivors)} left\n"
            )
    sys.stdout.write("\n".join(_report(mutants, survivors)) + "\n")
    return int(any(mutant.name not in EQUIVALENT for mutant in survivors))


def _report(mutants: Sequence[Mutant], survivors: Sequence[Mutant]) -> Iterator[str]:
    left = Counter(mutant.path for mutant in survivors)
    yield "Mutants of the overrides: `make mutants` changes one thing at a time and runs the tests."
    yield ""
    yield f"{'killed':>7} {'of':>6}  module"
    for path, count in sorted(Counter(mutant.path for mutant in mutants).items()):
        yield f"{count - left[path]:7d} {count:6d}  {path.relative_to(ROOT)}"
    yield f"{len(mutants) - len(survivors):7d} {len(mutants):6d}  in all"
    yield ""
    yield f"Survivors: {len(survivors)}"
    for mutant in sorted(survivors, key=lambda each: each.name):
        why = EQUIVALENT.get(mutant.name, "NOT EXPLAINED")
        yield f"- {mutant.name}\n  {why}"


if __name__ == "__main__":
    sys.exit(main())
