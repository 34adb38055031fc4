"""The classifier on 100,000 fresh vignettes: how far it is from the exact posterior, everywhere.

    python -m benchmarks.excess --model models/leg_pain --out benchmarks/excess.txt

The pipeline's own report (`reports/`) says the same of the 20,000 vignettes of its hold-out.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from data_gen.profiles import load_knowledge
from data_gen.sampler import Plan, sample_to_files
from data_gen.vocabulary import Vocabulary, load
from data_gen.world import build_world
from training.bundles.loaded import open_contender
from training.data.labelled import LabelledCases
from training.data.real_cases import read_real_cases
from training.data.vignettes import Vignettes, read_vignettes
from training.evaluation.evaluate import Evaluation, evaluate
from training.model.calibrate import TRAINING
from training.params import read_params
from training.paths import pair

_SEED = 720_001
_SHOWN = 10  # of the cells with the greatest excess


def fresh(rows: int, vocabulary: Vocabulary) -> Vignettes:
    """Vignettes that no fit and no report has seen."""
    with tempfile.TemporaryDirectory() as folder:
        cases, truth = pair(Path(folder), "fresh")
        plan = Plan(rows, _SEED, TRAINING, cases, truth, 2)
        sample_to_files(build_world(load_knowledge()), plan, lambda _: None)
        return read_vignettes(cases, truth, vocabulary)


def report(found: Evaluation) -> str:
    """The figures as text."""
    seen = found.metrics["vignettes"]
    judged = sorted(
        (cell for cell in found.cells if cell["judged"]), key=lambda cell: -cell["excess"]
    )
    start = found.metrics["excess_of_additive_start"]
    lines = [
        f"Bundle {found.version} on {seen['rows']:,} fresh vignettes",
        "",
        f"excess over the exact posterior     {seen['excess']:.4f} nats",
        f"  of the additive start             {start:.4f}",
        f"  of the mixture before the trees   {found.metrics['excess_of_mixture_start']:.4f}",
        f"top-1                               {100 * seen['top1']:.2f} %, "
        f"exact {100 * seen['top1_of_exact']:.2f} %",
        f"top-3                               {100 * seen['top3']:.2f} %, "
        f"exact {100 * seen['top3_of_exact']:.2f} %",
        f"class-wise calibration error        {seen['calibration_error']:.4f}, "
        f"worst condition {seen['worst_calibration_error']:.4f}",
        f"emergencies placed below urgent     {100 * seen['emergencies_below_urgent']:.2f} %",
        "",
        f"Cells of condition, age and sex that hold 1 % of the cases: {len(judged)}; the worst:",
    ]
    for cell in judged[:_SHOWN]:
        name = f"{cell['condition']}, {cell['age']}, {cell['sex']}"
        lines.append(f"  {name:52} {cell['excess']:.4f} ({cell['rows']} cases)")
    return "\n".join([*lines, ""])


def main() -> None:
    """Measure, print, and write the text."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--model", type=Path, default=Path("models/leg_pain"))
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    vocabulary, params = load(), read_params().evaluate
    vignettes = fresh(given.rows, vocabulary)
    real = read_real_cases(params.real_cases, vocabulary)
    none = LabelledCases(
        real.values[:0], vignettes.cases[:0], vignettes.label[:0], vignettes.label[:0] > 0
    )
    bundle = open_contender(given.model)
    text = report(evaluate(bundle, vignettes, real, none, vocabulary, params))
    print(text)
    if given.out:
        given.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
