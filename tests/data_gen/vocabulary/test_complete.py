"""What follows from the cells of a case, and which contradict each other."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_gen.vocabulary import load
from data_gen.vocabulary.complete import Completed, complete, fill_implied

VOCABULARY = load()
Cells = dict[str, str | float]
Array = npt.NDArray[np.float64]


def row(**cells: str | float) -> Array:
    """One case; words for yes/no and choices, numbers for numbers."""
    values = np.full((1, len(VOCABULARY.findings)), np.nan)
    for name, cell in cells.items():
        finding = VOCABULARY.finding(name)
        values[0, finding.column] = finding.code(cell) if isinstance(cell, str) else cell
    return values


def cell(values: Array, name: str, case: int = 0) -> str | float | None:
    """A cell in words; None for unknown."""
    finding, value = VOCABULARY.finding(name), values[case, VOCABULARY.column(name)]
    if not math.isfinite(value):
        return None
    if finding.kind == "number":
        return float(value)
    return (("no", "yes") if finding.kind == "yes_no" else finding.values)[int(value)]


def done(**cells: str | float) -> Completed:
    """One case completed."""
    return complete(row(**cells), VOCABULARY)


IMPLIED: list[tuple[Cells, Cells]] = [
    ({"active_cancer": "yes"}, {"cancer_history": "yes"}),
    ({"cancer_history": "no"}, {"active_cancer": "no"}),
    ({"relief_standing": "yes"}, {"relief_rest": "yes", "worse_standing": "no"}),
    ({"relief_rest": "no"}, {"relief_standing": "no"}),
    ({"constant_pain": "yes"}, {"rest_pain": "yes", "painless": "no"}),
    ({"rest_pain": "no"}, {"constant_pain": "no"}),
    ({"foot_drop": "yes"}, {"weakness": "yes"}),
    ({"swelling": "none"}, {"swelling_sudden": "no"}),
    ({"stocking_pattern": "yes"}, {"side": "both"}),
    ({"side": "one"}, {"stocking_pattern": "no"}),
    ({"painless": "yes"}, {"quality_burning": "no", "rest_pain": "no", "constant_pain": "no"}),
    ({"quality_cramping": "yes"}, {"painless": "no"}),
    ({"severity": 3}, {"painless": "no", "severe_pain": "no"}),
    ({"relief_leg_raised": "yes"}, {"worse_leg_raised": "no"}),
    ({"walking_distance_m": 140}, {"starts_immediately": "no"}),
    ({"exercise_minutes": 2}, {"starts_immediately": "no"}),
    ({"relief_minutes": 5}, {"relief_rest": "yes"}),
    ({"temperature_c": 38.0}, {"fever": "yes"}),
    ({"temperature_c": 37.9}, {"fever": "no"}),
    ({"bmi": 30}, {"obesity": "yes"}),
    ({"bmi": 29.9}, {"obesity": "no"}),
    ({"severity": 8}, {"severe_pain": "yes"}),
    ({"severity": 7.5}, {"severe_pain": "no"}),
    ({"relief_minutes": 9}, {"relief_within_minutes": "yes", "relief_rest": "yes"}),
    ({"relief_minutes": 10}, {"relief_within_minutes": "no"}),
    ({"relief_within_minutes": "yes"}, {"relief_rest": "yes"}),
    ({"shin_part": "inner"}, {"site_shin": "yes"}),
    ({"new_statin": "yes"}, {"harmful_medicine": "yes"}),
    ({"weak_on_rising": "yes"}, {"weakness": "yes"}),
    ({"breathlessness": "no"}, {"breathlessness_new": "no"}),
]


@pytest.mark.parametrize(("given_", "follows"), IMPLIED, ids=[str(g) for g, _ in IMPLIED])
def test_what_is_implied_is_filled(given_: Cells, follows: Cells) -> None:
    """A cell that follows is filled for model and overrides alike, and marked as implied."""
    result = done(**given_)
    assert not result.conflicts
    for name, value in follows.items():
        assert cell(result.values, name) == value
        assert cell(result.present, name) == value
        assert result.implied[0, VOCABULARY.column(name)]


SILENT: list[tuple[Cells, str]] = [
    ({"cancer_history": "yes"}, "active_cancer"),
    ({"relief_rest": "yes"}, "relief_standing"),
    ({"weakness": "yes"}, "foot_drop"),
    ({"side": "both"}, "stocking_pattern"),
    ({"swelling": "one"}, "swelling_sudden"),
    ({"walking_distance_m": 139}, "starts_immediately"),
    ({"fever": "yes"}, "temperature_c"),
    ({"painless": "no"}, "quality_aching"),
    ({"worse_standing": "no"}, "relief_standing"),
    ({"severity": 0}, "painless"),
]


@pytest.mark.parametrize(("given_", "name"), SILENT, ids=[f"{g} {n}" for g, n in SILENT])
def test_what_does_not_follow_stays_unknown(given_: Cells, name: str) -> None:
    """An implication is not read backwards, and a threshold is exact."""
    result = done(**given_)
    assert cell(result.values, name) is None
    assert cell(result.present, name) is None
    assert not result.conflicts


CONFLICTS: list[Cells] = [
    {"active_cancer": "yes", "cancer_history": "no"},
    {"relief_standing": "yes", "relief_rest": "no"},
    {"relief_standing": "yes", "worse_standing": "yes"},
    {"relief_leg_raised": "yes", "worse_leg_raised": "yes"},
    {"painless": "yes", "quality_sharp": "yes"},
    {"painless": "yes", "severity": 1},
    {"swelling": "none", "swelling_sudden": "yes"},
    {"stocking_pattern": "yes", "side": "one"},
    {"starts_immediately": "yes", "walking_distance_m": 140},
    {"starts_immediately": "yes", "predictable_distance": "yes"},
    {"fever": "yes", "temperature_c": 37.0},
    {"fever": "no", "temperature_c": 39.0},
    {"obesity": "no", "bmi": 31},
    {"severe_pain": "no", "severity": 9},
    {"relief_minutes": 4, "relief_rest": "no"},
    {"relief_minutes": 30, "relief_within_minutes": "yes"},
    {"changed_days": 9, "duration_days": 3},
    {"walking_distance_m": 800, "farthest_walk_m": 200},
    {"exercise_minutes": 60, "farthest_walk_m": 200},
    {"heel_part": "under", "site_heel": "no"},
]


@pytest.mark.parametrize("cells", CONFLICTS, ids=map(str, CONFLICTS))
def test_conflicting_cells_are_unknown_to_the_model(cells: Cells) -> None:
    """Cells that cannot all be right are reported by name and withheld from the model."""
    result = done(**cells)
    assert tuple(sorted(cells)) in [conflict.findings for conflict in result.conflicts]
    assert {conflict.row for conflict in result.conflicts} == {0}
    for name in cells:
        assert cell(result.values, name) is None
        assert not result.implied[0, VOCABULARY.column(name)] or name == "exercise_minutes"


@pytest.mark.parametrize(
    ("cells", "name"),
    [
        ({"fever": "yes", "temperature_c": 36.5}, "fever"),
        ({"fever": "no", "temperature_c": 39.5}, "fever"),
        ({"weakness": "no", "foot_drop": "yes"}, "weakness"),
        ({"weakness": "no", "foot_drop": "yes"}, "foot_drop"),
        ({"severe_pain": "no", "severity": 9}, "severe_pain"),
        ({"rest_pain": "no", "constant_pain": "yes"}, "rest_pain"),
        ({"cancer_history": "no", "active_cancer": "yes"}, "cancer_history"),
    ],
    ids=str,
)
def test_overrides_see_what_any_cell_supports(cells: Cells, name: str) -> None:
    """In a conflict a finding is present for the overrides where any cell says so."""
    assert cell(done(**cells).present, name) == "yes"


def test_a_conflict_spares_the_rest_of_the_row() -> None:
    """Cells that have no part in a conflict are kept."""
    result = done(fever="yes", temperature_c=36.0, bruit="yes", foot_drop="yes")
    assert cell(result.values, "bruit") == "yes"
    assert cell(result.values, "weakness") == "yes"


def test_minutes_of_walking_become_metres() -> None:
    """Of two reports of one fact the first is counted; minutes count 70 metres each."""
    assert cell(done(exercise_minutes=3).values, "walking_distance_m") == 210
    both = done(exercise_minutes=3, walking_distance_m=500)
    assert cell(both.values, "walking_distance_m") == 500
    for result in (both, done(exercise_minutes=3)):
        assert cell(result.values, "exercise_minutes") is None


def test_metres_stay_within_the_range() -> None:
    """Many minutes make no distance that a file could not hold."""
    high = VOCABULARY.finding("walking_distance_m").high
    most = VOCABULARY.finding("exercise_minutes").high
    assert high is not None
    assert most is not None
    distance = cell(done(exercise_minutes=most).values, "walking_distance_m")
    assert distance == min(high, most * 70)


def test_nothing_follows_from_nothing() -> None:
    """An empty row stays empty."""
    result = complete(row(), VOCABULARY)
    assert np.isnan(result.values).all()
    assert np.isnan(result.present).all()


def test_no_rows_are_no_rows() -> None:
    """A matrix without rows comes back without rows."""
    assert complete(row()[:0], VOCABULARY).values.shape == (0, len(VOCABULARY.findings))


def test_the_input_is_not_changed() -> None:
    """Completing writes to copies."""
    values = row(foot_drop="yes", fever="yes", temperature_c=36.0)
    kept = values.copy()
    complete(values, VOCABULARY)
    assert np.array_equal(values, kept, equal_nan=True)


def test_filling_in_place_agrees_with_completing() -> None:
    """Where nothing conflicts, the sampler's filling is the same as completing."""
    values = row(foot_drop="yes", relief_standing="yes", temperature_c=38.5)
    filled = values.copy()
    fill_implied(filled, VOCABULARY)
    assert np.array_equal(filled, complete(values, VOCABULARY).values, equal_nan=True)


