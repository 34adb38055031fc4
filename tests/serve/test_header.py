"""Headers are matched to findings, and what is nearly one is never passed over in silence."""

from __future__ import annotations

import pytest

from data_gen.vocabulary import load
from serve.header import match_header, near_finding
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
    assert near_finding(name, load()) == finding
    warnings = match_header(["fever", name], "file", load()).warnings if name != "fever" else ()
    assert [w.code for w in warnings] == (["near_miss"] if finding else [])


def test_every_problem_at_once() -> None:
    """All that is wrong with a header is told together."""
    with pytest.raises(RefusedError) as refusal:
        match_header(["fever", "Fever", "triage", "p_doms", "", ""], "file", load())
    codes = [problem.code for problem in refusal.value.problems]
    assert codes == ["header_twice", "header_twice", "output_column", "output_column"]


def test_near_misses_alone_are_named() -> None:
    """Where no column is known, the refusal says which nearly are."""
    with pytest.raises(RefusedError, match="did you mean 'fever'"):
        match_header(["fevr"], "file", load())
