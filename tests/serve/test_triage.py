"""The final triage is the more urgent of overrides and model, and harm decides the model's."""

from __future__ import annotations

import numpy as np
import pytest

from data_gen.vocabulary import TRIAGE_LEVELS, load
from serve.answer import SOURCES, triage_rank
from serve.triage import COST, NONE, combine, model_level

LEVEL = {name: rank for rank, name in enumerate(TRIAGE_LEVELS)}


def _case(**shares: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """One case with the given share for one condition of each triage level."""
    row = np.zeros((1, len(load().conditions)))
    for level, share in shares.items():
        row[0, [c.triage for c in load().conditions].index(level)] = share
    return row


def _level(**shares: float) -> str:
    need = np.array([[shares.get(level, 0.0) for level in TRIAGE_LEVELS]])
    return TRIAGE_LEVELS[model_level(need)[0]]


@pytest.mark.parametrize(
    ("shares", "level"),
    [
        ({"emergency": 1.0}, "emergency"),
        ({"urgent": 1.0}, "urgent"),
        ({"routine": 1.0}, "routine"),
        ({"self_care": 1.0}, "self_care"),
        ({"urgent": 0.09, "routine": 0.91}, "routine"),
        ({"urgent": 0.11, "routine": 0.89}, "urgent"),
        ({"emergency": 0.12, "urgent": 0.88}, "urgent"),
        ({"emergency": 0.14, "urgent": 0.86}, "emergency"),
        ({"emergency": 0.02, "routine": 0.98}, "routine"),
        ({"emergency": 0.03, "routine": 0.97}, "urgent"),
        ({"routine": 0.30, "self_care": 0.70}, "self_care"),
        ({"routine": 0.40, "self_care": 0.60}, "routine"),
    ],
    ids=str,
)
def test_thresholds(shares: dict[str, float], level: str) -> None:
    """The thresholds that the harms imply are those the module states."""
    assert _level(**shares) == level


def test_harm_grows_with_the_miss() -> None:
    """The right level does no harm, and each step further from it does more."""
    assert (np.diag(COST) == 0).all()
    for needed in range(4):
        assert (np.diff(COST[needed, needed:]) > 0).all()
        assert (np.diff(COST[needed, : needed + 1]) < 0).all()


@pytest.mark.parametrize("override", range(5))
@pytest.mark.parametrize("model", TRIAGE_LEVELS)
def test_an_override_only_raises(override: int, model: str) -> None:
    """The final level is the more urgent of the two, and its source says whose it is."""
    got = combine(np.array([override]), _case(**{model: 1.0}), np.array([False]), load())
    rank = triage_rank(model)
    assert got.level[0] == min(override, rank)
    says = "override" if override < rank else "model" if rank < override else "both"
    assert SOURCES[got.source[0]] == says


def test_nothing_recorded_is_routine() -> None:
    """A case with no finding is routine, whatever the class mix says."""
    got = combine(np.array([NONE]), _case(emergency=1.0), np.array([True]), load())
    assert (TRIAGE_LEVELS[got.level[0]], SOURCES[got.source[0]]) == ("routine", "model")


@pytest.mark.parametrize(
    ("override", "level"), [(NONE, "routine"), (0, "emergency"), (3, "self_care")]
)
def test_no_model(override: int, level: str) -> None:
    """Without a model the overrides decide, and a case on which none fires is routine."""
    nothing = np.full((1, len(load().conditions)), np.nan)
    got = combine(np.array([override]), nothing, np.array([False]), load())
    assert (TRIAGE_LEVELS[got.level[0]], SOURCES[got.source[0]]) == (level, "override")
    assert got.model_level[0] == NONE
