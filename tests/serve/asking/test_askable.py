"""What may be asked of a case."""

from __future__ import annotations

import numpy as np
import pytest

from data_gen.vocabulary import NOT_ASKED, load
from data_gen.vocabulary.complete import complete
from serve.asking.askable import askable, asked_by


def open_findings(declined: tuple[str, ...] = (), **recorded: float) -> set[str]:
    """The findings that may be asked of a case."""
    vocabulary = load()
    values = np.full((1, len(vocabulary.findings)), NOT_ASKED)
    mask = np.zeros(values.shape, dtype=np.bool_)
    for name, value in recorded.items():
        values[0, vocabulary.column(name)] = value
    for name in declined:
        mask[0, vocabulary.column(name)] = True
    found = askable(complete(values, vocabulary).present, mask, vocabulary)
    return {f.id for f in vocabulary.findings if found[0, f.column]}


@pytest.mark.parametrize(
    ("recorded", "gone"),
    [
        pytest.param({"numbness": 0.0}, {"numbness"}, id="recorded"),
        pytest.param({"foot_drop": 1.0}, {"foot_drop", "weakness"}, id="implied"),
        pytest.param({"weakness": 0.0}, {"weakness", "foot_drop"}, id="implied, turned round"),
        pytest.param({"temperature_c": 37.0}, {"temperature_c", "fever"}, id="derived"),
        pytest.param({"fever": 1.0}, {"temperature_c", "fever"}, id="derived, turned round"),
        pytest.param({"exercise_minutes": 3.0}, {"walking_distance_m"}, id="one fact twice"),
    ],
)
def test_nothing_that_an_answer_implies_is_asked(
    recorded: dict[str, float], gone: set[str]
) -> None:
    """What is recorded, or follows from it in either direction, is not asked; the rest is."""
    before, after = open_findings(), open_findings(**recorded)
    assert gone <= before
    assert not gone & after
    assert "diabetes" in after


def test_not_known_is_an_answer() -> None:
    """A finding that was answered by "not known" is not asked again."""
    assert open_findings() - open_findings(("numbness", "fever")) == {"numbness", "fever"}


def test_what_applies_with_another_finding_waits_for_it() -> None:
    """The part of the knee is asked where the knee hurts, and not before that is known."""
    assert "knee_part" not in open_findings()
    assert "knee_part" not in open_findings(site_knee=0.0)
    assert "knee_part" in open_findings(site_knee=1.0)


def test_who_answers_follows_from_the_vocabulary() -> None:
    """A sign takes an examiner, a test a device, and anything else a question."""
    vocabulary = load()
    told = {name: asked_by(vocabulary.finding(name)) for name in ("numbness", "bruit", "abi")}
    assert told == {"numbness": "question", "bruit": "examination", "abi": "test"}
