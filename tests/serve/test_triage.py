"""The final triage is the more urgent of overrides and model, and cost decides the model's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from data_gen.vocabulary import NOT_ASKED, TRIAGE_LEVELS, load
from serve.answer import SOURCES
from serve.dictionary_column import DictionaryColumn
from serve.model.components import Component, Components
from serve.overrides import RULES
from serve.overrides.hazard_log.hazards import HAZARDS
from serve.triage import (
    COST,
    EMERGENCY,
    NONE,
    URGENT,
    Causes,
    Triage,
    advice,
    combine,
    model_level,
    too_little,
    what_to_do,
)  # fmt: skip

LEVEL = {name: rank for rank, name in enumerate(TRIAGE_LEVELS)}
VOCABULARY = load()
CONDITIONS = Causes.of(None, VOCABULARY)
KINDS = (
    Component("a/mild", "a", "strain", "M1", "self_care", "if it does not settle", ""),
    Component("a/grave", "a", "compartment", "M2", "emergency", "now", "minutes count"),
    Component("b/slow", "b", "stenosis", "M3", "urgent", "within 2 weeks", "it grows"),
)
"""Components of two conditions; the safety mix makes the grave one four times as common."""
MIXES = {
    "training": np.array([0.5, 0.1, 0.4]),
    "clinic": np.array([0.5, 0.1, 0.4]),
    "safety": np.array([0.25, 0.35, 0.4]),
}
CAUSES = Causes.of(Components(KINDS, np.array([0, 0, 1]), MIXES), VOCABULARY)


def _combined(override: int, *probabilities: float, few: bool = False) -> Triage:
    told = np.array([probabilities])
    return combine(np.array([override]), told, np.array([few]), CAUSES)


def _case(**shares: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """One case with the given share for one condition of each triage level."""
    row = np.zeros((1, len(load().conditions)))
    for level, share in shares.items():
        row[0, [c.triage for c in load().conditions].index(level)] = share
    return row


def _level(**shares: float) -> str:
    need = np.array([[shares.get(level, 0.0) for level in TRIAGE_LEVELS]])
    return TRIAGE_LEVELS[model_level(need)[0]]


@pytest.mark.parametrize(
    ("shares", "level"),
    [
        ({"emergency": 1.0}, "emergency"),
        ({"urgent": 1.0}, "urgent"),
        ({"routine": 1.0}, "routine"),
        ({"self_care": 1.0}, "self_care"),
        ({"urgent": 0.33, "routine": 0.67}, "routine"),
        ({"urgent": 0.34, "routine": 0.66}, "urgent"),
        ({"emergency": 0.12, "urgent": 0.88}, "urgent"),
        ({"emergency": 0.14, "urgent": 0.86}, "emergency"),
        ({"emergency": 0.0175, "routine": 0.9825}, "routine"),
        ({"emergency": 0.0182, "routine": 0.9818}, "urgent"),
        ({"routine": 0.30, "self_care": 0.70}, "self_care"),
        ({"routine": 0.40, "self_care": 0.60}, "routine"),
    ],
    ids=str,
)
def test_thresholds(shares: dict[str, float], level: str) -> None:
    """The thresholds that the costs imply are those the module states."""
    assert _level(**shares) == level


def test_cost_grows_with_the_miss() -> None:
    """The right level costs nothing, and each step further from it costs more."""
    assert (np.diag(COST) == 0).all()
    for needed in range(4):
        assert (np.diff(COST[needed, needed:]) > 0).all()
        assert (np.diff(COST[needed, : needed + 1]) < 0).all()


@pytest.mark.parametrize("override", range(5))
@pytest.mark.parametrize("model", TRIAGE_LEVELS)
def test_an_override_only_raises(override: int, model: str) -> None:
    """The final level is the more urgent of the two, and its source says whose it is."""
    told = _case(**{model: 1.0})
    got = combine(np.array([override]), told, np.array([False]), CONDITIONS)
    rank = LEVEL[model]
    assert got.level[0] == min(override, rank)
    says = "override" if override < rank else "model" if rank < override else "both"
    assert SOURCES[got.source[0]] == says


@pytest.mark.parametrize("level", TRIAGE_LEVELS)
def test_little_recorded_is_routine(level: str) -> None:
    """A case that records too little is routine, whatever the probabilities say."""
    got = combine(np.array([NONE]), _case(**{level: 1.0}), np.array([True]), CONDITIONS)
    assert (TRIAGE_LEVELS[got.level[0]], SOURCES[got.source[0]]) == ("routine", "model")


def test_little_recorded_silences_no_override() -> None:
    """An override of an emergency stands, however little is recorded."""
    assert _combined(EMERGENCY, 1.0, 0.0, 0.0, few=True).level[0] == EMERGENCY


@pytest.mark.parametrize(
    ("recorded", "blank", "little"),
    [
        (("age_years", "sex", "site_calf", "side"), (), True),
        (("age_years", "site_calf", "fever", "swelling"), (), True),
        (("fever", "swelling", "worse_walking"), (), False),
        (("age_years", "swelling"), ("fever", "worse_walking"), False),
        (("age_years", "site_calf"), ("fever", "swelling", "worse_walking"), True),
    ],
    ids=["who and where", "two asked", "three answered", "one of three answered", "all blank"],
)
def test_age_sex_and_place_do_not_count(
    recorded: tuple[str, ...], blank: tuple[str, ...], little: bool
) -> None:
    """What is asked beside age, sex and place decides whether the model may raise a case."""
    values = np.full((1, len(VOCABULARY.findings)), NOT_ASKED)
    for finding, value in (*((f, 1.0) for f in recorded), *((f, np.nan) for f in blank)):
        values[0, VOCABULARY.column(finding)] = value
    assert too_little(values, VOCABULARY)[0] == little


def test_risk_is_of_components_under_the_safety_mix() -> None:
    """Each component counts by its own level, weighed from training's mix to that of safety."""
    got = _combined(NONE, 0.9, 0.02, 0.08)
    weighed = np.array([0.9 * 0.5, 0.02 * 3.5, 0.08]) / (0.9 * 0.5 + 0.02 * 3.5 + 0.08)
    assert got.risk_emergency[0] == pytest.approx(weighed[1])
    assert got.risk_urgent[0] == pytest.approx(weighed[1] + weighed[2])
    assert got.level[0] == URGENT


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ((0.2, 0.7, 0.1), "Get emergency care now: it may be compartment (minutes count)."),
        ((0.99, 0.01, 0.0), "See a doctor today, to rule out compartment (minutes count); go at "
                            "once if it gets worse."),
        ((0.0, 0.0, 1.0), "See a doctor within 2 weeks: it may be stenosis (it grows)."),
        ((1.0, 0.0, 0.0), "Care for it yourself; see a doctor if it does not settle. "
                          "Likeliest: strain."),
    ],
    ids=["emergency", "urgent by a small chance of an emergency", "urgent", "self_care"],
)  # fmt: skip
def test_what_to_do_is_of_the_cause_that_decides(told: tuple[float, ...], words: str) -> None:
    """The cause for which the next lower level would cost most is named, with its time frame."""
    got = _combined(NONE, *told)
    cause = CAUSES.listed[got.deciding[0]]
    assert what_to_do(int(got.model_level[0]), cause, few=False) == words


