"""Open flags and questions: the fewest that settle, most urgent first, and few for the benign."""

from __future__ import annotations

from itertools import combinations

import pytest

from serve.overrides import RULES, evaluate, is_blank, judge
from serve.overrides.asking import ALARMS, FLAGS, HINTS, MOST_QUESTIONS, NOT_ASKED
from serve.overrides.compiled import read_tests
from serve.overrides.cut_sets import IMPLIED
from serve.overrides.logic import Case
from tests.serve.overrides.decisions import asking as decided
from tests.serve.overrides.records import as_case, random_records
from tests.serve.overrides.stories import EVERYDAY, HAZARDS

RULE = {rule.id: rule for rule in RULES}
RECORDS = [
    as_case(row)
    for recorded in (0.05, 0.1, 0.2, 0.4)
    for row in random_records(100, seed=31, recorded=recorded, present=0.5)
]
NOTES = [story.case for story in (*HAZARDS, *EVERYDAY)]
DENIAL = {"onset": "gradual", "side": "both", "swelling": "none", "smoking": "never"}
DENIED_NUMBER = {"duration_days": 50.0, "calf_difference_cm": 0.0, "abi": 1.0, "age_years": 50.0}
DENIED_NUMBER |= {"temperature_c": 36.5, "severity": 1.0, "walking_distance_m": 500.0}


def denied(case: Case, findings: tuple[str, ...]) -> Case:
    """The case with some questions answered so that no danger is supported."""
    answers = {name: DENIAL.get(name, DENIED_NUMBER.get(name, False)) for name in findings}
    return {**case, **answers}


def open_after(case: Case, rules: tuple[str, ...]) -> list[str]:
    """Which of some rules are still open in a case."""
    states = evaluate(case).states
    return [rule for rule in rules if states[rule] == "open"]


def test_questions_are_few_new_and_answerable() -> None:
    """At most five findings are asked, each blank, each once, none that needs a laboratory."""
    for case in RECORDS + NOTES:
        result = evaluate(case)
        assert len(result.questions) <= MOST_QUESTIONS
        assert len(set(result.questions)) == len(result.questions)
        assert not set(result.questions) & NOT_ASKED
        assert all(case.get(finding) is None for finding in result.questions)
        assert bool(result.questions) <= bool(result.open_rules)


def test_only_flags_that_would_raise_the_level_are_asked_about() -> None:
    """A flag named for asking is open, urgent or above, and above the level reached."""
    for case in RECORDS + NOTES:
        result = evaluate(case)
        assert all(result.states[rule.id] == "open" for rule in result.open_rules)
        ranks = [rule.rank for rule in result.open_rules]
        assert ranks == sorted(ranks)
        assert all(rank < min([2, *(rule.rank for rule in result.fired)]) for rank in ranks)


@pytest.mark.parametrize("case", NOTES)
def test_each_open_flag_is_one_answer_from_firing(case: Case) -> None:
    """Some single answer to a blank finding makes each flag named for asking fire."""
    for rule in evaluate(case).open_rules:
        blanks = [f for f in rule.findings if case.get(f) is None and f not in NOT_ASKED]
        answered = [each for finding in blanks for each in confirmed(case, finding)]
        assert any(evaluate(each).states[rule.id] == "fired" for each in answered)


def confirmed(case: Case, finding: str) -> list[Case]:
    """The case with one question answered in each way that could support a danger."""
    answers: dict[str, list[object]] = {
        "onset": ["sudden", "days"],
        "swelling": ["one"],
        "duration_days": [0.5, 5.0, 20.0, 100.0],
        "changed_days": [0.5, 5.0, 20.0],
        "calf_difference_cm": [5.0],
        "temperature_c": [39.0],
        "severity": [9.0],
    }
    return [{**case, finding: answer} for answer in answers.get(finding, [True])]  # type: ignore[dict-item]


def test_denials_settle_the_first_flags() -> None:
    """Where the questions fit into five, denying all of them leaves no asked flag open.

    Flags that wait for a laboratory are left out: no answer on the spot settles those.
    """
    settled = 0
    for case in RECORDS + NOTES:
        result = evaluate(case)
        asked = [r for r in result.open_rules if not set(r.findings) & NOT_ASKED]
        if len(result.questions) == MOST_QUESTIONS or not asked:
            continue
        implied = tuple(one for one, other in IMPLIED if other in result.questions)
        after = denied(case, (*result.questions, *implied))
        assert not open_after(after, tuple(rule.id for rule in asked))
        settled += 1
    assert settled > 30


def test_no_smaller_set_of_questions_settles_as_much() -> None:
    """For notes and random records, no smaller set of denials settles the flags asked about.

    Flags with a guard are left out: a denial may be the normal sign that holds them back.
    """
    compared = 0
    for case in RECORDS + NOTES:
        result = evaluate(case)
        rules = tuple(r.id for r in result.open_rules if not set(r.findings) & NOT_ASKED)
        if not rules or len(rules) < len(result.open_rules) or len(result.questions) > 4:
            continue
        if any(RULE[rule].guards for rule in rules):
            continue
        blanks = {f for rule in rules for f in RULE[rule].findings if case.get(f) is None}
        blanks -= {one for one, _ in IMPLIED}
        for fewer in range(len(result.questions)):
            for chosen in combinations(sorted(blanks), fewer):
                implied = tuple(one for one, other in IMPLIED if other in chosen)
                assert open_after(denied(case, (*chosen, *implied)), rules)
        compared += 1
    assert compared > 5


