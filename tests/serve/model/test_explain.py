"""An explanation's shares sum to the difference it explains, and follow the findings."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from data_gen.vocabulary import load as load_vocabulary
from serve import load
from serve.model.bundle import load_bundle
from serve.model.explain import explain, in_words
from tests.serve.conftest import Score
from tests.serve.model.test_predict import random_cases

CASE = {"age_years": 63, "fever": "yes", "abi": 0.75, "smoking": "never", "foot_drop": "yes"}


def test_shares_sum_to_the_margin(tiny_bundle: Path) -> None:
    """What a blank record says and the shares of the findings sum to the whole difference."""
    values = random_cases(12, seed=2)
    values[0] = np.nan
    bundle = load_bundle(tiny_bundle, load_vocabulary())
    for case in values:
        explanation = explain(bundle, case, load_vocabulary())
        assert explanation is not None
        total = explanation.blank + sum(share.weight for share in explanation.shares)
        assert abs(total - explanation.margin) < 1e-9
        assert explanation.margin >= 0
        recorded = {f.id for f in load_vocabulary().findings if not np.isnan(case[f.column])}
        assert {share.finding for share in explanation.shares} == recorded


def test_the_margin_is_that_of_the_answer(tiny_bundle: Path) -> None:
    """The difference explained is the log of the ratio of the two probabilities that are served."""
    scorer = load(tiny_bundle)
    (explanation,) = scorer.explain(CASE)
    (case,) = scorer.score(CASE)
    (top, first), (second, other) = list(case.probabilities.items())[:2]
    assert explanation is not None
    assert (explanation.top, explanation.second) == (top, second)
    assert explanation.margin == pytest.approx(math.log(first / other), abs=1e-4)


def test_additive_parts_are_exact(tiny_bundle: Path) -> None:
    """In an additive model a finding's share is its own weight, whatever else is recorded."""
    scorer = load(tiny_bundle)
    (alone,) = scorer.explain({"redness": "yes"})
    (among,) = scorer.explain({"redness": "yes", "sedentary": "no", "bruit": "no"})
    assert alone is not None
    assert among is not None
    assert (among.top, among.second) == (alone.top, alone.second)
    shares = {share.finding: share.weight for share in among.shares}
    assert shares["redness"] == pytest.approx(alone.shares[0].weight, abs=1e-5)
    assert shares["bruit"] == pytest.approx(0, abs=1e-5)


def test_files_say_what_python_says(score: Score, tiny_bundle: Path) -> None:
    """The column of a file holds the explanation as text, behind all others."""
    header, cells = ",".join(CASE), ",".join(map(str, CASE.values()))
    run = score(f"{header}\n{cells}\n".encode(), "--explain")
    (expected,) = load(tiny_bundle).explain(CASE)
    assert run.rows[0]["explanation"] == str(expected)
    assert list(run.rows[0])[-1] == "explanation"
    table = score(f"{header}\n{cells}\n".encode(), "--explain", out="out.parquet")
    assert pq.read_table(table.out).column("explanation").to_pylist() == [str(expected)]


def test_no_model_no_explanation(score: Score) -> None:
    """Without a model there is nothing to explain, and the column stays blank."""
    run = score(b"fever\nyes\n", "--explain", "--overrides-only")
    assert run.rows[0]["explanation"] == ""


def test_the_name_is_taken_only_when_used(score: Score) -> None:
    """An input column named `explanation` is refused only where scoring writes one."""
    assert score(b"fever,explanation\nyes,x\n").code == 0
    assert score(b"fever,explanation\nyes,x\n", "--explain").code == 2


@pytest.mark.parametrize(
    ("finding", "value", "words"),
    [
        ("fever", 1.0, "fever or chills"),
        ("fever", 0.0, "not: fever or chills"),
        ("side", 1.0, "side: both"),
        ("abi", 0.75, "an ankle-brachial index of 0.75"),
    ],
)
def test_words(finding: str, value: float, words: str) -> None:
    """A cell is told in the vocabulary's own words."""
    assert in_words(load_vocabulary().finding(finding), value) == words
