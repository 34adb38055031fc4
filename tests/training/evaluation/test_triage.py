"""Triage beside what cases need, on answers made up for the purpose."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from data_gen.vocabulary import TRIAGE_LEVELS, load
from data_gen.world import World
from serve.model.components import Components
from serve.triage import EMERGENCY, Causes
from training.bundles.loaded import LoadedBundle, Told
from training.data.knowledge_facts import read_facts
from training.data.labelled import LabelledCases
from training.data.vignettes import Answered, Vignettes, read_vignettes
from training.evaluation.groups import by_age, by_asked, by_sex
from training.evaluation.triage import Triaged, fresh_vignettes, levelled, needed
from training.evaluation.triage_metrics import TriageOutcome, of_labelled, of_vignettes
from training.promotion.checks.comparison_data import missed_emergencies

VOCABULARY = load()
N = len(VOCABULARY.findings)
SEPTIC, CLOT = "infection/septic_joint", "deep_vein_thrombosis"


@dataclass(frozen=True)
class Declared:
    """A bundle of which only the manifest is read."""

    components: list[dict[str, Any]] = field(default_factory=lambda: read_facts().components)

    @property
    def manifest(self) -> dict[str, Any]:
        """What it declares of components."""
        return {"components": self.components}


def _bundle(declared: Declared) -> LoadedBundle:
    return cast("LoadedBundle", declared)


@pytest.fixture(scope="module")
def vignettes(project: Path, world: World) -> Vignettes:
    """Vignettes with the level that each one's component needs."""
    folder = project / "build" / "vignettes"
    read = read_vignettes(folder / "test.parquet", folder / "test_truth.parquet", VOCABULARY)
    return levelled(read, world)


def _told(vignettes: Vignettes, declared: Declared, blur: float) -> Told:
    """The exact posterior of vignettes with a share spread over all components."""
    components = Components.of(declared.manifest, VOCABULARY.condition_ids)
    assert components is not None
    place = {name: k for k, name in enumerate(vignettes.components)}
    exact = vignettes.posterior[:, [place[c.id] for c in components.listed]].astype(np.float64)
    by_cause = exact * (1 - blur) + blur / exact.shape[1]
    return Told(vignettes.exact, by_cause, Causes.of(components, VOCABULARY))


def test_each_share_is_of_those_it_speaks_of() -> None:
    """Sensitivity is of emergencies, over-triage of those without hurry, by each part and both."""
    needs = np.array([0, 0, 1, 2, 2, 2, 3])
    overrides, model = np.array([1, 4, 4, 1, 4, 4, 4]), np.array([2, 2, 2, 2, 0, 2, 3])
    said = Triaged(overrides, model, np.minimum(overrides, model), np.zeros((7, 2)))
    found = TriageOutcome.known(said, needs)
    figures, levels = found.figures(), found.by_level()
    assert (figures["emergencies"], figures["sensitivity"]) == (2, 0.5)
    assert (figures["without_hurry"], figures["raised"]) == (4, 0.5)
    assert (figures["raised_by_overrides"], figures["raised_by_model"]) == (0.25, 0.25)
    assert levels["urgent"]["together"] == 0
    routine = {"by_overrides": 1, "by_model": 1, "together": 2, "as_emergency": 1}
    assert levels["routine"]["cases"] == 3
    for name, count in routine.items():
        assert levels["routine"][name] == pytest.approx(count / 3, abs=1e-6)


def test_a_share_of_nobody_is_none() -> None:
    """Where nobody needs a level there is no share, and no figure stands for it."""
    routine = np.full(3, 2)
    found = TriageOutcome.known(Triaged(routine, routine, routine, np.zeros((3, 2))), routine)
    assert found.figures()["sensitivity"] is None
    assert found.by_level()["emergency"]["together"] is None


def test_known_levels_are_what_came_of_a_risk() -> None:
    """A risk of 0.6 where one of two is an emergency and both are urgent is off by 0.1 and 0.4."""
    rank = np.zeros(2, dtype=np.int64)
    said = Triaged(rank, rank, rank, np.full((2, 2), 0.6))
    figures = TriageOutcome.known(said, np.array([0, 1])).figures()
    assert figures["risk_emergency_error"] == pytest.approx(0.1)
    assert figures["risk_urgent_or_above_error"] == pytest.approx(0.4)


