"""Measures the overrides alone: published cases, sampled patients in danger, and speed.

    .venv/bin/python -m benchmarks.overrides --patients 3000000

Nothing of the model takes part. The page is printed and kept in benchmarks/overrides.md.
"""

from __future__ import annotations

import argparse
import csv
import gc
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from multiprocessing import Pool

import numpy as np
import numpy.typing as npt

from benchmarks.case_files import ROOT
from benchmarks.override_misses import Misses
from data_gen.profiles import load_knowledge
from data_gen.sampler.draw import Tables
from data_gen.sampler.keyed import Draws
from data_gen.sampler.recording_process import sample_chunk
from data_gen.vocabulary import load
from data_gen.vocabulary.table import case_of
from data_gen.world import World, build_world
from serve.batch.processors import processors
from serve.overrides import LEVELS, RULES, evaluate, states
from serve.overrides.logic import Case
from serve.overrides.matrix.states import FIRED, levels, rule_states
from serve.triage import URGENT
from tests.serve.overrides.document_flags import FLAGS, Records
from training.data.real_cases import read_real_cases
from training.evaluation.triage import ranks

REAL = ROOT / "examples" / "real_cases.csv"
Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
SEED = 20_240
CHUNK = 50_000


def main() -> None:
    """Measure everything, print the page and keep it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--patients", type=int, default=3_000_000)
    parser.add_argument("--workers", type=int, default=processors())
    arguments = parser.parse_args()
    lines = ["# The overrides, measured", "", "Written by `python -m benchmarks.overrides`.", ""]
    lines += [*real_cases(), *speed(), *sampled(arguments.patients, arguments.workers)]
    lines += benign(arguments.patients // 10)
    lines += worth(arguments.patients // 10)
    page = "\n".join(lines) + "\n"
    (ROOT / "benchmarks" / "overrides.md").write_text(page)
    print(page)


# ---- Published cases


def read_cases() -> Iterator[tuple[dict[str, str], dict[str, bool | str | float]]]:
    """The rows of examples/real_cases.csv and the case in each."""
    values = read_real_cases(REAL, load()).values
    with REAL.open(newline="") as file:
        for row, cells in zip(csv.DictReader(file), values, strict=True):
            yield row, case_of(cells, load())


def real_cases() -> Iterator[str]:
    """What overrides alone make of the published cases, and each one they get wrong."""
    yield "## Published cases, overrides alone\n"
    yield "| expected | cases | emergency | urgent | routine | none |"
    yield "|---|---|---|---|---|---|"
    results = [(row, evaluate(case)) for row, case in read_cases()]
    for expected in LEVELS:
        reached = [r.level for row, r in results if row["triage_expected"] == expected]
        counts = [reached.count(level) for level in ("emergency", "urgent", "routine", None)]
        yield f"| {expected} | {len(reached)} | {' | '.join(map(str, counts))} |"
    yield "\nMissed (below the level expected) or raised to urgent though benign"
    yield "(`docs/review.md` says why):\n"
    for row, result in results:
        reached_rank = LEVELS.index(result.level or "self_care")
        expected_rank = LEVELS.index(row["triage_expected"])
        missed = expected_rank <= 1 < reached_rank or (expected_rank == 0 and reached_rank == 1)
        if missed or (expected_rank >= 2 and reached_rank <= 1):
            fired = " ".join(rule.id for rule in result.fired) or "nothing"
            yield f"- {row['case_id']} ({row['diagnosis_detail']}), {row['triage_expected']}:"
            yield f"  fired {fired}"
    asked = [len(r.questions) for row, r in results if row["triage_expected"] in LEVELS[2:]]
    yield f"\nQuestions asked of the {len(asked)} benign cases: median {int(np.median(asked))}, "
    yield f"none in {asked.count(0)}, five in {asked.count(5)}.\n"


# ---- Speed


def speed() -> Iterator[str]:
    """How long one case and a million take."""
    cases = [case for _, case in read_cases()]
    values = read_real_cases(REAL, load()).values
    values[np.isneginf(values)] = np.nan
    many = np.tile(values, (100_000 // len(values), 1))
    one, whole = microseconds(states, cases), microseconds(evaluate, cases)
    blank = microseconds(evaluate, [{}])
    million = seconds(many) / len(many) * 1e6
    yield "## Speed, one process\n"
    yield "| what | time | bound |"
    yield "|---|---|---|"
    yield f"| states of all {len(RULES)} rules, one case | {one:.0f} us | 50 us |"
    yield f"| with reasons, open flags and questions, one case | {whole:.0f} us | 500 us |"
    yield f"| the same, a case with nothing recorded | {blank:.0f} us | 500 us |"
    yield f"| states for a million cases | {million:.2f} s | 5 s |"
    yield f"| `import serve.overrides` | {import_seconds() * 1e3:.0f} ms | |\n"


def microseconds(function: Callable[[Case], object], cases: Sequence[Case]) -> float:
    """The median over rounds of the mean time of a call."""
    rounds = []
    gc.disable()
    for _ in range(30):
        started = time.perf_counter()
        for case in cases:
            function(case)
        rounds.append((time.perf_counter() - started) / len(cases))
    gc.enable()
    return float(np.median(rounds)) * 1e6


def seconds(values: Matrix) -> float:
    """The median time of the states of a matrix."""
    rounds = []
    for _ in range(5):
        started = time.perf_counter()
        rule_states(values, load())
        rounds.append(time.perf_counter() - started)
    return float(np.median(rounds))


def import_seconds() -> float:
    """What importing the overrides adds to starting Python."""

    def start(program: str) -> float:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)
        return time.perf_counter() - started

    pairs = [(start("import serve.overrides"), start("import serve")) for _ in range(5)]
    return float(np.median([one - other for one, other in pairs]))


# ---- Sampled patients


def sampled(patients: int, workers: int) -> Iterator[str]:
    """What overrides make of sampled patients in danger."""
    yield "## Sampled patients in danger\n"
    _world()  # made once; the workers, forked below, find it made
    tally = Misses.none()
    with Pool(workers) as pool:
        for part in pool.imap(_chunk, _starts()):
            tally = tally + part
            if tally.patients >= patients:
                pool.terminate()
                break
    yield f"{tally.patients:,} patients who need an emergency department, or a doctor the same day"
    yield "or within days, as common among themselves as in training."
    yield "Flags are counted by `tests/serve/overrides/document_flags.py`, written from the"
    yield "documents and not from the rules.\n"
    yield from tally.flags_table([flag.name for flag in FLAGS], [flag.level for flag in FLAGS])
    yield from tally.people_table()
    yield from tally.reasons_table()


@cache
def _world() -> World:
    return build_world(load_knowledge())


def _starts() -> Iterator[int]:
    start = 0
    while True:
        yield start
        start += CHUNK


def _chunk(start: int) -> Misses:
    """The tally of one chunk of patients, those not in danger left out."""
    world = _world()
    mix = world.mix("training") * _in_danger()
    sample = sample_chunk(
        Tables.of(world, mix / mix.sum()), Draws(SEED, start, CHUNK), with_truth=False
    )
    values = np.ascontiguousarray(sample.values)
    who = [world.components[atom].id for atom in sample.hidden.atom.tolist()]
    found = rule_states(values, world.vocabulary)
    reached = levels(found)
    records = Records(values, world.vocabulary)
    marks = np.stack([flag.where(records) for flag in FLAGS], axis=1)
    limits = np.array([LEVELS.index(flag.level) for flag in FLAGS])
    warned = (found[:, [rule.rank <= 1 for rule in RULES]] == FIRED).any(axis=1)
    return Misses.of(who, reached, warned, marks, limits, records)


@cache
def _in_danger() -> Mask:
    """(n_components,) which of them need an emergency department, or a doctor within days."""
    return ranks(_world().components) <= URGENT


def benign(patients: int) -> Iterator[str]:
    """What calling early costs: clinic patients in no danger who are raised."""
    world = _world()
    names = world.vocabulary.condition_ids
    mix = world.mix("clinic") * ~_in_danger()
    tables = Tables.of(world, mix / mix.sum())
    sample = sample_chunk(tables, Draws(SEED + 1, 0, patients), with_truth=False)
    reached = levels(rule_states(np.ascontiguousarray(sample.values), world.vocabulary))
    yield "## Sampled patients in no danger\n"
    yield "Patients of a walking clinic who need a doctor some time or none. Their records hold"
    yield "background findings and recording errors. The published cases say more.\n"
    yield "| condition | patients | emergency | urgent or above | routine or above |"
    yield "|---|---|---|---|---|"
    for place, name in enumerate(names):
        mine = reached[sample.hidden.condition == place]
        if len(mine):
            shares = " | ".join(f"{np.mean(mine <= rank):.1%}" for rank in range(3))
            yield f"| {name} | {len(mine):,} | {shares} |"


def worth(patients: int) -> Iterator[str]:
    """What each rule brings: clinic patients whom it raises, for each whom it saves."""
    world = _world()
    tables = Tables.of(world, world.mix("clinic"))
    sample = sample_chunk(tables, Draws(SEED + 2, 0, patients), with_truth=False)
    found = rule_states(np.ascontiguousarray(sample.values), world.vocabulary)
    danger = _in_danger()[sample.hidden.atom]
    calm = ~danger
    alone = (found[:, [rule.rank <= 1 for rule in RULES]] == FIRED).sum(axis=1) == 1
    yield "\n## What each rule raises for each that it saves\n"
    yield f"{patients:,} patients of a walking clinic, {calm.sum():,} of them in no danger,"
    yield f"{danger.sum():,} in danger. Alone: no other rule of urgent or above fires.\n"
    yield "| rule | level | raised | of them alone | in danger | of them alone | raised for each |"
    yield "|---|---|---|---|---|---|---|"
    rows = [
        (np.sum(fired & calm), np.sum(fired & calm & alone),
         np.sum(fired & danger), np.sum(fired & danger & alone), rule)
        for rule, fired in zip(RULES, (found == FIRED).T, strict=True) if rule.rank <= 1
    ]  # fmt: skip
    for raised, by_it, saved, saved_by_it, rule in sorted(rows, key=lambda row: -row[0]):
        ratio = f"{raised / saved:.1f}" if saved else "-"
        counts = f"{raised:,} | {by_it:,} | {saved:,} | {saved_by_it:,}"
        yield f"| {rule.id} | {rule.level} | {counts} | {ratio} |"


if __name__ == "__main__":
    main()
