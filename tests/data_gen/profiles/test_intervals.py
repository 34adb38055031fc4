"""How far a number may be off, by what it rests on."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from data_gen.profiles import KNOWLEDGE, load_knowledge
from data_gen.profiles.intervals import log_odds, log_odds_interval, patients
from data_gen.profiles.schema import Based
from tests.our_world import knowledge

KNOWN = knowledge()


def test_a_judgement_may_be_off_by_what_the_knowledge_allows_it() -> None:
    """Half a unit of log-odds either way."""
    low, high = log_odds_interval(KNOWN, 0.2, Based())
    assert (low, high) == pytest.approx((log_odds(0.2) - 0.5, log_odds(0.2) + 0.5))
    assert patients(KNOWN, Based()) is None


def test_a_study_counts_its_patients() -> None:
    """Its interval is that of its count, and holds the number that it gave."""
    name, row = next((n, r) for n, r in KNOWN.studies.items() if r.get("n") and r.get("of"))
    based = Based(basis="study", cite=(name,))
    share = row["n"] / row["of"]
    low, high = log_odds_interval(KNOWN, share, based)
    assert patients(KNOWN, based) == row["of"]
    assert low < log_odds(share) < high


def test_a_frequency_word_has_its_band() -> None:
    """`often` is 30 to 79 %, wherever in it the number was put."""
    based = Based(basis="document", cite=("any",), word="often")
    low, high = log_odds_interval(KNOWN, 0.5, based)
    assert (low, high) == pytest.approx((log_odds(0.30), log_odds(0.79)))


def test_a_knowledge_of_before_has_our_intervals(tmp_path: Path) -> None:
    """A folder without the file is read as ever, with the same hash."""
    folder = tmp_path / "knowledge"
    copytree(KNOWLEDGE, folder, ignore=ignore_patterns("intervals.yaml"))
    found = load_knowledge(folder)
    assert found.intervals == KNOWN.intervals
    assert found.hash() == KNOWN.hash()
