"""What the rules refer to exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data_gen.profiles import load_knowledge
from data_gen.vocabulary import load
from data_gen.vocabulary.yaml_lines import read_yaml
from data_gen.world import build_world
from serve.overrides import LEVELS, RULES, Rule, logic
from serve.overrides.asking import ALARMS, BACKGROUND, HINTS, NOT_ASKED
from serve.overrides.compiled import TESTS
from serve.overrides.cut_sets import IMPLIED
from serve.overrides.hazard_log.hazards import HAZARDS
from serve.overrides.logic import CHOICES, AtLeast, Below, Derived, Is, Present

KNOWLEDGE = Path(__file__).parents[3] / "data_gen" / "knowledge"
VOCABULARY = load()
STATEMENTS = {entry["id"]: entry for entry in read_yaml(KNOWLEDGE / "documents.yaml")["statements"]}
STUDIES = {entry["id"] for entry in read_yaml(KNOWLEDGE / "studies.yaml")["studies"]}
EACH_RULE = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


@EACH_RULE
def test_every_source_can_be_looked_up(rule: Rule) -> None:
    """A source is a statement of the documents, a row of the studies, or says what else it is."""
    assert rule.sources
    for source in rule.sources:
        known = source in STATEMENTS or source in STUDIES
        assert known or re.match(r"(guideline|judgement): .+", source), source


def test_every_red_flag_of_the_documents_is_a_rule() -> None:
    """Each statement that is a red flag and names findings is cited by a rule."""
    cited = {source for rule in RULES for source in rule.sources}
    flags = {
        name
        for name, entry in STATEMENTS.items()
        if entry["kind"] == "red_flag" and "not_encoded" not in entry
    }
    assert len(flags) > 20
    assert not flags - cited


@EACH_RULE
def test_every_rule_controls_a_hazard_and_says_what_to_do(rule: Rule) -> None:
    """A rule has a stable id, a known level and hazard, a reason and an action in plain words."""
    assert re.fullmatch(r"[A-Z]{2,3}-\d+", rule.id)
    assert rule.level in LEVELS
    assert rule.hazard in {hazard.id for hazard in HAZARDS}
    assert rule.ask_after in {"", *(hazard.id for hazard in HAZARDS)}
    assert rule.reason[0].isupper()
    assert not rule.reason.endswith(".")
    assert rule.action.endswith(".")
    assert not set("|\n") & set(rule.reason + rule.action)


def test_ids_are_unique_and_every_hazard_has_a_rule() -> None:
    """No id is used twice; no hazard is left without a rule."""
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    assert {rule.hazard for rule in RULES} == {hazard.id for hazard in HAZARDS}


def test_what_brings_a_hazard_is_known() -> None:
    """A hazard names causes of the knowledge, and each of them is of one hazard alone."""
    ids = {c.id for c in build_world(load_knowledge()).components} | set(VOCABULARY.condition_ids)
    named = [name for hazard in HAZARDS for name in hazard.of]
    assert set(named) <= ids
    assert len(named) == len(set(named))


def test_rules_come_most_urgent_first() -> None:
    """The table is in the order of urgency, which is the order of reasons and questions."""
    ranks = [rule.rank for rule in RULES]
    assert ranks == sorted(ranks)
    assert [rule.id for rule in RULES[:2]] == ["PE-1", "CES-1"]


@pytest.mark.parametrize("test", TESTS, ids=str)
def test_every_test_reads_a_finding_of_its_kind(test: logic.Test) -> None:
    """A test reads a finding of the vocabulary, of the kind that it needs."""
    kinds = {Present: "yes_no", Is: "choice", AtLeast: "number", Below: "number"}
    finding = VOCABULARY.finding(test.finding)
    if isinstance(test, Derived):
        assert finding.kind == "yes_no"
        assert VOCABULARY.finding(test.measure).kind == "number"
        return
    assert finding.kind == kinds[type(test)]
    if isinstance(test, Is):
        assert test.word in finding.values


def test_choices_have_the_words_of_the_vocabulary() -> None:
    """The words a choice may have are those of the vocabulary, in its order."""
    asked = {test.finding for test in TESTS if isinstance(test, Is)}
    assert set(CHOICES) == asked
    assert {name: VOCABULARY.finding(name).values for name in asked} == dict(CHOICES)


def test_background_is_what_is_asked_of_identity_and_habit() -> None:
    """The findings that describe the person are those the vocabulary asks as identity or habit."""
    asked = {f.id for f in VOCABULARY.findings if f.asked in ("identity", "habit")}
    assert asked == BACKGROUND


def test_the_lists_for_asking_name_findings_that_rules_look_at() -> None:
    """Alarms, hints and what is not asked are findings that some rule looks at; none is both."""
    looked_at = {finding for rule in RULES for finding in rule.findings}
    assert looked_at >= ALARMS | HINTS | NOT_ASKED
    assert not ALARMS & HINTS


def test_every_question_has_words() -> None:
    """Whatever a rule may ask about has a question in the vocabulary."""
    for rule in RULES:
        assert all(VOCABULARY.finding(finding).question for finding in rule.findings)


def test_what_a_denial_implies_is_what_the_vocabulary_says() -> None:
    """Each pair is an implication of the vocabulary, or a measure and what it derives."""
    relations = VOCABULARY.relations
    implied = {(each.if_.finding, each.then.finding) for each in relations.implications}
    derived = {(each.from_, each.finding) for each in relations.derived}
    assert set(IMPLIED) <= implied | derived
