"""Headers are matched to findings, and what is nearly one is never passed over in silence."""

from __future__ import annotations

import difflib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_gen.vocabulary import load
from serve.cases.header import match_header
from serve.cases.names import key_of, named, squeezed
from serve.problem import RefusedError


def test_names_match_loosely() -> None:
    """Case and outer spaces do not matter; places do."""
    header = match_header(["note", " CASE_ID", "Fever ", "ABI"], "file", load())
    assert [(place, r.finding.id) for place, r in header.readings] == [(2, "fever"), (3, "abi")]
    assert header.case_id == 1
    assert header.warnings == ()


@pytest.mark.parametrize(
    ("name", "finding"),
    [
        ("fevr", "fever"),
        ("age", "age_years"),
        ("Age Years", "age_years"),
        ("age-years", "age_years"),
        ("walking_distance", "walking_distance_m"),
        ("walkingDistanceM", "walking_distance_m"),
        ("temperature_f", "temperature_c"),
        ("abi_left", "abi"),
        ("rest pain", "rest_pain"),
        ("hypertention", "hypertension"),
        ("diagnosis", None),
        ("note", None),
        ("x", None),
        ("", None),
        ("caseid", None),
    ],
)
def test_near_misses(name: str, finding: str | None) -> None:
    """A column that is nearly a finding is warned of with its name; any other passes through."""
    found = named(name, load())
    assert (found and found.finding) == finding
    warnings = match_header(["fever", name], "file", load()).warnings if name != "fever" else ()
    tight = squeezed(name) in map(squeezed, load().finding_ids)
    assert [w.code for w in warnings] == (["read_as" if tight else "near_miss"] if finding else [])


@pytest.mark.parametrize(
    "name", ["Chest Pain", "chest-pain?", "CHESTPAIN", "\uff23hest_pain", "chest. pain"]
)
def test_a_name_equal_but_for_its_spelling_is_read_and_told(name: str) -> None:
    """Case, spaces and punctuation keep no finding from being read; a warning says so."""
    header = match_header([name, "note"], "file", load())
    assert [(place, r.finding.id) for place, r in header.readings] == [(0, "chest_pain")]
    assert [warning.code for warning in header.warnings] == ["read_as"]
    assert [(place, issue.code) for place, issue in header.told] == [(0, "read_as")]
    assert (header.read, header.not_read) == ((name,), ("note",))


def test_squeezed_names_are_as_many_as_findings() -> None:
    """No two findings have one name once it is squeezed, so that none is mistaken for another."""
    ids = load().finding_ids
    assert len({squeezed(finding) for finding in ids}) == len(ids)


@given(
    st.sampled_from(load().finding_ids),
    st.lists(st.tuples(st.integers(0, 30), st.characters(codec="ascii")), max_size=5),
)
def test_the_quick_search_finds_what_the_slow_one_does(
    name: str, edits: list[tuple[int, str]]
) -> None:
    """The nearest spelling is that of difflib, asked of every finding."""
    letters = list(name)
    for place, letter in edits:
        letters[place % len(letters)] = letter
    key = re.sub(r"[^a-z0-9]+", "_", key_of("".join(letters))).strip("_")
    close = difflib.get_close_matches(key, load().finding_ids, n=1, cutoff=0.8)
    if close and squeezed(key) not in map(squeezed, load().finding_ids) and len(squeezed(key)) >= 3:
        assert named(key, load()) == (close[0], "near")


def test_every_problem_at_once() -> None:
    """All that is wrong with a header is told together."""
    with pytest.raises(RefusedError) as refusal:
        match_header(["fever", "Fever", "triage", "p_doms", "case_id", "case_id"], "file", load())
    codes = [problem.code for problem in refusal.value.problems]
    assert codes == ["header_twice", "header_twice", "scored_before"]


def test_near_misses_alone_are_named() -> None:
    """Where no column is known, the refusal says which nearly are."""
    with pytest.raises(RefusedError, match="did you mean 'fever'"):
        match_header(["fevr"], "file", load())
