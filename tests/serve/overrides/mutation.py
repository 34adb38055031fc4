"""Runs the tests of the overrides against every mutant: `python tests/serve/overrides/mutation.py`.

Prints a report: how many mutants there are, how many were killed, and each that survived. A mutant
that changes only words for people is run against the hazard log; every other one is run without
the hazard log, so that a change in meaning must be noticed by its meaning. Exits 1 where a mutant
survives that `EQUIVALENT` does not explain, or where it explains one that does not survive.

Every mutant has a process of its own, split off from one in which everything but the overrides and
their tests is loaded already. There the changed module takes the place of the true one, and the
tests run (see `direct`), those first that are likely to notice. What counts as killed: a test
fails, the module cannot be imported, or the tests take far longer than they do unchanged.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402, F401 - loaded once, before the processes split
import pytest  # noqa: E402, F401

import data_gen.vocabulary.yaml_lines  # noqa: E402
from tests.serve.overrides import direct  # noqa: E402
from tests.serve.overrides.equivalent import EQUIVALENT  # noqa: E402
from tests.serve.overrides.mutants import Mutant, all_mutants  # noqa: E402

MEANING = (
    "test_rules", "test_logic", "test_evaluate", "test_cut_sets", "test_stories", "test_thresholds",
    "test_asking", "test_compiled", "test_matrix", "test_real_cases", "test_sources",
    "test_questions", "test_documents", "test_joint",
)  # fmt: skip
"""The tests of what the rules mean, the quickest to notice first."""
WORDS = ("test_hazard_log", "test_sources")
LIKELY = {
    "logic": ("test_logic",),
    "rule": ("test_logic",),
    "compiled": ("test_compiled", "test_thresholds"),
    "cut_sets": ("test_cut_sets",),
    "asking": ("test_asking", "test_sources"),
    "evaluate": ("test_evaluate", "test_asking"),
    "states": ("test_matrix",),
}
"""The tests most likely to notice a change in a module of code."""
SECONDS = 240  # of a processor; unchanged, the tests take some 60
SURVIVED, FAILED, BROKEN = 0, 1, 2
"""Exit codes of a mutant's process; a process that took too long has none."""


class _Changed(MetaPathFinder, Loader):
    """Imports one module from changed source."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(
        self,
        name: str,
        path: object = None,  # noqa: ARG002
        target: object = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        if name != self.mutant.module:
            return None
        return spec_from_loader(name, self, is_package=self.mutant.path.name == "__init__.py")

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = str(self.mutant.path)
        if self.mutant.path.name == "__init__.py":
            module.__path__ = [str(self.mutant.path.parent)]
        exec(compile(self.mutant.source, str(self.mutant.path), "exec"), module.__dict__)  # noqa: S102


def tests_for(mutant: Mutant) -> list[str]:
    """The modules of tests that a mutant must survive, in the order in which they are run."""
    likely = LIKELY.get(mutant.path.stem, ())
    names = WORDS if mutant.text else dict.fromkeys((*likely, *MEANING))
    if not mutant.change:
        names = (*MEANING, *WORDS)
    return [f"tests.serve.overrides.{name}" for name in names]


def _start(mutant: Mutant) -> int:
    """The id of a new process that tests a mutant, and exits with what became of it."""
    child = os.fork()
    if child:
        return child
    signal.setitimer(signal.ITIMER_PROF, SECONDS)  # the default action ends the process
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    sys.meta_path.insert(0, _Changed(mutant))
    code = BROKEN
    try:
        __import__(mutant.module)
        code = FAILED
        direct.run(tests_for(mutant), mutant.rule)
        code = SURVIVED
    finally:
        os._exit(code)


def _share(mutants: Sequence[Mutant], workers: int) -> Iterator[tuple[Mutant, int]]:
    """Each mutant and what became of it, by as many processes as there are workers."""
    waiting = list(reversed(mutants))
    running: dict[int, Mutant] = {}
    while waiting or running:
        while waiting and len(running) < workers:
            mutant = waiting.pop()
            running[_start(mutant)] = mutant
        child, status = os.wait()
        yield running.pop(child), os.waitstatus_to_exitcode(status)


def main() -> int:
    """Runs every mutant and prints the report."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("name", nargs="?", default="", help="only mutants with this in their name")
    options = parser.parse_args()
    os.chdir(ROOT)
    data_gen.vocabulary.load()
    mutants = [mutant for mutant in all_mutants() if options.name in mutant.name]
    fates: dict[Mutant, int] = {}
    started = time.monotonic()
    for mutant, fate in _share([_unchanged(), *mutants], options.workers):
        if fate == SURVIVED and mutant.change:
            sys.stderr.write(f"survives: {mutant.name}\n")
        if fate != SURVIVED and not mutant.change:
            sys.stderr.write("the tests fail before anything is changed\n")
            return 1
        fates[mutant] = fate
        if sys.stderr.isatty() or len(fates) % 100 == 0:
            passed = time.monotonic() - started
            sys.stderr.write(f"{len(fates)} of {len(mutants)} in {passed:.0f} s\n")
    fates.pop(_unchanged())
    sys.stdout.write("\n".join(_report(fates)) + "\n")
    survivors = {mutant.name for mutant, fate in fates.items() if fate == SURVIVED}
    explained = {name for name in EQUIVALENT if options.name in name}
    sys.stderr.writelines(f"explained, but no survivor: {n}\n" for n in explained - survivors)
    return int(survivors != explained)


def _unchanged() -> Mutant:
    """No change at all: what every test has to pass before any failure counts."""
    path = ROOT / "serve/overrides/logic.py"
    return Mutant(path, "", path.read_text())


def _report(fates: dict[Mutant, int]) -> Iterator[str]:
    of = Counter(mutant.path for mutant in fates)
    survivors = sorted((m for m, fate in fates.items() if fate == SURVIVED), key=lambda m: m.name)
    left = Counter(mutant.path for mutant in survivors)
    counts = Counter(fates.values())
    slow = len(fates) - sum(counts[fate] for fate in (SURVIVED, FAILED, BROKEN))
    yield "Mutants of the overrides: `make mutants` changes one thing at a time and runs the tests."
    yield ""
    yield f"{'killed':>7} {'of':>6}  module"
    for path, count in sorted(of.items()):
        yield f"{count - left[path]:7d} {count:6d}  {path.relative_to(ROOT)}"
    yield f"{len(fates) - len(survivors):7d} {len(fates):6d}  in all"
    yield ""
    yield f"{counts[FAILED]} were killed by a test that fails, {counts[BROKEN]} by a module that"
    yield f"cannot be imported, {slow} by tests that take too long or crash."
    yield ""
    explained = sum(mutant.name in EQUIVALENT for mutant in survivors)
    yield f"Survivors: {len(survivors)}, of which {explained} are equivalent: no change shows."
    for mutant in survivors:
        why = EQUIVALENT.get(mutant.name, "NOT EXPLAINED")
        yield f"- {mutant.name}\n  {why}"


if __name__ == "__main__":
    sys.exit(main())
