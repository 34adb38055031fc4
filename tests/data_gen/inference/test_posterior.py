"""The exact posterior against independent solutions of the same model."""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from referee import PLAIN, Referee, only, reduced

from data_gen.inference import ExactPosterior
from data_gen.sampler.draw import Tables
from data_gen.sampler.keyed import Draws
from data_gen.sampler.recording_process import sample_chunk
from data_gen.vocabulary import NOT_ASKED, Finding
from data_gen.vocabulary.complete import complete
from data_gen.world import World

Array = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def cases(world: World) -> Array:
    """Sampled records."""
    return np.ascontiguousarray(
        sample_chunk(Tables.of(world, world.mix("training")), Draws(5, 0, 2000)).values
    )


@pytest.mark.parametrize("mix", ["training", "clinic", "safety"])
def test_agrees_with_a_bayesian_network(world: World, cases: Array, mix: str) -> None:
    """P(condition | case) and P(component | case) equal those of lazy propagation to 1e-9."""
    small = reduced(world, PLAIN)
    rows = only(small, cases[:40])
    exact = ExactPosterior(small)(rows, world.mix(mix))
    referee = Referee(small, world.mix(mix))
    assert np.abs(exact.probability - [referee.posterior(row) for row in rows]).max() < 1e-9
    assert np.abs(exact.atoms - [referee.posterior(row, "atom") for row in rows]).max() < 1e-9


