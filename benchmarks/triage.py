"""Triage of sampled patients and of real cases: who is raised, who is missed, and the risks.

    python -m benchmarks.triage --model models/leg_pain --out benchmarks/triage.txt

Fresh patients as common as in the clinic mix, and a tenth as many emergencies and urgent ones each,
as common among themselves as there. What a patient needs is the level of their component.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.forms import TWELVE
from benchmarks.output import options, table, tell
from data_gen.inference import ExactPosterior
from data_gen.profiles import load_knowledge
from data_gen.vocabulary import NOT_ASKED
from data_gen.vocabulary.complete import complete
from data_gen.world import World, build_world
from serve.overrides.asking import ALARMS, HINTS
from serve.overrides.compiled import TESTS
from serve.overrides.logic import TRUE
from serve.overrides.matrix.states import read_matrix
from serve.triage import EMERGENCY, URGENT
from training.bundles.loaded import LoadedBundle, read_bundle
from training.data.features import encoded
from training.data.real_cases import read_real_cases
from training.evaluation.real_metrics import score_real
from training.evaluation.triage import Triaged, ranks, risks, triaged
from training.evaluation.triage_metrics import TriageOutcome
from training.model.calibrate import TRAINING, Drawn, draw
from training.params import read_params

Real = npt.NDArray[np.float64]
_SEEDS = {"clinic": 740_001, "emergency": 740_002, "urgent": 740_003}
_ALARMING = ALARMS | HINTS | {
    "chest_pain", "breathlessness", "syncope_or_haemoptysis", "saddle_numbness",
    "bladder_bowel_change",
}  # fmt: skip
"""Findings that point at danger, alone or in company."""


@dataclass(frozen=True)
class Records:
    """One way in which patients are recorded."""

    name: str
    world: World
    forms: bool = False
    asked: tuple[str, ...] = ()
    """The findings that are asked, where not all are."""

    def drawn(self, mix: Real, rows: int, seed: int) -> Drawn:
        """Fresh patients under a mix of components."""
        found = draw(self.world, mix, rows, seed, forms=self.forms)
        if not self.asked:
            return found
        asked = np.isin(self.world.vocabulary.finding_ids, self.asked)
        values = np.where(asked, found.values, NOT_ASKED)
        cases = encoded(values, self.world.vocabulary)
        return replace(found, values=values, cases=cases)


def records(world: World) -> Iterator[Records]:
    """The ways that are measured."""
    yield Records("whole records", world)
    yield Records("complete records", world.complete())
    yield Records("forms of any make", world, forms=True)
    yield Records(f"{len(TWELVE)} columns", world, asked=TWELVE)


def measured(kept: Records, bundle: LoadedBundle, rows: int) -> dict[str, object]:
    """The figures of one way of recording, a line of the table."""
    clinic, rank = kept.world.mix("clinic"), ranks(kept.world.components)
    found = _clinic(kept, bundle, kept.drawn(clinic, rows, _SEEDS["clinic"])).figures()
    emergency, urgent = (
        kept.drawn(_only(clinic, rank == level), rows // 10, _SEEDS[name])
        for level, name in ((EMERGENCY, "emergency"), (URGENT, "urgent"))
    )
    return {
        "records": kept.name,
        "overrides": found["raised_by_overrides"],
        "model": found["raised_by_model"],
        "together": found["raised"],
        "emergencies": _hurried(_said(emergency, bundle, kept.world)),
        "urgent": _hurried(_said(urgent, bundle, kept.world)),
        "bland": 1 - _alarming(emergency, kept.world).mean(),
        "risk E": found["risk_emergency_error"],
        "risk E+U": found["risk_urgent_or_above_error"],
    }


def _only(mix: Real, kept: npt.NDArray[np.bool_]) -> Real:
    return np.asarray(mix * kept / mix[kept].sum())


def _clinic(kept: Records, bundle: LoadedBundle, drawn: Drawn) -> TriageOutcome:
    """The triage of patients of the clinic mix, beside exact risks under the safety mix."""
    world = kept.world
    told = bundle.answer(drawn.cases, world.vocabulary)
    exact = ExactPosterior(world)(drawn.values, world.mix(TRAINING), workers=2).atoms
    consulting = exact @ (world.mix("clinic") / world.mix(TRAINING))
    return TriageOutcome(
        triaged(drawn.values, told, world.vocabulary),
        ranks(world.components)[drawn.component],
        risks(told.causes, exact),
        exact @ told.causes.weight / consulting,
    )


def _said(drawn: Drawn, bundle: LoadedBundle, world: World) -> Triaged:
    return triaged(drawn.values, bundle.answer(drawn.cases, world.vocabulary), world.vocabulary)


def _hurried(said: Triaged) -> float:
    return float((said.level <= URGENT).mean())


def _alarming(drawn: Drawn, world: World) -> npt.NDArray[np.bool_]:
    """(n_cases,) whether a test of an alarming finding holds in what is recorded."""
    codes = read_matrix(complete(drawn.values, world.vocabulary).present, world.vocabulary)
    columns = [place for place, test in enumerate(TESTS) if test.finding in _ALARMING]
    return np.asarray((codes[:, columns] == TRUE).any(axis=1))


def real_counts(bundle: LoadedBundle, path: Path, world: World) -> list[dict[str, object]]:
    """How many real cases of each kind are placed at urgent or above: by whom, of how many."""
    real = read_real_cases(path, world.vocabulary)
    said = score_real(bundle, real, world.vocabulary).triage
    kinds = {
        "emergencies (E)": real.triage == EMERGENCY,
        "urgent (U)": real.triage == URGENT,
        "benign (B)": real.triage > URGENT,
    }
    by = {"overrides": said.overrides, "model": said.model, "together": said.level}
    return [
        {"real cases": name, "of": int(rows.sum())}
        | {who: int((level[rows] <= URGENT).sum()) for who, level in by.items()}
        for name, rows in kinds.items()
    ]


def report(bundle: LoadedBundle, rows: int) -> str:
    """The tables as text."""
    world = build_world(load_knowledge())
    manifest = [component["id"] for component in bundle.manifest.get("components") or ()]
    if manifest != [component.id for component in world.components]:
        raise SystemExit(f"{bundle.folder}: its components are not those of today's knowledge")
    lines = [measured(kept, bundle, rows) for kept in records(world)]
    shares = dict.fromkeys(
        ("overrides", "model", "together", "emergencies", "urgent", "bland"), ".1%"
    )
    counts = dict.fromkeys(("of", "overrides", "model", "together"), "d")
    return "\n".join(
        [
            f"Bundle {bundle.version}, {rows:,} fresh patients of the clinic mix, {rows // 10:,} "
            "emergencies, as many urgent ones",
            "",
            table(lines, {**shares, "risk E": ".4f", "risk E+U": ".4f"}),
            "",
            "overrides, model, together: share of those who need a doctor some time or none that",
            "is raised to urgent or above. emergencies, urgent: share of them at urgent or above.",
            "bland: emergencies in whom nothing alarming is recorded. risk: calibration error of",
            "the chance of an emergency (E), and of urgent or above (E+U), under the safety mix.",
            "",
            table(real_counts(bundle, read_params().evaluate.real_cases, world), counts),
            "",
            "At urgent or above: by overrides alone, by the model alone, together.",
        ]
    )


def main() -> None:
    """Measure, print, and write the tables."""
    parser = options(__doc__, model=True)
    parser.add_argument("--rows", type=int, default=40_000)
    given = parser.parse_args()
    tell(report(read_bundle(given.model), given.rows), given.out)


if __name__ == "__main__":
    main()
