"""The report of scored files: the estimated class mix, what is flagged, and what a row costs.

    python -m benchmarks.report --model models/leg_pain --out benchmarks/report.txt

Months of 1,000 rows are drawn, by condition, from a pool of fresh patients of the training mix.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.output import options, table, tell
from benchmarks.timing import timed
from data_gen import posterior, sample
from data_gen.vocabulary import load as load_vocabulary
from serve.api import open_scorer
from serve.mapping.column_mapping import NO_MAPPING
from serve.model.bundle import Verified, verify_bundle
from serve.output.csv_lines import lines_of_table
from serve.report.assessment import Assessment, assess
from serve.report.change import changes, departures, flagged
from serve.report.class_mix import estimate_mix
from serve.report.expected import Expected
from serve.report.reading import ScoredFile, columns_of, count_block, prepare
from serve.report.tally import Tally

Real = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_POOL, _SEED, _MONTH, _HELD_OUT = 60_000, 770_001, 1_000, 20_000
_FACTOR, _MOVED = 4.0, 0.12
_FLOOR = 1e-12


@dataclass(frozen=True)
class Pool:
    """Patients whose conditions are known, as scored and as the exact posterior has them."""

    scored: pa.Table
    label: Ints  # (n_rows,)
    told: Real  # (n_rows, n_conditions) as scored
    exact: Real  # (n_rows, n_conditions)
    mix: Real  # (n_conditions,) of training
    bundle: Verified

    @classmethod
    def of(cls, model: Path) -> Pool:
        """A pool scored by a bundle."""
        ids = load_vocabulary().condition_ids
        frame = sample(_POOL, _SEED)
        exact = posterior(frame)
        cases = frame.drop(columns=["condition"])
        scored = open_scorer(model).score(cases).to_table()
        names = [f"p_{name}" for name in ids]
        told = np.stack([scored[name].to_numpy() for name in names], axis=1)
        label = np.array([ids.index(name) for name in frame["condition"]])
        bundle = verify_bundle(model, load_vocabulary())
        mix = np.array([bundle.manifest["mix"]["training"][name] for name in ids])
        return cls(scored, label, told, exact[names].to_numpy(), mix, bundle)

    @cached_property
    def places(self) -> list[Ints]:
        """The rows of each condition that months are drawn from: not those held out."""
        return [
            _HELD_OUT + np.flatnonzero(self.label[_HELD_OUT:] == k) for k in range(len(self.mix))
        ]

    def month(self, mix: Real, rows: int, rng: np.random.Generator) -> Ints:
        """The places of rows whose conditions are as common as in a mix."""
        drawn = rng.choice(len(mix), rows, p=mix)
        return np.array([rng.choice(self.places[k]) for k in drawn.tolist()])

    def loss(self, weights: Real, mix: Real) -> float:
        """Log-loss, in nats, of held-out patients of a mix, the answers re-weighted by weights."""
        exact = _weighted(self.exact[:_HELD_OUT], mix / self.mix)
        told = _weighted(self.told[:_HELD_OUT], weights / self.mix)
        rows = (self.exact[:_HELD_OUT] * (mix / self.mix)).sum(axis=1)
        return float(-(rows[:, None] * exact * np.log(np.maximum(told, _FLOOR))).sum() / rows.sum())


def _weighted(probabilities: Real, ratio: Real) -> Real:
    joint = probabilities * ratio
    return np.asarray(joint / joint.sum(axis=1, keepdims=True))


def mixes(pool: Pool, rng: np.random.Generator) -> Iterator[tuple[str, Real]]:
    """Class mixes of months, each with what kind it is."""
    size = len(pool.mix)
    for k in range(size):
        for factor in (_FACTOR, 1 / _FACTOR):
            raised = pool.mix.copy()
            raised[k] *= factor
            yield "one condition, four-fold", raised / raised.sum()
    for _ in range(60):
        spread = pool.mix * _FACTOR ** rng.uniform(-1, 1, size)
        yield "every condition, up to four-fold", spread / spread.sum()
    for _ in range(20):
        yield "none", pool.mix


def estimated(pool: Pool) -> list[dict[str, object]]:
    """What the estimated mix costs against the true one, and how often intervals hold it.

    By the scores, and by the exact posterior in their place.
    """
    exact = replace(pool, told=pool.exact)
    return [*_estimated(pool, "scores"), *_estimated(exact, "exact posterior")]


def _estimated(pool: Pool, by: str) -> list[dict[str, object]]:
    rng = np.random.default_rng(1)
    found: dict[str, list[tuple[float, float]]] = {}
    for kind, mix in mixes(pool, rng):
        told = pool.told[pool.month(mix, _MONTH, rng)]
        mine = estimate_mix(told, pool.mix)
        excess = pool.loss(mine.share, mix) - pool.loss(mix, mix)
        held = float(((mine.low <= mix) & (mix <= mine.high)).mean())
        found.setdefault(kind, []).append((excess, held))
    return [
        {
            "probabilities": by,
            "conditions that are off": kind,
            "months": len(figures),
            "excess, nats": float(np.mean([excess for excess, _ in figures])),
            "worst": float(max(excess for excess, _ in figures)),
            "intervals that hold": float(np.mean([held for _, held in figures])),
        }
        for kind, figures in found.items()
    ]


def assessed(pool: Pool, cases: pa.Table) -> Assessment:
    """The assessment of scored rows, counted as those of a file are."""
    vocabulary = load_vocabulary()
    columns = columns_of(cases.column_names, "rows", NO_MAPPING, vocabulary)
    file = ScoredFile("rows", columns, Tally(len(vocabulary.findings)))
    counter = prepare((columns, "rows", b""))
    for batch in cases.combine_chunks().to_batches():
        tally, kept = count_block(counter, (0, batch))
        file.tally.add(tally)
        file.sample.add(kept)
    return assess(file, None, pool.bundle, vocabulary)


def compared(pool: Pool) -> list[dict[str, object]]:
    """How often something is flagged, where nothing changed and where one thing did."""
    vocabulary, rng = load_vocabulary(), np.random.default_rng(2)
    lines = [_line("equal months: anything at all", _equal(pool, rng))]
    lines.append(_line("one month beside the bundle: anything at all", _beside(pool, rng)))
    rates = [f.id for f in vocabulary.findings if f.kind == "yes_no"]
    lines.append(_line("a rate moved by 12 points", _moved(pool, rates, rng)))
    commoner = (_commoner(pool, k, rng) for k in range(len(pool.mix)) for _ in range(3))
    lines.append(_line("a condition of 2 % four times as common", list(commoner)))
    return lines


def _line(what: str, found: list[bool]) -> dict[str, object]:
    return {"what": what, "comparisons": len(found), "flagged": float(np.mean(found))}


def _equal(pool: Pool, rng: np.random.Generator) -> list[bool]:
    out = []
    for _ in range(200):
        spread = pool.mix * _FACTOR ** rng.uniform(-1, 1, len(pool.mix))
        months = (pool.month(spread / spread.sum(), _MONTH, rng) for _ in range(2))
        first, second = (assessed(pool, pool.scored.take(rows)) for rows in months)
        out.append(bool(flagged(changes(first, second, load_vocabulary()))))
    return out


def _beside(pool: Pool, rng: np.random.Generator) -> list[bool]:
    out = []
    for _ in range(100):
        found = assessed(pool, pool.scored.take(pool.month(pool.mix, _MONTH, rng)))
        share = found.mix.share if found.mix else pool.mix
        world = Expected.under(pool.bundle, found.within, share, load_vocabulary())
        out.append(bool(flagged(departures(found, world, load_vocabulary()))))
    return out


def _moved(pool: Pool, names: list[str], rng: np.random.Generator, tries: int = 80) -> list[bool]:
    out: list[bool] = []
    for name in rng.permutation(names).tolist():
        filled = np.flatnonzero(np.asarray(pc.is_valid(pool.scored[name])))
        yes = np.asarray(pc.equal(pool.scored[name].take(filled).cast(pa.string()), "yes"))
        if len(filled) < 4 * _MONTH or not _MOVED < yes.mean() < 1 - _MOVED or len(out) == tries:
            continue
        rate = yes.mean() + _MOVED * (1 if yes.mean() < 0.5 else -1)
        blank = np.setdiff1d(np.arange(_POOL), filled)
        files = []
        for wanted in (float(yes.mean()), rate):
            positive = rng.binomial(_MONTH, wanted)
            rows = [rng.choice(filled[yes], positive), rng.choice(filled[~yes], _MONTH - positive)]
            more = int(_MONTH * len(blank) / len(filled))
            files.append(np.concatenate([*rows, rng.choice(blank, more)] if more else rows))
        first, second = (assessed(pool, pool.scored.take(rows)) for rows in files)
        found = flagged(changes(first, second, load_vocabulary()))
        out.append(any(one.kind == "finding" and one.name == name for one in found))
    return out


def _commoner(pool: Pool, k: int, rng: np.random.Generator) -> bool:
    name = load_vocabulary().condition_ids[k]
    months = []
    for share in (0.02, 0.02 * _FACTOR):
        mix = pool.mix * (1 - share) / (1 - pool.mix[k])
        mix[k] = share
        months.append(pool.month(mix, _MONTH, rng))
    first, second = (assessed(pool, pool.scored.take(rows)) for rows in months)
    found = flagged(changes(first, second, load_vocabulary()))
    return any(one.kind == "condition" and one.name == name for one in found)


def costs(pool: Pool, model: Path, rows: int) -> list[dict[str, object]]:
    """What it takes to report on many rows: the pool's, again and again."""
    lines: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in ("scored.csv", "scored.parquet"):
            path = Path(folder) / name
            _write(pool.scored, path, rows)
            page = [f"--out={path.with_suffix('.html')}", f"--json={path.with_suffix('.json')}"]
            command = [sys.executable, "-m", "serve", "report", str(path), *page]
            cost = timed([*command, "--model", str(model), "--reference", "bundle"])
            lines.append(
                {"file": name, "rows": rows, "s": cost.seconds, "cpu s": cost.cpu_seconds,
                 "MiB": cost.mebibytes}
            )  # fmt: skip
            path.unlink()
    return lines


