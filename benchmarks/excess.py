"""The classifier on 100,000 fresh vignettes: how far it is from the exact posterior, everywhere.

    python -m benchmarks.excess --model models/leg_pain --out benchmarks/excess.txt

The pipeline's own report (`reports/`) says the same of the 20,000 vignettes of its hold-out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.output import options, table, tell
from data_gen.profiles import load_knowledge
from data_gen.sampler import Plan, sample_to_files
from data_gen.vocabulary import load
from data_gen.world import build_world
from training.bundles.loaded import read_bundle
from training.data.labelled import LabelledCases
from training.data.real_cases import read_real_cases
from training.data.vignettes import Vignettes, read_vignettes
from training.evaluation.documents import headline
from training.evaluation.evaluate import Evaluation, evaluate
from training.evaluation.triage import levelled
from training.model.calibrate import TRAINING
from training.params import read_params
from training.paths import pair

_SEED = 720_001
_SHOWN = 10  # of the cells with the greatest excess


def fresh(rows: int) -> Vignettes:
    """Vignettes that no fit and no report has seen."""
    world = build_world(load_knowledge())
    with tempfile.TemporaryDirectory() as folder:
        cases, truth = pair(Path(folder), "fresh")
        plan = Plan(rows, _SEED, TRAINING, cases, truth, 2)
        sample_to_files(world, plan, lambda _: None)
        return levelled(read_vignettes(cases, truth, world.vocabulary), world)


def report(found: Evaluation) -> str:
    """The figures as text."""
    judged = sorted(
        (cell for cell in found.cells if cell["judged"]), key=lambda cell: -cell["kl_to_exact"]
    )
    worst = [
        {"": ", ".join((cell["condition"], cell["age"], cell["sex"])),
         "excess": cell["kl_to_exact"], "cases": cell["rows"]}
        for cell in judged[:_SHOWN]
    ]  # fmt: skip
    return "\n".join(
        [
            f"Bundle {found.version} on {found.metrics['vignettes']['rows']:,} fresh vignettes",
            "",
            table([_as_text(row) for row in headline(found.metrics)], {}),
            "",
            f"Cells of condition, age and sex with 1 % of the cases: {len(judged)}; the worst:",
            table(worst, {"excess": ".4f", "cases": ","}),
        ]
    )


def _as_text(row: Mapping[str, object]) -> dict[str, object]:
    return {k: f"{v:.4f}" if isinstance(v, float) else v for k, v in row.items()}


def main() -> None:
    """Measure, print, and write the text."""
    parser = options(__doc__, model=True)
    parser.add_argument("--rows", type=int, default=100_000)
    given = parser.parse_args()
    vocabulary = load()
    vignettes = fresh(given.rows)
    real = read_real_cases(read_params().evaluate.real_cases, vocabulary)
    none = LabelledCases(
        real.values[:0], vignettes.cases[:0], vignettes.label[:0], vignettes.label[:0] > 0
    )
    bundle = read_bundle(given.model)
    text = report(evaluate(bundle, vignettes, real, none, vocabulary))
    tell(text, given.out)


if __name__ == "__main__":
    main()
