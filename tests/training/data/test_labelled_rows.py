"""The file of labelled rows, and which rows are of one patient."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from serve.problem import RefusedError
from training.data.copies import near_repeats, patients_of
from training.data.labelled_rows import LabelledRows, read_rows


def _rows() -> LabelledRows:
    rng = np.random.default_rng(1)
    cases = rng.integers(-1, 2, (6, 4)).astype(np.float32)
    own = np.arange(6)
    return LabelledRows(cases, own % 3, own, own % 2, rng.random((6, 3)))


def test_rows_come_back_from_their_file(tmp_path: Path) -> None:
    """The same bytes for the same rows, and the same rows from them."""
    path = tmp_path / "rows.npz"
    path.write_bytes(_rows().content())
    assert _rows().content() == path.read_bytes()
    found = read_rows(path, 4, 3)
    assert found is not None
    for name in ("cases", "label", "patient", "fold", "margin"):
        assert np.array_equal(getattr(found, name), getattr(_rows(), name)), name


def test_no_file_no_rows(tmp_path: Path) -> None:
    """Without labelled cases `learn` writes none."""
    assert read_rows(tmp_path / "rows.npz", 4, 3) is None


def test_rows_of_another_vocabulary_are_refused(tmp_path: Path) -> None:
    """A model of other columns cannot learn from them."""
    path = tmp_path / "rows.npz"
    path.write_bytes(_rows().content())
    with pytest.raises(RefusedError, match="another vocabulary"):
        read_rows(path, 5, 3)


def test_rows_that_nearly_repeat_each_other_are_of_one_patient() -> None:
    """One cell changed or blanked, and it is the same record; so is a row of the same name."""
    rng = np.random.default_rng(2)
    cases = rng.integers(0, 2, (6, 60)).astype(np.float32)
    cases[3] = cases[0]
    cases[3, 7] = 1 - cases[3, 7]
    cases[4] = cases[1]
    cases[4, 8] = -1
    names = ["", "", "a", "", "", "a"]
    patient = patients_of(cases, names)
    assert patient.tolist() == [0, 1, 2, 0, 1, 2]
    (told,) = near_repeats(patient, names, [f"x.csv:{k}" for k in range(6)])
    assert "2 rows nearly repeat another" in told.message
    assert "x.csv:3 (x.csv:0), x.csv:4 (x.csv:1)" in told.message


def test_records_that_say_little_are_different_patients() -> None:
    """Two that agree in a few findings may well be two."""
    cases = np.full((3, 60), -1, dtype=np.float32)
    cases[:, :10] = 1
    assert len(set(patients_of(cases, ["", "", ""]).tolist())) == 3
