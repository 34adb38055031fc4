"""Cases update the numbers of the knowledge: referees, and what must not move it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import minimize_scalar

from data_gen.profiles.overlay import laid_over
from data_gen.sampler.draw import Tables
from data_gen.sampler.keyed import Draws
from data_gen.sampler.recording_process import sample_chunk
from data_gen.world import World, build_world
from data_gen.world.people import shift_to
from data_gen.world.rates import Rates
from tests.our_world import knowledge, world
from training.learn.files import rows_of
from training.learn.learn import Learned, learn, overlay_of
from training.learn.numbers import Number, numbers_of
from training.learn.update import effective, interval

Real = npt.NDArray[np.float64]
CONDITIONS = ("doms", "shin_splints")


@dataclass(frozen=True)
class Drawn:
    """Cases of a few conditions with all that is hidden of them."""

    values: Real
    truth: Real
    label: npt.NDArray[np.int64]
    component: npt.NDArray[np.int64]
    stratum: npt.NDArray[np.int64]


def draw(of: World, rows: int, seed: int, conditions: tuple[str, ...] = CONDITIONS) -> Drawn:
    """Cases of some conditions, each in one component alone, as a world writes them down."""
    mix = of.mix(",".join(f"{name}=1" for name in conditions))
    found = sample_chunk(Tables.of(of, mix), Draws(seed, 0, rows))
    assert found.truth is not None
    alone = found.hidden.atom < of.people.n_alone
    hidden = (found.hidden.condition, found.hidden.atom, found.hidden.stratum)
    return Drawn(*(part[alone] for part in (found.values, found.truth, *hidden)))


@cache
def given() -> tuple[Drawn, Learned]:
    """Complete records of known components, and what they make of the knowledge."""
    drawn = draw(world().complete(), 400, 3)
    whole = world().complete().recording
    found = learn(knowledge(), drawn.values, drawn.label, scale=1.0, close=0.005,
                  component=drawn.component, recording=whole)  # fmt: skip
    return drawn, found


def _atoms(number: Number) -> list[int]:
    atoms = world().people.atoms[: world().people.n_alone]
    rates = Rates(knowledge(), world().people)
    own = [k for k, a in enumerate(atoms) if a.condition == number.condition]
    if number.component:
        return [k for k in own if atoms[k].presentation == number.component]
    whole = knowledge().profiles[number.condition].findings.get(number.finding)
    return [k for k in own if rates.entry(atoms[k], number.finding) is whole]


def _lone(number: Number) -> tuple[int, int | None] | None:
    """Of a yes/no finding drawn by itself: how many strata move it, and its trait."""
    for group in world().groups:
        if group.lone and group.id == number.finding and number.kind == "probability":
            return group.prob.shape[0], group.trait
    return None


def test_where_all_is_given_the_update_is_the_conjugate_one() -> None:
    """A number that no stratum shifts lands where patients and cases put it, to 1e-9."""
    drawn, found = given()
    checked = 0
    for number, at in zip(found.numbers, found.at, strict=True):
        if number.condition not in CONDITIONS or _lone(number) != (1, None):
            continue
        column = world().vocabulary.column(number.finding)
        own = drawn.truth[np.isin(drawn.component, _atoms(number)), column]
        n = number.patients
        wanted = (n * number.stated[0] + own.sum()) / (n + len(own))
        assert at[0] == pytest.approx(wanted, abs=1e-9), number
        checked += 1
    assert checked > 30


def test_a_number_that_strata_shift_lands_at_the_maximum_of_the_posterior() -> None:
    """Where age and sex move a rate, no number is likelier than the one that is found."""
    drawn, found = given()
    rates = Rates(found.knowledge, build_world(found.knowledge).people)
    checked = 0
    for number, at in zip(found.numbers, found.at, strict=True):
        if number.condition not in CONDITIONS or _lone(number) != (16, None):
            continue
        best, least, own = _maximum(number, drawn, rates, at[0])
        assert own <= least + 1e-6, number
        assert at[0] == pytest.approx(best, abs=1e-3), number
        checked += 1
    assert checked > 10


def _maximum(number: Number, drawn: Drawn, rates: Rates, at: float) -> tuple[float, float, float]:
    """The mode of a number's posterior by log-odds, by search, among people of those ages.

    And how high the posterior is there and at the number found, both as minus its logarithm.
    """
    atoms = _atoms(number)
    column = world().vocabulary.column(number.finding)
    rows = np.isin(drawn.component, atoms)
    seen, stratum, atom = drawn.truth[rows, column], drawn.stratum[rows], drawn.component[rows]
    background = rates._background(number.finding, None)
    weights = rates._weights(None)

    def height(log_odds: float) -> float:
        p = 1 / (1 + np.exp(-log_odds))
        rate = shift_to(background, weights, np.full(weights.shape[1], p))[stratum, atom, 0]
        likely = np.where(seen == 1, np.log(rate), np.log1p(-rate)).sum()
        q = number.stated[0]
        return -float(likely + number.patients * (q * np.log(p) + (1 - q) * np.log1p(-p)))

    start = np.log(number.stated[0] / (1 - number.stated[0]))
    best = minimize_scalar(height, bounds=(start - 4, start + 4), method="bounded",
                           options={"xatol": 1e-9})  # fmt: skip
    own = height(np.log(at / (1 - at)))
    return float(1 / (1 + np.exp(-best.x))), float(best.fun), own


@pytest.mark.parametrize("kind", ["shares", "shift"])
def test_shares_and_shifts_follow_their_conjugate_priors(kind: str) -> None:
    """A Dirichlet adds the cases of each value to its patients; a normal weighs two means."""
    drawn, found = given()
    checked = 0
    for number, at in zip(found.numbers, found.at, strict=True):
        free = number.finding in ("onset", "quality", "age_years")
        if number.condition not in CONDITIONS or number.kind != kind or not free:
            continue
        column = world().vocabulary.column(number.finding)
        own = drawn.truth[np.isin(drawn.component, _atoms(number)), column]
        n, weight = len(own), number.patients
        if kind == "shares":
            values = world().vocabulary.finding(number.finding).values
            counts = np.array([(own == values.index(word)).sum() for word in number.values])
            wanted = (weight * number.stated + counts) / (weight + n)
            assert at == pytest.approx(wanted, abs=1e-9), number
        else:
            pmf = world().people.age[_atoms(number)[0]]
            off = (own.mean() - pmf @ np.arange(len(pmf))) / number.deviation
            assert at[0] == pytest.approx(n * off / (weight + n), abs=0.1), number
        checked += 1
    assert checked > 0


def test_intervals_cover_what_they_say() -> None:
    """Nine in ten of the numbers that made the cases lie within their intervals of 90 %."""
    conditions = ("doms", "shin_splints", "muscle_cramps", "sciatica")
    rng = np.random.default_rng(5)
    numbers = numbers_of(knowledge())
    moved = [i for i, n in enumerate(numbers) if n.condition in conditions and _lone(n)
             and n.finding not in ("painless",)]  # fmt: skip
    true = {i: _drawn_from_prior(numbers[i], rng) for i in moved}
    at = [true.get(i, number.start) for i, number in enumerate(numbers)]
    other = build_world(laid_over(knowledge(), overlay_of(knowledge(), numbers, at)))
    drawn = draw(other, 900, 9, conditions)
    found = learn(knowledge(), drawn.values, drawn.label, scale=1.0)
    inside = []
    for i in moved:
        score, information = found.after.score[i], found.after.information[i]
        cases, _ = effective(numbers[i], found.at[i], score, information)
        low, high = interval(numbers[i], found.at[i], cases, 1.0)
        inside.append(low[0] <= true[i][0] <= high[0])
    assert len(inside) > 300
    assert 0.87 <= np.mean(inside) <= 0.93


def _drawn_from_prior(number: Number, rng: np.random.Generator) -> Real:
    p, n = number.stated[0], number.patients
    return np.clip(np.array([rng.beta(n * p, n * (1 - p))]), 0.002, 0.998)


@pytest.mark.parametrize("recorded", ["as in the settings", "every cell", "every no"])
def test_cases_that_agree_move_nothing(recorded: str) -> None:
    """However a file was written down, cases of the knowledge's own world leave it as it is."""
    drawn = draw(world(), 300, 11, ("doms", "sciatica", "plantar_fasciitis"))
    values = drawn.values.copy()
    if recorded == "every cell":
        values = drawn.truth.copy()
    if recorded == "every no":
        no = drawn.truth == 0
        yes_no = np.array([f.kind == "yes_no" for f in world().vocabulary.findings])
        values = np.where(no & yes_no, 0.0, values)
    found = learn(knowledge(), values, drawn.label)
    assert found.scale == 0
    assert not found.overlay.conditions
    assert not [row for row in rows_of(found) if row["contradicted"] == "yes"]


