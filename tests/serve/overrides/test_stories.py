"""Notes of people in danger, and of everyday complaints."""

from __future__ import annotations

import pytest

from serve.overrides import LEVELS, evaluate
from tests.serve.overrides.records import VOCABULARY
from tests.serve.overrides.stories import EVERYDAY, HAZARDS, Story


def rank(level: str | None) -> int:
    """The place of a level; self-care where no rule fires."""
    return LEVELS.index(level or "self_care")


@pytest.mark.parametrize("story", HAZARDS, ids=lambda story: story.story)
def test_a_hazard_is_called_at_its_level(story: Story) -> None:
    """A note of each hazard reaches the level that the hazard needs."""
    result = evaluate(story.case)
    assert rank(result.level) <= rank(story.level), result.reasons


@pytest.mark.parametrize("story", EVERYDAY, ids=lambda story: story.story)
def test_an_everyday_complaint_is_not_raised(story: Story) -> None:
    """An everyday complaint stays at routine or below, or where its story says."""
    result = evaluate(story.case)
    assert rank(result.level) >= min(rank(story.level), rank("routine")), result.reasons


@pytest.mark.parametrize("story", [*HAZARDS, *EVERYDAY], ids=lambda story: story.story)
def test_a_story_is_told_in_findings(story: Story) -> None:
    """Every finding of a story is one of the vocabulary, and none is both yes and no."""
    known = {finding.id for finding in VOCABULARY.findings}
    assert set(story.case) <= known
    assert not set(story.yes.split()) & set(story.no.split())


def test_there_are_enough_stories() -> None:
    """At least forty hazards and forty everyday complaints are told, none of them twice."""
    names = [story.story for story in (*HAZARDS, *EVERYDAY)]
    assert min(len(HAZARDS), len(EVERYDAY)) >= 40
    assert len(names) == len(set(names))


@pytest.mark.parametrize("story", EVERYDAY, ids=lambda story: story.story)
def test_an_everyday_complaint_is_not_buried_in_questions(story: Story) -> None:
    """An everyday complaint is asked five things at most, and most are asked two or fewer."""
    assert len(evaluate(story.case).questions) <= 5


def test_most_everyday_complaints_are_asked_little() -> None:
    """Half of the everyday complaints are asked two questions or fewer."""
    asked = sorted(len(evaluate(story.case).questions) for story in EVERYDAY)
    assert asked[len(asked) // 2] <= 2
