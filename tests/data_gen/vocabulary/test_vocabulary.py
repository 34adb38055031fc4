"""The vocabulary is a contract: ids, order, kinds and values do not change by accident."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_gen.profiles import KNOWLEDGE
from data_gen.profiles.checks.unfinished import CONTRACT, contract_lines, unfinished
from data_gen.vocabulary import Vocabulary, load

DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """The vocabulary of this checkout."""
    return load()


def test_the_vocabulary_is_that_of_its_contract(vocabulary: Vocabulary) -> None:
    """Ids, order, kinds, values, ranges and units, conditions and relations are as files rely on.

    Add findings and conditions at the end: a rename breaks files, and every change refuses models.
    """
    held = CONTRACT.read_text(encoding="utf-8").splitlines()
    assert contract_lines(vocabulary) == held
    assert held[-1] == f"hash,{vocabulary.hash}"


def test_columns_are_the_order_of_the_findings(vocabulary: Vocabulary) -> None:
    """A finding's column is its place in the list."""
    assert [f.column for f in vocabulary.findings] == list(range(len(vocabulary.findings)))
    assert vocabulary.column("sex") == 1


def test_nothing_is_unfinished(vocabulary: Vocabulary) -> None:
    """Findings and conditions are whole, and the contract and the pages have all of them."""
    assert unfinished(KNOWLEDGE, vocabulary, docs=DOCS) == []


def test_the_most_dangerous_condition_is_an_emergency(vocabulary: Vocabulary) -> None:
    """A leg that loses its blood supply cannot wait."""
    assert vocabulary.condition("acute_limb_ischemia").triage == "emergency"


@pytest.mark.parametrize(("near", "meant"), [("site_clf", "site_calf"), ("diabetis", "diabetes")])
def test_an_unknown_id_names_the_nearest(vocabulary: Vocabulary, near: str, meant: str) -> None:
    """A misspelt finding is told with the one that was meant."""
    with pytest.raises(KeyError, match=f"did you mean '{meant}'"):
        vocabulary.finding(near)


def test_an_unknown_condition_names_the_nearest(vocabulary: Vocabulary) -> None:
    """A misspelt condition is told with the one that was meant."""
    with pytest.raises(KeyError, match="did you mean 'sciatica'"):
        vocabulary.condition("sciatca")


def test_codes_are_positions(vocabulary: Vocabulary) -> None:
    """No is 0, yes is 1, a choice's value is its place; other words are refused."""
    assert vocabulary.finding("bruit").code("yes") == 1.0
    assert vocabulary.finding("side").code("both") == 1.0
    with pytest.raises(ValueError, match="one, both"):
        vocabulary.finding("side").code("left")


def test_relations_speak_of_findings_that_exist(vocabulary: Vocabulary) -> None:
    """Every relation names known findings, with values that they can have."""
    for rule in vocabulary.relations.implications:
        for statement in (rule.if_, rule.then):
            finding = vocabulary.finding(statement.finding)
            if statement.test in ("is", "is_not"):
                size = 2 if finding.kind == "yes_no" else len(finding.values)
                assert statement.value in range(size), rule.text
    for derived in vocabulary.relations.derived:
        source = vocabulary.finding(derived.from_)
        assert vocabulary.finding(derived.finding).kind == "yes_no"
        assert (source.low or 0) < derived.bound < (source.high or 0)


def test_loading_twice_gives_the_same_object() -> None:
    """The vocabulary is read once."""
    assert load() is load()
