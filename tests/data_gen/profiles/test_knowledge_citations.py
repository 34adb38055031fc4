"""Every statement of the documents is used, and the deciding findings rest on something."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data_gen.check_report import check_report
from data_gen.look_alikes.deciding import (
    Deciding,
    count_grounds,
    find_deciding,
    judgements,
    pair_grounds,
)
from data_gen.profiles import Knowledge
from data_gen.profiles.frequency_words import BANDS, band_of
from data_gen.profiles.provenance import (
    bases,
    cited_ids,
    for_overrides,
    grounds,
    not_encoded,
    uncited,
)
from data_gen.world import World
from serve.overrides import RULES


@pytest.fixture(scope="module")
def deciding(world: World) -> Deciding:
    """The deciding findings of this checkout."""
    return find_deciding(world)


def test_no_statement_is_left_uncited(knowledge: Knowledge) -> None:
    """Each statement is cited by an entry or condition, or says why it is not."""
    assert uncited(knowledge) == ()


def test_overrides_cite_the_red_flags_that_nothing_else_does(knowledge: Knowledge) -> None:
    """A red flag that no entry uses is the source of a safety override."""
    sources = {source for rule in RULES for source in rule.sources}
    assert set(for_overrides(knowledge)) - sources == set()


def test_what_is_not_encoded_is_not_cited(knowledge: Knowledge) -> None:
    """A statement that says why nothing can use it is used by nothing."""
    sources = {source for rule in RULES for source in rule.sources}
    assert set(not_encoded(knowledge)) & (cited_ids(knowledge) | sources) == set()


def test_the_pairs_most_confused_are_thirty_with_ten_findings_each(deciding: Deciding) -> None:
    """The deciding findings are the ten of each of the thirty pairs, best first."""
    assert len(deciding.pairs) == 30
    for found in deciding.pairs.values():
        bits = [separator.bits for separator in found]
        assert len(found) == 10
        assert bits == sorted(bits, reverse=True)
        assert 0 < bits[-1] <= bits[0] <= 1


def test_most_deciding_findings_rest_on_more_than_judgement(
    knowledge: Knowledge, deciding: Deciding
) -> None:
    """Three in four have a study's number, a document's word, or a cited direction."""
    count = count_grounds(knowledge, deciding)
    assert count["all"] == 300
    assert count["cited"] >= 0.75 * count["all"]


def test_judgements_are_what_nothing_is_cited_for(knowledge: Knowledge, deciding: Deciding) -> None:
    """The list names just the deciding findings without a source, best separator first."""
    bare = judgements(knowledge, deciding)
    count = count_grounds(knowledge, deciding)
    assert len(bare) == count["all"] - count["cited"]
    assert [s.bits for _, s in bare] == sorted((s.bits for _, s in bare), reverse=True)
    assert all(pair_grounds(knowledge, pair, s.finding) <= {"measured"} for pair, s in bare)


def test_confusion_is_a_share_of_each_patient(deciding: Deciding) -> None:
    """What the patients of a condition give to all conditions sums to one."""
    assert deciding.confusion.share.sum(axis=1) == pytest.approx(1)


def test_marginals_are_distributions(deciding: Deciding) -> None:
    """For every finding and condition, the probabilities of its values sum to one."""
    for finding, table in deciding.marginals.of.items():
        assert table.sum(axis=1) == pytest.approx(1), finding


def test_marginals_repeat_what_is_stated(
    knowledge: Knowledge, world: World, deciding: Deciding
) -> None:
    """Where all presentations agree, a condition has a finding as often as its file says."""
    place = world.vocabulary.condition_ids.index("doms")
    profile = knowledge.profiles["doms"]
    restated = {finding for p in profile.presentations.values() for finding in p.findings}
    alone = {g.members[0].id for g in world.groups if g.lone and g.trait is None}
    stated = {f: e.p for f, e in profile.findings.items() if f in alone - restated}
    found = {f: deciding.marginals.of[f][place, 1] for f in stated}
    assert len(stated) > 20
    assert found == pytest.approx(stated, rel=0.2, abs=0.003)


def test_grounds_name_what_an_entry_cites(knowledge: Knowledge) -> None:
    """Grounds are read from the entries: a basis, a measurement, a direction."""
    pulses = grounds(knowledge, "peripheral_artery_disease", "pulses_reduced")
    assert {"study", "measured", "direction"} <= pulses
    assert bases(knowledge, "peripheral_artery_disease", "pulses_reduced")[0] == "study"
    assert grounds(knowledge, "doms", "foot_drop") == frozenset()


def test_a_paper_says_which_way_a_finding_speaks_only_if_read(knowledge: Knowledge) -> None:
    """A direction counts in the condition it was read of, as long as the number follows it."""
    study = "simons-no-warming-up"
    row = knowledge.studies[study]
    assert grounds(knowledge, "stress_fracture", "warms_up") == {"stated"}
    for changed in ({"flag": "seen-2nd"}, {"direction": "raises"}, {"condition": "tendinitis"}):
        studies = {**knowledge.studies, study: {**row, **changed}}
        other = replace(knowledge, studies=studies)
        assert grounds(other, "stress_fracture", "warms_up") == frozenset(), changed


@pytest.mark.parametrize(
    ("word", "low", "high"),
    [("almost always", 0.8, 0.99), ("usually", 0.3, 0.79), ("may", 0.05, 0.29)],
)
def test_words_have_the_bands_of_the_studies(
    knowledge: Knowledge, word: str, low: float, high: float
) -> None:
    """A frequency word has the limits of its class in studies.yaml."""
    band = band_of(word, knowledge.studies)
    assert band is not None
    assert (band.low, band.high) == (low, high)


def test_no_word_is_in_two_bands() -> None:
    """A frequency word means one thing."""
    words = [word for band in BANDS.values() for word in band]
    assert len(words) == len(set(words))


def test_the_report_counts_bases_and_grounds() -> None:
    """The check prints the counts by basis, the uncited statements and the deciding findings."""
    text, good = check_report(None)
    assert good
    for part in ("statements uncited: none", "numbers by basis", "one of these four"):
        assert part in text
