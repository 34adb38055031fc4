"""What the gate says of a candidate, on answers made up for the purpose."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import pytest

from data_gen.vocabulary import load
from serve.bundle import bundle_folder
from serve.problem import RefusedError
from tests.training.projects import ROOT, params
from training.contender import Contender
from training.gate import Decision, Grounds, decide
from training.gate_table import show
from training.holdout import read_holdout
from training.labelled import LabelledCases
from training.measure import in_top
from training.real import RealCases, read_real_cases
from training.report import write_json
from training.vignettes import Vignettes, read_vignettes

Matrix = npt.NDArray[np.float64]
VOCABULARY = load()
KNOBS = params().gate
NO_CASES = LabelledCases(np.empty((0, 155)), np.empty((0, 155), np.float32), np.empty(0, np.int64))


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
    grounds = Grounds(vignettes, real, NO_CASES, vignettes)
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


def _between(
    new: dict[int, Matrix], old: dict[int, Matrix], grounds: Grounds
) -> tuple[bool, set[str]]:
    """Whether the new bundle is promoted, and the checks that it fails."""
    bundles = [cast("Contender", Fake(name, answers)) for name, answers in (("n", new), ("o", old))]
    found = decide(bundles[0], bundles[1], (), lambda: grounds, VOCABULARY, KNOBS)
    return found.promote, {check.what for check in found.checks if not check.passed}


def _certain(label: npt.NDArray[np.int64]) -> Matrix:
    return np.eye(len(VOCABULARY.conditions))[label]


def _of(vignettes: Vignettes, rows: slice) -> Vignettes:
    """Some of the vignettes, with nothing but an age recorded: no override can fire."""
    cases = np.full_like(vignettes.cases[rows], -1)
    cases[:, VOCABULARY.column("age_years")] = 30
    return replace(
        vignettes,
        cases=cases,
        label=vignettes.label[rows],
        exact=vignettes.exact[rows],
    )


def test_a_real_emergency_that_is_called_benign_keeps_the_champion(
    vignettes: Vignettes, real: RealCases
) -> None:
    """One emergency more below urgent is one too many, however good the rest is."""
    rows = np.arange(len(real.label)) % 2 == 0
    values = np.full_like(real.values, np.nan)
    values[:, VOCABULARY.column("age_years")] = 30
    bare = replace(real, values=values, triage=np.where(rows, 0, 3))
    clot, sore = (VOCABULARY.condition_ids.index(c) for c in ("deep_vein_thrombosis", "doms"))
    told = np.where(rows, clot, sore)
    missed = told.copy()
    missed[0] = sore
    n, m = len(vignettes), len(real.label)
    new = {n: vignettes.exact, m: _certain(missed)}
    old = {n: _blurred(vignettes.exact, 0.1), m: _certain(told)}
    bare = replace(bare, label=np.full(m, len(VOCABULARY.conditions) - 1))  # none is named
    grounds = Grounds(vignettes, bare, NO_CASES, None)
    assert _between(new, old, grounds) == (False, {"real emergencies below urgent"})
    assert _between({**new, m: _certain(told)}, old, grounds) == (True, set())


def test_emergencies_lost_on_the_old_holdout_keep_the_champion(
    vignettes: Vignettes, real: RealCases
) -> None:
    """Half a point more of the hold-out's emergencies below urgent is too many."""
    holdout = _of(vignettes, slice(0, 400))
    sore = np.full(400, VOCABULARY.condition_ids.index("doms"))
    shared = {len(real.label): _oracle(real)}
    new = {**shared, len(vignettes): vignettes.exact, 400: _certain(sore)}
    old = {**shared, len(vignettes): _blurred(vignettes.exact, 0.1), 400: _certain(holdout.label)}
    grounds = Grounds(vignettes, real, NO_CASES, holdout)
    lost = "share of emergencies below urgent, the champion's hold-out"
    assert _between(new, old, grounds) == (False, {lost})
    assert _between({**new, 400: _certain(holdout.label)}, old, grounds) == (True, set())


@pytest.mark.parametrize(
    ("blur", "labelled", "promoted"),
    [
        pytest.param(0.02, "better", True, id="a little excess for cases told better"),
        pytest.param(0.2, "better", False, id="too much excess"),
        pytest.param(0.02, "same", False, id="a little excess for nothing"),
        pytest.param(0.0, "worse", False, id="better on vignettes, worse on cases"),
    ],
)
def test_labelled_cases_speak_for_a_candidate_or_against(
    vignettes: Vignettes, real: RealCases, blur: float, labelled: str, promoted: bool
) -> None:
    """Held-out cases told better outweigh a little excess; told worse, they keep the champion."""
    rows = slice(0, 300)
    held_out = LabelledCases(
        np.empty((300, 155)), vignettes.cases[rows], vignettes.label[rows]
    )  # fmt: skip
    before, after = {"better": (0.3, 0.1), "same": (0.3, 0.3), "worse": (0.1, 0.3)}[labelled]
    truth = _certain(held_out.label)
    shared = {len(real.label): _oracle(real)}
    champion = 0.01
    new = {**shared, len(vignettes): _blurred(vignettes.exact, blur), 300: _blurred(truth, after)}
    old = {
        **shared,
        len(vignettes): _blurred(vignettes.exact, champion),
        300: _blurred(truth, before),
    }
    assert _between(new, old, Grounds(vignettes, real, held_out, None))[0] == promoted


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
    champion = bundle_folder(project / "models" / "leg_pain")
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
