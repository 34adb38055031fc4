"""Tests of what is flagged: what changed is, and between equal months nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from data_gen.vocabulary import load
from serve.mapping.column_mapping import NO_MAPPING
from serve.report.assessment import Assessment, assess
from serve.report.change import Change, changes, departures, flagged
from serve.report.expected import Expected
from serve.report.reading import read_scored
from tests.serve.report.months import EVEN, month, raised, write

VOCABULARY = load()


def assessed(table: pa.Table, folder: Path) -> Assessment:
    """The assessment of a scored table."""
    path = write(table, folder / "scored.parquet")
    return assess(read_scored(str(path), NO_MAPPING), None, None, VOCABULARY)


def seen(before: pa.Table, after: pa.Table, folder: Path) -> list[Change]:
    """What is flagged between two months."""
    return flagged(changes(assessed(before, folder), assessed(after, folder), VOCABULARY))


def words(rows: int, yes: float) -> list[str]:
    """A yes/no column of which so much is a yes."""
    return ["yes" if row < yes * rows else "no" for row in range(rows)]


def test_equal_months_have_nothing_flagged(tmp_path: Path) -> None:
    """Eight pairs of months of one kind: at most one has anything, as one in twenty may."""
    found = [
        seen(month(EVEN, 400, seed), month(EVEN, 400, 500 + seed), tmp_path) for seed in range(8)
    ]
    assert sum(map(bool, found)) <= 1


def test_a_rate_that_moved_is_flagged(tmp_path: Path) -> None:
    """Twelve points more of a finding, with both rates and a p-value; nothing else."""
    before = month(EVEN, 1000, 1, fever=words(1000, 0.44))
    after = month(EVEN, 1000, 2, fever=words(1000, 0.56))
    (change,) = seen(before, after, tmp_path)
    assert (change.kind, change.name) == ("finding", "fever")
    assert (change.before, change.after) == (0.44, 0.56)
    assert change.p_value < 0.001


def test_a_condition_that_became_commoner_is_flagged(tmp_path: Path) -> None:
    """A condition four times as common, by its estimated share, first of all."""
    found = seen(month(EVEN, 1000, 3), month(raised("sciatica", 4.0), 1000, 4), tmp_path)
    first = next(change for change in found if change.kind == "condition")
    assert first.name == "sciatica"
    assert abs(first.before - 0.05) < 0.03
    assert abs(first.after - 0.17) < 0.05


@pytest.mark.parametrize(
    ("columns", "kind", "name"),
    [
        ({"triage": ["urgent"] * 400}, "triage", "urgent"),
        ({"fever": [None] * 300 + ["yes", "no"] * 50}, "filled", "fever"),
        ({"age_years": [70.5] * 400}, "number", "age_years"),
        ({"swelling": ["both"] * 400}, "finding", "swelling=both"),
        ({"issues": ['[{"code": "conflict"}]'] * 400}, "issue", "conflict"),
        ({"novelty": [0.97] * 400}, "novelty", "novelty"),
        ({"likely_components": ["gout 0.99"] * 400}, "component", "gout"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_each_kind_of_change_is_flagged(
    columns: dict[str, list[object]], kind: str, name: str, tmp_path: Path
) -> None:
    """Whatever a file counts is compared."""
    found = seen(month(EVEN, 400, 5), month(EVEN, 400, 6, **columns), tmp_path)
    assert (kind, name) in {(change.kind, change.name) for change in found}


@pytest.mark.parametrize("rows", [0, 1, 10])
def test_few_rows_show_nothing(rows: int, tmp_path: Path) -> None:
    """Ten rows, or none, are compared without a word of alarm."""
    assert seen(month(EVEN, rows, 7), month(EVEN, 300, 8), tmp_path) == []


def test_a_file_is_held_against_the_mix_of_its_scores(tmp_path: Path) -> None:
    """Beside the bundle a condition that is commoner than the scores took it to be is flagged."""
    usual, other = (month(mix, 800, 11) for mix in (EVEN, raised("doms", 4.0)))
    assert flagged(departures(assessed(usual, tmp_path), None, VOCABULARY)) == []
    (first, *_) = flagged(departures(assessed(other, tmp_path), None, VOCABULARY))
    assert (first.kind, first.name, round(first.before, 6)) == ("condition", "doms", 0.05)


@pytest.mark.parametrize(
    ("yes", "blank", "departs"),
    [(0.5, 0.0, True), (0.11, 0.0, False), (0.5, 0.85, False), (0.9, 0.5, True)],
    ids=["beyond", "near", "hidden by blanks", "beyond all blanks"],
)
def test_a_rate_departs_where_no_blank_could_explain_it(
    yes: float, blank: float, departs: bool, tmp_path: Path
) -> None:
    """A finding is held against the world's rate with every blank as a yes, and as a no."""
    filled = round(600 * (1 - blank))
    fever = [*words(filled, yes), *[None] * (600 - filled)]
    found = assessed(month(EVEN, 600, 10, fever=fever), tmp_path)
    world = Expected({VOCABULARY.column("fever"): np.array([0.9, 0.1])}, {})
    names = {change.name for change in flagged(departures(found, world, VOCABULARY))}
    assert ("fever" in names) == departs


def test_a_value_that_leaves_others_open_is_as_a_blank(tmp_path: Path) -> None:
    """Smoking `ever` says former or current: the world has no rate of it, and it may be either."""
    smoking = ["ever"] * 300 + ["never"] * 300
    found = assessed(month(EVEN, 600, 12, smoking=smoking), tmp_path)
    values = VOCABULARY.finding("smoking").values
    rates = np.array([{"never": 0.5, "former": 0.3, "current": 0.2}.get(v, 0.0) for v in values])
    world = Expected({VOCABULARY.column("smoking"): rates}, {})
    looked_at = departures(found, world, VOCABULARY)
    assert {"smoking=never", "smoking=former"} <= {change.name for change in looked_at}
    assert not [change for change in flagged(looked_at) if change.name.startswith("smoking")]
