"""The recipe for cron, run as cron would: months that are well, and what must be seen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HEADER = "age_years,fever,site_calf\n"
GOOD = HEADER + "".join(f"{50 + row % 30},{'yes' if row % 9 else 'no'},yes\n" for row in range(60))


@pytest.fixture
def recipe(tmp_path: Path, tiny_bundle: Path) -> dict[str, str]:
    """What the recipe is told by its environment: a bundle, and where alerts go."""
    alert = tmp_path / "alert.sh"
    alert.write_text(f'#!/bin/sh\ncat >>"{tmp_path}/alerts"\n')
    alert.chmod(0o755)
    told = {"MODEL": str(tiny_bundle), "PYTHON": sys.executable, "ALERT": str(alert)}
    return {**os.environ, **told}


def month(name: str, text: str, environment: dict[str, str]) -> tuple[int, str]:
    """The exit code of a month, and what was alerted of it."""
    folder = Path(environment["ALERT"]).parent
    (folder / name).write_text(text)
    (folder / "alerts").unlink(missing_ok=True)
    command = ["sh", "examples/monthly.sh", str(folder / name), str(folder / "scored")]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    alerts = folder / "alerts"
    return done.returncode, alerts.read_text() if alerts.exists() else ""


def test_months_go_by(recipe: dict[str, str], tmp_path: Path) -> None:
    """A good month is silent; a changed one, rejected rows and a bad file are told."""
    scored = tmp_path / "scored"
    assert month("a.csv", GOOD, recipe) == (0, "")
    assert {path.name for path in (scored / "a").iterdir()} == {
        "scored.csv", "counts.json", "facts.json", "report.html", "log",
    }  # fmt: skip
    code, told = month("c.csv", GOOD.replace(",yes,", ",no,") + "1,2,3,4\n", recipe)
    assert code == 4
    assert "some rows were rejected" in told
    assert "not like a" in told
    assert "changed: finding fever: 0.883 -> 0" in told
    code, told = month("d.csv", "nothing,known\n1,2\n", recipe)
    assert code == 2
    assert "nothing was scored" in told
    assert "no column is the name of a finding" in told
    assert (scored / "last").readlink() == Path("c")
