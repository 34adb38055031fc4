"""What the gate says of a candidate, on answers made up for the purpose."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.projects import NO_LIMITS, ROOT, params
from tests.training.promotion.judged import (
    VOCABULARY,
    Matrix,
    Prepared,
    as_version,
    blurred,
    certain,
    event,
)
from training.data.labelled import LabelledCases
from training.data.real_cases import RealCases, read_real_cases
from training.data.vignettes import Answered, Vignettes, read_vignettes
from training.evaluation.metrics import in_top
from training.evaluation.report import write_json
from training.params import GateParams
from training.promotion.checks.comparison_data import ComparisonData
from training.promotion.gate import Decision, Standing, decide
from training.promotion.gate_table import show
from training.promotion.store.history import Event, state_of

KNOBS = params().gate
N = len(VOCABULARY.findings)
NO_CASES = LabelledCases(
    np.empty((0, N)), np.empty((0, N), np.float32), np.empty(0, np.int64), np.empty(0, np.bool_)
)
BLAND = {"age_years": 30, "fever": 0, "weight_loss": 0, "foot_drop": 0}
"""Enough for the model to call a level, and nothing that any override fires for."""
TOP3 = "real cases without the diagnosis among three"


@pytest.fixture(scope="module")
def vignettes(project: Path) -> Vignettes:
    """Vignettes that stand for fresh ones."""
    folder = project / "build" / "vignettes"
    return read_vignettes(folder / "test.parquet", folder / "test_truth.parquet", VOCABULARY)


@pytest.fixture(scope="module")
def real() -> RealCases:
    """The real cases."""
    return read_real_cases(ROOT / "examples" / "real_cases.csv", VOCABULARY)


def _oracle(real: RealCases, wrong: int = 0) -> Matrix:
    """Nearly certain of each diagnosis; of another in the first `wrong` of the named conditions."""
    out = certain(real.label)
    named = np.flatnonzero(real.label != len(VOCABULARY.conditions) - 1)
    out[named[:wrong]] = np.roll(out[named[:wrong]], 1, axis=1)
    return blurred(out, 0.2)


def _decide(
    data: ComparisonData,
    new: Mapping[int, Matrix],
    old: Mapping[int, Matrix] | None,
    knobs: GateParams = KNOBS,
    anchor: Mapping[int, Matrix] | None = None,
    history: Sequence[Event] = (),
) -> Decision:
    standing = Standing(
        None if old is None else as_version(Prepared("old", old)),
        None if anchor is None else as_version(Prepared("anchor", anchor)),
        history,
    )
    return decide(as_version(Prepared("new", new)), standing, lambda: data, VOCABULARY, knobs)


def _failed(found: Decision) -> set[tuple[str, str]]:
    return {(check.against, check.what) for check in found.checks if not check.passed}


def _answers(
    vignettes: Answered, real: RealCases, blur: float, wrong: int = 0
) -> dict[int, Matrix]:
    return {
        len(vignettes): blurred(vignettes.exact, blur),
        len(real.label): _oracle(real, wrong),
    }


def _lenient(**knobs: float) -> GateParams:
    return GateParams.model_validate({**KNOBS.model_dump(), **knobs})


def test_better_and_nothing_worse_is_promoted(vignettes: Vignettes, real: RealCases) -> None:
    """Less excess, and all else alike, promotes; the reason says by how much it is better."""
    new, old = (_answers(vignettes, real, blur) for blur in (0.01, 0.1))
    found = _decide(ComparisonData(vignettes, real, NO_CASES), new, old)
    assert found.promote
    assert found.reason.startswith("better: excess")
    assert found.reason.endswith("nothing is worse")


@pytest.mark.parametrize(
    ("new", "old", "lacks"),
    [
        pytest.param((0.1, 0), (0.01, 0), "excess", id="worse excess"),
        pytest.param((0.05, 0), (0.05, 0), "excess", id="another version that is as good"),
        pytest.param((0.01, 2), (0.1, 0), TOP3, id="two real cases worse"),
        pytest.param((0.4, 0), (0.1, 0), "class-wise calibration", id="worse calibration"),
    ],
)
def test_each_loss_keeps_the_champion_and_is_named(
    vignettes: Vignettes,
    real: RealCases,
    new: tuple[float, int],
    old: tuple[float, int],
    lacks: str,
) -> None:
    """One check that fails keeps the champion, and the reason names it with its knob."""
    candidate, champion = (_answers(vignettes, real, *version) for version in (new, old))
    found = _decide(ComparisonData(vignettes, real, NO_CASES), candidate, champion)
    assert not found.promote
    assert found.reason.startswith("it lacks: ")
    assert lacks in found.reason
    assert " by gate." in found.reason


def test_one_real_case_is_within_the_margin_and_is_told(
    vignettes: Vignettes, real: RealCases
) -> None:
    """A loss that is allowed is never called nothing: the reason says what was lost."""
    new, old = _answers(vignettes, real, 0.01, 1), _answers(vignettes, real, 0.1)
    found = _decide(
        ComparisonData(vignettes, real, NO_CASES), new, old, _lenient(real_log_loss=0.5)
    )
    assert found.promote
    assert "nothing is worse" not in found.reason
    assert f"worse, within what is allowed: {TOP3} 1 against 0" in found.reason
    assert in_top(real.label, _oracle(real, 1), 3).sum() == len(real.label) - 1


def test_a_raised_limit_is_never_called_nothing(vignettes: Vignettes, real: RealCases) -> None:
    """Where a margin was raised to let a candidate pass, the reason names loss and knob."""
    new, old = _answers(vignettes, real, 0.01, 20), _answers(vignettes, real, 0.1)
    knobs = _lenient(real_top3=99, real_emergencies=99, real_log_loss=9)
    found = _decide(ComparisonData(vignettes, real, NO_CASES), new, old, knobs)
    assert found.promote
    assert "allowed difference at most 99 by gate.real_top3" in found.reason


@pytest.mark.parametrize(
    ("knob", "value", "what"),
    [
        pytest.param("limit_kl_to_exact", 0.001, "excess", id="excess"),
        pytest.param("limit_calibration", 0.0001, "class-wise calibration error", id="calibration"),
        pytest.param("limit_emergencies", 0.0, "share of emergencies", id="emergencies"),
        pytest.param("limit_real_top3", 0.01, "share of real cases", id="real top three"),
        pytest.param("limit_real_emergencies", 0, "real emergencies", id="real emergencies"),
    ],
)
@pytest.mark.parametrize("first", [True, False], ids=["first", "better than a bad champion"])
def test_a_limit_holds_for_every_candidate(
    vignettes: Vignettes, real: RealCases, knob: str, value: float, what: str, first: bool
) -> None:
    """A candidate beyond a limit is refused: the first one, and one better than the champion."""
    benign = VOCABULARY.condition_ids.index("doms")
    bare = replace(
        real, values=np.full_like(real.values, np.nan), triage=np.zeros_like(real.triage)
    )
    _say_little(bare.values)
    blind = _bare(vignettes)
    sore = blurred(certain(np.full(len(blind), benign)), 0.01)
    missed = {len(blind): sore, len(real.label): certain(np.full(len(real.label), benign))}
    worse = {len(blind): blurred(certain(np.zeros(len(blind), np.int64)), 1e-9), **_real(missed)}
    knobs = _lenient(**{**NO_LIMITS, knob: value})
    found = _decide(ComparisonData(blind, bare, NO_CASES), missed, None if first else worse, knobs)
    assert not found.promote
    limits = {said for against, said in _failed(found) if against == "limit"}
    assert len(limits) == 1
    assert limits.pop().startswith(what)
    if first:
        assert _decide(
            ComparisonData(blind, bare, NO_CASES), missed, None, _lenient(**NO_LIMITS)
        ).promote


def _real(answers: Mapping[int, Matrix]) -> dict[int, Matrix]:
    """The answers to the real cases: the fewest rows."""
    return {min(answers): answers[min(answers)]}


def _say_little(cases: np.ndarray[Any, Any]) -> None:
    for finding, value in BLAND.items():
        cases[:, VOCABULARY.column(finding)] = value


def _bare(vignettes: Answered, rows: slice = slice(None)) -> Answered:
    """Some of the vignettes, with so little recorded that no override can fire."""
    cases = np.full_like(vignettes.cases[rows], -1)
    _say_little(cases)
    return Answered(cases, vignettes.label[rows], vignettes.exact[rows])


def test_a_real_emergency_that_is_called_benign_keeps_the_champion(
    vignettes: Vignettes, real: RealCases
) -> None:
    """One emergency more below urgent is one too many, however good the rest is."""
    rows = np.arange(len(real.label)) % 2 == 0
    values = np.full_like(real.values, np.nan)
    _say_little(values)
    named_none = np.full(len(rows), len(VOCABULARY.conditions) - 1)
    named_none[0] = 0
    bare = replace(real, values=values, triage=np.where(rows, 0, 3), label=named_none)
    clot, sore = (VOCABULARY.condition_ids.index(c) for c in ("deep_vein_thrombosis", "doms"))
    told = np.where(rows, clot, sore)
    missed = told.copy()
    missed[0] = sore
    n, m = len(vignettes), len(rows)
    new = {n: vignettes.exact, m: certain(missed)}
    old = {n: blurred(vignettes.exact, 0.1), m: certain(told)}
    data = ComparisonData(vignettes, bare, NO_CASES)
    assert _failed(_decide(data, new, old)) == {("champion", "real emergencies below urgent")}
    assert _decide(data, {**new, m: certain(told)}, old).promote


def test_emergencies_lost_on_the_champions_knowledge_keep_it(
    vignettes: Vignettes, real: RealCases
) -> None:
    """Emergencies of the champion's own knowledge are judged beside those of today's."""
    holdout = _bare(vignettes, slice(0, 400))
    sore = np.full(400, VOCABULARY.condition_ids.index("doms"))
    new = {**_answers(vignettes, real, 0), 400: certain(sore)}
    old = {**_answers(vignettes, real, 0.1), 400: certain(holdout.label)}
    data = ComparisonData(vignettes, real, NO_CASES, holdout)
    lost = "the same, vignettes of the champion's knowledge"
    assert _failed(_decide(data, new, old)) == {("champion", lost)}
    assert _decide(data, {**new, 400: certain(holdout.label)}, old).promote


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
        np.empty((300, N)), vignettes.cases[rows], vignettes.label[rows], np.ones(300, np.bool_)
    )
    before, after = {"better": (0.3, 0.1), "same": (0.3, 0.3), "worse": (0.1, 0.3)}[labelled]
    truth = certain(held_out.label)
    new = {**_answers(vignettes, real, blur), 300: blurred(truth, after)}
    old = {**_answers(vignettes, real, 0.01), 300: blurred(truth, before)}
    found = _decide(ComparisonData(vignettes, real, held_out), new, old, _lenient(calibration=0.1))
    assert found.promote == promoted
    if promoted:
        assert "by gate.labelled_kl_to_exact" in found.reason


def test_small_losses_do_not_add_up(vignettes: Vignettes, real: RealCases) -> None:
    """Each step loses what one step may; the anchor stops the one that has lost it twice."""
    first, second, third = (_answers(vignettes, real, 0.3 - 0.1 * k, k) for k in range(3))
    knobs = _lenient(real_log_loss=0.5, calibration=0.9)
    data = ComparisonData(vignettes, real, NO_CASES)
    assert _decide(data, second, first, knobs, anchor=first).promote
    assert _decide(data, third, second, knobs).promote
    found = _decide(data, third, second, knobs, anchor=first)
    assert _failed(found) == {("anchor", TOP3)}
    assert "against the anchor's 0" in found.reason


def test_a_later_try_needs_a_clearer_lead(vignettes: Vignettes, real: RealCases) -> None:
    """What the first candidate passes with, the hundredth judged against a champion does not."""
    exact = vignettes.exact
    old = {**_answers(vignettes, real, 0.0), len(exact): blurred(exact, 0.02)}
    clear = exact.max(axis=1) > 0.99
    worse = clear & (np.arange(len(exact)) % 12 == 0)
    shaken = np.where(worse[:, None], blurred(exact, 0.22), exact)
    new = {**old, len(exact): shaken}
    data, knobs = (
        ComparisonData(vignettes, real, NO_CASES),
        _lenient(calibration=0.9, emergencies=0.9),
    )
    history = [event("rejected", f"tried {k}", "old") for k in range(99)]
    first = _decide(data, new, old, knobs)
    later = _decide(data, new, old, knobs, history=history)
    assert first.promote
    assert {what for _, what in _failed(later)} == {
        "excess log-loss over the exact posterior, nats: less beyond chance"
    }
    again = [event("rejected", "new", "old"), *history]  # judged first, it keeps its place
    assert _decide(data, new, old, knobs, history=again).promote
    others = [event("rejected", f"tried {k}", "older") for k in range(99)]  # of another champion
    assert _decide(data, new, old, knobs, history=others).promote


def test_what_a_rollback_put_aside_is_not_judged() -> None:
    """A candidate that a rollback turned down is kept out, unread."""
    new = as_version(Prepared("new", {}))
    back = replace(event("rolled_back", "old", "new"), put_aside=("new",))
    standing = Standing(as_version(Prepared("old", {})), None, [back])

    def unread() -> ComparisonData:
        raise AssertionError

    found = decide(new, standing, unread, VOCABULARY, KNOBS)
    assert (found.promote, found.checks) == (False, ())
    assert "rollback" in found.reason


def test_what_must_be_judged_and_cannot_keeps_the_champion(
    vignettes: Vignettes, real: RealCases
) -> None:
    """A hold-out that cannot be read does not open the gate; the reason names it."""
    new, old = (_answers(vignettes, real, blur) for blur in (0.01, 0.1))
    found = _decide(
        ComparisonData(vignettes, real, NO_CASES, missing="x.parquet: no such file"), new, old
    )
    assert not found.promote
    assert "x.parquet: no such file" in found.reason


@pytest.fixture
def shown(tmp_path: Path) -> Callable[[Decision, dict[str, str]], str]:
    """The table of a decision."""

    def table(found: Decision, more: dict[str, str]) -> str:
        write_json(tmp_path / "gate.json", {**found.as_dict(), **more})
        return show(tmp_path / "gate.json")

    return table


def test_the_table_has_a_line_for_each_check_in_aligned_columns(
    vignettes: Vignettes, real: RealCases, shown: Callable[[Decision, dict[str, str]], str]
) -> None:
    """Each check shows both figures, difference, interval, what is allowed, and the knob."""
    new, old, anchor = (_answers(vignettes, real, *v) for v in ((0.01, 2), (0.1, 0), (0.1, 1)))
    found = _decide(ComparisonData(vignettes, real, NO_CASES), new, old, anchor=anchor)
    lines = shown(found, {}).splitlines()
    assert [line.split("  ")[0] for line in lines if not line.startswith(" ")][:3] == [
        "limits",
        "beside the champion old",
        "beside the anchor anchor",
    ]
    rows = [line for line in lines if line.startswith("  ")]
    assert len(rows) == len(found.checks)
    row = next(row for row in rows if TOP3 in row and row.endswith("NO"))
    assert re.search(r" 2 +0 +\+2 +-\S+ to \+\S+ +difference at most 1 +gate.real_top3 +NO$", row)
    ends = {row.rindex("gate.") for row in rows}
    assert len(ends) == 1
    assert lines[-2].startswith("keep: it lacks: ")


def test_the_decision_is_what_the_file_says(vignettes: Vignettes, real: RealCases) -> None:
    """The file holds the verdict, the versions, the state of the history and every check."""
    new, old = (_answers(vignettes, real, blur) for blur in (0.01, 0.1))
    data = ComparisonData(vignettes, real, NO_CASES)
    history = [event("promoted", "old", None)]
    found = json.loads(json.dumps(_decide(data, new, old, history=history).as_dict()))
    assert (found["decision"], found["candidate"], found["champion"]) == ("promote", "new", "old")
    assert (found["anchor"], found["history"]) == (None, state_of(history))
    needed = {"what", "candidate", "champion", "difference", "low", "high", "allowed", "knob"}
    assert all(needed < set(check) for check in found["checks"])
