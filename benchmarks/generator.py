"""How fast the generator is: sampling, the exact posterior, the command line.

Run with `make bench-generator`; the last result is benchmarks/generator.txt. Ratios are of one run
on one machine. `--rows`, `--cases` set the sizes; `--proofs` adds the calibration of the exact
posterior on a million patients, 10,000 cases beside pyAgrum's own inference, and the memory that
ten million vignettes take.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyagrum as gum

from benchmarks.timing import timed
from data_gen.inference import ExactPosterior
from data_gen.profiles import load_knowledge
from data_gen.sampler import Plan, sample_to_files
from data_gen.sampler.draw import Tables
from data_gen.sampler.keyed import Draws
from data_gen.sampler.recording_process import sample_chunk
from data_gen.world import World, build_world
from tests.data_gen.inference.referee import PLAIN, Referee, only, reduced

WORKERS = 2


def seconds(work: Callable[[], object], runs: int = 3) -> float:
    """The median time of `work`, after one run that is not counted."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def same_size_network(world: World) -> gum.BayesNet:
    """Atom -> 155 findings, each with its values and a blank: what a library would sample."""
    net = gum.BayesNet("leg_pain")
    n_atoms = len(world.people.atoms)
    net.add(gum.LabelizedVariable("atom", "atom", n_atoms))
    net.cpt("atom").fillWith([1 / n_atoms] * n_atoms)
    for finding in world.vocabulary.findings:
        bins = world.bins.get(finding.id)
        values = {"yes_no": 2, "choice": len(finding.values)}.get(finding.kind, 12)
        size = 1 + (values if bins is None else len(bins.count))
        net.add(gum.LabelizedVariable(finding.id, finding.id, size))
        net.addArc("atom", finding.id)
        net.generateCPT(finding.id)
    return net


def sampling(world: World, rows: int) -> list[str]:
    """Vignettes a second to Parquet, and against pyAgrum's generator into a data frame."""
    with tempfile.TemporaryDirectory() as folder:
        plan = Plan(rows, 1, "training", Path(folder) / "cases.parquet", workers=WORKERS)
        ours = rows / seconds(lambda: sample_to_files(world, plan, lambda _: None))
    network = same_size_network(world)  # the generator does not keep it alive by itself
    generator = gum.BNDatabaseGenerator(network)
    few = max(rows // 20, 1000)

    def theirs() -> None:
        generator.drawSamples(few)
        generator.to_pandas()

    rival = few / seconds(theirs)
    return [
        f"sampling to Parquet, {rows:,} rows, {WORKERS} workers: {ours:,.0f} vignettes/s",
        f"pyAgrum, same number of variables, into a data frame: {rival:,.0f} rows/s",
        f"ratio: {ours / rival:.1f}",
    ]


def posterior(world: World, cases: int) -> list[str]:
    """Cases a second, and how the cost of a case grows with the states."""
    smaller = _with_settings(world, 1)
    return [_posterior("full", world, cases), _posterior("one-setting", smaller, cases)]


def _posterior(name: str, world: World, cases: int) -> str:
    exact, mix = ExactPosterior(world), world.mix("training")
    values = np.ascontiguousarray(sample_chunk(Tables.of(world, mix), Draws(1, 0, cases)).values)
    spent = seconds(lambda: exact(values, mix, workers=WORKERS))
    return (
        f"exact posterior, {name} world, {world.n_states:,} states: "
        f"{cases / spent:,.0f} cases/s, {1e6 * spent / cases:.0f} microseconds a case"
    )


def _with_settings(world: World, count: int) -> World:
    recording = world.recording
    return replace(
        world,
        recording=replace(
            recording,
            settings=recording.settings[:count],
            weight=recording.weight[:count] / recording.weight[:count].sum(),
            error=recording.error[:count],
            rate={name: rate[:count] for name, rate in recording.rate.items()},
        ),
    )


def start_up() -> list[str]:
    """Seconds of `python -m data_gen --help`, interpreter included."""
    command = [sys.executable, "-m", "data_gen", "--help"]
    spent = seconds(lambda: subprocess.run(command, check=True, capture_output=True), runs=5)
    return [f"python -m data_gen --help: {spent:.2f} s"]


def calibration(world: World, patients: int) -> list[str]:
    """Whether the exact posterior is right on average: log-loss against its own entropy."""
    mix = world.mix("training")
    tables, exact = Tables.of(world, mix), ExactPosterior(world)
    n_conditions = len(world.vocabulary.conditions)
    off, hits, hopes = [], np.zeros(n_conditions), np.zeros(n_conditions)
    spread = np.zeros(n_conditions)
    for start in range(0, patients, 50_000):
        sample = sample_chunk(tables, Draws(99, start, min(50_000, patients - start)))
        p = exact(np.ascontiguousarray(sample.values), mix, workers=WORKERS).probability
        truth = sample.hidden.condition
        surprise = -np.log(p[np.arange(len(p)), truth])
        entropy = -(p * np.log(np.maximum(p, 1e-300))).sum(axis=1)
        off.append(surprise - entropy)
        hits += np.bincount(truth, minlength=n_conditions)
        hopes += p.sum(axis=0)
        spread += (p * (1 - p)).sum(axis=0)
    gap = np.concatenate(off)
    z = (hits - hopes) / np.sqrt(spread)
    return [
        f"{patients:,} patients: log-loss minus entropy {gap.mean():+.6f} nats, "
        f"standard error {gap.std() / np.sqrt(len(gap)):.6f}",
        f"each condition's count against its summed probability: largest |z| {np.abs(z).max():.2f} "
        f"of {len(z)}",
    ]


def refereed(world: World, cases: int) -> list[str]:
    """The largest difference from pyAgrum's posterior, on a reduced world that it can hold."""
    small, mix = reduced(world, PLAIN), world.mix("training")
    sample = sample_chunk(Tables.of(world, mix), Draws(50, 0, cases))
    rows = only(small, np.ascontiguousarray(sample.values))
    ours = ExactPosterior(small)(rows, mix, workers=WORKERS).probability
    referee = Referee(small, mix)
    worst = max(
        float(np.abs(mine - referee.posterior(row)).max())
        for mine, row in zip(ours, rows, strict=True)
    )
    return [f"{cases:,} cases beside pyAgrum, reduced world: largest difference {worst:.1e}"]


def memory_of(rows: int) -> list[str]:
    """The most memory that sampling so many vignettes holds, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "cases.parquet"
        command = [sys.executable, "-m", "data_gen", "sample", "--rows", str(rows), "--seed", "1"]
        cost = timed([*command, "--workers", str(WORKERS), "--out", str(out)])
        size = out.stat().st_size / 1e9
    return [
        f"{rows:,} vignettes to a file of {size:.1f} GB: {cost.seconds:.0f} s, "
        f"at most {cost.mebibytes / 1024:.2f} GiB"
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=600_000)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--proofs", action="store_true")
    chosen = parser.parse_args()
    world = build_world(load_knowledge())
    lines = [*start_up(), *sampling(world, chosen.rows), *posterior(world, chosen.cases)]
    if chosen.proofs:
        lines += memory_of(10_000_000)
        lines += refereed(world, 10_000)
        lines += calibration(world, 1_000_000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print("\n".join([*lines, f"peak memory of this run: {peak:.2f} GB"]))


if __name__ == "__main__":
    main()