RELATED = sorted(
    {s.finding for rule in VOCABULARY.relations.implications for s in (rule.if_, rule.then)}
    | {f for rule in VOCABULARY.relations.derived for f in (rule.finding, rule.from_)}
    | {f for rule in VOCABULARY.relations.applies for f in (rule.finding, rule.only_if)}
    | {f for rule in VOCABULARY.relations.alternatives for f in (rule.first, rule.second)}
)
NUMBERS = (0.0, 1.0, 2.0, 7.0, 8.0, 29.0, 30.0, 37.0, 38.0, 70.0, 140.0, 900.0)


def choices(name: str) -> list[float]:
    """Values worth trying for a finding: every word, or numbers about the thresholds."""
    finding = VOCABULARY.finding(name)
    if finding.kind == "number":
        low, high = finding.low or 0.0, finding.high or 0.0
        return [n for n in NUMBERS if low <= n <= high] or [low]
    return [float(v) for v in range(2 if finding.kind == "yes_no" else len(finding.values))]


@st.composite
def matrices(draw: st.DrawFn) -> Array:
    """A few cases in which related findings meet at random, conflicts included."""
    n_cases = draw(st.integers(1, 4))
    values = np.full((n_cases, len(VOCABULARY.findings)), np.nan)
    for case in range(n_cases):
        for name in draw(st.lists(st.sampled_from(RELATED), max_size=10)):
            values[case, VOCABULARY.column(name)] = draw(st.sampled_from(choices(name)))
    return values


