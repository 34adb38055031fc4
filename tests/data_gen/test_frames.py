"""Vignettes and posteriors as data frames."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from pandas.testing import assert_frame_equal

import data_gen
from data_gen.cli import main
from data_gen.vocabulary import load

ROOT = Path(__file__).parents[2]
VOCABULARY = load()


@pytest.fixture(scope="module")
def drawn() -> pd.DataFrame:
    """Sixty cases and the truth behind them."""
    return data_gen.sample(60, seed=4, truth=True)


def test_a_frame_holds_what_the_command_writes(drawn: pd.DataFrame, tmp_path: Path) -> None:
    """`sample` returns the rows, columns and types of the file with the same seed."""
    out, truth = tmp_path / "cases.parquet", tmp_path / "truth.parquet"
    words = ["sample", "--rows", "60", "--seed", "4", "--out", str(out), "--truth", str(truth)]
    assert CliRunner().invoke(main, words).exit_code == 0
    cases, hidden = pd.read_parquet(out), pd.read_parquet(truth)
    assert_frame_equal(data_gen.sample(60, seed=4), cases)
    beside = hidden.drop(columns=["case_id", "condition"])
    assert_frame_equal(drawn, pd.concat([cases, beside], axis=1))


def test_columns_have_the_types_of_their_findings(
    drawn: pd.DataFrame,
) -> None:
    """A number is a float, words are categories in the order of their values."""
    for finding in VOCABULARY.findings:
        column = drawn[finding.id]
        if finding.kind == "number":
            assert column.dtype == np.float64
        else:
            wanted = ("no", "yes") if finding.kind == "yes_no" else finding.values
            assert tuple(column.cat.categories) == wanted


def test_the_posterior_of_a_frame_is_its_truth(drawn: pd.DataFrame) -> None:
    """Cases as they were sampled have the posterior that the truth holds, in their own rows."""
    shuffled = drawn.sample(frac=1, random_state=1)
    found = data_gen.posterior(shuffled)
    assert list(found.index) == list(shuffled.index)
    wanted = drawn.loc[shuffled.index, found.columns]
    assert np.abs(found.to_numpy() - wanted.to_numpy()).max() < 1e-9


def test_components_add_up_to_their_conditions(drawn: pd.DataFrame) -> None:
    """With `components` each condition is the sum of its own, as the truth has them."""
    found = data_gen.posterior(drawn, components=True)
    names = [name for name in found.columns if name.startswith("component:")]
    for condition in VOCABULARY.condition_ids:
        own = [name for name in names if name.startswith(f"component:{condition}/")]
        assert np.allclose(found[own].sum(axis=1), found[f"p_{condition}"], atol=1e-12)
    assert np.abs(found[names].to_numpy() - drawn[names].to_numpy()).max() < 2e-6


@pytest.mark.parametrize(
    "fever",
    [["yes", None, "no"], [True, None, False], pd.array([1, None, 0], "Int64"), [1.0, np.nan, 0]],
    ids=["words", "booleans", "integers", "floats"],
)
def test_yes_and_no_are_read_however_a_frame_has_them(fever: object) -> None:
    """Words, booleans and 0 and 1 say the same; what is missing is unknown."""
    said = data_gen.posterior(pd.DataFrame({"age_years": [60, 70, 50], "fever": fever}))
    words = pd.DataFrame({"age_years": [60, 70, 50], "fever": ["yes", "", "no"]})
    assert_frame_equal(said, data_gen.posterior(words))


def test_bad_cells_of_a_frame_are_named_at_once() -> None:
    """Row, column and remedy of each cell that is no value; a frame of no findings is refused."""
    bad = pd.DataFrame({"age_years": [50, 500], "fever": ["maybe", "no"]}, index=["a", "b"])
    with pytest.raises(ValueError, match="row 'a': column fever") as caught:
        data_gen.posterior(bad)
    assert "row 'b': column age_years: '500' is out of range; write" in str(caught.value)
    with pytest.raises(ValueError, match="the frame: no column is a finding"):
        data_gen.posterior(pd.DataFrame({"colour": ["red"]}))


@pytest.mark.parametrize(("rows", "mix"), [(0, "training"), (5, "everyone")], ids=["rows", "mix"])
def test_arguments_that_cannot_be_used_are_refused(rows: int, mix: str) -> None:
    """No rows, and a mix that is none, raise with what to write."""
    with pytest.raises(ValueError, match=r"1 or more|use clinic"):
        data_gen.sample(rows, seed=1, mix=mix)


def test_importing_the_package_loads_no_library() -> None:
    """`import data_gen` costs nothing before `sample` or `posterior` is called."""
    code = (
        "import data_gen, sys; data_gen.sample, data_gen.posterior;"
        "print(*[m for m in ('pandas', 'numpy', 'pyarrow', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("cases", [[{"age_years": 60}], {"age_years": 60}, "x", None])
def test_what_is_no_frame_is_refused(cases: object) -> None:
    """Anything but a frame is named, with how to make one."""
    with pytest.raises(TypeError, match="no data frame; make one with"):
        data_gen.posterior(cases)  # type: ignore[arg-type]