def _write(cases: pa.Table, path: Path, rows: int) -> None:
    if path.suffix == ".parquet":
        many = cases.take(np.resize(np.arange(len(cases)), rows))
        pq.write_table(many, path, row_group_size=1 << 16)
        return
    batches = cases.to_batches(max_chunksize=1 << 14)
    lines = [line for batch in batches for line in lines_of_table(batch)]
    with path.open("wb") as file:
        file.write(",".join(cases.column_names).encode() + b"\n")
        for begin in range(0, rows, len(lines)):
            file.write(b"\n".join(lines[: rows - begin]) + b"\n")


def report(model: Path, rows: int) -> str:
    """Every figure as text."""
    pool = Pool.of(model)
    shown = {"excess, nats": ".4f", "worst": ".4f", "intervals that hold": ".1%"}
    cost = {"rows": ",", "s": ".1f", "cpu s": ".1f", "MiB": ".0f"}
    return "\n\n".join(
        [
            f"model {pool.bundle.model_version}, months of {_MONTH:,} rows, class mix estimated "
            "without labels:\nexcess over the log-loss under the true mix, and 90 % intervals",
            table(estimated(pool), {"months": "d", **shown}),
            "what is flagged between two months of as many rows, and beside the bundle",
            table(compared(pool), {"comparisons": "d", "flagged": ".1%"}),
            "what a report costs on two cores, page and facts",
            table(costs(pool, model, rows), cost),
        ]
    )


def main() -> None:
    """Measure and tell."""
    parser = options(__doc__, model=True, out="report.txt")
    parser.add_argument("--rows", type=int, default=1_000_000)
    given = parser.parse_args()
    tell(report(given.model, given.rows), given.out)


if __name__ == "__main__":
    main()