def test_the_cause_that_decides_may_be_unlikely() -> None:
    """A danger of one in thirty decides an urgent call, not the likelier harmless cause."""
    got = _combined(NONE, 0.97, 0.03, 0.0)
    assert got.level[0] in (EMERGENCY, URGENT)
    assert CAUSES.listed[got.deciding[0]].name == "compartment"


@pytest.mark.parametrize(
    ("override", "level"), [(NONE, "routine"), (0, "emergency"), (3, "self_care")]
)
def test_no_model(override: int, level: str) -> None:
    """Without a model the overrides decide, and a case on which none fires is routine."""
    nothing = np.full((1, len(load().conditions)), np.nan)
    got = combine(np.array([override]), nothing, np.array([False]), CONDITIONS)
    assert (TRIAGE_LEVELS[got.level[0]], SOURCES[got.source[0]]) == (level, "override")
    assert got.model_level[0] == NONE


RULE = {rule.id: rule for rule in RULES}


def _advised(fired: tuple[str, ...], likeliest: str | None) -> str:
    """What is asked for where rules fired, and the model thinks most of one hazard's causes."""
    override = min((RULE[rule].rank for rule in fired), default=NONE)
    told = np.array([[0.9, 0.02, 0.08]]) if likeliest else np.full((1, 3), np.nan)
    few = np.array([False])
    found = combine(np.array([override]), told, few, CAUSES)
    by_hazard = np.array([[0.3 if h.id == likeliest else 0.01 for h in HAZARDS]])
    found = replace(found, by_hazard=by_hazard if likeliest else np.full((1, len(HAZARDS)), np.nan))
    rules = DictionaryColumn(np.array([0]), [tuple(RULE[rule] for rule in fired)])
    return advice(rules, found, few, CAUSES)[0]


