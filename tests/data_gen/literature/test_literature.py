"""Published statistics: what a claim means, how a measure is taken, and that the world agrees."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from data_gen.cli import main
from data_gen.literature.claim import All, Claim, Is, Range, Some, holds
from data_gen.literature.load import load_literature
from data_gen.literature.measure import Share, odds_ratio, posterior, ratio
from data_gen.literature.people import Recruiter
from data_gen.literature.replay import Replayed, replay
from data_gen.literature.report import good
from data_gen.literature.schema import Literature, Population
from data_gen.profiles import Knowledge
from data_gen.profiles.problem import KnowledgeError
from data_gen.vocabulary.proportion import wilson
from data_gen.world import World

PEOPLE = 8_000
SWELLING = Is.model_validate({"finding": "swelling", "is": ["one", "both"]})


@pytest.fixture(scope="module")
def literature(knowledge: Knowledge) -> Literature:
    """The statistics of this checkout."""
    return load_literature(knowledge)


@pytest.fixture(scope="module")
def replayed(literature: Literature, knowledge: Knowledge, world: World) -> list[Replayed]:
    """Each of them beside ours, on fewer people than the command draws."""
    return list(replay(literature, knowledge.studies, world, wanted=PEOPLE))


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("bruit", [True, False, False]),
        (SWELLING, [False, True, True]),
        (Range(finding="age_years", at_least=60), [True, False, False]),
        (Range(finding="age_years", below=60), [False, True, False]),
        (Some(any=("bruit", SWELLING)), [True, True, True]),
        (Some(at_least=2, any=("bruit", SWELLING)), [False, False, False]),
        (All(all=(SWELLING,), without=("bruit",)), [False, True, True]),
        (All(without=("bruit", SWELLING)), [False, False, False]),
    ],
    ids=["finding", "is", "at_least", "below", "any", "two of", "without", "none"],
)
def test_a_claim_holds(world: World, claim: Claim, expected: list[bool]) -> None:
    """A claim is true of a patient or not, and what does not apply is never true."""
    columns = {
        "bruit": np.array([1.0, 0.0, np.nan]),
        "swelling": np.array([0.0, 1.0, 2.0]),
        "age_years": np.array([60.0, 59.0, np.nan]),
    }
    assert holds(claim, columns, world.vocabulary).tolist() == expected


def test_measures_match_a_table_worked_by_hand() -> None:
    """Sensitivity 0.6 and a false-positive rate of 0.1 give LR+ 6, odds ratio 13.5, and 51 %."""
    cases, others = Share(0.6, 100), Share(0.1, 200)
    assert ratio(cases, others).value == pytest.approx(6)
    assert odds_ratio(cases, others).value == pytest.approx(13.5)
    assert posterior(cases, others, 0.15).value == pytest.approx(0.5143, abs=1e-4)
    # Woolf: sqrt(1/60 + 1/40 + 1/20 + 1/180)
    assert odds_ratio(cases, others).error / 13.5 == pytest.approx(0.31180, abs=1e-4)


def test_wilson_interval_of_thirty_nine_in_a_hundred_and_sixteen() -> None:
    """The interval of a count is Wilson's."""
    assert wilson(39 / 116, 116) == pytest.approx((0.2567, 0.4262), abs=2e-3)


def test_people_are_let_in_by_the_truth(world: World) -> None:
    """Everybody in a study satisfies its `where`, and the others do not have the condition."""
    population = Population(
        says="claudicants past sixty",
        cases={"peripheral_artery_disease": 1},
        mix="clinic",
        where=All(all=("worse_walking", Range(finding="age_years", at_least=60))),
    )
    recruiter = Recruiter(world, seed=2, wanted=500)
    others = recruiter.others(population, ["worse_walking"])
    assert others is not None
    assert others["age_years"].min() >= 60
    assert (others["worse_walking"] == 1).all()
    position = world.vocabulary.condition_ids.index("peripheral_artery_disease")
    assert not (others["condition"] == position).any()


def test_the_same_seed_gives_the_same_numbers(
    literature: Literature, knowledge: Knowledge, world: World, replayed: list[Replayed]
) -> None:
    """A replay repeats."""
    again = replay(literature, knowledge.studies, world, wanted=PEOPLE)
    assert next(again).ours == replayed[0].ours


def test_there_is_enough_to_test_the_world(replayed: list[Replayed]) -> None:
    """At least 30 statistics, 6 of them joint, and 12 that set no number."""
    assert len(replayed) >= 30
    assert sum(one.joint for one in replayed) >= 6
    assert sum(not one.statistic.used for one in replayed) >= 12


def test_the_world_reproduces_what_set_no_number(replayed: list[Replayed]) -> None:
    """Of the statistics that set no number, at most one in twenty is off by more than chance."""
    off = [
        one.statistic.study
        for one in replayed
        if not one.statistic.used and not _near(one, 3 * one.ours.error)
    ]
    assert len(off) <= 0.05 * sum(not one.statistic.used for one in replayed), off


def _near(one: Replayed, slack: float) -> bool:
    low, high = one.interval
    return low - slack <= one.ours.value <= high + slack


def test_a_second_arterial_sign_adds_little(replayed: list[Replayed]) -> None:
    """Pulse and bruit together lift 15 % to about a half, not to the 82 % of independence."""
    together = [o for o in replayed if o.statistic.study == "khan-2006-combinations"]
    assert 0.45 <= together[0].ours.value <= 0.60


def test_too_many_outside_is_a_failure(replayed: list[Replayed]) -> None:
    """The verdict fails when more than 5 % of the unused statistics are outside."""
    unused = [one for one in replayed if not one.statistic.used and one.inside]
    shifted = [Replayed(o.statistic, o.published, (-2.0, -1.0), o.ours) for o in unused]
    assert good(unused)
    assert not good([*unused[2:], *shifted[:2]])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("study: stynes-2018-cough", "study: stynes-2018-sneeze", "no study row"),
        ("claim: worse_cough", "claim: worse_sneeze", "no finding"),
        ("dn4-china-burning, measure: share", "dn4-china-score, measure: share", "is passed over"),
        (
            "claim: tense_compartment, used: yes",
            "claim: tense_compartment, used: no",
            "basis study",
        ),
        ("cases: {acute_limb_ischemia: 1}", "cases: {acute_limb: 1}", "no condition"),
        ("population: embolism", "population: emboli", "no population"),
        ("spread: 1.3, why", "spread: 0.3, why", "greater than 1"),
    ],
)
def test_a_mistake_is_named(
    tmp_path: Path, knowledge: Knowledge, old: str, new: str, message: str
) -> None:
    """A mistake in the file is reported with its line and what to do."""
    text = (knowledge.folder / "literature.yaml").read_text(encoding="utf-8")
    (tmp_path / "literature.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=message):
        load_literature(replace(knowledge, folder=tmp_path))


def test_the_command_prints_the_table() -> None:
    """`literature` prints published and ours, a summary, and what is left out."""
    result = CliRunner().invoke(main, ["literature", "--people", "2000"])
    assert "khan-2006-bruit-symptomatic" in result.output
    assert "not replayed here:" in result.output
