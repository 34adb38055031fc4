"""Numbers that cases have updated, laid over the knowledge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data_gen.profiles.overlay import NO_CASES, Overlay, laid_over, read_overlay
from tests.our_world import knowledge

KNOWN = knowledge()


def _overlay(**of_doms: Any) -> Overlay:
    return Overlay(KNOWN.hash(), {"doms": of_doms})


def test_an_empty_overlay_changes_nothing(tmp_path: Path) -> None:
    """Not a number, and not the hash that vignettes are known by."""
    path = tmp_path / "learned.yaml"
    path.write_text(NO_CASES.text(cases=0, held_out=0, scale=0.0))
    assert laid_over(KNOWN, read_overlay(path)) is KNOWN


def test_an_overlay_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Numbers, counts and scale come back, and the world they make has a hash of its own."""
    finding, entry = next((k, e) for k, e in KNOWN.profiles["doms"].findings.items() if e.p)
    path = tmp_path / "learned.yaml"
    path.write_text(_overlay(findings={finding: {"p": 0.123}}).text(7, 2, 1.5))
    found = read_overlay(path)
    assert (found.cases, found.held_out, found.scale) == (7, 2, 1.5)
    changed = laid_over(KNOWN, found)
    after = changed.profiles["doms"].findings[finding]
    assert after == entry.model_copy(update={"p": 0.123})
    assert changed.hash() != KNOWN.hash()


@pytest.mark.parametrize(
    ("overlay", "says"),
    [
        (Overlay("0", {"doms": {"female": {"p": 0.5}}}), "other knowledge"),
        (Overlay(KNOWN.hash(), {"dom": {}}), "no condition is called 'dom'"),
        (_overlay(findings={"no_finding": {"p": 0.5}}), "no such number is stated"),
        (_overlay(presentations={"no_presentation": {"weight": 0.5}}), "no such number"),
    ],
    ids=["other knowledge", "condition", "finding", "presentation"],
)
def test_what_does_not_fit_is_refused(overlay: Overlay, says: str) -> None:
    """An overlay speaks of the knowledge that it was learned on, and of numbers it states."""
    with pytest.raises(ValueError, match=says):
        laid_over(KNOWN, overlay)


def test_a_number_that_cannot_be_is_refused() -> None:
    """A probability above 1, with its place."""
    finding = next(k for k, e in KNOWN.profiles["doms"].findings.items() if e.p)
    with pytest.raises(ValueError, match=finding):
        laid_over(KNOWN, _overlay(findings={finding: {"p": 1.5}}))


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    """With what to do."""
    path = tmp_path / "learned.yaml"
    path.write_text("findings: {}\n")
    with pytest.raises(ValueError, match="run `python -m training learn` again"):
        read_overlay(path)
