"""Scored files of a world small enough to be exact, with rows as many as a test wants."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from data_gen.vocabulary import load

Matrix = npt.NDArray[np.float64]
IDS = load().condition_ids
EVEN = np.full(len(IDS), 1 / len(IDS))
_APART = 1.6  # of the conditions' means, in standard deviations along each of the dimensions
_MEANS = np.random.default_rng(3).normal(size=(len(IDS), 5)) * _APART


def mix_text(mix: Matrix) -> str:
    """A mix as `--mix` has it."""
    return ",".join(f"{name}={share:.6g}" for name, share in zip(IDS, mix, strict=True))


def raised(name: str, factor: float) -> Matrix:
    """The even mix with one condition commoner."""
    mix = EVEN.copy()
    mix[IDS.index(name)] *= factor
    return np.asarray(mix / mix.sum())


def drawn(mix: Matrix, rows: int, seed: int) -> tuple[npt.NDArray[np.int64], Matrix]:
    """Conditions of a mix, and their exact probabilities as scored under the even mix."""
    rng = np.random.default_rng(seed)
    label = rng.choice(len(mix), rows, p=mix)
    seen = _MEANS[label] + rng.normal(size=(rows, _MEANS.shape[1]))
    score = -((seen[:, None, :] - _MEANS) ** 2).sum(axis=2) / 2
    likelihood = np.exp(score - score.max(axis=1, keepdims=True))
    return label, likelihood / likelihood.sum(axis=1, keepdims=True)


def month(mix: Matrix, rows: int, seed: int, **columns: list[Any]) -> pa.Table:
    """A scored table, with more columns or others in place of its own."""
    label, told = drawn(mix, rows, seed)
    rng = np.random.default_rng(seed + 1)
    own: dict[str, list[Any]] = {
        "case_id": [f"c{row}" for row in range(rows)],
        "age_years": rng.integers(30, 80, rows).tolist(),
        "fever": np.where(rng.random(rows) < 0.5, "yes", "no").tolist(),
        "swelling": rng.choice(["none", "one", "both", None], rows).tolist(),
        "triage": rng.choice(["emergency", "urgent", "routine"], rows).tolist(),
        "triage_source": ["both"] * rows,
        "top_condition": [IDS[k] for k in told.argmax(axis=1)],
        "likely_components": [f"{IDS[k]} as such 0.71 | gout 0.12" for k in told.argmax(axis=1)],
        **{f"p_{name}": told[:, k].tolist() for k, name in enumerate(IDS)},
        "prediction_set": [IDS[k] for k in label],
        "novelty": rng.random(rows).tolist(),
        "issues": ["" if row % 4 else '[{"code": "bad_word"}]' for row in range(rows)],
        "model_version": ["0123456789ab"] * rows,
    }
    return pa.table({**own, **columns})


def write(table: pa.Table, path: Path, mix: Matrix = EVEN) -> Path:
    """The table as a Parquet file that says the mix of its scores."""
    made = {"claudico": json.dumps({"mix": mix_text(mix)})}
    pq.write_table(table.replace_schema_metadata(made), path)
    return path