@pytest.mark.parametrize(
    ("fired", "likeliest", "decides"),
    [
        (("DVT-2", "JNT-4"), "septic_joint", "JNT-4"),
        (("DVT-2", "JNT-4"), "thrombosis", "DVT-2"),
        (("DVT-2", "JNT-4"), "cancer", "JNT-4"),
        (("PE-1", "AAA-1", "DVT-2"), "aneurysm", "AAA-1"),
        (("PE-1", "AAA-1", "DVT-2"), "thrombosis", "PE-1"),
        (("PE-1", "FOT-1"), "diabetic_foot", "PE-1"),
        (("STR-1", "BLD-1"), "bleeding", "STR-1"),
        (("INF-9", "ELE-1"), "deep_infection", "ELE-1"),
        (("CAN-1", "DVT-2"), "cancer", "DVT-2"),
        (("ALI-1", "CES-1"), None, "ALI-1"),
    ],
    ids=["its hazard", "the other", "neither: the most dangerous", "an emergency",
         "of a lower level", "a heart beside a foot", "a stroke beside a bleed",
         "a hazard without a cause", "not as soon", "no model"],
)  # fmt: skip
def test_the_rule_of_the_likeliest_hazard_says_what_to_do(
    fired: tuple[str, ...], likeliest: str | None, decides: str
) -> None:
    """Of the rules that call the same level as soon, that of the likeliest hazard decides."""
    assert _advised(fired, likeliest) == RULE[decides].what_to_do


def test_whatever_is_likeliest_an_ambulance_is_called() -> None:
    """Of any two emergencies of which one calls an ambulance, that is what is to be done."""
    emergencies = [rule for rule in RULES if rule.level == "emergency"]
    calling = {rule.id for rule in emergencies if rule.action.startswith("Call an ambulance")}
    pairs = [(a, b) for a in emergencies for b in emergencies if a.id < b.id]
    assert len(calling) > 5
    for a, b in pairs:
        for likeliest in (a.hazard, b.hazard, None):
            called = "call an ambulance" in _advised((a.id, b.id), likeliest)
            assert called == bool(calling & {a.id, b.id})


def test_the_chance_of_a_hazard_is_that_of_what_brings_it() -> None:
    """A hazard's chance adds up presentations, diagnoses and pairs that bring its harm."""
    pair = "infection/cellulitis+deep_vein_thrombosis/calf"
    kinds = tuple(replace(KINDS[0], id=name) for name in ("other_cause/gout", pair, "sciatica/x"))
    causes = Causes.of(Components(kinds, np.array([0, 0, 1]), MIXES), VOCABULARY)
    got = combine(np.array([NONE]), np.array([[0.5, 0.1, 0.4]]), np.array([False]), causes)
    by = dict(zip((hazard.id for hazard in HAZARDS), got.by_hazard[0], strict=True))
    assert by["septic_joint"] == pytest.approx(0.25)
    assert by["deep_infection"] == by["thrombosis"] == pytest.approx(0.35)
    assert by["fracture"] == 0
