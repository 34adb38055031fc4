"""Forms: cases of which only some findings are asked, beside the exact posterior of each form.

    python -m benchmarks.forms --model models/leg_pain --out benchmarks/forms.txt

Fresh patients, as many of each condition; figures are weighed as the training mix has them, risks
as the safety mix does. `facts` are three to eight recorded findings of a record, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.output import options, tell
from data_gen.inference import ExactPosterior
from data_gen.profiles import load_knowledge
from data_gen.vocabulary import NOT_ASKED
from data_gen.vocabulary.complete import complete
from data_gen.world import World, build_world
from serve.model.bundle import Bundle, load_bundle
from serve.model.predict import predict
from serve.model.prediction_sets import form_code
from serve.triage import Causes
from training.evaluation.metrics import binned_error, kl_to_exact
from training.evaluation.triage import risks
from training.model.calibrate import TRAINING, Drawn, draw
from training.model.conformal import coverage

Real = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
_SEED, _AGES = 730_001, np.arange(18, 96)
TWELVE = (
    "age_years", "sex", "diabetes", "smoking", "site_low_back", "site_knee", "site_calf",
    "onset", "duration_days", "worse_walking", "swelling", "numbness",
)  # fmt: skip
_TWENTY_FIVE = (
    *TWELVE, "hypertension", "recent_leg_injury", "previous_dvt", "active_cancer", "site_buttock",
    "site_thigh", "site_foot", "side", "severity", "rest_pain", "walking_distance_m", "relief_rest",
    "redness",
)  # fmt: skip
_FIRST = 46
_EIGHTY = (
    "severity", "onset", "duration_days", "worsening", "constant_pain", "rest_pain", "night_pain",
    "morning_stiffness", "first_step_pain", "worse_walking", "walking_distance_m", "worse_stairs",
    "worse_standing", "worse_sitting", "worse_bending_forward", "relief_rest", "relief_sitting",
    "relief_bending_forward", "numbness", "tingling", "weakness", "unsteady", "cool_limb",
    "colour_change_new", "nonhealing_sore", "swelling", "varicose_veins", "warmth", "redness",
    "bruising", "limp", "unable_to_bear_weight", "fever", "breathlessness",
)  # fmt: skip


@dataclass(frozen=True)
class Patients:
    """Fresh patients with what is asked of them, and how much each counts."""

    world: World
    drawn: Drawn
    weight: Real  # (n_cases,) of mean 1: as common as the training mix has them


@dataclass(frozen=True)
class Form:
    """What one form leads to: the figures of a line."""

    name: str
    right: float
    highest: float
    covered: float
    least: float
    most: float
    size: float
    excess: float
    components: float
    risks: tuple[float, float]

    def __str__(self) -> str:
        risks = " ".join(f"{error:9.4f}" for error in self.risks)
        return (
            f"{self.name:16} {self.right:6.3f} {self.highest:8.3f} {self.covered:8.3f} "
            f"{self.least:6.3f} {self.most:6.3f} {self.size:6.2f} {self.excess:8.4f} "
            f"{self.components:11.4f} {risks}"
        )


HEADER = (
    f"{'asked':16} {'right':>6} {'highest':>8} {'covered':>8} {'least':>6} {'most':>6} "
    f"{'size':>6} {'excess':>8} {'components':>11} {'emergency':>9} {'urgent':>9}"
)


def patients(world: World, rows: int) -> Patients:
    """Whole records, as many of each condition."""
    classes = world.class_mix(world.mix(TRAINING))
    drawn = draw(world, world.even, rows, _SEED)
    share = np.bincount(drawn.label, minlength=len(classes)) / len(drawn.label)
    return Patients(world, drawn, (classes / share)[drawn.label])


def forms(world: World, values: Real) -> Iterator[tuple[str, Mask]]:
    """The name of each form, and which findings it asks of each case: (n_cases, n_findings)."""
    vocabulary, n = world.vocabulary, len(values)
    rng = np.random.default_rng(_SEED)
    first = vocabulary.finding_ids[:_FIRST]
    yield "whole records", np.ones(values.shape, dtype=np.bool_)
    for names in ((*first, *_EIGHTY), first, _TWENTY_FIVE, TWELVE):
        asked = np.isin(vocabulary.finding_ids, names)
        yield f"{asked.sum()} listed", np.tile(asked, (n, 1))
    for size in (80, _FIRST, 25, 12):
        yield f"{size} at random", rng.random(values.shape).argsort(axis=1).argsort(axis=1) < size
    rank = np.where(np.isnan(values), 2.0, rng.random(values.shape)).argsort(axis=1).argsort(axis=1)
    yield "3 to 8 facts", (rank < rng.integers(3, 9, n)[:, None]) & ~np.isnan(values)


def measured(name: str, asked: Mask, found: Patients, bundle: Bundle) -> Form:
    """The figures of a form."""
    world, label = found.world, found.drawn.label
    values = np.where(asked, found.drawn.values, NOT_ASKED)
    completed = complete(values, world.vocabulary).values
    output = predict(bundle, completed)
    thresholds, own_parts = bundle.thresholds, output.own_components
    if thresholds is None or own_parts is None:
        raise SystemExit("the bundle has no prediction sets, or no components")
    causes = Causes.of(bundle.components, world.vocabulary)
    exact = ExactPosterior(world)(values, world.mix(TRAINING), workers=2)
    inside = thresholds.sets(output.own, form_code(completed, world.vocabulary))
    by_condition = coverage(inside, label)

    def mean(figures: Real) -> float:
        return float(np.average(figures, weights=found.weight))

    return Form(
        name,
        right=mean((output.own.argmax(axis=1) == label).astype(float)),
        highest=mean(output.own.max(axis=1)),
        covered=mean(inside[np.arange(len(label)), label].astype(float)),
        least=float(by_condition.min()),
        most=float(by_condition.max()),
        size=mean(inside.sum(axis=1).astype(float)),
        excess=mean(kl_to_exact(exact.probability, output.own)),
        components=mean(kl_to_exact(exact.atoms, own_parts)),
        risks=risk_errors(causes, own_parts, exact.atoms, found.weight),
    )


def risk_errors(causes: Causes, model: Real, exact: Real, weight: Real) -> tuple[float, float]:
    """Calibration error of the risks of an emergency, and of urgent or above.

    Both are sums over components under the safety mix; what is observed is the exact posterior's.
    """
    weight = weight * (exact @ causes.weight)  # as common as the safety mix has them
    told, true = (risks(causes, answer) for answer in (model, exact))
    errors = [binned_error(told[:, k], true[:, k], weight) for k in range(2)]
    return errors[0], errors[1]


def age_alone(bundle: Bundle, world: World) -> float:
    """The largest difference from the class mix by age, for cases that say an age alone."""
    values = np.full((len(_AGES), len(world.vocabulary.findings)), NOT_ASKED)
    values[:, world.vocabulary.column("age_years")] = _AGES
    completed = complete(values, world.vocabulary).values
    exact = ExactPosterior(world)(values, world.mix(TRAINING)).probability
    return float(np.abs(predict(bundle, completed).own - exact).max())


def report(bundle: Bundle, world: World, rows: int) -> Iterator[str]:
    """The table, line by line."""
    found = patients(world, rows)
    fewest = np.bincount(found.drawn.label).min()
    yield f"Bundle {bundle.model_version}, {rows:,} fresh patients, at least {fewest} a condition"
    yield ""
    yield HEADER
    for name, asked in forms(world, found.drawn.values):
        yield str(measured(name, asked, found, bundle))
    yield ""
    yield f"An age alone: at most {age_alone(bundle, world):.4f} from the class mix by age"
    yield ""
    yield "right: the cause comes first; highest: mean highest probability; covered, size: of"
    yield "prediction sets; least, most: covered in a condition; excess: nats over the exact"
    yield "posterior of the form, of conditions and of components; emergency, urgent: calibration"
    yield "error of the two risks under the safety mix."


def main() -> None:
    """Measure, print, and write the table."""
    parser = options(__doc__, model=True)
    parser.add_argument("--rows", type=int, default=42_000)
    given = parser.parse_args()
    world = build_world(load_knowledge())
    bundle = load_bundle(given.model, world.vocabulary)
    tell("\n".join(report(bundle, world, given.rows)), given.out)


if __name__ == "__main__":
    main()
