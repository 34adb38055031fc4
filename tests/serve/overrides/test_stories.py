"""Notes of people in danger, and of their benign look-alikes."""

from __future__ import annotations

import pytest

from serve.overrides import LEVELS, evaluate
from tests.serve.overrides.stories import DANGERS, LOOK_ALIKES, Story


def rank(level: str | None) -> int:
    """The place of a level; self-care where no rule fires."""
    return LEVELS.index(level or "self_care")


@pytest.mark.parametrize("story", DANGERS, ids=lambda story: story.name)
def test_a_danger_is_called_at_its_level(story: Story) -> None:
    """A note of each danger reaches the level that the danger needs."""
    result = evaluate(story.case)
    assert rank(result.level) <= rank(story.level), result.reasons


@pytest.mark.parametrize("story", LOOK_ALIKES, ids=lambda story: story.name)
def test_a_look_alike_is_not_raised(story: Story) -> None:
    """A benign look-alike stays at routine or below."""
    result = evaluate(story.case)
    assert rank(result.level) >= rank("routine"), result.reasons


@pytest.mark.parametrize("story", LOOK_ALIKES, ids=lambda story: story.name)
def test_a_look_alike_is_not_buried_in_questions(story: Story) -> None:
    """A benign look-alike is asked five things at most, and most are asked two or fewer."""
    assert len(evaluate(story.case).questions) <= 5


def test_most_look_alikes_are_asked_little() -> None:
    """Half of the benign look-alikes are asked two questions or fewer."""
    asked = sorted(len(evaluate(story.case).questions) for story in LOOK_ALIKES)
    assert asked[len(asked) // 2] <= 2
