"""Tests of how right answers were, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from data_gen.vocabulary import load
from serve.report.outcome import Outcome, outcome_facts, outcome_of
from tests.serve.report.months import IDS

VOCABULARY = load()


def told(*rows: dict[str, float]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Probabilities of rows by condition; NaN for a row without any."""
    return np.array(
        [[row.get(k, 0.0) for k in IDS] if row else [np.nan] * len(IDS) for row in rows]
    )


def test_figures_are_counted_by_hand() -> None:
    """Top 1 and 3, log-loss, calibration, sets and levels of four rows; blanks are passed over."""
    p = told(
        {"doms": 0.8, "sciatica": 0.2},
        {"doms": 0.5, "sciatica": 0.25, "infection": 0.15, "tendinitis": 0.1},
        {"infection": 0.9, "doms": 0.1},
        {"doms": 1.0},
        {},
    )
    finals = ["doms", " Tendinitis ", "infection", "", "sciatica"]
    levels = ["self_care", "self_care", "emergency", "urgent", "routine"]
    sets = ["doms", "doms | sciatica", "infection | doms", "doms", ""]
    out = outcome_of(finals, p, levels, sets, VOCABULARY)
    facts = outcome_facts(out)
    assert facts["rows"] == 3
    assert facts["top_1"]["share"] == pytest.approx(2 / 3)
    assert facts["top_3"]["share"] == pytest.approx(2 / 3)
    assert facts["log_loss"] == pytest.approx(-np.log([0.8, 0.1, 0.9]).mean())
    assert facts["prediction_set"]["share"] == pytest.approx(2 / 3)
    assert facts["calibration_error"] == pytest.approx((0.2 + 0.5 + 0.1) / 3)
    assert facts["triage_below"]["share"] == pytest.approx(1 / 4)  # tendinitis wants a doctor
    assert facts["triage_above"]["share"] == pytest.approx(1 / 4)
    assert (out.blank, out.unanswered) == (1, 1)
    assert facts["by_condition"]["tendinitis"] == {"rows": 1, "top_1": 0, "top_3": 0}


def test_a_word_that_is_no_condition_is_told() -> None:
    """It is counted by itself, and is no wrong answer."""
    out = outcome_of(["Hexenschuss"], told({"doms": 1.0}), ["routine"], None, VOCABULARY)
    assert out.unknown == {"hexenschuss": 1}
    assert outcome_facts(out) == {}


def test_blocks_add_up() -> None:
    """Two blocks come to what one does."""
    p = told({"doms": 0.8, "sciatica": 0.2}, {"doms": 0.4, "sciatica": 0.6})
    whole = outcome_of(["doms", "doms"], p, ["urgent"] * 2, ["doms", ""], VOCABULARY)
    parts = Outcome()
    for row in range(2):
        one = p[row : row + 1]
        parts.add(outcome_of(["doms"], one, ["urgent"], [["doms", ""][row]], VOCABULARY))
    assert outcome_facts(parts) == outcome_facts(whole)