@pytest.mark.parametrize("order", [1, -1], ids=["as in the world", "the other way round"])
def test_the_exact_posterior_has_no_error_of_risk(vignettes: Vignettes, order: int) -> None:
    """Risks are measured against the exact ones, component by component in any order."""
    declared = Declared(read_facts().components[::order])
    exact, blurred = (
        of_vignettes(_bundle(declared), vignettes, _told(vignettes, declared, b), VOCABULARY)
        for b in (0.0, 0.3)
    )
    errors = ("risk_emergency_error", "risk_urgent_or_above_error")
    assert [exact.figures()[name] for name in errors] == [0, 0]
    assert min(blurred.figures()[name] for name in errors) > 0.005


def test_errors_of_risk_are_weighed_as_the_safety_mix_has_cases(vignettes: Vignettes) -> None:
    """An emergency counts for less in the error than in the vignettes, where it is commoner."""
    declared = Declared()
    told = _told(vignettes, declared, 0.0)
    found = of_vignettes(_bundle(declared), vignettes, told, VOCABULARY)
    mean = np.average(found.risks[:, 0], weights=found.weight)
    shares = {c["id"]: c["safety"] for c in declared.components if c["triage"] == "emergency"}
    assert mean == pytest.approx(sum(shares.values()), abs=0.01)
    assert (found.needs == EMERGENCY).mean() > 2 * mean


def test_what_a_case_needs_is_its_components_level(vignettes: Vignettes, world: World) -> None:
    """A septic joint is an emergency among urgent infections; an unknown part is its condition."""
    urgent = TRIAGE_LEVELS.index("urgent")
    infection = VOCABULARY.condition_ids.index("infection")
    some = replace(
        vignettes,
        component=np.array([SEPTIC, "infection/cellulitis", "infection/of_yesterday"], object),
        label=np.full(3, infection),
    )
    assert {SEPTIC, "infection/cellulitis"} <= {c.id for c in world.components}
    assert levelled(some, world).needs.tolist() == [EMERGENCY, urgent, urgent]  # type: ignore[union-attr]
    assert needed(replace(some, needs=None), VOCABULARY).tolist() == [urgent] * 3


def test_the_gate_counts_emergencies_by_component(world: World) -> None:
    """Fresh vignettes know their component's level, and one among other causes can be missed."""
    fresh = fresh_vignettes(world, 3000, seed=5, forms=True)
    other = fresh.label == VOCABULARY.condition_ids.index("other_cause")
    assert fresh.needs is not None
    assert set(fresh.needs[other]) == {0, 1, 2, 3}
    cases = np.full((2, N), -1, dtype=np.float32)
    cases[:, VOCABULARY.column("age_years")] = 30
    two = np.flatnonzero(other)[:2]
    bare = Answered(cases, fresh.label[two], fresh.exact[two], needs=np.array([0, 2]))
    own = np.eye(len(VOCABULARY.conditions))[bare.label]
    told = Told(own, own, Causes.of(None, VOCABULARY))
    assert missed_emergencies(bare, told, VOCABULARY).tolist() == [True]


def test_labelled_cases_count_where_their_level_is_known() -> None:
    """A clot may need either level, by its component: it is left out; an ischaemic leg counts."""
    conditions = ("acute_limb_ischemia", CLOT, "other_cause", "doms")
    label = np.array([VOCABULARY.condition_ids.index(name) for name in conditions])
    values = np.full((4, N), np.nan)
    values[:, VOCABULARY.column("age_years")] = 30
    cases = np.full((4, N), -1, dtype=np.float32)
    labelled = LabelledCases(values, cases, label, np.ones(4, np.bool_))
    own = np.eye(len(VOCABULARY.conditions))[label]
    told = Told(own, own, Causes.of(None, VOCABULARY))
    found = of_labelled(_bundle(Declared()), labelled, told, VOCABULARY)
    assert found.needs.tolist() == [EMERGENCY, TRIAGE_LEVELS.index("self_care")]


@pytest.mark.parametrize("by", [by_age, by_sex, by_asked])
def test_each_case_is_in_one_group(vignettes: Vignettes, by: Any) -> None:
    """Groups part the cases, unknown age and sex included, and hold one each."""
    cases = vignettes.cases.copy()
    for place, age in enumerate((0, 39, 40, 64, 65, 120, -1, -2)):
        cases[place, VOCABULARY.column("age_years")] = age
    cases[0, VOCABULARY.column("sex")] = -2
    cases[1, 2:] = -2
    rows = np.stack(list(by(cases, VOCABULARY).values()))
    assert (rows.sum(axis=0) == 1).all()
    assert rows.any(axis=1).all()
    assert len(rows) > 1