def test_findings_that_cases_contradict_stand_first() -> None:
    """A finding that the cases turn round is moved, and stands at the head of the table."""
    drawn = draw(world(), 300, 12, ("doms", "sciatica"))
    values, column = drawn.values.copy(), world().vocabulary.column("worse_walking")
    doms = drawn.label == world().vocabulary.condition_ids.index("doms")
    values[doms, column] = np.arange(doms.sum()) % 5 == 0
    found = learn(knowledge(), values, drawn.label, scale=1.0)
    first = rows_of(found)[0]
    assert (first["condition"], first["finding"]) == ("doms", "worse_walking")
    assert first["contradicted"] == "yes"
    assert float(first["after"]) < float(first["before"])
    assert float(first["after_low"]) < float(first["after"]) < float(first["after_high"])


def test_a_weight_of_nought_changes_nothing() -> None:
    """Cases that do not count leave every number, whatever they say."""
    drawn = draw(world(), 60, 13)
    found = learn(knowledge(), 1 - drawn.values, drawn.label, weight=0.0)
    assert found.scale == 0
    assert not found.overlay.conditions


def test_the_overlay_holds_what_was_found() -> None:
    """Laid over the knowledge, it states the updated numbers and no others."""
    _, found = given()
    again = numbers_of(laid_over(knowledge(), found.overlay))
    for number, at, now in zip(found.numbers, found.at, again, strict=True):
        told = number.stated + at * number.deviation if number.kind == "shift" else at
        assert now.stated == pytest.approx(told, abs=1e-6), number
    assert found.overlay.knowledge == knowledge().hash()
    assert laid_over(knowledge(), replace(found.overlay, conditions={})) is knowledge()
