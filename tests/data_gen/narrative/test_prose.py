"""Lists, verbs, articles and numbers in English."""

from __future__ import annotations

import pytest

from data_gen.narrative.prose import chunks, clause, series, with_article
from data_gen.vocabulary.quantity import quantity


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (0, "today"),
        (0.02, "less than an hour ago"),
        (0.25, "six hours ago"),
        (1, "one day ago"),
        (13, "13 days ago"),
        (14, "two weeks ago"),
        (20, "20 days ago"),
        (30, "one month ago"),
        (40, "about six weeks ago"),
        (90, "three months ago"),
        (365, "one year ago"),
        (480, "16 months ago"),
        (730, "two years ago"),
        (10950, "30 years ago"),
    ],
)
def test_a_duration_is_told_in_its_natural_unit(days: float, text: str) -> None:
    """Days become the unit that people use, and `about` where that rounds."""
    assert quantity(days, "days") == text


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (200, "m", "200 metres"),
        (1, "m", "one metre"),
        (7.5, "min", "7.5 minutes"),
        (0, "min", "0 minutes"),
        (38.55, "degC", "38.55 °C"),
        (1e-7, "", "0"),
        (27.30, "kg/m2", "27.3"),
        (56.9, "years", "56"),
    ],
)
def test_a_number_is_told_with_its_unit(number: float, unit: str, text: str) -> None:
    """Numbers carry at most two decimals, small whole ones are words, and one is singular."""
    assert quantity(number, unit) == text


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a or b", "c"], "a or b, and c"),
        (["a", "b", "c"], "a, b and c"),
        (["a", "b or c", "d"], "a, b or c, and d"),
        (["a (b, c)", "d"], "a (b, c) and d"),
    ],
)
def test_a_list_keeps_its_items_apart(items: list[str], text: str) -> None:
    """The last comma is there only where an item has an `and` or `or` of its own."""
    assert series(items) == text


def test_phrases_share_their_verb_and_its_number() -> None:
    """Predicates with one verb are said under it, in the number of the subject."""
    phrases = ["is constant", "is present at rest", "is present at night", "eases with rest"]
    assert clause(phrases) == "is constant and present at rest and at night, and eases with rest"
    assert clause(phrases[:1], plural=True, also=True) == "are also constant"
    assert clause(["no fever", "a limp", "no rash"]) == "has a limp and no fever or rash"


@pytest.mark.parametrize(
    ("noun", "text"), [("8-year-old", "an"), ("18-year-old", "an"), ("1-year-old", "a")]
)
def test_the_article_follows_the_sound(noun: str, text: str) -> None:
    """Eight, eleven and eighteen begin with a vowel."""
    assert with_article(noun) == f"{text} {noun}"


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (7, [7]), (8, [4, 4]), (15, [5, 5, 5])])
def test_long_lists_are_told_in_even_parts(count: int, sizes: list[int]) -> None:
    """A list is cut into as few parts as its length allows, none much shorter than another."""
    parts = chunks([str(place) for place in range(count)], 7)
    assert [len(part) for part in parts] == sizes