@given(matrices())
@settings(max_examples=150, deadline=None)
def test_a_row_never_depends_on_the_others(values: Array) -> None:
    """A case is completed alike alone, in company, and in any order."""
    whole = complete(values, VOCABULARY)
    turned = complete(values[::-1], VOCABULARY)
    for case in range(len(values)):
        alone = complete(values[case : case + 1], VOCABULARY)
        for name in ("values", "present", "implied"):
            one = getattr(alone, name)[0]
            assert np.array_equal(getattr(whole, name)[case], one, equal_nan=True)
            assert np.array_equal(getattr(turned, name)[::-1][case], one, equal_nan=True)
        told = {c.findings for c in whole.conflicts if c.row == case}
        assert told == {c.findings for c in alone.conflicts}


@given(matrices())
@settings(max_examples=150, deadline=None)
def test_completing_twice_changes_nothing(values: Array) -> None:
    """What is complete stays as it is, without conflict."""
    once = complete(values, VOCABULARY)
    twice = complete(once.values, VOCABULARY)
    assert np.array_equal(once.values, twice.values, equal_nan=True)
    assert not twice.conflicts


@given(matrices())
@settings(max_examples=150, deadline=None)
def test_overrides_never_lose_a_recorded_sign(values: Array) -> None:
    """Whatever is recorded as present stays present for the overrides; numbers stay as recorded."""
    present = complete(values, VOCABULARY).present
    for finding in VOCABULARY.findings:
        recorded = values[:, finding.column]
        told = recorded == 1.0 if finding.kind == "yes_no" else ~np.isnan(recorded)
        assert np.array_equal(present[told, finding.column], recorded[told])


@given(matrices())
@settings(max_examples=100, deadline=None)
def test_a_row_without_conflict_keeps_its_cells(values: Array) -> None:
    """Completing adds cells to a sound row and changes none, but for the second unit."""
    result = complete(values, VOCABULARY)
    struck = {conflict.row for conflict in result.conflicts}
    second = [VOCABULARY.column(pair.second) for pair in VOCABULARY.relations.alternatives]
    for case in sorted(set(range(len(values))) - struck):
        known = np.flatnonzero(~np.isnan(values[case]))
        known = np.setdiff1d(known, second)
        assert np.array_equal(result.values[case, known], values[case, known])
