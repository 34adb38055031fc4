"""Cases of a few typical findings: what the documents call typical is found, and what they fear."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from data_gen.inference import ExactPosterior
from data_gen.look_alikes.marginals import Marginals, build_marginals
from data_gen.look_alikes.sparse import SIZES, sparse_records
from data_gen.profiles import Knowledge
from data_gen.profiles.frequency_words import band_of
from data_gen.vocabulary import NOT_ASKED
from data_gen.vocabulary.complete import complete
from data_gen.world import World

Array = npt.NDArray[np.float64]
Cells = dict[str, str | float]
TYPICAL = ("frequent", "very frequent")
LEAST = 3  # findings that a picture of a document has


@pytest.fixture(scope="module")
def posterior(world: World) -> ExactPosterior:
    """The exact posterior of the knowledge."""
    return ExactPosterior(world)


@pytest.fixture(scope="module")
def marginals(world: World) -> Marginals:
    """How often each value of a finding is met in each condition."""
    return build_marginals(world)


def row(world: World, cells: Cells, other: float = NOT_ASKED) -> Array:
    """One case of these cells; `other` says what all others are."""
    out = np.full((1, len(world.vocabulary.findings)), other)
    for name, cell in cells.items():
        finding = world.vocabulary.finding(name)
        out[0, finding.column] = finding.code(cell) if isinstance(cell, str) else cell
    return out


def first(world: World, probability: Array) -> str:
    """The condition that comes first."""
    return world.vocabulary.condition_ids[int(np.argmax(probability))]


def pictured(knowledge: Knowledge, world: World, marginals: Marginals, condition: str) -> Cells:
    """What the documents call typical of a condition, as cells that fit together.

    Of several places that are named the commonest is taken, and so is the commonest value of a
    choice; numbers are left out.
    """
    place = world.vocabulary.condition_ids.index(condition)
    named: dict[str, float] = {}
    for statement in knowledge.statements.values():
        band = band_of(statement.get("word") or "", knowledge.studies)
        typical = band is not None and band.name in TYPICAL
        about = statement["kind"] == "finding" and statement["condition"] == condition
        if about and typical and statement.get("direction") == "raises":
            named |= {
                f: float(np.argmax(_values(world, marginals, f, place)))
                for f in statement["findings"]
                if world.vocabulary.finding(f).kind != "number"
            }
    sites = sorted(
        (f for f in named if f.startswith("site_")), key=lambda f: marginals.of[f][place][1]
    )
    cells: Cells = {}
    for name, value in named.items():
        trial = {**cells, name: 1.0 if world.vocabulary.finding(name).kind == "yes_no" else value}
        if name in sites[:-1] or complete(row(world, trial, np.nan), world.vocabulary).conflicts:
            continue
        cells = trial
    return cells


def _values(world: World, marginals: Marginals, finding: str, place: int) -> Array:
    """The shares of a finding's values in a condition, but for `none`."""
    words = world.vocabulary.finding(finding).words
    shares = marginals.of[finding][place][: len(words)]
    return np.where([word == "none" for word in words], -1.0, shares)


@pytest.mark.parametrize("mix", ["clinic", "training"])
def test_what_the_documents_call_typical_is_found(
    knowledge: Knowledge, world: World, posterior: ExactPosterior, marginals: Marginals, mix: str
) -> None:
    """A case of only what they call typical, or worse, has its condition first."""
    pictures = {
        condition: pictured(knowledge, world, marginals, condition)
        for condition in world.vocabulary.condition_ids
    }
    pictures = {condition: cells for condition, cells in pictures.items() if len(cells) >= LEAST}
    assert len(pictures) >= 7
    for condition, cells in pictures.items():
        found = posterior(row(world, cells), world.mix(mix)).probability[0]
        assert first(world, found) == condition, (condition, cells)


FEARED: list[tuple[str, Cells]] = [
    ("critical_limb_ischemia", {
        "age_years": 70, "sex": "male", "smoking": "current", "severity": 9, "rest_pain": "yes",
        "night_pain": "yes", "site_foot": "yes", "side": "both"}),
    ("critical_limb_ischemia", {"rest_pain": "yes", "night_pain": "yes", "relief_leg_down": "yes"}),
    ("critical_limb_ischemia", {"gangrene": "yes", "site_foot": "yes"}),
    ("other_cause", {"age_years": 11, "sex": "male", "site_heel": "yes", "worse_impact": "yes"}),
    ("other_cause", {"age_years": 44, "onset": "sudden", "pop_felt": "yes", "push_off_lost": "yes",
                     "site_achilles": "yes"}),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "cells"), FEARED, ids=[str(c) for _, c in FEARED])
@pytest.mark.parametrize("blank", [NOT_ASKED, np.nan], ids=["not asked", "blank"])
def test_what_is_feared_is_not_taken_for_what_is_common(
    world: World, posterior: ExactPosterior, condition: str, cells: Cells, blank: float
) -> None:
    """Pain at rest and by night is no cramp, a child's heel no fasciitis, a snap no strain."""
    found = posterior(row(world, cells, blank), world.mix("training")).probability[0]
    assert first(world, found) == condition


def test_sparse_records_of_the_named_conditions_are_found(world: World) -> None:
    """Eight typical findings alone bring the condition of every presentation of the nineteen."""
    records = [r for r in sparse_records(world) if r.condition != "other_cause"]
    for record in records:
        assert first(world, record.probability[SIZES.index(8)]) == record.condition, record


def test_what_came_on_top_began_with_the_old(world: World) -> None:
    """A new clot in an old swollen leg began years ago and changed days ago, in most."""
    group = next(g for g in world.groups if g.id == "duration_days")
    atoms = [atom.id for atom in world.people.atoms]
    old = "chronic_venous_insufficiency/venous_claudication"
    pair = atoms.index(f"deep_vein_thrombosis/calf+{old}")
    alone = atoms.index("deep_vein_thrombosis/calf")
    edges = world.bins["duration_days"].edges
    began, changed = np.nan_to_num(group.codes, nan=-1).T
    long = began >= np.searchsorted(edges, 90)
    fresh = (changed >= 0) & (changed < np.searchsorted(edges, 30))
    assert group.prob[0, alone, 0, long].sum() < 0.01
    assert group.prob[0, pair, 0, long].sum() > 0.4
    assert group.prob[0, pair, 0, long & fresh].sum() > 0.9 * group.prob[0, pair, 0, long].sum()