@pytest.mark.parametrize(
    "group",
    ["relief_rest", "swelling", "rest_pain", "temperature_c", "side", "starts_immediately"],
)
def test_implied_cells_count_once(world: World, cases: Array, group: str) -> None:
    """A completed record is as probable as all the raw records that complete to it."""
    small = reduced(world, (group,))
    columns = [m.column for m in small.groups[0].members]
    blank = np.full((1, cases.shape[1]), np.nan)
    raws = brute_force(small)
    assert sum(raws.values()) == pytest.approx(_identity_blank(small), rel=1e-9)
    seen = np.unique(_by_bin(small, only(small, cases)[:, columns]), axis=0)
    exact = ExactPosterior(small)
    for row in seen[:: max(1, len(seen) // 40)]:
        case = blank.copy()
        case[0, columns] = row
        got = exact(case, world.mix("training")).log_evidence[0]
        key = _key(complete(case, world.vocabulary).values[0])
        assert np.exp(got) == pytest.approx(raws[key], rel=1e-9)


@pytest.mark.parametrize(
    "group",
    ["relief_rest", "swelling", "rest_pain", "temperature_c", "side", "starts_immediately"],
)
@pytest.mark.parametrize("seed", range(3))
def test_what_was_not_asked_drops_out(world: World, group: str, seed: int) -> None:
    """A record with unasked findings is as probable as all that differ from it in those alone."""
    small = reduced(world, (group,))
    rng = np.random.default_rng(seed)
    names = [m.id for m in _members(small)] + ["age_years", "sex"]
    silent = [name for name in names if rng.random() < 0.5] or names[:1]
    raws = brute_force(small, tuple(silent))
    every = np.full((len(raws), len(world.vocabulary.findings)), np.nan)
    for row, key in zip(every, raws, strict=True):
        row[[world.vocabulary.column(name) for name in silent]] = NOT_ASKED
        for cell in filter(None, key.split(",")):
            column, value = cell.split("=")
            row[int(column)] = float(value)
    for pair in world.vocabulary.relations.alternatives:
        first, second = (world.vocabulary.column(name) for name in (pair.first, pair.second))
        if pair.first in silent:  # a value there was recorded as the other
            moved = np.isfinite(every[:, first])
            every[moved, second] = every[moved, first] / pair.factor
            every[moved, first] = NOT_ASKED
    exact = ExactPosterior(small)(every, world.mix("training")).log_evidence
    assert np.exp(exact) == pytest.approx(list(raws.values()), rel=1e-9)


@pytest.mark.parametrize("mix", ["training", "clinic"])
def test_unasked_findings_agree_with_a_bayesian_network(
    world: World, cases: Array, mix: str
) -> None:
    """P(condition | record) of a form equals that of a network told nothing of the rest."""
    small = reduced(world, PLAIN)
    rows = only(small, cases[:40])
    silent = np.random.default_rng(4).random(rows.shape) < 0.5
    asked = np.where(silent, NOT_ASKED, rows)
    exact = ExactPosterior(small)(asked, world.mix(mix)).probability
    referee = Referee(small, world.mix(mix))
    assert np.abs(exact - [referee.posterior(row) for row in asked]).max() < 1e-9


def test_nothing_asked_is_the_mix(world: World) -> None:
    """Where nothing was asked the posterior is the mix, and the evidence is 1."""
    nothing = np.full((1, len(world.vocabulary.findings)), NOT_ASKED)
    mix = world.mix("clinic")
    found = ExactPosterior(world)(nothing, mix)
    assert found.atoms[0] == pytest.approx(mix, abs=1e-12)
    assert found.probability[0] == pytest.approx(world.class_mix(mix), abs=1e-12)
    assert found.log_evidence[0] == pytest.approx(0.0, abs=1e-9)


def _members(world: World) -> list[Finding]:
    """The findings of a one-group world, the switch, and those that report them in other units."""
    (group,) = world.groups
    members = [*group.members, world.vocabulary.finding("painless")]
    for pair in world.vocabulary.relations.alternatives:
        if any(m.id == pair.first for m in members):
            members.append(world.vocabulary.finding(pair.second))
    return members


def brute_force(world: World, silent: tuple[str, ...] = ()) -> dict[str, float]:
    """The probability of every completed record of a one-group world, by going through all.

    What is not asked, `silent`, is in no record.
    """
    members = [m for m in _members(world) if m.id not in silent]
    out: dict[str, float] = {}
    every = product(enumerate(_truths(world)), (0, 1))
    for (j, truth), pain in every:
        truth[world.vocabulary.column("painless")] = pain
        for mask in product((False, True), repeat=len(members)):
            case = np.full((1, len(world.vocabulary.findings)), np.nan)
            for finding, known in zip(members, mask, strict=True):
                if known:
                    case[0, finding.column] = truth[finding.column]
            if any(k and np.isnan(truth[m.column]) for m, k in zip(members, mask, strict=True)):
                continue  # what does not apply is never written down
            share = _share(world, j, truth, members, mask, pain, silent)
            case[0, [world.vocabulary.column(name) for name in silent]] = NOT_ASKED
            key = _key(complete(case, world.vocabulary).values[0])
            out[key] = out.get(key, 0.0) + share
    return out


def _truths(world: World) -> list[Array]:
    (group,) = world.groups
    rows = []
    for codes in group.codes:
        truth = np.full(len(world.vocabulary.findings), np.nan)
        for finding, code in zip(group.members, codes, strict=True):
            bins = world.bins.get(finding.id)
            value = code if bins is None or np.isnan(code) else bins.edges[int(code)]
            truth[finding.column] = value
        for pair in world.vocabulary.relations.alternatives:
            first, second = (world.vocabulary.column(x) for x in (pair.first, pair.second))
            truth[second] = truth[first] / pair.factor
        rows.append(truth)
    return rows


def _share(
    world: World,
    j: int,
    truth: Array,
    members: list[Finding],
    mask: tuple[bool, ...],
    pain: int,
    silent: tuple[str, ...],
) -> float:
    """P(this combination, written down just so, with age and sex blank)."""
    (group,) = world.groups
    people, recording = world.people, world.recording
    prior = world.mix("training")
    switch = world.painless if pain else 1 - world.painless
    state = pain if group.trait is not None else 0
    strata = (people.stratum * group.prob[:, :, state, j]).sum(axis=0)
    rate = recording.weight.copy()
    for name in {"age_years", "sex"}.difference(silent):
        rate = rate * (1 - recording.rate[name][:, 0])
    for finding, known in zip(members, mask, strict=True):
        value = 0 if finding.kind == "number" else int(np.nan_to_num(truth[finding.column]))
        if not np.isnan(truth[finding.column]):
            written = recording.rate[finding.id][:, value]
            rate = rate * (written if known else 1 - written)
    return float(rate.sum() * (prior * switch * strata).sum())


def _identity_blank(world: World) -> float:
    rate = world.recording.weight.copy()
    for name in ("age_years", "sex"):
        rate = rate * (1 - world.recording.rate[name][:, 0])
    return float(rate.sum())


def _by_bin(world: World, rows: Array) -> Array:
    out = rows.copy()
    for m, finding in enumerate(world.groups[0].members):
        if finding.id in world.bins:
            bins = world.bins[finding.id]
            known = ~np.isnan(out[:, m])
            out[known, m] = bins.edges[bins.bin_of(out[known, m])]
    return out


def _key(values: Array) -> str:
    return ",".join(
        f"{column}={values[column]:g}" for column in np.flatnonzero(np.isfinite(values))
    )