def test_a_blank_case_has_every_emergency_open() -> None:
    """With nothing recorded every emergency flag is open, and the first are asked about."""
    for case in ({}, {"age_years": 60.0, "sex": "male", "diabetes": True}, {"fever": None}):
        result = evaluate(case)
        emergencies = [rule for rule in RULES if rule.level == "emergency"]
        assert list(result.open_rules) == emergencies
        assert result.level is None
        assert result.questions == (
            "chest_pain",
            "syncope_or_haemoptysis",
            "breathlessness",
            "unwell",
            "blue_limb",
        )


def test_blank_means_nothing_about_the_complaint() -> None:
    """Who the person is says nothing about the complaint, nor does a no; any yes or word does."""
    assert is_blank({})
    assert is_blank({"age_years": 50.0, "fever": None, "worse_walking": False})
    assert not is_blank({"worse_walking": True})
    assert not is_blank({"side": "one"})


def test_a_benign_case_is_asked_nothing() -> None:
    """Heel pain with the first steps raises no question."""
    heel = {"site_heel": True, "first_step_pain": True, "onset": "gradual", "duration_days": 90.0}
    result = evaluate(heel)
    assert result.questions == ()
    assert result.open_rules == ()


def test_an_emergency_is_not_asked_about() -> None:
    """Where an emergency has fired nothing could raise the level, so nothing is asked."""
    result = evaluate({"chest_pain": True, "deep_calf_tenderness": True})
    assert result.level == "emergency"
    assert result.open_rules == result.questions == ()


@pytest.mark.parametrize(
    ("case", "asked"),
    [
        ({"site_low_back": True}, ("saddle_numbness", "seat_feels_different")),
        ({"swelling": "one", "swelling_sudden": True},
         ("chest_pain", "breathlessness", "syncope_or_haemoptysis", "unwell")),
        ({"joint_swelling": True, "duration_days": 40.0}, ("fever", "unwell")),
        ({"pulses_reduced": True, "age_years": 70.0, "duration_days": 400.0, "onset": "gradual"},
         ("nonhealing_sore",)),
    ],
    ids=["back", "clot", "joint", "artery"],
)  # fmt: skip
def test_what_points_at_a_danger_is_asked_about(case: Case, asked: tuple[str, ...]) -> None:
    """Back pain asks for the saddle, a clot for the chest, a joint for fever."""
    assert set(asked) <= set(evaluate(case).questions)


def test_a_hint_asks_only_in_company() -> None:
    """Severe pain alone asks nothing; severe pain of one foot asks about the night."""
    assert evaluate({"severe_pain": True, "site_heel": True}).questions == ()
    assert (
        "night_pain" in evaluate({"severe_pain": True, "site_foot": True, "side": "one"}).questions
    )


def test_a_cold_leg_is_asked_for_only_where_nothing_else_explains_the_pain() -> None:
    """Sudden, severe pain asks for signs of a closed artery, but not after a sprint."""
    sudden: Case = {"onset": "sudden", "severe_pain": True}
    assert "cool_limb" in evaluate(sudden).questions
    assert "cool_limb" not in evaluate({**sudden, "recent_leg_injury": True}).questions


def test_places_left_over_go_to_the_first_flag_that_did_not_fit() -> None:
    """A flag that needs more than five answers is asked about as far as places go."""
    ulcer: Case = {"diabetes": True, "nonhealing_sore": True, "site_foot": True, "fever": False}
    result = evaluate({**ulcer, "skin_break": False, "immunosuppression": False})
    assert "FOT-1" in {rule.id for rule in result.open_rules}
    assert len(result.questions) == MOST_QUESTIONS


def test_only_warnings_are_asked_about() -> None:
    """Every emergency and urgent rule that speaks for itself is a flag, most urgent first."""
    flags = [RULES[flag.place] for flag in FLAGS]
    warnings = [rule for rule in RULES if rule.level in ("emergency", "urgent")]
    assert flags == [rule for rule in warnings if not rule.instead]
    assert [flag.rank for flag in FLAGS] == [rule.rank for rule in flags]


def test_codes_are_of_a_case_with_a_complaint_unless_said_otherwise() -> None:
    """Only a case that is said to be blank has every emergency open."""
    assert judge(read_tests({})).open_rules == ()
    assert judge(read_tests({}), blank=True).open_rules


def test_codes_and_cases_get_the_same_answer() -> None:
    """`judge` on the codes of a case is `evaluate` on the case."""
    for case in RECORDS[:50]:
        assert judge(read_tests(case), blank=is_blank(case)) == evaluate(case)


def test_the_lists_for_asking_agree() -> None:
    """Alarms, hints and what is not asked are the findings that the table lists."""
    assert set(decided.ALARMS.split()) == ALARMS
    assert set(decided.HINTS.split()) == HINTS
    assert set(decided.NOT_ASKED.split()) == NOT_ASKED
