"""Vignettes that cannot be learned from are refused, with every reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_gen.sampler import Origin
from data_gen.vocabulary import load
from data_gen.vocabulary.table import columns_from_values
from serve.problem import RefusedError
from training.data.vignettes import read_vignettes

VOCABULARY = load()
IDS = VOCABULARY.condition_ids
Columns = dict[str, object]


def _cases() -> Columns:
    values = np.full((len(IDS), len(VOCABULARY.findings)), np.nan)
    values[:, VOCABULARY.column("age_years")] = 50.0
    ids = [f"V{k}" for k in range(len(IDS))]
    return {"case_id": ids, **columns_from_values(values, VOCABULARY), "condition": list(IDS)}


def _truth() -> Columns:
    n = len(IDS)
    flat = dict.fromkeys([f"p_{name}" for name in IDS], np.full(n, 1.0 / n))
    burdens = dict.fromkeys(("vascular", "metabolic", "degenerative", "athletic"), [True] * n)
    return {
        "case_id": [f"V{k}" for k in range(n)],
        "condition": list(IDS),
        "component": [f"{name}/only" for name in IDS],
        "setting": ["short_note"] * n,
        **burdens,
        "log_evidence": np.zeros(n),
        **flat,
        **{f"component:{name}/only": shares for name, shares in zip(IDS, np.eye(n), strict=True)},
    }


def _read(folder: Path, cases: Columns, truth: Columns) -> object:
    paths = folder / "cases.parquet", folder / "truth.parquet"
    for path, columns in zip(paths, (cases, truth), strict=True):
        pq.write_table(pa.table(columns), path)
    return read_vignettes(*paths, VOCABULARY)


def test_good_files_are_read(tmp_path: Path) -> None:
    """Unknown cells are -1, known ones their value, and the posterior is in vocabulary order."""
    found = read_vignettes(*_written(tmp_path), VOCABULARY)
    age = VOCABULARY.column("age_years")
    assert (found.cases[:, age] == 50).all()
    assert (found.cases[:, age + 1] == -1).all()
    assert found.exact.shape == (len(IDS), len(IDS))


def _written(folder: Path) -> tuple[Path, Path]:
    _read(folder, _cases(), _truth())
    return folder / "cases.parquet", folder / "truth.parquet"


def _infinite() -> Columns:
    return {**_cases(), "bmi": [float("inf")] * len(IDS)}


@pytest.mark.parametrize(
    ("cases", "truth", "code"),
    [
        pytest.param(
            {**_cases(), "shoe_size": [1.0] * 20}, _truth(), "unknown_column", id="column"
        ),
        pytest.param({"case_id": _cases()["case_id"]}, _truth(), "missing_column", id="no columns"),
        pytest.param(
            {**_cases(), "condition": ["gout"] * 20}, _truth(), "unknown_condition", id="condition"
        ),
        pytest.param(
            {**_cases(), "condition": [IDS[0]] * 20}, _truth(), "empty_class", id="empty class"
        ),
        pytest.param(_infinite(), _truth(), "infinite", id="infinite"),
        pytest.param(
            _cases(), {**_truth(), "case_id": ["x"] * 20}, "other_cases", id="other cases"
        ),
        pytest.param(
            _cases(), {**_truth(), f"p_{IDS[0]}": np.ones(20)}, "bad_posterior", id="posterior"
        ),
        pytest.param(
            _cases(),
            {**_truth(), f"component:{IDS[0]}/only": np.ones(20)},
            "bad_posterior",
            id="shares",
        ),
        pytest.param(
            _cases(), {**_truth(), "component": ["doms/odd"] * 20}, "missing_column", id="no share"
        ),
        pytest.param(
            _cases(),
            {**_truth(), "component:gout/only": np.zeros(20)},
            "unknown_condition",
            id="gout",
        ),
        pytest.param({**_cases(), "sex": ["robot"] * 20}, _truth(), "bad_word", id="word"),
    ],
)
def test_each_mistake_is_named(tmp_path: Path, cases: Columns, truth: Columns, code: str) -> None:
    """A file with a mistake is refused with that mistake's code."""
    with pytest.raises(RefusedError) as refused:
        _read(tmp_path, cases, truth)
    assert code in [problem.code for problem in refused.value.problems]


EXPECTED = Origin("k" * 64, "v" * 64, "training", 1, len(IDS))


def _read_of(folder: Path, cases: Origin | None, truth: Origin | None) -> object:
    paths = folder / "cases.parquet", folder / "truth.parquet"
    for path, columns, origin in zip(paths, (_cases(), _truth()), (cases, truth), strict=True):
        metadata = origin.as_metadata() if origin else None
        pq.write_table(pa.table(columns).replace_schema_metadata(metadata), path)
    return read_vignettes(*paths, VOCABULARY, EXPECTED)


def test_files_of_the_expected_origin_are_read(tmp_path: Path) -> None:
    """What was drawn from today's knowledge and knobs is read."""
    assert _read_of(tmp_path, EXPECTED, EXPECTED)


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        pytest.param({"knowledge_hash": "o" * 64}, "other_knowledge", "knowledge", id="knowledge"),
        pytest.param(
            {"vocabulary_hash": "o" * 64}, "other_vocabulary", "vocabulary", id="vocabulary"
        ),
        pytest.param({"mix": "clinic"}, "other_mix", "clinic, but training", id="mix"),
        pytest.param({"seed": 7}, "other_seed", "seed: drawn with 7, but 1", id="seed"),
        pytest.param({"rows": 9}, "other_rows", "drawn with 9, but 20", id="rows"),
        pytest.param({"rows": 9}, "cut_short", "holds 20 rows", id="cut short"),
        pytest.param({"complete": True}, "other_complete", "True, but False", id="complete"),
        pytest.param(None, "no_origin", "does not say", id="of an earlier version"),
    ],
)
@pytest.mark.parametrize("file", ["cases", "truth"])
def test_files_of_another_origin_are_refused(
    tmp_path: Path, change: dict[str, object] | None, code: str, said: str, file: str
) -> None:
    """A file drawn from anything else is refused, with its name, what differs and a remedy."""
    other = None if change is None else replace(EXPECTED, **change)  # type: ignore[arg-type]
    origins = (other, EXPECTED) if file == "cases" else (EXPECTED, other)
    with pytest.raises(RefusedError) as refused:
        _read_of(tmp_path, *origins)
    found = {problem.code: problem for problem in refused.value.problems}
    assert code in found
    assert said in found[code].message
    assert file in found[code].where
    assert found[code].remedy


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    """Text instead of Parquet is refused with the file's name and what to do."""
    cases, truth = _written(tmp_path)
    cases.write_text("age_years\n50\n")
    with pytest.raises(RefusedError, match="sample it again"):
        read_vignettes(cases, truth, VOCABULARY)
