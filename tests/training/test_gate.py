"""What the gate says of a candidate, on answers made up for the purpose."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import pytest

from data_gen.vocabulary import load
from serve.problem import RefusedError
from tests.training.projects import ROOT, params
from training.contender import Contender
from training.gate import Decision, Grounds, decide
from training.gate_table import show
from training.holdout import read_holdout
from training.measure import in_top
from training.real import RealCases, read_real_cases
from training.report import write_json
from training.vignettes import Vignettes, read_vignettes

Matrix = npt.NDArray[np.float64]
VOCABULARY = load()
KNOBS = params().gate


@dataclass(frozen=True)
class Fake:
    """A bundle that gives prepared answers, told apart by how many cases it is asked of."""

    version: str
    answers: dict[int, Matrix]

    def probabilities(self, cases: npt.NDArray[np.float32], _: object) -> Matrix:
        """The prepared answers."""
        return self.answers[len(cases)]


@pytest.fixture(scope="module")
def vignettes(project: Path) -> Vignettes:
    """The vignettes of today."""
    folder = project / "build" / "vignettes"
    return read_vignettes(folder / "test.parquet", folder / "test_truth.parquet", VOCABULARY)


@pytest.fixture(scope="module")
def real() -> RealCases:
    """The real cases."""
    return read_real_cases(ROOT / "examples" / "real_cases.csv", VOCABULARY)


def _blurred(exact: Matrix, share: float) -> Matrix:
    return exact * (1 - share) + share / exact.shape[1]


def _oracle(real: RealCases, wrong: int = 0) -> Matrix:
    """Certain of each diagnosis, and of another in the first `wrong` of the named conditions."""
    out = np.eye(len(VOCABULARY.conditions))[real.label]
    named = np.flatnonzero(real.label != len(VOCABULARY.conditions) - 1)
    out[named[:wrong]] = np.roll(out[named[:wrong]], 1, axis=1)
    return out


def _decision(
    vignettes: Vignettes, real: RealCases, new: tuple[float, int], old: tuple[float, int]
) -> Decision:
    bundles = [
        cast(
            "Contender",
            Fake(
                f"{name}",
                {
                    len(vignettes): _blurred(vignettes.exact, blur),
                    len(real.label): _oracle(real, wrong),
                },
            ),
        )
        for name, (blur, wrong) in (("new", new), ("old", old))
    ]
    grounds = Grounds(vignettes, real, vignettes)
    return decide(bundles[0], bundles[1], (), lambda: grounds, VOCABULARY, KNOBS)


def test_better_and_nothing_worse_is_promoted(vignettes: Vignettes, real: RealCases) -> None:
    """Less excess, and all else alike, promotes."""
    found = _decision(vignettes, real, (0.01, 0), (0.1, 0))
    assert (found.promote, found.reason) == (True, "better, and nothing worse")


@pytest.mark.parametrize(
    ("new", "old", "why"),
    [
        pytest.param((0.1, 0), (0.01, 0), "excess", id="worse excess"),
        pytest.param((0.05, 0), (0.05, 0), "excess", id="another bundle that is as good"),
        pytest.param((0.01, 2), (0.1, 0), "top three", id="two real cases worse"),
        pytest.param((0.4, 0), (0.1, 0), "calibration", id="worse calibration"),
    ],
)
def test_each_loss_keeps_the_champion_and_is_named(
    vignettes: Vignettes,
    real: RealCases,
    new: tuple[float, int],
    old: tuple[float, int],
    why: str,
) -> None:
    """One check that fails keeps the champion, whatever the others say."""
    found = _decision(vignettes, real, new, old)
    assert not found.promote
    assert why in found.reason


def test_one_real_case_is_within_the_margin(vignettes: Vignettes, real: RealCases) -> None:
    """A margin of two real cases lets one go."""
    assert _decision(vignettes, real, (0.01, 1), (0.1, 0)).promote
    assert in_top(real.label, _oracle(real, 1), 3).sum() == len(real.label) - 1


def test_the_table_shows_every_check_and_what_could_not_be_compared(tmp_path: Path) -> None:
    """Each check is a line with both figures; a hold-out that cannot be read is named."""
    check: dict[str, Any] = {"candidate": 0.2, "champion": 0.1, "worse": 0.1}
    checks = [
        {"what": "one", **check, "margin": 0.05, "passed": False},
        {"what": "two", **check, "margin": None, "passed": True},
    ]
    content = {"decision": "keep", "reason": "worse", "candidate": "a", "champion": "b"}
    write_json(tmp_path / "gate.json", {**content, "checks": checks, "note": "no hold-out"})
    lines = show(tmp_path / "gate.json").splitlines()
    assert [line.split()[-2:] for line in lines[1:3]] == [["NO", "one"], ["-", "two"]]
    assert lines[3:] == ["not compared: no hold-out", "keep: worse (candidate a, champion b)"]


def test_a_champions_holdout_is_read_with_todays_columns(project: Path, tmp_path: Path) -> None:
    """A finding that has come since is unknown, one that has gone is left out, none is refused."""
    champion = project / "models" / "leg_pain"
    before = read_holdout(champion, VOCABULARY)
    cases = pq.read_table(champion / "holdout.parquet")
    truth = pq.read_table(champion / "holdout_truth.parquet")
    old = cases.drop_columns(["numbness"]).append_column("gone", cases["bmi"])
    pq.write_table(old, tmp_path / "holdout.parquet")
    pq.write_table(truth, tmp_path / "holdout_truth.parquet")
    found = read_holdout(tmp_path, VOCABULARY)
    column = VOCABULARY.column("numbness")
    assert (before.cases[:, column] >= 0).any()
    assert (found.cases[:, column] == -1).all()
    assert (found.label == before.label).all()


def test_a_holdout_of_another_kind_is_told(tmp_path: Path) -> None:
    """A file that is no Parquet is refused by its name."""
    (tmp_path / "holdout.parquet").write_text("no")
    with pytest.raises(RefusedError, match="holdout"):
        read_holdout(tmp_path, VOCABULARY)


def test_the_decision_is_what_the_file_says(vignettes: Vignettes, real: RealCases) -> None:
    """The file holds the verdict, both versions and every check."""
    found = _decision(vignettes, real, (0.01, 0), (0.1, 0)).as_dict()
    assert json.loads(json.dumps(found))["decision"] == "promote"
    assert (found["candidate"], found["champion"]) == ("new", "old")
    assert len(found["checks"]) == 8
