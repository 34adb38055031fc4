"""What the overrides answer to one case."""

from __future__ import annotations

from types import MappingProxyType
from unittest.mock import patch

import pytest

from serve.overrides import LEVELS, RULES, evaluate, states

SWOLLEN = {"swelling": "one", "warmth": True, "swelling_sudden": False, "worsening": True}


def test_what_fired_comes_most_urgent_first_with_its_reason() -> None:
    """The level is that of the first fired rule; reasons carry rule ids; actions are at hand."""
    result = evaluate({**SWOLLEN, "saddle_numbness": True})
    assert [rule.id for rule in result.fired] == [
        "CES-1",
        "DVT-2",
        "SEE-2",
        "SEE-5",
        "SEE-10",
        "SEE-16",
    ]
    assert result.level == "emergency"
    assert result.reasons[1] == f"DVT-2: {result.fired[1].reason}"
    assert result.fired[0].what_to_do.startswith("Now: go to an emergency department")


def test_states_are_given_for_every_rule() -> None:
    """Each rule is fired, ruled out or open; an absent finding rules out, a blank does not."""
    result = evaluate({"foot_drop": True, "gangrene": False})
    assert list(result.states) == [rule.id for rule in RULES]
    assert result.states["NEU-1"] == "fired"
    assert result.states["CLI-4"] == "ruled_out"
    assert result.states["FRX-2"] == "open"
    assert set(result.states.values()) == {"fired", "ruled_out", "open"}
    assert states({"foot_drop": True, "gangrene": False}) == result.states


def test_nothing_fired_is_no_level() -> None:
    """Where no rule fires there is no level: the overrides claim nothing."""
    result = evaluate({"site_heel": True, "warms_up": True})
    assert result.level is None
    assert result.fired == ()
    assert result.reasons == ()


@pytest.mark.parametrize("level", LEVELS[:3])
def test_each_level_can_be_reached(level: str) -> None:
    """Emergency, urgent and routine are each the level of some single finding."""
    one = {"emergency": "saddle_numbness", "urgent": "foot_drop", "routine": "worsening"}
    assert evaluate({one[level]: True}).level == level


def test_codes_of_another_table_are_refused() -> None:
    """States are told for as many codes as there are rules, and never for fewer."""
    with (
        patch("serve.overrides.evaluate.decide", return_value=(0,) * (len(RULES) - 1)),
        pytest.raises(ValueError, match=r"zip\(\)"),
    ):
        states({})


def test_any_mapping_is_a_case() -> None:
    """A read-only mapping is read as a dict is, and findings that no rule looks at are let pass."""
    case = MappingProxyType({**SWOLLEN, "bmi": 31.0, "quality_aching": True})
    assert evaluate(case) == evaluate(dict(case))


@pytest.mark.parametrize("guard", ["bruising", "pop_felt"])
def test_a_guard_leaves_the_routine_reasons(guard: str) -> None:
    """A rule that is held back is ruled out, and the case still says to see a doctor."""
    result = evaluate({**SWOLLEN, guard: True})
    assert result.states["DVT-2"] == "ruled_out"
    assert result.level == "routine"
    assert evaluate({**SWOLLEN, guard: False}).level == "urgent"
