"""Measures scoring: a large file, a small one, memory, and the script it stands in for.

    .venv/bin/python -m benchmarks.scoring --rows 1000000

Every figure of one run is taken on the same machine, one after the other, so that ratios hold. The
cases are sampled, complete, and then half of their cells are blanked at random. The results are
printed and kept in benchmarks/scoring.json.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from data_gen.vocabulary import Finding, load
from data_gen.vocabulary.table import columns_from_values, values_from_table

ROOT = Path(__file__).resolve().parent.parent
DISTINCT = 20_000  # sampled people; each stands often in the large file, blanked afresh
_UNQUOTED = pa_csv.WriteOptions(quoting_style="none")
PLAIN = [sys.executable, "-m", "benchmarks.plain_script"]


def main() -> None:
    """Run every measurement and print what came out."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--plain-rows", type=int, default=100_000, help="rows for the plain script")
    parser.add_argument("--model", default=str(ROOT / "models" / "leg_pain"))
    parser.add_argument("--workers", default="2")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        results = measure(Path(scratch), arguments)
    text = json.dumps(results, indent=1)
    (ROOT / "benchmarks" / "scoring.json").write_text(text + "\n")
    print(text)


def measure(scratch: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Every figure, by name."""
    people = sampled_people(scratch)
    large, small, fair = scratch / "large.csv", scratch / "ten.csv", scratch / "fair.csv"
    write_cases(people, large, arguments.rows)
    write_cases(people, fair, arguments.plain_rows)
    write_cases(people, small, 10)
    options = ["--model", arguments.model]
    ours = timed([*score(large, scratch / "o.csv"), "--workers", arguments.workers, *options])
    startup = [timed([*score(small, scratch / "s.csv"), *options])["seconds"] for _ in range(5)]
    model = scratch / "plain.txt"
    timed([*PLAIN, "fit", str(scratch / "people.parquet"), str(model)])
    plain = timed([*PLAIN, "score", str(fair), str(model), str(scratch / "p.csv")])
    ours_rate, plain_rate = (
        arguments.rows / ours["seconds"],
        arguments.plain_rows / plain["seconds"],
    )
    return {
        "cpus": os.cpu_count(),
        "rows": arguments.rows,
        "bytes": large.stat().st_size,
        "seconds": round(ours["seconds"], 1),
        "rows_per_second": round(ours_rate),
        "peak_mebibytes": round(ours["mebibytes"]),
        "ten_cases_seconds": round(sorted(startup)[2], 2),
        "plain_script_rows_per_second": round(plain_rate),
        "ratio_to_plain_script": round(ours_rate / plain_rate, 2),
    }


def score(cases: Path, out: Path) -> list[str]:
    """The command that scores a file."""
    return [sys.executable, "-m", "serve", "score", str(cases), "--out", str(out)]


def timed(command: list[str]) -> dict[str, float]:
    """Seconds from start to end, and the most memory that the command and its children shared."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    most = 0.0
    while process.poll() is None:
        most = max(most, sum(map(mebibytes, family(process.pid))))
        time.sleep(0.02)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return {"seconds": time.perf_counter() - begun, "mebibytes": most}


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    found = [pid]
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent in found:
            found.append(int(path.parent.name))
    return found


def mebibytes(pid: int) -> float:
    """The memory of a process, pages shared with others counted in part; 0 where it is unknown."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    line = next((line for line in text.splitlines() if line.startswith("Pss:")), "Pss: 0 kB")
    return int(line.split()[1]) / 1024


def sampled_people(scratch: Path) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Complete records of sampled people, (n_cases, n_findings)."""
    path = scratch / "people.parquet"
    command = [sys.executable, "-m", "data_gen", "sample", "--rows", str(DISTINCT), "--seed", "77",
               "--complete", "--out", str(path)]  # fmt: skip
    subprocess.run(command, check=True, cwd=ROOT)
    return values_from_table(pq.read_table(path), load())


def write_cases(
    people: np.ndarray[tuple[int, int], np.dtype[np.float64]], path: Path, rows: int
) -> None:
    """A CSV of people drawn with replacement, half of their cells blank."""
    rng = np.random.default_rng(rows)
    header = pa.schema([("case_id", pa.string()), *((f.id, _type(f)) for f in load().findings)])
    writer = pa_csv.CSVWriter(path, header, write_options=_UNQUOTED)
    for begun in range(0, rows, DISTINCT):
        count = min(DISTINCT, rows - begun)
        values = people[rng.integers(0, len(people), count)]
        values[rng.random(values.shape) < 0.5] = np.nan
        ids = pa.array([f"case-{begun + n}" for n in range(count)])
        table = pa.table({"case_id": ids, **columns_from_values(values, load())})
        writer.write_table(table.cast(header))
    writer.close()


def _type(finding: Finding) -> pa.DataType:
    return pa.float64() if finding.kind == "number" else pa.string()


if __name__ == "__main__":
    main()
