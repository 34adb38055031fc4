"""The hazard log says what the rules are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from serve.overrides import RULES, logic
from serve.overrides.hazard_log.hazards import HAZARDS
from serve.overrides.hazard_log.page import PROOFS, TABLE_PROOFS, log, phrase
from serve.overrides.logic import AtLeast, Below, Count, Derived, Is, Present

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "hazards.md").read_text()


def test_the_page_is_current() -> None:
    """The page in `docs/` is what the rules write: `make docs` renews it."""
    done = subprocess.run(
        [sys.executable, "-m", "serve.overrides.hazard_log.page"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    assert done.stdout == PAGE
    assert "\n".join(log()).rstrip("\n") + "\n" == PAGE


def test_every_rule_guard_and_hazard_is_on_the_page() -> None:
    """Each rule appears with its reason, action and time, each guard in a list, each hazard."""
    for rule in RULES:
        assert f"### {rule.id} ({rule.level})" in PAGE
        assert rule.reason in PAGE
        assert rule.what_to_do in PAGE
        if rule.guards and not rule.instead:
            guards = [phrase(each) if each else "" for each in (rule.unless, rule.old)]
            assert f"| {' | '.join(guards)} |" in PAGE
    for hazard in HAZARDS:
        assert f"## {hazard.id}" in PAGE
        assert hazard.remains in PAGE


def test_the_tests_it_names_exist() -> None:
    """Every test and test file on the page is there."""
    here = Path(__file__).parent
    for name in PROOFS:
        file, function = name.split("::")
        assert f"def {function}(" in (here / file).read_text()
    named = {word.strip("`(),.") for word in TABLE_PROOFS.split() if "test_" in word}
    assert len(named) >= 6
    assert all((here / name).exists() for name in named)


FEVER = Derived("fever", "temperature_c", 38.0)
COLD, PALE = Present("cool_limb"), Present("pale_limb")


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (COLD, "`cool_limb`"),
        (Is("onset", "days"), "`onset` = days"),
        (AtLeast("abi", 0.9), "`abi` ≥ 0.9"),
        (Below("duration_days", 14), "`duration_days` < 14"),
        (FEVER, "`fever` (or `temperature_c` ≥ 38)"),
        (logic.All(COLD, PALE), "`cool_limb` **and** `pale_limb`"),
        (logic.absent("fever"), "no `fever`"),
        (logic.Not(logic.Any(COLD, PALE)), "no (`cool_limb` or `pale_limb`)"),
        (logic.Any(COLD, logic.Any(PALE, FEVER)),
         "`cool_limb` or `pale_limb` or `fever` (or `temperature_c` ≥ 38)"),
        (logic.All(COLD, logic.Any(PALE, FEVER)),
         "`cool_limb` **and** (`pale_limb` or `fever` (or `temperature_c` ≥ 38))"),
        (logic.Any(COLD, logic.All(PALE, COLD)),
         "`cool_limb` or (`pale_limb` **and** `cool_limb`)"),
        (Count(2, COLD, logic.Any(COLD, PALE)),
         "at least 2 of: `cool_limb`, (`cool_limb` or `pale_limb`)"),
    ],
    ids=str,
)  # fmt: skip
def test_conditions_in_words(expression: logic.Expression, words: str) -> None:
    """A condition reads as it is written, with brackets only where the joining word changes."""
    assert phrase(expression) == words
