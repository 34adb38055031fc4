"""Published cases, by overrides alone: the figures that the hazard log rests on."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from data_gen.vocabulary import load
from serve.overrides import LEVELS, evaluate

VOCABULARY = load()
CASES = Path(__file__).parents[3] / "examples" / "real_cases.csv"


def read() -> Iterator[tuple[str, dict[str, bool | str | float]]]:
    """Each case: the level a careful reader expects at least, and its findings."""
    with CASES.open(newline="") as file:
        for row in csv.DictReader(file):
            case: dict[str, bool | str | float] = {}
            for finding in VOCABULARY.findings:
                text = row.get(finding.id, "")
                if text and finding.kind == "yes_no":
                    case[finding.id] = text == "yes"
                elif text:
                    case[finding.id] = text if finding.kind == "choice" else float(text)
            yield row["triage_expected"], case


def reached(expected: str) -> list[int]:
    """The rank that overrides give each case of an expected level."""
    levels = [evaluate(case).level for level, case in read() if level == expected]
    return [LEVELS.index(level or "self_care") for level in levels]


def test_no_emergency_is_below_urgent() -> None:
    """All sixteen emergencies are urgent or above, and at least fourteen are emergencies."""
    ranks = reached("emergency")
    assert len(ranks) == 16
    assert max(ranks) <= 1
    assert ranks.count(0) >= 14


def test_urgent_cases_are_called() -> None:
    """Of nineteen urgent cases at least sixteen are urgent or above; the model adds to these."""
    ranks = reached("urgent")
    assert len(ranks) == 19
    assert sum(rank <= 1 for rank in ranks) >= 16


def test_benign_cases_are_left_alone() -> None:
    """Of forty-five routine and self-care cases at most two are raised to urgent or above."""
    ranks = reached("routine") + reached("self_care")
    assert len(ranks) == 45
    assert sum(rank <= 1 for rank in ranks) <= 2
