"""The vocabulary is a contract: ids, order, kinds and values do not change by accident."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary, load
from data_gen.vocabulary.finding import ASKED, KINDS

GOLDEN = Path(__file__).parent / "golden_vocabulary.txt"
"""One finding a line: id, kind, values or range. Add lines at the end; a rename breaks files."""
CONDITIONS = [
    "peripheral_artery_disease",
    "critical_limb_ischemia",
    "acute_limb_ischemia",
    "deep_vein_thrombosis",
    "chronic_venous_insufficiency",
    "lumbar_spinal_stenosis",
    "sciatica",
    "diabetic_neuropathy",
    "peripheral_neuropathy",
    "osteoarthritis",
    "muscle_strain",
    "tendinitis",
    "shin_splints",
    "stress_fracture",
    "plantar_fasciitis",
    "compartment_syndrome_exertional",
    "doms",
    "infection",
    "muscle_cramps",
    "other_cause",
]
HASH = "d1f51666e8d146fa883328cf593d226684ed43d4cd59183fc24645adcb6b241b"
"""A bundle trained on another vocabulary is refused: change this only with the vocabulary."""


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """The vocabulary of this checkout."""
    return load()


def line(vocabulary: Vocabulary, finding_id: str) -> str:
    """A finding as a line of the golden list."""
    finding = vocabulary.finding(finding_id)
    if finding.kind == "number":
        return f"{finding.id} number {finding.low:g}..{finding.high:g} {finding.unit}".strip()
    return " ".join([finding.id, finding.kind, "|".join(finding.values)]).strip()


def test_findings_are_those_of_the_contract(vocabulary: Vocabulary) -> None:
    """Ids, order, kinds, values, ranges and units are those of the golden list."""
    golden = GOLDEN.read_text(encoding="utf-8").splitlines()
    assert [line(vocabulary, finding) for finding in vocabulary.finding_ids] == golden


def test_conditions_are_those_of_the_contract(vocabulary: Vocabulary) -> None:
    """The twenty conditions, in the order of every output."""
    assert list(vocabulary.condition_ids) == CONDITIONS


def test_the_hash_is_that_of_the_contract(vocabulary: Vocabulary) -> None:
    """What a model depends on has not changed: ids, kinds, values, conditions, relations."""
    assert vocabulary.hash == HASH


def test_columns_are_the_order_of_the_findings(vocabulary: Vocabulary) -> None:
    """A finding's column is its place in the list."""
    assert [f.column for f in vocabulary.findings] == list(range(155))
    assert vocabulary.column("sex") == 1


def test_findings_are_whole(vocabulary: Vocabulary) -> None:
    """Each finding has a known kind and section, a meaning, a question, and words for a story."""
    for finding in vocabulary.findings:
        assert finding.kind in KINDS
        assert finding.asked in ASKED
        assert finding.meaning
        assert finding.question.endswith("?"), finding.id
        assert (finding.low is not None) == (finding.kind == "number")
        assert bool(finding.values) == (finding.kind == "choice")
        wanted = {"yes_no": ("present", "absent"), "number": ("number",)}
        for value in wanted.get(finding.kind, finding.values):
            assert finding.phrase(value), finding.id


def test_conditions_are_whole(vocabulary: Vocabulary) -> None:
    """Each condition has a name, a code, a triage level, and what it indicates with its source."""
    for condition in vocabulary.conditions:
        assert re.fullmatch(r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,2})?", condition.icd10), condition.id
        assert condition.triage in TRIAGE_LEVELS
        assert condition.name
        assert condition.indicates


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
        assert (source.low or 0) < derived.at_least < (source.high or 0)


def test_loading_twice_gives_the_same_object() -> None:
    """The vocabulary is read once."""
    assert load() is load()
