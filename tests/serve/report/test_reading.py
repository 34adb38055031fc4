"""Tests of reading scored files: the same counts in any form, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from serve.mapping.column_mapping import NO_MAPPING
from serve.problem import RefusedError
from serve.report.reading import read_scored
from serve.report.tally import OTHERS, Sample, Tally
from tests.serve.report.months import EVEN, IDS, month, write


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A scored file as Parquet and as CSV, with quotes, line ends and blanks in its cells."""
    notes = ['a, "b"', "two\nlines", "", "plain", '5" long'] * 60
    told = month(EVEN, 300, 1, note=notes)
    told.to_pandas().to_csv(tmp_path / "scored.csv", index=False)
    return write(told, tmp_path / "scored.parquet"), tmp_path / "scored.csv"


def counts(path: Path, workers: int = 1) -> dict[str, object]:
    """What a file comes to, as plain values."""
    found = read_scored(str(path), NO_MAPPING, workers)
    tally = found.tally
    return {
        "rows": tally.rows, "words": tally.words, "filled": tally.filled.tolist(),
        "present": tally.present.tolist(), "values": tally.values,
        "novelty": tally.novelty.tolist(), "asked": found.asked,
        "sample": found.sample.rows(len(IDS) + 1).round(5).tolist(),
    }  # fmt: skip


def test_csv_and_parquet_come_to_the_same(files: tuple[Path, Path]) -> None:
    """The form of a file changes nothing, nor does the number of processes."""
    parquet, csv = map(counts, files)
    assert parquet == csv == counts(files[1], workers=2)
    assert parquet["rows"] == 300
    assert parquet["words"]["issue"] == {"bad_word": 75}  # type: ignore[index]


def test_counts_are_those_of_the_columns(files: tuple[Path, Path]) -> None:
    """Each count is what pandas counts."""
    frame = pd.read_parquet(files[0])
    tally = read_scored(str(files[0]), NO_MAPPING).tally
    assert tally.words["triage"] == frame.triage.value_counts().to_dict()
    assert tally.words["top_condition"] == frame.top_condition.value_counts().to_dict()
    assert tally.words["component"].total() == 300
    ages = {float(age): n for age, n in frame.age_years.value_counts().items()}
    assert ages in [dict(values) for values in tally.values.values()]
    assert frame.swelling.notna().sum() in tally.filled
    assert (frame.fever == "yes").sum() in tally.present


def test_a_mix_is_read_from_parquet(files: tuple[Path, Path]) -> None:
    """Parquet says under which mix it was scored, CSV does not."""
    said = [read_scored(str(path), NO_MAPPING).mix for path in files]
    assert said[0] is not None
    assert said[0].startswith("peripheral_artery_disease=0.05")
    assert said[1] is None


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        (lambda t: t.replace("\nc3,", "\n", 1), "cells_missing", "line 6"),
        (lambda t: t.replace("\nc1,", '\n"c1,', 1), "", "line 3"),
        (lambda t: t.replace("p_sciatica", "p_x", 1), "not_scored", "'p_sciatica'"),
        (lambda t: t.replace(",triage,", ",level,", 1), "not_scored", "'triage'"),
    ],
    ids=["a row too short", "a quote too many", "no p_sciatica", "no triage"],
)
def test_what_is_no_scored_file_is_refused(
    change: Callable[[str], str], code: str, where: str, files: tuple[Path, Path]
) -> None:
    """A refusal says the file, the line or column, and a remedy."""
    files[1].write_text(change(files[1].read_text()))
    with pytest.raises(RefusedError) as caught:
        read_scored(str(files[1]), NO_MAPPING)
    (problem, *_) = caught.value.problems
    assert problem.code == code or not code
    assert where in str(problem)
    assert str(files[1]) in problem.where
    assert problem.remedy


def test_a_number_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    """A probability that is a word names its line, in CSV and in Parquet its row."""
    frame = month(EVEN, 5, 2).to_pandas()
    frame["p_doms"] = ["0.1", "", "0.2", "much", "0.3"]
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_parquet(tmp_path / "a.parquet")
    for name, spot in (("a.csv", "line 5"), ("a.parquet", "row 4")):
        with pytest.raises(RefusedError, match=rf"{spot}: column 'p_doms' holds 'much'"):
            read_scored(str(tmp_path / name), NO_MAPPING)


@pytest.mark.parametrize("rows", [10, 250_000, 900_001])
def test_a_sample_is_spread_evenly(rows: int) -> None:
    """Of a short file every row is kept, of a long one every second, fourth, ... from the first."""
    sample = Sample()
    for start in range(0, rows, 4097):
        sample.add(np.arange(start, min(rows, start + 4097), dtype=np.float32)[:, None])
    kept = sample.rows(1)[:, 0]
    step = kept[1] - kept[0]
    assert kept[0] == 0
    assert (np.diff(kept) == step).all()
    assert step in (1, 2, 4, 8)
    assert rows - step <= kept[-1] < rows
    assert (step == 1) == (rows <= 200_000)


def test_words_without_end_are_counted_as_others() -> None:
    """A file that has another word in each row fills no memory."""
    tally = Tally(1)
    for block in range(3):
        words = Tally(1)
        for row in range(150):
            words.words["issue"][f"{block} {row}"] += 1
        tally.add(words)
    assert tally.words["issue"].total() == 450
    assert tally.words["issue"][OTHERS] == 250
